"""benchmarks/ablations.py with a made-up program: which recordings meet which preset, and what is not mixed up."""

from __future__ import annotations

import importlib
import tomllib
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
Trained = dict[str, tuple[str, dict[str, object]]]


@pytest.fixture
def ablations(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("ablations")


@pytest.fixture
def trained(ablations: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Trained:
    """What each training was given: the recordings, a letter for each lot, and its preset."""
    found: Trained = {}

    def program(command: str, *arguments: str) -> str:
        given = dict(pairwise(arguments))
        out = Path(given["--out"])
        out.mkdir(parents=True, exist_ok=True)
        if command == "generate":
            lot = {"1000000": "d", "1500000": "m", "2000000": "c"}[given["--seed"]] + given["--episodes"]
            lot += "p" * ("--plain" in arguments) + "+" * ("--policy" in arguments)
            (out / "lots").write_text((out / "lots").read_text() + " " + lot if (out / "lots").exists() else lot)
        else:
            preset = tomllib.loads(Path(given["--preset"]).read_text())
            found[out.name] = ((Path(given["--data"]) / "lots").read_text(), preset)
            (out / "compact.safetensors").write_text(out.name)
        return ""

    monkeypatch.setattr(ablations, "_program", program)
    return found


def test_trainings_differ_in_one_thing(ablations: ModuleType, trained: Trained, tmp_path: Path) -> None:
    weights = ablations.Ablations(tmp_path, 20, 6, 35, 8).train_all()
    assert {name: path.read_text() for name, path in weights.items()} == {name: name for name in trained}
    assert {name: lots for name, (lots, _) in trained.items()} == {
        "no_dagger": "d20 m6",
        "full": "d20 c6+",
        "no_grounding": "d20 c6+",
        "no_randomisation": "d20p c6p+",
    }
    full = trained["full"][1]
    assert (full["steps"], full["batch"]) == (35, 8)
    assert trained["no_dagger"][1] == trained["no_randomisation"][1] == full
    assert trained["no_grounding"][1] == full | {"loss": full["loss"] | {"grounding": 0.0}}  # type: ignore[operator]


@pytest.mark.parametrize("other", [(30, 6, 35, 8), (20, 7, 35, 8), (20, 6, 36, 8), (20, 6, 35, 9)])
def test_other_options_go_into_another_folder(
    ablations: ModuleType, trained: Trained, tmp_path: Path, other: tuple[int, ...]
) -> None:
    ablations.Ablations(tmp_path, 20, 6, 35, 8).train_all()
    trained.clear()
    with pytest.raises(SystemExit, match="another --out"):
        ablations.Ablations(tmp_path, *other).train_all()
    assert not trained


def test_another_shipped_preset_is_noticed(ablations: ModuleType, trained: Trained, tmp_path: Path) -> None:
    ablations.Ablations(tmp_path, 20, 6, 35, 8).train_all()
    (tmp_path / "full.toml").write_text("steps = 1")
    with pytest.raises(SystemExit, match="full.toml says"):
        ablations.Ablations(tmp_path, 20, 6, 35, 8).train_all()
