"""What the arm was really told, read back from recorded states: under noise and corrections not the recorded action."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vla_assistant.networks.senses import STATE_NAMES, rotation_vector
from vla_assistant.types import FloatArray, PoseArray

_COLUMNS = STATE_NAMES.index("r11")
_COMMAND = STATE_NAMES.index("gripper_command")
_LAG, _LAG_TURN = STATE_NAMES.index("lag_x"), STATE_NAMES.index("lag_rx")


def executed(states: NDArray[np.floating]) -> FloatArray:
    """The actions (n, 7) between n + 1 recorded states (n + 1, 17), which are 0.1 s apart.

    They are what `data.displacement` takes from live states. A state holds the measured pose and how far it lags behind
    the commanded one: their sum is what was commanded.
    """
    rows = states.astype(np.float64)
    shift = np.diff(rows[:, :3] + rows[:, _LAG : _LAG + 3], axis=0)
    poses = [_commanded(row) for row in rows]
    turns = [rotation_vector(after @ before.T) for before, after in pairwise(poses)]
    return np.column_stack([shift, np.reshape(turns, (-1, 3)), rows[1:, _COMMAND]]).astype(np.float32)


def _commanded(state: NDArray[np.float64]) -> PoseArray:
    """The commanded rotation (3, 3) of the tool."""
    import cv2

    first, second = state[_COLUMNS : _COLUMNS + 3], state[_COLUMNS + 3 : _COLUMNS + 6]
    measured = np.column_stack([first, second, np.cross(first, second)])
    return np.asarray(cv2.Rodrigues(state[_LAG_TURN : _LAG_TURN + 3])[0] @ measured)
