"""Other poses to start from: the tool anywhere over the table, the gripper half open."""

from __future__ import annotations

from functools import cache

import numpy as np

from vla_assistant.sim.kinematics import Kinematics, rotation_matrix
from vla_assistant.types import PoseArray

LOWEST, HIGHEST = (0.32, -0.30, 0.15), (0.62, 0.30, 0.42)  # m: the box in which the tool starts
GRIPPER = (0.3, 0.7)
_LEAN, _TURN = 0.10, 0.6  # rad, standard deviations about the horizontal axes and about the vertical


def other_pose(rng: np.random.Generator) -> tuple[PoseArray, float]:
    """Joint angles (7,) [rad] of a tool pose that points roughly down, and the gripper's opening 0-1."""
    kinematics = _kinematics()
    T_base_tool = kinematics.forward(kinematics.home_joints)
    T_base_tool[:3, 3] = rng.uniform(LOWEST, HIGHEST)
    turn = rng.normal(0.0, (_LEAN, _LEAN, _TURN)).clip(-1.2, 1.2)
    T_base_tool[:3, :3] = rotation_matrix(turn) @ T_base_tool[:3, :3]
    joints = kinematics.solve(T_base_tool, kinematics.home_joints, iterations=40)
    return joints, float(rng.uniform(*GRIPPER))


@cache
def _kinematics() -> Kinematics:
    return Kinematics()
