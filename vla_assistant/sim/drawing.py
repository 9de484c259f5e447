"""Pictures of the simulated world: one OpenGL context, drawn without a window.

The context belongs to the thread that draws first; draw from that thread only.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vla_assistant.types import ImageArray

LARGEST = 1024  # pixels, equal to the offscreen buffer in scene_model

HIDDEN_GROUP = 3  # geoms that only collide, and things that no scene uses


class Painter:
    """Draws a camera's view into an array. Created by `cameras.Cameras` when the first picture is wanted."""

    def __init__(self, model: Any, size: int = LARGEST) -> None:
        import mujoco

        self._mj = mujoco
        self._model = model
        self._gl = mujoco.GLContext(size, size)
        self._gl.make_current()
        self._scene = mujoco.MjvScene(model, maxgeom=400)
        self._option = mujoco.MjvOption()
        self._option.geomgroup[HIDDEN_GROUP] = 0
        self._perturb = mujoco.MjvPerturb()
        self._view = mujoco.MjvCamera()
        self._view.type = mujoco.mjtCamera.mjCAMERA_FIXED
        self._context = mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_100)
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN, self._context)

    def picture(self, data: Any, camera: int, height: int, width: int) -> ImageArray:
        """uint8 (height, width, 3) RGB."""
        return self._draw(data, camera, height, width)

    def geom_ids(self, data: Any, camera: int, height: int, width: int) -> NDArray[np.int32]:
        """Which geom each pixel shows (height, width), -1 for none."""
        flags = self._scene.flags
        flags[self._mj.mjtRndFlag.mjRND_SEGMENT] = flags[self._mj.mjtRndFlag.mjRND_IDCOLOR] = 1
        try:
            coded = self._draw(data, camera, height, width).astype(np.int32)
        finally:
            flags[self._mj.mjtRndFlag.mjRND_SEGMENT] = flags[self._mj.mjtRndFlag.mjRND_IDCOLOR] = 0
        drawn = coded[..., 0] + (coded[..., 1] << 8) + (coded[..., 2] << 16)
        table = np.full(self._scene.ngeom + 1, -1, np.int32)
        for geom in self._scene.geoms[: self._scene.ngeom]:
            if geom.objtype == self._mj.mjtObj.mjOBJ_GEOM and 0 <= geom.segid < self._scene.ngeom:
                table[geom.segid + 1] = geom.objid
        return table[np.minimum(drawn, self._scene.ngeom)]

    def close(self) -> None:
        """Free the context; idempotent."""
        if self._gl is not None:
            self._gl.make_current()
            self._context.free()
            self._gl.free()
            self._gl = None

    def _draw(self, data: Any, camera: int, height: int, width: int) -> ImageArray:
        self._view.fixedcamid = camera
        everything = self._mj.mjtCatBit.mjCAT_ALL
        self._mj.mjv_updateScene(self._model, data, self._option, self._perturb, self._view, everything, self._scene)
        viewport = self._mj.MjrRect(0, 0, width, height)
        self._mj.mjr_render(viewport, self._scene, self._context)
        upside_down = np.empty((height, width, 3), np.uint8)
        self._mj.mjr_readPixels(upside_down, None, viewport, self._context)
        return np.ascontiguousarray(upside_down[::-1])
