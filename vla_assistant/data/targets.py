"""From recorded columns to what the network is trained towards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from vla_assistant.data.aftermath import aftermath
from vla_assistant.data.features import KNOWN, MAX_THINGS
from vla_assistant.errors import InputError
from vla_assistant.networks import tokens
from vla_assistant.networks.senses import normal_action, normal_state

# A thing counts as seen from this share of the picture: 4 of 96 x 96 pixels.
SEEN_SHARE = 4 / 96**2
# What has left this box over the table is no aim any more [m].
LOWEST = np.array([0.0, -0.6, -0.02], np.float32)
HIGHEST = np.array([0.9, 0.6, 0.6], np.float32)

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Targets:
    """Inputs (but for the pictures) and targets of n frames.

    Attributes:
        state: Normalised state (n, 17).
        step: Step codes (n, 8).
        actions: Normalised chunk (n, h, 7); the gripper in [-1, 1].
        action_weight: 1 where a row of the chunk is a valid target (n, h).
        position: Object, destination and second anchor (n, 3, 3) [m].
        position_weight: 1 where there is one (n, 3).
        done, progress, success: 0-1, (n,).
        things: Colour and shape of everything in the scene, -1 for nothing (n, k, 2).
        uv: Where it is in front and wrist picture (n, k, 2 cameras, 2).
        seen: Whether it is seen there (n, k, 2 cameras).
        scene_weight: 1 where the things in the scene are known (n,).
        success_weight: 1 where the success is known (n,).
        place, place_uv: Where the object came to lie, on the table (n, 2) [m] and in the front picture (n, 2).
        place_weight, place_uv_weight: 1 where that is known and was the aim (n,).
    """

    state: Floats
    step: NDArray[np.int64]
    actions: Floats
    action_weight: Floats
    position: Floats
    position_weight: Floats
    done: Floats
    progress: Floats
    success: Floats
    things: NDArray[np.int64]
    uv: Floats
    seen: Floats
    scene_weight: Floats
    success_weight: Floats
    place: Floats
    place_uv: Floats
    place_weight: Floats
    place_uv_weight: Floats

    def take(self, frames: NDArray[np.int64]) -> Targets:
        """The targets of these frames."""
        return Targets(**{field.name: getattr(self, field.name)[frames] for field in fields(self)})


def make_targets(columns: Mapping[str, NDArray[np.generic]], horizon: int) -> Targets:
    """Targets of all frames, given the columns (n, width) of whole episodes in order.

    Columns of `features.KNOWN` say what is unknown of a real table; without them everything is known.

    Raises:
        InputError: The recording was made for other steps than this program knows.
    """
    step = columns["step.code"].astype(np.int64)
    if step.shape[1] != tokens.CODE_WIDTH:
        raise InputError(
            f"The recording describes a step by {step.shape[1]} numbers; this program needs {tokens.CODE_WIDTH}.",
            "It is from another version; record anew: vla-assistant generate.",
        )
    position = columns["label.position"].astype(np.float32).reshape(-1, tokens.NAMED, 3)
    named = step[:, tokens.NAMED_SHAPES] != tokens.NO_SHAPE
    valid = named & inside(position)
    scene_known, action_known, success_known = (_known(columns, name) for name in KNOWN)
    lost = (named & ~valid).any(axis=1) & (scene_known > 0)
    actions, weight = _chunks(columns, horizon)
    after = aftermath(columns)
    front = columns["things.front"].astype(np.float32).reshape(-1, MAX_THINGS, 3)
    wrist = columns["things.wrist"].astype(np.float32).reshape(-1, MAX_THINGS, 3)
    both = np.stack([front, wrist], axis=2)
    return Targets(
        state=normal_state(columns["observation.state"].astype(np.float64)),
        step=step,
        actions=actions,
        action_weight=weight * ~lost[:, None] * action_known[:, None],
        position=np.where(valid[..., None], position, 0.0),
        position_weight=valid * scene_known[:, None],
        done=_flat(columns["label.done"]),
        progress=_flat(columns["label.progress"]),
        success=_flat(columns["label.success"]),
        things=columns["things.code"].astype(np.int64).reshape(-1, MAX_THINGS, 2),
        uv=both[..., :2],
        seen=(both[..., 2] >= SEEN_SHARE).astype(np.float32),
        scene_weight=scene_known,
        success_weight=success_known,
        place=after.place,
        place_uv=after.uv,
        place_weight=after.place_weight * scene_known * success_known,
        place_uv_weight=after.uv_weight * scene_known * success_known,
    )


def inside(position: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Whether positions (..., 3) lie where things can be reached."""
    return np.asarray(((position > LOWEST) & (position < HIGHEST)).all(axis=-1))


def _known(columns: Mapping[str, NDArray[np.generic]], name: str) -> Floats:
    return _flat(columns[name]) if name in columns else np.ones(len(columns["step.code"]), np.float32)


def _flat(column: NDArray[np.generic]) -> Floats:
    return column.astype(np.float32).reshape(-1)


def _chunks(columns: Mapping[str, NDArray[np.generic]], horizon: int) -> tuple[Floats, Floats]:
    """The next `horizon` actions of every frame, and which of them are valid targets.

    A later action belongs to the frame only as long as nothing but the expert moved the arm in between. Behind the end
    of an episode that the expert ended, the arm shall stay where it is.
    """
    episode = columns["episode_index"].reshape(-1)
    noisy = columns["label.noisy"].reshape(-1).astype(bool)
    done = _flat(columns["label.done"]) > 0.5
    action = normal_action(columns["action"].astype(np.float64))
    still = action.copy()
    still[:, :6] = 0.0
    count = len(episode)
    last = np.searchsorted(episode, episode, side="right") - 1
    chunks = np.empty((count, horizon, action.shape[1]), np.float32)
    weight = np.empty((count, horizon), np.float32)
    clean = np.ones(count, bool)
    for ahead in range(horizon):
        wanted = np.arange(count) + ahead
        inside = wanted <= last
        chunks[:, ahead] = np.where(inside[:, None], action[np.minimum(wanted, last)], still[last])
        weight[:, ahead] = clean & (inside | done[last])
        clean &= ~(inside & noisy[np.minimum(wanted, last)])
    return chunks, weight
