"""What a motion will look like before it begins: from the first chunk that the policy would send."""

from __future__ import annotations

import numpy as np

from vla_assistant.types import ActionChunk, Preview, RobotState


def preview(chunk: ActionChunk, state: RobotState, predicted_end: str) -> Preview:
    """The path of the tool over the chunk, from the pose that is commanded now."""
    displacements = np.asarray(chunk.actions[:, :3], dtype=np.float64)
    start = state.T_base_command[:3, 3]
    path = np.vstack([start, start + np.cumsum(displacements, axis=0)])
    speeds = np.linalg.norm(displacements, axis=1) / chunk.step_s
    duration_s = len(displacements) * chunk.step_s
    return Preview(path.astype(np.float32), duration_s, float(speeds.max(initial=0.0)), predicted_end)
