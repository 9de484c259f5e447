"""Who waits for the arm hears truly why it is not there."""

from __future__ import annotations

import pytest

from vla_assistant.errors import ProcessError
from vla_assistant.events import Part, PartState
from vla_assistant.runtime.arm_start import ArmStart


def never_started() -> ArmStart:
    def tell(part: Part, state: PartState, detail: str, progress: float | None) -> None:
        raise AssertionError(detail)

    return ArmStart(lambda: None, tell, "simulated")


def test_without_a_start_it_was_not_started_because_nothing_was_to_move() -> None:
    with pytest.raises(ProcessError, match="not started, because nothing was to move"):
        never_started().wait()


def test_closed_before_its_start_it_was_closed() -> None:
    arm = never_started()
    arm.close()
    assert not arm.ready
    with pytest.raises(ProcessError, match="closed before it was up"):
        arm.wait()
