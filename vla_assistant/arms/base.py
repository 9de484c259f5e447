"""The contract of an arm, and its manual.

Nobody holds a bare arm: `arms.guarded.GuardedArm` wraps it before anyone sees it. An arm takes one joint command per
control period (20 ms), converts units at its own edge and says what it really sent. Who writes a new one: one file in
this folder with `REQUIRES`, `Config`, `BACKEND` and a class with the methods below; `tests/arms/test_contract.py` runs
over every back end found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from vla_assistant.types import PoseArray, RobotState

if TYPE_CHECKING:
    from vla_assistant.arms.servo import JointCommand
    from vla_assistant.sim.world import SimWorld

PERIOD_S = 0.02
"""One control period: the loop runs at 50 Hz."""


@dataclass(frozen=True, eq=False)
class Ability:
    """What the arm itself can do, before any setting makes it less.

    Attributes:
        joint_lower: Lower joint limits float64 (n,) [rad].
        joint_upper: Upper joint limits float64 (n,) [rad].
        joint_speed: Top joint speeds float64 (n,) [rad/s].
        effort: Top joint torques float64 (n,) [N m], or None where it reports none.
        workspace_lower: Lowest corner of the box that the tool may reach, float64 (3,) [m] in the base frame.
        workspace_upper: Highest corner of that box, float64 (3,) [m].
    """

    joint_lower: PoseArray
    joint_upper: PoseArray
    joint_speed: PoseArray
    effort: PoseArray | None
    workspace_lower: PoseArray
    workspace_upper: PoseArray


class Arm(Protocol):
    """A bare arm. One owner thread."""

    @property
    def is_real(self) -> bool:
        """Whether metal moves."""
        ...

    @property
    def ability(self) -> Ability:
        """Its limits; can be asked before it is connected."""
        ...

    @property
    def world(self) -> SimWorld | None:
        """The simulated world it moves in; None when it is real."""
        ...

    def connect(self) -> None:
        """Find it and hold its present position; nothing moves.

        Raises:
            DeviceError: it is missing, busy or not powered.
        """
        ...

    def state(self) -> RobotState:
        """What it reports now. `T_base_command` is its own best guess; the guarded arm fills in the commanded pose."""
        ...

    def send(self, command: JointCommand) -> JointCommand:
        """Carry out the command of one period; returns what was really sent.

        Raises:
            DeviceError: it does not answer any more.
        """
        ...

    def close(self) -> None:
        """Let go of it; may be called twice, and before `connect`."""
        ...


@runtime_checkable
class Guidable(Protocol):
    """What an arm has besides when it can be guided by hand."""

    def guide(self, on: bool) -> None:
        """Give way to the user's hand, without falling, until it is called with False; then hold the place.

        While it gives way nothing is sent and `state` is what the hand does.

        Raises:
            DeviceError: it does not answer any more.
        """
        ...
