"""A recording of a real table: its words, its end and the user's mark are all that is known of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.recording.made import columns_of, made_store, own_episode
from vla_assistant.data.own_recordings import RESTING_FRAMES, lacks_supervision, step_of, supervision
from vla_assistant.data.reader import DatasetReader
from vla_assistant.data.targets import make_targets
from vla_assistant.errors import InputError
from vla_assistant.networks import tokens
from vla_assistant.types import Reference, Step

CUP, BOWL = Reference("cup", "red"), Reference("bowl")


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("pick up the red cup", Step("pick", CUP)),
        ("pick up the red cup and place it in the bowl", Step("place", CUP, BOWL)),
        ("go home", Step("home")),
        ("pick up the red cup and then pick up the blue cube", None),
        ("fold the towel", None),
        ("is there a red cup", None),
    ],
)
def test_words_mean_one_step_or_none(text: str, step: Step | None) -> None:
    assert step_of(text) == step


def targets_of(root: Path) -> tuple[DatasetReader, dict[str, np.ndarray]]:
    reader = DatasetReader(root)
    columns = columns_of(reader)
    assert lacks_supervision(columns)
    return reader, columns | supervision(columns, reader)


def test_what_is_unknown_weighs_nothing_and_what_was_done_is_learned(tmp_path: Path) -> None:
    made_store(tmp_path, own_episode("pick up the red cup", 12))
    _, columns = targets_of(tmp_path)
    targets = make_targets(columns, horizon=4)
    assert not targets.scene_weight.any()
    assert not targets.position_weight.any()
    assert not targets.seen.any()
    assert (targets.action_weight == 1).all()
    np.testing.assert_array_equal(targets.step, np.tile(tokens.encode_step(Step("pick", CUP)), (12, 1)))
    np.testing.assert_array_equal(targets.done, [0] * (12 - RESTING_FRAMES) + [1] * RESTING_FRAMES)
    assert targets.progress[0] == 0
    assert targets.progress[-1] == 1
    known = targets.success_weight > 0
    np.testing.assert_array_equal(known, [True] * 6 + [False] * 2 + [True] * 4)
    np.testing.assert_array_equal(targets.success[known], [0] * 6 + [1] * 4)


def test_failed_and_unknown_demonstrations_are_not_imitated(tmp_path: Path) -> None:
    made_store(
        tmp_path,
        own_episode("pick up the red cup", 10),
        own_episode("pick up the red cup", 10, success=False),
        own_episode("fold the towel", 10),
    )
    _, columns = targets_of(tmp_path)
    weight = make_targets(columns, horizon=4).action_weight
    np.testing.assert_array_equal(weight[:, 0], [1] * 10 + [0] * 20)


def test_a_recording_with_nothing_to_learn_says_so(tmp_path: Path) -> None:
    made_store(tmp_path, own_episode("fold the towel", 10))
    with pytest.raises(InputError, match=r"Nothing in the recording .* fold the towel"):
        targets_of(tmp_path)
