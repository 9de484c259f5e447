"""Who takes part in an evaluation, by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from vla_assistant.errors import BackendError, WeightsError
from vla_assistant.evaluate.suite.contestants import contestant, without_language
from vla_assistant.policies.compact import default_weights


def test_names_of_contestants(tmp_path: Path) -> None:
    assert contestant("expert").is_expert
    blind = contestant("no-language")
    assert (blind.backend, blind.told) == ("compact", False)
    assert without_language(contestant("compact")) == blind
    copy = tmp_path / "mine.safetensors"
    copy.write_bytes(default_weights().read_bytes())
    mine = contestant(str(copy))
    assert (mine.backend, mine.weights) == ("compact", str(copy))
    assert mine.fingerprint() == contestant("compact").fingerprint() == contestant(f"compact={copy}").fingerprint()
    copy.write_bytes(b"other")
    assert mine.fingerprint() != contestant("compact").fingerprint()


def test_unknown_contestants_are_told() -> None:
    with pytest.raises(BackendError, match="no policy back end 'compac'"):
        contestant("compac")
    with pytest.raises(WeightsError, match="no weights at"):
        contestant("nowhere/weights.safetensors")
