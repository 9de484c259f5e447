"""Every arm back end keeps the contract of arms/base.py."""

import numpy as np
import pytest

from vla_assistant import registry
from vla_assistant.arms.servo import JointCommand

NAMES = [name for name, found in registry.backends("arms").items() if not found.missing]


@pytest.fixture(params=NAMES)
def arm(request: pytest.FixtureRequest):
    found = registry.backend("arms", request.param)
    arm = found.create(found.config_class())
    yield arm
    arm.close()


def test_it_can_be_asked_before_it_is_connected(arm) -> None:
    able = arm.ability
    joints = len(able.joint_lower)
    assert (able.joint_lower < able.joint_upper).all()
    assert len(able.joint_upper) == len(able.joint_speed) == joints
    assert (able.joint_speed > 0).all()
    assert (able.workspace_lower < able.workspace_upper).all()
    assert isinstance(arm.is_real, bool)


def test_connecting_moves_nothing_and_the_state_is_whole(arm) -> None:
    arm.connect()
    first, second = arm.state(), arm.state()
    np.testing.assert_array_equal(first.joints, second.joints)
    assert np.abs(first.velocities).max() < 0.01
    assert 0.0 <= first.gripper <= 1.0
    assert second.time_s >= first.time_s


def test_it_says_what_it_really_sent_and_keeps_its_position(arm) -> None:
    arm.connect()
    before = arm.state()
    command = JointCommand(before.joints, np.zeros_like(before.joints), before.gripper)
    for _ in range(5):
        sent = arm.send(command)
    np.testing.assert_allclose(sent.joints, command.joints, atol=1e-3)
    np.testing.assert_allclose(arm.state().joints, before.joints, atol=2e-3)


def test_closing_twice_and_before_connecting_is_fine(arm) -> None:
    arm.close()
    arm.connect()
    arm.close()
    arm.close()
