"""The values that travel check what comes from outside."""

import numpy as np
import pytest

from vla_assistant import types
from vla_assistant.errors import InputError


def test_a_chunk_must_be_finite_and_seven_wide() -> None:
    with pytest.raises(InputError, match="nx7 was expected"):
        types.ActionChunk(np.zeros((8, 6), np.float32), 0.1, 0.0)
    with pytest.raises(InputError, match="not a finite number"):
        types.ActionChunk(np.full((8, 7), np.nan, np.float32), 0.1, 0.0)


def test_a_picture_must_be_rgb_bytes() -> None:
    with pytest.raises(InputError, match="uint8"):
        types.Frame(np.zeros((4, 4, 3), np.float32), "front", 0, 0.0)  # type: ignore[arg-type]


def test_a_sound_must_be_mono_and_have_a_rate() -> None:
    with pytest.raises(InputError, match="shape"):
        types.Audio(np.zeros((4, 2), np.float32), 16000)
    with pytest.raises(InputError, match="sampling rate"):
        types.Audio(np.zeros(4, np.float32), 0)


def test_an_unknown_skill_lists_the_known() -> None:
    with pytest.raises(InputError, match="pick, place, put_down, push, home"):
        types.Step("juggle")


def test_a_reference_reads_like_words() -> None:
    assert str(types.Reference("cup", "red")) == "red cup"
    assert str(types.Reference("table")) == "table"
