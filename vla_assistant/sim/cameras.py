"""The cameras of the simulated world: what they show, and where points appear in their pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vla_assistant.sim import scene_model
from vla_assistant.sim.drawing import Painter
from vla_assistant.types import ImageArray


class Cameras:
    """The cameras "front" and "wrist" of one model. A drawing context is made when the first picture is wanted."""

    def __init__(self, model: Any, data: Any) -> None:
        self._model, self._data = model, data
        self._ids = {name: model.camera(name).id for name in scene_model.CAMERAS}
        self._painter: Painter | None = None

    def picture(self, camera: str, height: int, width: int) -> ImageArray:
        """uint8 (height, width, 3) RGB."""
        return self._paint().picture(self._data, self._ids[camera], height, width)

    def geoms(self, camera: str, size: int) -> NDArray[np.int32]:
        """The geom of each pixel of a square picture that shows one (n,)."""
        shown = self._paint().geom_ids(self._data, self._ids[camera], size, size)
        return shown[shown >= 0]

    def project(self, camera: str, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """See `SimWorld.project`."""
        camera_id = self._ids[camera]
        axes = self._data.cam_xmat[camera_id].reshape(3, 3)
        seen = (np.asarray(points, dtype=np.float64) - self._data.cam_xpos[camera_id]) @ axes
        depth = -seen[:, 2]
        half = np.tan(np.radians(self._model.cam_fovy[camera_id]) / 2)
        safe = np.where(np.abs(depth) < 1e-6, 1e-6, depth) * half
        return np.stack([0.5 + 0.5 * seen[:, 0] / safe, 0.5 - 0.5 * seen[:, 1] / safe, depth], axis=1)

    def close(self) -> None:
        """Free the drawing context; idempotent."""
        if self._painter is not None:
            self._painter.close()
            self._painter = None

    def _paint(self) -> Painter:
        if self._painter is None:
            self._painter = Painter(self._model)
        return self._painter
