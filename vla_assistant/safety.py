"""The guard: which motions are allowed. Pure rules, without thread, device or clock of their own.

`Guard.check_chunk` judges what a policy wants before it moves anything, `Guard.check_tick` every joint target on its
way to the arm, `Guard.check_effort` what the arm reports back. What is safe to clip is clipped, the rest is refused
with a reason, and both are counted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from vla_assistant.types import ActionChunk, PoseArray, Verdict

ABSURD_FACTOR = 10.0
"""A displacement this many times above the speed limit is no motion to clip but a fault of the policy."""
FUTURE_S = 0.05
"""A chunk may claim to be this much newer than now; clocks are shared, so more is a fault."""
JERK_S = 0.004
"""Time that a jerk-limited arm needs, on average, before it brakes fully."""
SPEED_TOLERANCE = 0.05
"""Share by which a joint may exceed its speed for one tick before it counts as a fault of the servo."""
GAVE_WAY = "The hand met something; it gave way."
_ROUNDING = 1e-6


class Twin(Protocol):
    """The kinematic twin of the arm."""

    def clearance(self, joints: PoseArray) -> float:
        """Smallest distance between the arm and itself or the table at these angles [m]; negative inside."""
        ...


@dataclass(frozen=True, eq=False)
class Limits:
    """What the guard allows.

    Attributes:
        joint_lower: Lower joint limits float64 (n,) [rad].
        joint_upper: Upper joint limits float64 (n,) [rad].
        joint_speed: Top speeds float64 (n,) [rad/s].
        workspace_lower: Lowest corner of the box the tool stays in, float64 (3,) [m] in the base frame.
        workspace_upper: Highest corner of that box, float64 (3,) [m].
        tool_speed: Top speed of the tool [m/s].
        turn_speed: Top turning speed of the tool [rad/s].
        joint_margin: Distance kept from the joint limits [rad].
        clearance: Distance kept between the arm and itself or the table [m].
        stale_s: A chunk decided on an older picture is refused [s].
        effort: Top joint torques float64 (n,) [N m], or None where the arm reports none.
        braking: Deceleration of a stop, float64 (n,) or one for all joints [rad/s^2]; clearance is checked where the
            arm would come to rest.
    """

    joint_lower: PoseArray
    joint_upper: PoseArray
    joint_speed: PoseArray
    workspace_lower: PoseArray
    workspace_upper: PoseArray
    tool_speed: float
    turn_speed: float
    joint_margin: float = 0.02
    clearance: float = 0.005
    stale_s: float = 0.5
    effort: PoseArray | None = None
    braking: PoseArray | float = 20.0


@dataclass(frozen=True)
class Counts:
    """How often the guard stepped in; `gave_way`: how often the arm gave way to what it met."""

    checked: int = 0
    clipped: int = 0
    refused: int = 0
    gave_way: int = 0


@dataclass(frozen=True)
class Ruling:
    """What the guard says of one joint target.

    Attributes:
        reason: Why it is refused; empty when it is allowed.
        may_pass: The target itself does no harm, but the motion must brake now.
    """

    reason: str = ""
    may_pass: bool = True


class Guard:
    """Judges chunks, joint targets and efforts against limits; keeps nothing but its counts."""

    def __init__(self, limits: Limits, twin: Twin) -> None:
        self.limits = limits
        self.counts = Counts()
        self._twin = twin

    def check_chunk(self, chunk: ActionChunk, T_base_start: PoseArray, now_s: float) -> Verdict:
        """Allow, clip or refuse a chunk whose displacements start at `T_base_start` (4, 4) [m].

        Clipping twice is clipping once, and a chunk of zeros passes unchanged wherever the tool is.
        """
        self.counts = replace(self.counts, checked=self.counts.checked + 1)
        reason = self._why_refused(chunk, now_s)
        if reason:
            self.counts = replace(self.counts, refused=self.counts.refused + 1)
            return Verdict(False, None, (reason,))
        actions, reasons = self._clip(chunk, T_base_start)
        if not reasons:
            return Verdict(True, chunk)
        self.counts = replace(self.counts, clipped=self.counts.clipped + 1)
        return Verdict(True, replace(chunk, actions=actions), reasons, clipped=True)

    def keep_inside(self, moves: np.ndarray, T_base_start: PoseArray) -> np.ndarray:
        """The displacements (m, 3) [m] cut so that their path from `T_base_start` (4, 4) stays in the workspace."""
        limits = self.limits
        return _keep_inside(moves, T_base_start[:3, 3], limits.workspace_lower, limits.workspace_upper)

    def check_tick(self, previous: PoseArray, joints: PoseArray, velocities: PoseArray, step_s: float) -> Ruling:
        """Judge the joint target (n,) [rad] at `velocities` (n,) [rad/s] that follows `previous` after `step_s`.

        A target that leads out of a forbidden region is allowed: otherwise an arm that woke up there could never leave.
        """
        reason = self._why_no_target(previous, joints, velocities, step_s)
        ruling = Ruling(reason, may_pass=False) if reason else Ruling(self._why_brake(previous, joints, velocities))
        if ruling.reason:
            self.counts = replace(self.counts, refused=self.counts.refused + 1)
        return ruling

    def check_effort(self, effort: PoseArray) -> str:
        """Why the reported joint torques (n,) [N m] call for a hold; empty when they are fine."""
        if self.limits.effort is None:
            return ""
        share = np.abs(effort) / self.limits.effort
        worst = int(np.argmax(share))
        if share[worst] <= 1.0:
            return ""
        allowed = self.limits.effort[worst]
        return f"Joint {worst + 1} pushes with {abs(effort[worst]):.0f} N m; {allowed:.0f} N m is allowed."

    def strain(self, effort: PoseArray) -> float:
        """The largest share of its allowed torque that any joint reports (n,) [N m]; 0 where the arm reports none."""
        return 0.0 if self.limits.effort is None else float((np.abs(effort) / self.limits.effort).max())

    def count_give_way(self) -> None:
        """The arm gave way to what it met."""
        self.counts = replace(self.counts, gave_way=self.counts.gave_way + 1)

    def _why_refused(self, chunk: ActionChunk, now_s: float) -> str:
        actions, limits = chunk.actions, self.limits
        if len(actions) == 0:
            return "The policy sent a chunk without any action."
        if not np.isfinite(actions).all():
            return "The policy sent a number that is not finite."
        age = now_s - chunk.observed_s
        if age > limits.stale_s:
            return f"The picture behind this motion is {age:.2f} s old; at most {limits.stale_s:.2f} s is allowed."
        if age < -FUTURE_S:
            return f"The picture behind this motion claims to be {-age:.2f} s in the future."
        speed = float(np.linalg.norm(actions[:, :3], axis=1).max()) / chunk.step_s
        if speed > ABSURD_FACTOR * limits.tool_speed:
            return f"The policy asked for {speed:.1f} m/s at the tool; {limits.tool_speed:.2f} m/s is allowed."
        turn = float(np.linalg.norm(actions[:, 3:6], axis=1).max()) / chunk.step_s
        if turn > ABSURD_FACTOR * limits.turn_speed:
            return f"The policy asked the tool to turn at {turn:.1f} rad/s; {limits.turn_speed:.1f} rad/s is allowed."
        return ""

    def _clip(self, chunk: ActionChunk, T_base_start: PoseArray) -> tuple[np.ndarray, tuple[str, ...]]:
        limits = self.limits
        wanted = chunk.actions.astype(np.float64)
        clipped = wanted.copy()
        clipped[:, :3] = _shorten(wanted[:, :3], limits.tool_speed * chunk.step_s)
        clipped[:, 3:6] = _shorten(wanted[:, 3:6], limits.turn_speed * chunk.step_s)
        clipped[:, 6] = np.clip(wanted[:, 6], 0.0, 1.0)
        fast = _differs(clipped[:, :6], wanted[:, :6])
        inside = self.keep_inside(clipped[:, :3], T_base_start)
        outside = _differs(inside, clipped[:, :3])
        clipped[:, :3] = inside
        told = (
            (fast, "The motion was faster than allowed and was slowed down."),
            (outside, "The motion would leave the workspace and was cut at its border."),
            (_differs(clipped[:, 6], wanted[:, 6]), "The gripper was asked to open or close further than it can."),
        )
        return clipped.astype(np.float32), tuple(sentence for applies, sentence in told if applies)

    def _why_no_target(self, previous: PoseArray, joints: PoseArray, velocities: PoseArray, step_s: float) -> str:
        limits = self.limits
        if not (np.isfinite(joints).all() and np.isfinite(velocities).all()):
            return "A joint target is not a finite number."
        lower, upper = limits.joint_lower + limits.joint_margin, limits.joint_upper - limits.joint_margin
        beyond = np.maximum(lower - joints, joints - upper)
        deeper = beyond > np.maximum(np.maximum(lower - previous, previous - upper), 0.0) + _ROUNDING
        if deeper.any():
            return f"Joint {int(np.argmax(np.where(deeper, beyond, -np.inf))) + 1} would come too close to its limit."
        share = np.abs(joints - previous) / (step_s * limits.joint_speed)
        if share.max() > 1.0 + SPEED_TOLERANCE:
            return f"Joint {int(np.argmax(share)) + 1} would move faster than allowed."
        return ""

    def _why_brake(self, previous: PoseArray, joints: PoseArray, velocities: PoseArray) -> str:
        rest = joints + velocities * (JERK_S + np.abs(velocities) / (2.0 * self.limits.braking))
        distance = self._twin.clearance(rest)
        if distance >= self.limits.clearance or distance >= self._twin.clearance(previous) - _ROUNDING:
            return ""
        return f"The arm would come within {max(distance, 0.0) * 1000:.0f} mm of itself or the table."


def _shorten(vectors: np.ndarray, longest: float) -> np.ndarray:
    """Each row (m, 3) scaled down to at most `longest`."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors * np.minimum(1.0, longest / np.maximum(lengths, 1e-12))


def _keep_inside(moves: np.ndarray, start: PoseArray, lower: PoseArray, upper: PoseArray) -> np.ndarray:
    """The displacements (m, 3) cut so that their path stays in the box; one from outside may only come closer."""
    kept = np.empty_like(moves)
    at = start.astype(np.float64)
    for index, move in enumerate(moves):
        goal = np.clip(at + move, np.minimum(lower, at), np.maximum(upper, at))
        kept[index] = goal - at
        at = goal
    return kept


def _differs(a: np.ndarray, b: np.ndarray) -> bool:
    return bool((np.abs(a - b) > _ROUNDING).any())
