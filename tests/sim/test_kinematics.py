"""Kinematics: solving undoes forward, home is where it is said to be, clearance tells table and self apart."""

from __future__ import annotations

import numpy as np
import pytest

from vla_assistant.sim import arm_model
from vla_assistant.sim.kinematics import Kinematics, rotation_matrix, rotation_vector


@pytest.fixture(scope="module")
def kinematics() -> Kinematics:
    return Kinematics()


def test_home_points_straight_down_at_the_home_place(kinematics: Kinematics) -> None:
    pose = kinematics.forward(kinematics.home_joints)
    np.testing.assert_allclose(pose[:3, 3], arm_model.HOME_TOOL, atol=1e-4)
    np.testing.assert_allclose(pose[:3, :3], np.diag([1.0, -1.0, -1.0]), atol=1e-4)


@pytest.mark.parametrize("seed", range(20))
def test_solving_undoes_forward(kinematics: Kinematics, seed: int) -> None:
    rng = np.random.default_rng(seed)
    joints = kinematics.home_joints + rng.uniform(-0.4, 0.4, 7)
    joints = np.clip(joints, arm_model.JOINT_LOWER + 0.1, arm_model.JOINT_UPPER - 0.1)
    target = kinematics.forward(joints)
    found = kinematics.solve(target, kinematics.home_joints, iterations=40)
    np.testing.assert_allclose(kinematics.forward(found), target, atol=2e-4)
    assert (found > arm_model.JOINT_LOWER).all()
    assert (found < arm_model.JOINT_UPPER).all()


@pytest.mark.parametrize("place", [(0.68, 0.0), (0.62, 0.31), (0.62, -0.31), (0.34, 0.31), (0.34, -0.31)])
def test_the_whole_table_in_use_is_within_reach(kinematics: Kinematics, place: tuple[float, float]) -> None:
    target = kinematics.forward(kinematics.home_joints)
    target[:3, 3] = [*place, 0.02]
    found = kinematics.solve(target, kinematics.home_joints, iterations=60)
    np.testing.assert_allclose(kinematics.forward(found), target, atol=1e-3)
    assert kinematics.clearance(found) > 0.005


def test_an_unreachable_pose_is_approached_and_limits_hold(kinematics: Kinematics) -> None:
    target = kinematics.forward(kinematics.home_joints)
    target[:3, 3] = [2.0, 0.0, 0.3]
    found = kinematics.solve(target, kinematics.home_joints, iterations=60)
    assert np.isfinite(found).all()
    assert (found >= arm_model.JOINT_LOWER).all()
    assert (found <= arm_model.JOINT_UPPER).all()


def test_clearance_is_positive_at_home_and_negative_in_the_table(kinematics: Kinematics) -> None:
    assert kinematics.clearance(kinematics.home_joints) > 0.02
    target = kinematics.forward(kinematics.home_joints)
    target[:3, 3] = [0.45, 0.0, -0.01]
    assert kinematics.clearance(kinematics.solve(target, kinematics.home_joints, iterations=60)) < 0.0


@pytest.mark.parametrize("angle", [1e-9, 1e-4, 0.5, 2.0, np.pi - 1e-4, np.pi])
def test_rotation_vectors_survive_the_way_to_a_matrix_and_back(angle: float) -> None:
    axis = np.array([2.0, -1.0, 2.0]) / 3.0
    matrix = rotation_matrix(angle * axis)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(rotation_matrix(rotation_vector(matrix)), matrix, atol=1e-6)
