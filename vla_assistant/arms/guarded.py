"""The only way to move an arm: chunk -> guard -> servo -> guard -> arm, one tick of 20 ms at a time.

The motion process calls `tick` at 50 Hz; data generation and evaluation call `run`, as fast as the machine can. A hold
is latched: it brakes, forgets everything that was wanted and refuses everything new until `resume`, which moves
nothing. What the user stopped (`stop`) and what the arm holds for by itself (`hold`) are two latches, so that taking
back a stop (`release`) never clears a collision. What the hand meets it gives way to before that, without a latch (see
`yielding`); not on the way home, which nobody chooses anew.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace

import numpy as np

from vla_assistant.arms.base import PERIOD_S, Arm, Guidable
from vla_assistant.arms.homeward import HomeMove
from vla_assistant.arms.limits import limits_of
from vla_assistant.arms.servo import CartesianServo, JointCommand, ServoLimits
from vla_assistant.arms.timeline import ROUNDING_S, Timeline, remaining_actions
from vla_assistant.arms.yielding import Yielding
from vla_assistant.config import SafetySection
from vla_assistant.errors import AssistantError, InputError, UnsupportedError
from vla_assistant.safety import GAVE_WAY, Counts, Guard
from vla_assistant.sim.kinematics import Kinematics
from vla_assistant.types import ActionChunk, FloatArray, RobotState, Verdict

STILL_JOINT = 0.01  # rad/s
STILL_TOOL = 0.002  # m/s
EFFORT_TICKS = 10
"""Too much force for this many ticks in a row is a collision, not a start from rest."""


class GuardedArm:
    """The one holder of an arm. Not thread-safe: one owner thread.

    Args:
        arm: The bare arm; nobody else may keep it.
        guard: What is allowed.
        servo: Makes joint commands of displacements.
        kinematics: The kinematic twin, for the speed of the tool.
    """

    def __init__(self, arm: Arm, guard: Guard, servo: CartesianServo, kinematics: Kinematics) -> None:
        self._arm = arm
        self._guard = guard
        self._servo = servo
        self._kinematics = kinematics
        self._timeline = Timeline()
        self._actions: deque[tuple[FloatArray, int]] = deque()
        self._ticks_left = 0
        self._home: HomeMove | None = None
        self._yielding = Yielding(servo)
        self._gave_way = False
        self._strained = 0
        self._guided = False
        self._sent: JointCommand | None = None
        self._stopped = ""
        self.own_reason = ""
        self.refusal = ""

    def connect(self) -> None:
        """Find the arm and stand where it is."""
        self._arm.connect()
        self.reset()

    def reset(self) -> None:
        """Begin anew at the arm's present position, after it was connected or its scene was changed; stays held."""
        state = self._arm.state()
        self._servo.reset(state.joints, state.gripper)
        self._forget()
        self._yielding.reset()
        self._gave_way = False
        self._timeline.clear()
        self._sent = JointCommand(state.joints, np.zeros_like(state.joints), state.gripper)
        self._state = replace(state, T_base_command=self._servo.commanded_pose, gripper_command=self._servo.gripper)
        self._timeline.note(self._state.time_s, self._state.T_base_command)

    @property
    def is_real(self) -> bool:
        """Whether metal moves."""
        return self._arm.is_real

    @property
    def counts(self) -> Counts:
        """How often the guard stepped in."""
        return self._guard.counts

    @property
    def state(self) -> RobotState:
        """The arm's own state after the last tick, with the commanded pose."""
        return self._state

    @property
    def still(self) -> bool:
        """Whether the arm's own state says that it stands still: every joint < 0.01 rad/s, the tool < 2 mm/s."""
        state = self._state
        if np.abs(state.velocities).max() >= STILL_JOINT:
            return False
        return float(np.linalg.norm(self._kinematics.tool_velocity(state.joints, state.velocities)[:3])) < STILL_TOOL

    @property
    def busy(self) -> bool:
        """Whether actions are left, it is on its way home or it is giving way."""
        return bool(self._actions) or self._ticks_left > 0 or self._home is not None or self._yielding.active

    @property
    def held(self) -> str:
        """Why it holds, its own reason before the user's; empty when it does not."""
        return self.own_reason or self._stopped

    @property
    def homing(self) -> bool:
        """Whether it is on its way home or has not come to rest there."""
        return self._home is not None

    @property
    def moving(self) -> bool:
        """Whether a motion is under way or has not come to rest yet."""
        return self.busy or not self.still

    def submit(self, chunk: ActionChunk, execute: int | None = None) -> Verdict:
        """Replace what is left of the previous chunk by this one, from the action that belongs to now.

        Of a chunk from before the hand gave way nothing is left: it would press on.

        Args:
            chunk: Its displacements start at the pose that was commanded at `chunk.observed_s`.
            execute: Carry out only that many of its actions, counted from its beginning; None means all.
        """
        if self.held:
            return Verdict(False, None, (f"The arm is stopped: {self.held}.",))
        if self._home is not None:
            return Verdict(False, None, ("The arm is on its way home.",))
        if self._guided:
            return Verdict(False, None, ("The arm is being guided by hand.",))
        now_s = self._arm.state().time_s
        T_base_start = self._timeline.at(chunk.observed_s)
        verdict = self._guard.check_chunk(chunk, T_base_start, now_s)
        if verdict.chunk is None:
            return verdict
        if self._yielding.active or chunk.observed_s < self._yielding.until_s - ROUNDING_S:
            return self.since(replace(verdict, reasons=(*verdict.reasons, GAVE_WAY), clipped=True))
        wanted = verdict.chunk if execute is None else replace(verdict.chunk, actions=verdict.chunk.actions[:execute])
        lag_s, limits = now_s - chunk.observed_s, self._guard.limits
        pose, velocity = self._servo.commanded_pose, self._timeline.velocity
        rest = remaining_actions(wanted, T_base_start, pose, lag_s, limits.tool_speed, limits.turn_speed, velocity)
        self._actions = deque(self._kept_inside(rest))
        self._ticks_left = 0
        self.refusal = ""
        return self.since(verdict)

    def since(self, verdict: Verdict) -> Verdict:
        """The verdict on a chunk with what has happened since `submit` or `since` was asked last."""
        gave_way, self._gave_way = verdict.gave_way or self._gave_way, False
        new = (self.refusal,) if self.refusal and self.refusal not in verdict.reasons else ()
        clipped = verdict.clipped or bool(self.refusal)
        return replace(verdict, reasons=(*verdict.reasons, *new), clipped=clipped, gave_way=gave_way)

    def run(self, chunk: ActionChunk, execute: int | None = None) -> Verdict:
        """Lockstep: carry out the first `execute` actions now, then return with time standing still."""
        verdict = self.submit(chunk, execute)
        while self.busy:
            self.tick()
        return self.since(verdict)

    def home(self) -> None:
        """Forget the chunk and go home; `homing` tells when it is there.

        Raises:
            InputError: it is stopped.
        """
        if self.held:
            raise InputError(f"The arm is stopped: {self.held}.", "Resume first.")
        if self._guided:
            self.guide(False)
        self._forget()
        self._home = HomeMove(self._servo, self._kinematics, self._state, self._guard.limits.tool_speed)

    def guide(self, on: bool) -> None:
        """Give way to the user's hand until it is called with False, or a hold or stop comes; then the place is held.

        Meanwhile what the arm does is what it was told: its commanded pose is the measured one.

        Raises:
            UnsupportedError: the arm cannot be guided by hand.
            InputError: it is stopped.
        """
        if not isinstance(self._arm, Guidable):
            raise UnsupportedError("This arm cannot be guided by hand.")
        if on and self.held:
            raise InputError(f"The arm is stopped: {self.held}.", "Resume first.")
        self._arm.guide(on)
        self._guided = on
        self.reset()

    def hold(self, reason: str) -> None:
        """Brake as fast as the limits allow and stay, until `resume`. The first reason, a clause, is kept."""
        self._brake()
        self.own_reason = self.own_reason or reason

    def stop(self, reason: str) -> None:
        """Brake like `hold` because the user wants it; until `release` or `resume`."""
        self._brake()
        self._stopped = self._stopped or reason

    def release(self) -> None:
        """Clear what `stop` latched and nothing else; nothing moves by that."""
        self._stopped = ""

    def resume(self) -> None:
        """Clear both latches; nothing moves by that."""
        self._stopped = self.own_reason = ""

    def settle(self) -> None:
        """Forget what is left of the chunk and come to rest, without a latch; giving way, it does so anyway."""
        if not self._yielding.active:
            self._brake()

    def rest(self, ticks: int) -> None:
        """Let this many periods pass without a new motion."""
        for _ in range(ticks):
            self.tick()

    def tick(self) -> RobotState:
        """One control period; returns the arm's state at its end."""
        if self._guided:
            self.reset()
            return self._state
        self._choose_motion()
        command = self._next_command()
        self._sent = self._arm.send(command)
        self._state = replace(
            self._arm.state(), T_base_command=self._servo.commanded_pose, gripper_command=self._servo.gripper
        )
        self._timeline.note(self._state.time_s, self._state.T_base_command)
        self._watch_effort()
        return self._state

    def close(self) -> None:
        """Let go of the arm; may be called twice."""
        self._forget()
        self._arm.close()

    def _brake(self) -> None:
        if self._guided:
            self.guide(False)
        self._forget()
        self._servo.hold()

    def _forget(self) -> None:
        self._actions.clear()
        self._ticks_left = 0
        self._home = None
        self._yielding.cancel()

    def _kept_inside(self, rest: list[tuple[FloatArray, int]]) -> list[tuple[FloatArray, int]]:
        """Judged once more from where the arm is now: that need not be where the chunk supposed it to be."""
        if not rest:
            return rest
        actions = np.array([action for action, _ in rest])
        actions[:, :3] = self._guard.keep_inside(actions[:, :3], self._servo.commanded_pose)
        return [(action, ticks) for action, (_, ticks) in zip(actions, rest, strict=True)]

    def _choose_motion(self) -> None:
        """Start the next action or leg when the running one is over."""
        if self._home is not None:
            if not self._home.advance() and self.still:
                self._home = None
            return
        if self._yielding.active:
            self._yielding.advance(self._state, self._guard.strain(self._state.effort))
            return
        if self._ticks_left == 0 and self._actions:
            action, self._ticks_left = self._actions.popleft()
            self._servo.start(action, self._ticks_left * PERIOD_S)
        if self._ticks_left:
            self._ticks_left -= 1

    def _next_command(self) -> JointCommand:
        """The servo's next command if the guard lets it pass; else a standstill where the arm is."""
        sent = self._sent
        assert sent is not None, "connect comes first"
        try:
            command = self._servo.tick()
        except AssistantError as error:
            return self._freeze(sent, str(error))
        ruling = self._guard.check_tick(sent.joints, command.joints, command.velocities, PERIOD_S)
        if not ruling.reason or (ruling.may_pass and (self.held or self.refusal) and not self._yielding.active):
            return command
        if ruling.may_pass:
            self._refuse(ruling.reason)
            self._servo.hold()
            return command
        return self._freeze(sent, ruling.reason)

    def _freeze(self, sent: JointCommand, reason: str) -> JointCommand:
        self._refuse(reason)
        self._servo.reset(sent.joints, sent.gripper)
        return JointCommand(sent.joints, np.zeros_like(sent.joints), sent.gripper)

    def _refuse(self, reason: str) -> None:
        """Drop the present motion; a new one may be tried."""
        self._forget()
        self.refusal = reason

    def _watch_effort(self) -> None:
        reason = self._guard.check_effort(self._state.effort)
        self._strained = self._strained + 1 if reason else 0
        if self._strained >= EFFORT_TICKS and not self.own_reason:
            self.hold(reason.rstrip("."))
        elif not self.held and self._home is None and not self._yielding.active:
            self._feel_contact()

    def _feel_contact(self) -> None:
        """Drop what is left of the chunk and take the force away when it is time to."""
        if self._yielding.feel(self._guard.strain(self._state.effort), self._state.time_s):
            self._actions.clear()
            self._ticks_left, self.refusal, self._gave_way = 0, GAVE_WAY, True
            self._guard.count_give_way()
            self._yielding.start(self._state)


def guarded(arm: Arm, safety: SafetySection | None = None) -> GuardedArm:
    """The arm under guard with the limits of the settings; `connect` comes next."""
    safety = safety or SafetySection()
    kinematics = Kinematics()
    limits = limits_of(arm, safety)
    servo = CartesianServo(kinematics, ServoLimits().scaled(safety.speed_scale, limits.tool_speed))
    limits = replace(limits, braking=servo.limits.acceleration)
    return GuardedArm(arm, Guard(limits, Kinematics()), servo, kinematics)
