"""What a recording says that the arm was told to do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vla_assistant.data.displacement import displacement, displacements, moved
from vla_assistant.sim.kinematics import rotation_matrix
from vla_assistant.types import RobotState

small = st.floats(-0.03, 0.03)


def state(time_s: float = 0.0, gripper: float = 1.0) -> RobotState:
    zeros = np.zeros(7)
    return RobotState(zeros, zeros, gripper, np.eye(4), np.eye(4), gripper, zeros, time_s)


def commanded(action: np.ndarray, time_s: float = 0.1) -> RobotState:
    pose = np.eye(4)
    pose[:3, 3], pose[:3, :3] = action[:3], rotation_matrix(action[3:6])
    return replace(state(time_s), T_base_command=pose, gripper_command=float(action[6]))


@given(st.lists(small, min_size=6, max_size=6), st.sampled_from([0.0, 1.0]))
def test_it_is_the_action_that_leads_from_one_command_to_the_next(motion: list[float], gripper: float) -> None:
    action = np.array([*motion, gripper])
    np.testing.assert_allclose(displacement(state(), commanded(action)), action, atol=1e-6)


def test_a_late_look_is_taken_down_to_one_action() -> None:
    action = np.array([0.04, 0, 0, 0, 0, 0.1, 1.0])
    np.testing.assert_allclose(displacement(state(), commanded(action, 0.2)), [0.02, 0, 0, 0, 0, 0.05, 1.0], atol=1e-6)


@pytest.mark.parametrize(("passed_s", "count"), [(0.0, 0), (0.04, 0), (0.1, 1), (0.21, 2), (0.8, 8)])
def test_actions_between_two_looks_are_as_many_as_there_was_time_for(passed_s: float, count: int) -> None:
    """Together they lead from one command to the next."""
    found = displacements(state(), commanded(np.array([0.04, 0, 0, 0, 0, 0.08, 0.5]), passed_s))
    assert found.shape == (count, 7)
    for action in found:
        np.testing.assert_allclose(action, [0.04 / count, 0, 0, 0, 0, 0.08 / count, 0.5], atol=1e-6)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (state(0.1), False),
        (commanded(np.array([0.002, 0, 0, 0, 0, 0, 1.0])), True),
        (commanded(np.array([0, 0, 0, 0, 0, 0.01, 1.0])), True),
        (commanded(np.array([0, 0, 0, 0, 0, 0, 0.0])), True),
        (state(0.1, gripper=0.9), True),
        (commanded(np.array([1e-5, 0, 0, 0, 0, 0, 1.0])), False),
    ],
)
def test_only_what_changed_is_worth_a_frame(after: RobotState, expected: bool) -> None:
    assert moved(state(), after) is expected
