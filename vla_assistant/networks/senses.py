"""What the network sees and feels: pictures of its size, the arm's state as 17 numbers, actions as numbers near one.

The same functions serve recording, training and the running program, so that none of them can drift apart.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vla_assistant.types import ACTION_WIDTH, FloatArray, ImageArray, PoseArray, RobotState

STATE_NAMES = (
    *("x", "y", "z"),
    *("r11", "r21", "r31", "r12", "r22", "r32"),
    *("gripper", "gripper_command"),
    *("lag_x", "lag_y", "lag_z", "lag_rx", "lag_ry", "lag_rz"),
)
STATE_WIDTH = len(STATE_NAMES)

# Reach of the arm over the table: centre and half width [m]; a lag of 2 cm or 0.1 rad is already large.
_STATE_OFFSET = np.array([0.45, 0.0, 0.2, *[0.0] * 6, 0.5, 0.5, *[0.0] * 6])
_STATE_SCALE = np.array([0.15, 0.2, 0.15, *[1.0] * 6, 0.5, 0.5, *[0.02] * 3, *[0.1] * 3])

# One action of 0.1 s: 4 cm is the expert's fastest displacement, 0.25 rad its fastest turn.
_ACTION_OFFSET = np.array([*[0.0] * 6, 0.5])
_ACTION_SCALE = np.array([*[0.04] * 3, *[0.25] * 3, 0.5])

PART_OPEN = 0.65
"""Opening of the expert's fingers between the walls of the drawer, where there is no room for more."""

NO_PICTURE = 128
"""Grey level in place of the picture of a camera that is not there."""


def policy_picture(image: ImageArray, size: int) -> ImageArray:
    """The picture as the network sees it: centre square, area-averaged to uint8 (size, size, 3)."""
    import cv2

    height, width = image.shape[:2]
    edge = min(height, width)
    top, left = (height - edge) // 2, (width - edge) // 2
    square = image[top : top + edge, left : left + edge]
    if edge == size:
        return np.ascontiguousarray(square)
    how = cv2.INTER_AREA if edge > size else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(square, (size, size), interpolation=how), dtype=np.uint8)


def spread(count: int, wanted: int) -> NDArray[np.int64]:
    """Which of `count` moments a model of `wanted` pictures sees, (wanted,): uniformly from the first to the last.

    Of fewer than wanted some are seen more than once. One alone is the last: now.
    """
    return np.linspace(count - 1, 0, wanted).round().astype(np.int64)[::-1]


def state_vector(state: RobotState) -> FloatArray:
    """Pose of the tool, gripper and how far the tool lags behind its command: float32 (17,) [m, rad]."""
    measured, commanded = state.T_base_tool, state.T_base_command
    lag = commanded[:3, 3] - measured[:3, 3]
    turn = rotation_vector(commanded[:3, :3] @ measured[:3, :3].T)
    grip = (state.gripper, state.gripper_command)
    return np.concatenate([measured[:3, 3], measured[:3, :2].T.ravel(), grip, lag, turn]).astype(np.float32)


def rotation_vector(rotation: PoseArray) -> PoseArray:
    """Rotation matrix (3, 3) as a vector of axis times angle [rad], for angles well below pi."""
    axis = np.array([rotation[2, 1] - rotation[1, 2], rotation[0, 2] - rotation[2, 0], rotation[1, 0] - rotation[0, 1]])
    sine, cosine = np.linalg.norm(axis) / 2, (np.trace(rotation) - 1) / 2
    if sine < 1e-9:
        return np.zeros(3)
    return np.asarray(axis / (2 * sine) * np.arctan2(sine, cosine), dtype=np.float64)


def normal_state(state: NDArray[np.floating]) -> FloatArray:
    """State vectors (..., 17) as numbers of the order of one."""
    return ((state - _STATE_OFFSET) / _STATE_SCALE).clip(-5.0, 5.0).astype(np.float32)


def normal_action(action: NDArray[np.floating]) -> FloatArray:
    """Actions (..., 7) in metres, radians, 0-1 as numbers in about [-1, 1]."""
    return ((action - _ACTION_OFFSET) / _ACTION_SCALE).astype(np.float32)


def real_action(action: NDArray[np.floating]) -> FloatArray:
    """Undo `normal_action`."""
    assert action.shape[-1] == ACTION_WIDTH
    return (action * _ACTION_SCALE + _ACTION_OFFSET).astype(np.float32)


def opening(logit: NDArray[np.floating]) -> FloatArray:
    """What the logit of the gripper (...) means: shut 0, open 1, or in between, which is learnt as a share of open."""
    return nearest_opening(1 / (1 + np.exp(-logit)))


def nearest_opening(share: NDArray[np.floating]) -> FloatArray:
    """The opening that the expert would take for a share of open (...), 0-1: shut, in between, or open."""
    return np.select([share < 0.5, share < (1 + PART_OPEN) / 2], [0.0, PART_OPEN], 1.0).astype(np.float32)


def constants() -> dict[str, list[float]]:
    """The normalisation constants; they travel with the weights and are compared when those are loaded."""
    arrays = {"state_offset": _STATE_OFFSET, "state_scale": _STATE_SCALE}
    arrays |= {"action_offset": _ACTION_OFFSET, "action_scale": _ACTION_SCALE}
    return {name: array.tolist() for name, array in arrays.items()}
