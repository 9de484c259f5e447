"""The columns of a recording: names, types and shapes as they stand in `meta/info.json`.

`observation.*` and `action` are what every LeRobot program expects. `step.*`, `label.*` and `things.*` are extra
supervision that only a simulator knows; they are used in training alone, never by a running policy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vla_assistant.networks import tokens
from vla_assistant.networks.senses import STATE_NAMES
from vla_assistant.types import ACTION_AXES

MAX_THINGS = 9
"""Eight things, and last the drawer's handle where there is a drawer."""
FRAMES_PER_SECOND = 10


@dataclass(frozen=True)
class Feature:
    """One column: numpy type name (or "video"), shape of one row, and what its numbers are called."""

    dtype: str
    shape: tuple[int, ...]
    names: tuple[str, ...] | None = None

    def as_json(self, fps: int) -> dict[str, Any]:
        """The entry in info.json."""
        entry: dict[str, Any] = {"dtype": self.dtype, "shape": list(self.shape), "names": self.names}
        if self.names is not None:
            entry["names"] = list(self.names)
        if self.dtype == "video":
            height, width, channels = self.shape
            size = {"video.height": height, "video.width": width, "video.channels": channels, "video.fps": fps}
            coding = {"video.codec": "h264", "video.pix_fmt": "yuv444p", "video.is_depth_map": False}
            entry["info"] = size | coding | {"has_audio": False}
        return entry


def _named(prefix: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{prefix}{index}_{name}" for index in range(MAX_THINGS) for name in names)


ROBOT = {
    "observation.state": Feature("float32", (len(STATE_NAMES),), STATE_NAMES),
    "action": Feature("float32", (len(ACTION_AXES),), ACTION_AXES),
}
"""What any recording holds besides pictures: see `networks.senses.state_vector` and `types.ActionChunk`."""

SUPERVISION = {
    # Canonical step, see `networks.tokens`.
    "step.code": Feature("int64", (tokens.CODE_WIDTH,), tokens.CODE_NAMES),
    # 1 where the executed action was not the expert's: a kick, or a policy being corrected; "action" is the expert's.
    "label.noisy": Feature("int64", (1,)),
    # 1 once the expert would end the step; share of the step that lies behind; 1 where the step's aim holds right now.
    "label.done": Feature("float32", (1,)),
    "label.progress": Feature("float32", (1,)),
    "label.success": Feature("float32", (1,)),
    # Centres of object, destination and second anchor in the base frame [m], of a drawer its handle; zeros for what the
    # step does not name.
    "label.position": Feature("float32", (9,), tuple(f"{role}_{axis}" for role in tokens.ROLES for axis in "xyz")),
    # Colour and shape number of everything in the scene, -1 for nothing.
    "things.code": Feature("int64", (2 * MAX_THINGS,), _named("thing", "colour", "shape")),
    # Centre in each picture as fractions, and the share of the picture's pixels that show the thing (wrist:
    # 1 when its centre is in the picture).
    "things.front": Feature("float32", (3 * MAX_THINGS,), _named("thing", "u", "v", "share")),
    "things.wrist": Feature("float32", (3 * MAX_THINGS,), _named("thing", "u", "v", "share")),
}
"""What a simulated recording holds besides."""

KNOWN = ("known.scene", "known.action", "known.success")
"""Columns (n, 1) that training adds to a recording of a real table: 1 where the things, the action, the success of a
frame are known. See `own_recordings`."""

INDEX = {
    "timestamp": Feature("float32", (1,)),
    "frame_index": Feature("int64", (1,)),
    "episode_index": Feature("int64", (1,)),
    "index": Feature("int64", (1,)),
    "task_index": Feature("int64", (1,)),
}
"""Columns that the writer fills in."""


def picture_key(camera: str) -> str:
    """Name of a camera's pictures in the dataset."""
    return f"observation.images.{camera}"


def picture_feature(height: int, width: int) -> Feature:
    """The column type of pictures of this size."""
    return Feature("video", (height, width, 3), ("height", "width", "channels"))
