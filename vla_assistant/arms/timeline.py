"""Which part of a chunk belongs to now: poses commanded lately, by time, and the actions that are left. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque

import numpy as np

from vla_assistant.arms.base import PERIOD_S
from vla_assistant.sim.kinematics import rotation_matrix, rotation_vector
from vla_assistant.types import ActionChunk, FloatArray, PoseArray

_REMEMBERED = 150  # ticks: three seconds, far more than any chunk may be old
ROUNDING_S = 1e-4
SHORTEST_TICKS = 2
BLEND_TICKS = 8
"""How long a new chunk takes to lead from the motion of the old one into its own: 0.16 s.

The next one may come earlier, after one action of 5 ticks. A blend cut short goes on from its own pose and speed, and
measured, this is still smoother than one that ends in time: see docs/policy.md."""

Pieces = list[tuple[FloatArray, int]]
"""Actions (7,), each with its duration in ticks."""


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
        index = bisect_right(self._times, time_s + ROUNDING_S) - 1
        return self._poses[max(index, 0)]

    @property
    def velocity(self) -> PoseArray:
        """How the commanded pose moved in the last tick, (6,) [m/s, rad/s]; zero when fewer than two are known."""
        if len(self._poses) < 2:
            return np.zeros(6)
        return _way(self._poses[-2], self._poses[-1]).astype(np.float64) / PERIOD_S

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
    velocity: PoseArray | None = None,
) -> Pieces:
    """The actions (7,) that are left of a chunk after `lag_s`, each with its duration in ticks.

    They begin at the pose that is commanded now and with its `velocity` (6,) [m/s, rad/s], and lead within BLEND_TICKS
    to where the chunk wants the tool by then, so that what the arm did since the picture is neither repeated nor lost,
    and neither position nor speed jumps; each piece of that way is kept below `tool_speed` [m/s] and `turn_speed`
    [rad/s]. Without lag and from the chunk's own start the actions are the chunk's, unchanged.
    """
    step_ticks = max(1, round(chunk.step_s / PERIOD_S))
    passed = max(0, round(lag_s / PERIOD_S))
    if not passed and np.allclose(T_base_start, T_base_now, atol=1e-9):
        return [(action, step_ticks) for action in chunk.actions]
    left = len(chunk.actions) * step_ticks - passed
    if left < SHORTEST_TICKS:
        return []
    wanted = [_pose_at(chunk.actions, (passed + tick) / step_ticks, T_base_start) for tick in range(left + 1)]
    blended = _blended(wanted[: BLEND_TICKS + 1], T_base_now, np.zeros(6) if velocity is None else velocity)
    limits = tool_speed * PERIOD_S, turn_speed * PERIOD_S
    moves = _moves(T_base_now, blended, limits)
    grips = [chunk.actions[(passed + tick) // step_ticks, 6:] for tick in range(len(moves))]
    pieces = [(np.concatenate([move, grip]), 1) for move, grip in zip(moves, grips, strict=True)]
    return pieces + _rest(chunk.actions, passed + len(moves), step_ticks)


def _blended(wanted: list[PoseArray], T_base_now: PoseArray, velocity: PoseArray) -> list[PoseArray]:
    """The poses after each tick of a way from `T_base_now` at `velocity` (6,) into the wanted ones, one a tick.

    What both differ by, and how fast that changes, fades to nothing along a cubic. Source: Hermite's cubic with both
    ends of one side at zero.
    """
    ticks = len(wanted) - 1
    gap = _way(wanted[0], T_base_now)
    slope = (velocity * PERIOD_S - _way(wanted[0], wanted[1])) * ticks
    shares = np.arange(1, ticks + 1)[:, None] / ticks
    fades = (1 + 2 * shares) * (1 - shares) ** 2 * gap + shares * (1 - shares) ** 2 * slope
    return [_moved(pose, offset) for pose, offset in zip(wanted[1:], fades, strict=True)]


def _moves(T_base_from: PoseArray, poses: list[PoseArray], limits: tuple[float, float]) -> list[FloatArray]:
    """From pose to pose, (6,) each; none longer than the limits [m], [rad]: the next one then tries to catch up."""
    moves, at = [], T_base_from
    for pose in poses:
        move = _way(at, pose)
        move[:3], move[3:] = _at_most(limits[0], move[:3]), _at_most(limits[1], move[3:])
        moves.append(move)
        at = _moved(at, move)
    return moves


def _rest(actions: FloatArray, passed: int, step_ticks: int) -> Pieces:
    """What is left of the actions (m, 7) after so many ticks, the first of it cut."""
    current, into = divmod(passed, step_ticks)
    if current >= len(actions):
        return []
    cut = actions[current].copy()
    cut[:6] *= (step_ticks - into) / step_ticks
    return [(cut, step_ticks - into)] + [(action, step_ticks) for action in actions[current + 1 :]]


def _pose_at(actions: FloatArray, done: float, T_base_start: PoseArray) -> PoseArray:
    """Where the actions (m, 7) have led from `T_base_start` when `done` of them are over, parts counted."""
    whole = int(done)
    pose = T_base_start
    for action in actions[:whole]:
        pose = _moved(pose, action[:6])
    return _moved(pose, (done - whole) * actions[whole, :6]) if done > whole else pose


def _moved(T_base_tool: PoseArray, move: FloatArray) -> PoseArray:
    """The pose after a displacement [m] and rotation vector [rad] (6,) in the base frame."""
    pose = T_base_tool.copy()
    pose[:3, 3] += move[:3]
    pose[:3, :3] = rotation_matrix(move[3:6]) @ pose[:3, :3]
    return pose


def _way(T_base_from: PoseArray, T_base_to: PoseArray) -> FloatArray:
    """Displacement [m] and rotation vector [rad] (6,) in the base frame from one pose to another."""
    turn = rotation_vector(T_base_to[:3, :3] @ T_base_from[:3, :3].T)
    return np.concatenate([T_base_to[:3, 3] - T_base_from[:3, 3], turn]).astype(np.float32)


def _at_most(length: float, vector: FloatArray) -> FloatArray:
    """The vector (3,), shortened to `length` where it is longer."""
    return vector * min(1.0, length / max(float(np.linalg.norm(vector)), 1e-9))
