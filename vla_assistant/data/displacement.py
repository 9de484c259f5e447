"""What the arm was told to do between two looks: the action of a recording, whoever drove."""

from __future__ import annotations

import numpy as np

from vla_assistant.networks.senses import rotation_vector
from vla_assistant.types import FloatArray, RobotState

STEP_S = 0.1
"""Time from one frame to the next, and what an action lasts."""
MOVED_M, MOVED_RAD, MOVED_GRIPPER = 0.0005, 0.002, 0.01
LONGEST_S = 0.3


def displacement(before: RobotState, after: RobotState) -> FloatArray:
    """The action (7,) of 0.1 s: dx dy dz [m] and rotation vector [rad] between the commanded poses, gripper 0-1.

    Looks are meant to be 0.1 s apart; where one came late the motion is taken down to that time.
    """
    passed_s = after.time_s - before.time_s
    return _share(before, after, STEP_S / min(max(passed_s, STEP_S), LONGEST_S))


def displacements(before: RobotState, after: RobotState, step_s: float = STEP_S) -> FloatArray:
    """The same as as many equal actions (k, 7) of `step_s` as there was time for between two looks; 0 for none."""
    count = max(round((after.time_s - before.time_s) / step_s), 0)
    return np.repeat(_share(before, after, 1 / max(count, 1))[None], count, axis=0)


def _share(before: RobotState, after: RobotState, share: float) -> FloatArray:
    """This share of the motion between the commanded poses, and the gripper's command after it, (7,)."""
    shift = after.T_base_command[:3, 3] - before.T_base_command[:3, 3]
    turn = rotation_vector(after.T_base_command[:3, :3] @ before.T_base_command[:3, :3].T)
    return np.concatenate([shift * share, turn * share, [after.gripper_command]]).astype(np.float32)


def moved(before: RobotState, after: RobotState) -> bool:
    """Whether the arm, its fingers or what they were told has changed between two looks."""
    for one, other in (
        (before.T_base_command, after.T_base_command),
        (before.T_base_tool, after.T_base_tool),
    ):
        if np.linalg.norm(other[:3, 3] - one[:3, 3]) > MOVED_M:
            return True
        if np.linalg.norm(rotation_vector(other[:3, :3] @ one[:3, :3].T)) > MOVED_RAD:
            return True
    fingers = (after.gripper - before.gripper, after.gripper_command - before.gripper_command)
    return max(map(abs, fingers)) > MOVED_GRIPPER
