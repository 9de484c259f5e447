"""Forward and inverse kinematics of the arm on a model of its own, and how far it is from itself and the table.

Radians and metres; poses are 4x4 matrices of the tool in the base frame.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vla_assistant.sim import arm_model, scene_model
from vla_assistant.types import JOINTS, PoseArray

DAMPING = 1e-4  # lambda^2 of the damped least squares
ITERATIONS = 3
HOME_GAIN = 0.15  # share of the way home that the redundant elbow takes in one iteration,
HOME_STEP = 0.015  # rad at most
LIMIT_MARGIN = 0.02  # rad kept from the mechanical limits
CLOSE_ENOUGH = 1e-4  # m and rad: no further iteration is worth its time
GOOD_ENOUGH = 2e-3  # m and rad: below this a later answer is taken, which lies nearer to home
MAX_DISTANCE = 0.5  # m beyond which clearance is not measured

_PAIRS_WITH_TABLE = ("link4", "link5", "link6", "link7", "hand", "left", "right")
_PAIRS_WITH_TRUNK = ("link5", "link6", "link7", "hand", "left", "right")
_TRUNK = ("base", "link1", "link2", "link3")


class Kinematics:
    """The kinematic twin. Not thread-safe: one owner thread."""

    def __init__(self) -> None:
        import mujoco

        self._mj = mujoco
        self._model = mujoco.MjModel.from_xml_string(scene_model.arm_xml())
        self._data = mujoco.MjData(self._model)
        self._site = self._model.site("tool").id
        self._jacobian = np.zeros((6, self._model.nv))
        self._weights = np.zeros(6)
        self._identity = DAMPING * np.eye(6)
        self._lower = arm_model.JOINT_LOWER + LIMIT_MARGIN
        self._upper = arm_model.JOINT_UPPER - LIMIT_MARGIN
        self._pairs = self._clearance_pairs()
        self.home_joints: PoseArray = arm_model.HOME_JOINTS.copy()

    def forward(self, joints: PoseArray) -> PoseArray:
        """T_base_tool (4, 4) of these joint angles (7,)."""
        self._place(joints)
        T_base_tool = np.eye(4)
        T_base_tool[:3, :3] = self._data.site_xmat[self._site].reshape(3, 3)
        T_base_tool[:3, 3] = self._data.site_xpos[self._site]
        return T_base_tool

    def solve(self, T_base_target: PoseArray, start: PoseArray, iterations: int = ITERATIONS) -> PoseArray:
        """Joint angles (7,) near `start` whose tool pose is nearest to the target within the joint limits.

        Differential, damped least squares with the null space drawn towards home. At the border of its reach the arm is
        near a singularity where a step may lead away from the target; the best angles on the way are the answer.
        Source: Nakamura and Hanafusa 1986, "Inverse kinematic solutions with singularity robustness".
        """
        joints = best = np.clip(start, self._lower, self._upper)
        least = np.inf
        for iteration in range(iterations + 1):
            self._place(joints)
            error = self._error(T_base_target)
            size = float(np.sqrt(error @ error))
            if size <= max(least, GOOD_ENOUGH):
                best, least = joints, size
            if iteration == iterations or (iteration and np.abs(error).max() < CLOSE_ENOUGH):
                break
            joints = np.minimum(np.maximum(joints + self._step(error, joints), self._lower), self._upper)
        return best

    def clearance(self, joints: PoseArray, gripper: float = 1.0) -> float:
        """Smallest distance [m] of the moving links to the table and of the far links to the trunk; negative inside."""
        self._place(joints)
        self._data.qpos[JOINTS:] = gripper * arm_model.FINGER_TRAVEL
        self._mj.mj_kinematics(self._model, self._data)
        distance = self._mj.mj_geomDistance
        return min(distance(self._model, self._data, a, b, MAX_DISTANCE, None) for a, b in self._pairs)

    def tool_velocity(self, joints: PoseArray, velocities: PoseArray) -> NDArray[np.float64]:
        """Linear and angular velocity (6,) of the tool [m/s, rad/s]."""
        self._place(joints)
        return self._tool_jacobian() @ velocities

    def _place(self, joints: PoseArray) -> None:
        self._data.qpos[:JOINTS] = joints
        self._mj.mj_kinematics(self._model, self._data)

    def _tool_jacobian(self) -> NDArray[np.float64]:
        self._mj.mj_comPos(self._model, self._data)
        jacobian = self._jacobian
        self._mj.mj_jacSite(self._model, self._data, jacobian[:3], jacobian[3:], self._site)
        return jacobian[:, :JOINTS]

    def _error(self, T_base_target: PoseArray) -> NDArray[np.float64]:
        """Displacement and rotation vector (6,) from the present to the target pose, in the base frame."""
        present = self._data.site_xmat[self._site].reshape(3, 3)
        error = np.empty(6)
        error[:3] = T_base_target[:3, 3] - self._data.site_xpos[self._site]
        error[3:] = rotation_vector(T_base_target[:3, :3] @ present.T)
        return error

    def _step(self, error: NDArray[np.float64], joints: PoseArray) -> NDArray[np.float64]:
        jacobian = self._tool_jacobian()
        normal = jacobian @ jacobian.T + self._identity
        self._mj.mju_cholFactor(normal, 0.0)
        homeward = self.home_joints - joints
        homeward -= jacobian.T @ self._solved(normal, jacobian @ homeward)
        share = min(HOME_GAIN, HOME_STEP / (float(np.sqrt(homeward @ homeward)) + 1e-9))
        return jacobian.T @ self._solved(normal, error) + share * homeward

    def _solved(self, factor: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
        self._mj.mju_cholSolve(self._weights, factor, right)
        return self._weights

    def _clearance_pairs(self) -> list[tuple[int, int]]:
        names = [self._model.geom(i).name for i in range(self._model.ngeom)]

        def of(prefixes: tuple[str, ...]) -> list[int]:
            return [i for i, name in enumerate(names) if name.startswith(prefixes)]

        table = [i for i, name in enumerate(names) if name == "table"]
        pairs = [(a, b) for a in of(_PAIRS_WITH_TABLE) for b in table]
        return pairs + [(a, b) for a in of(_PAIRS_WITH_TRUNK) for b in of(_TRUNK)]


def rotation_vector(rotation: PoseArray) -> NDArray[np.float64]:
    """Axis times angle (3,) [rad] of a rotation matrix (3, 3)."""
    axis = 0.5 * np.array(
        [rotation[2, 1] - rotation[1, 2], rotation[0, 2] - rotation[2, 0], rotation[1, 0] - rotation[0, 1]]
    )
    sine, cosine = float(np.sqrt(axis @ axis)), 0.5 * float(rotation[0, 0] + rotation[1, 1] + rotation[2, 2] - 1.0)
    if sine > 1e-6:
        return axis * (np.arctan2(sine, cosine) / sine)
    if cosine > 0:
        return axis
    column = int(np.argmax(np.diag(rotation)))
    half_turn = rotation[:, column] + np.eye(3)[column]
    return np.pi * half_turn / np.sqrt(half_turn @ half_turn)


def rotation_matrix(vector: NDArray[np.floating]) -> PoseArray:
    """Rotation matrix (3, 3) of axis times angle (3,) [rad] (Rodrigues)."""
    x, y, z = (float(value) for value in vector)
    angle = float(np.sqrt(x * x + y * y + z * z))
    if angle < 1e-12:
        return np.eye(3)
    skew = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.eye(3) + (np.sin(angle) / angle) * skew + ((1 - np.cos(angle)) / angle**2) * (skew @ skew)
