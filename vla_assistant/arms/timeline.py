"""Which part of a chunk belongs to now: poses commanded lately, by time, and the actions that are left. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque

import numpy as np

from vla_assistant.arms.base import PERIOD_S
from vla_assistant.sim.kinematics import rotation_matrix, rotation_vector
from vla_assistant.types import ActionChunk, FloatArray, PoseArray

_REMEMBERED = 150  # ticks: three seconds, far more than any chunk may be old
_ROUNDING_S = 1e-4
SHORTEST_TICKS = 2


class Timeline:
    """The poses T_base_tool (4, 4) commanded at the last ticks."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=_REMEMBERED)
        self._poses: deque[PoseArray] = deque(maxlen=_REMEMBERED)

    def note(self, time_s: float, pose: PoseArray) -> None:
        """The pose commanded at `time_s`; times never go back."""
        self._times.append(time_s)
        self._poses.append(pose)

    def at(self, time_s: float) -> PoseArray:
        """The pose commanded last at `time_s`; the oldest one known for times before that."""
        index = bisect_right(self._times, time_s + _ROUNDING_S) - 1
        return self._poses[max(index, 0)]

    def clear(self) -> None:
        """Forget everything, as after a new scene."""
        self._times.clear()
        self._poses.clear()


def remaining_actions(
    chunk: ActionChunk,
    T_base_start: PoseArray,
    T_base_now: PoseArray,
    lag_s: float,
    tool_speed: float,
    turn_speed: float,
) -> list[tuple[FloatArray, int]]:
    """The actions (7,) that are left of a chunk after `lag_s`, each with its duration in ticks.

    The first one leads from the pose commanded now to where the chunk wants the tool at that action's end, so that what
    the arm did since the picture is neither repeated nor lost; it is kept below `tool_speed` [m/s] and `turn_speed`
    [rad/s]. Without lag and from the chunk's own start the actions are the chunk's, unchanged.
    """
    step_ticks = max(1, round(chunk.step_s / PERIOD_S))
    passed = max(0, round(lag_s / PERIOD_S))
    current, into = divmod(passed, step_ticks)
    first_ticks = step_ticks - into
    if into and first_ticks < SHORTEST_TICKS:
        current, first_ticks = current + 1, first_ticks + step_ticks
    if current >= len(chunk.actions):
        return []
    first = chunk.actions[current].copy()
    if passed or not np.allclose(T_base_start, T_base_now, atol=1e-9):
        first[:6] = _way(T_base_now, _pose_after(chunk.actions[: current + 1], T_base_start))
        first[:3] = _at_most(tool_speed * first_ticks * PERIOD_S, first[:3])
        first[3:6] = _at_most(turn_speed * first_ticks * PERIOD_S, first[3:6])
    return [(first, first_ticks)] + [(action, step_ticks) for action in chunk.actions[current + 1 :]]


def _pose_after(actions: FloatArray, T_base_start: PoseArray) -> PoseArray:
    """Where the actions (m, 7) lead from `T_base_start`."""
    pose = T_base_start.copy()
    pose[:3, 3] += actions[:, :3].sum(axis=0)
    for action in actions:
        pose[:3, :3] = rotation_matrix(action[3:6]) @ pose[:3, :3]
    return pose


def _way(T_base_from: PoseArray, T_base_to: PoseArray) -> FloatArray:
    """Displacement [m] and rotation vector [rad] (6,) in the base frame from one pose to another."""
    turn = rotation_vector(T_base_to[:3, :3] @ T_base_from[:3, :3].T)
    return np.concatenate([T_base_to[:3, 3] - T_base_from[:3, 3], turn]).astype(np.float32)


def _at_most(length: float, vector: FloatArray) -> FloatArray:
    """The vector (3,), shortened to `length` where it is longer."""
    return vector * min(1.0, length / max(float(np.linalg.norm(vector)), 1e-9))
