"""Makes recordings of a real table usable for training: what is unknown there gets the weight zero.

A recording made with `vla-assistant record` holds pictures, state, action and words, but nothing of what only a
simulator knows. So does one of another LeRobot program if it has our columns, a state (17), an action (7) and a camera
`front`, 10 times a second; others are refused. The words become the code of the step, the end says when a step is done,
and the user's mark whether it succeeded. Where things are remains unknown, so training on own pictures teaches how to
move, not what is visible.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from vla_assistant import language
from vla_assistant.data.features import FRAMES_PER_SECOND, KNOWN, ROBOT, SUPERVISION, picture_key
from vla_assistant.data.reader import DatasetReader
from vla_assistant.errors import AssistantError, InputError
from vla_assistant.networks import tokens
from vla_assistant.types import Intent, Step

log = logging.getLogger(__name__)

RESTING_FRAMES = 4
"""Frames at the end of a recording that show the finished step."""
Columns = Mapping[str, NDArray[np.generic]]


def lacks_supervision(columns: Iterable[str]) -> bool:
    """Whether these are the columns of a recording without a simulator's knowledge."""
    return "step.code" not in set(columns)


def supervision(columns: Columns, reader: DatasetReader) -> dict[str, NDArray[np.generic]]:
    """The columns of `features.SUPERVISION` for the frames of a recording that lacks them, and of `features.KNOWN`.

    Args:
        columns: Its own columns, each (n, width), whole episodes in order.
        reader: The recording, for the words and marks of its episodes.

    Raises:
        InputError: It has other columns than ours, or no episode of it succeeded in something that the compact policy
            can be told.
    """
    _require_ours(columns, reader)
    episode = columns["episode_index"].reshape(-1)
    result = _unknown(len(episode))
    steps = {row["tasks"][0]: step_of(row["tasks"][0]) for row in reader.episodes}
    for row in reader.episodes:
        frames = np.flatnonzero(episode == row["episode_index"])
        step = steps[row["tasks"][0]]
        if len(frames) and step is not None and row.get("success", True):
            _fill(result, frames, step)
    unused = [text for text, step in steps.items() if step is None]
    if not result["known.action"].any():
        raise InputError(
            f"Nothing in the recording in {reader.root} can be learned from: no episode succeeded in something that "
            "the compact policy can be told.",
            f"Its words: {'; '.join(steps)}.",
        )
    if unused:
        log.info("left out, not one step that the compact policy knows: %s", "; ".join(unused))
    return result


def _require_ours(columns: Columns, reader: DatasetReader) -> None:
    found = {name: columns[name] for name in ROBOT if name in columns}
    wrong = [
        f"{name} of {feature.shape[0]} numbers a row"
        for name, feature in ROBOT.items()
        if name not in found or found[name].dtype.kind not in "fiu" or found[name].shape[1:] != feature.shape
    ]
    if picture_key("front") not in reader.video_keys:
        wrong.append(f"videos {picture_key('front')}")
    if reader.info.get("fps") != FRAMES_PER_SECOND:
        wrong.append(f"{FRAMES_PER_SECOND} frames a second")
    if wrong:
        raise InputError(
            f"The compact policy cannot learn from the recording in {reader.root}: it needs {', '.join(wrong)}.",
            "docs/training.md says what a recording holds; the model family learns from others too.",
        )


def step_of(text: str) -> Step | None:
    """The one step that the words mean, read without a look at the table; None when they mean none, or several.

    To pick something up and place it is one step: placing begins with picking up.
    """
    meaning = language.interpret(text, tuple)
    steps = meaning.steps if meaning.intent is Intent.COMMAND and not meaning.question else ()
    if len(steps) == 2 and steps[0].skill == "pick" and steps[1].skill in ("place", "give"):
        steps = steps[1:] if steps[0].object == steps[1].object else steps
    if len(steps) != 1:
        return None
    try:
        tokens.encode_step(steps[0])
    except AssistantError:
        return None
    return steps[0]


def _unknown(count: int) -> dict[str, NDArray[np.generic]]:
    """Supervision of frames of which nothing is known."""
    result: dict[str, NDArray[np.generic]] = {
        name: np.zeros((count, *feature.shape), feature.dtype) for name, feature in SUPERVISION.items()
    }
    result["step.code"][:] = tokens.encode_step(Step("home"))
    result["things.code"][:] = -1
    return result | {name: np.zeros((count, 1), np.float32) for name in KNOWN}


def _fill(result: dict[str, NDArray[np.generic]], frames: NDArray[np.int64], step: Step) -> None:
    """What is known of a successful episode: its step, its course, and that its aim holds at the end.

    In its first half the aim does not hold yet; when it began to hold is unknown.
    """
    count = len(frames)
    way = max(count - RESTING_FRAMES, 1)
    past = np.arange(count, dtype=np.float32)
    at_end = (past >= way).astype(np.float32)
    result["step.code"][frames] = tokens.encode_step(step)
    result["label.done"][frames, 0] = at_end
    result["label.progress"][frames, 0] = np.minimum(past / way, 1.0)
    result["label.success"][frames, 0] = at_end
    result["known.action"][frames, 0] = 1.0
    result["known.success"][frames, 0] = np.maximum(at_end, past < count / 2)
