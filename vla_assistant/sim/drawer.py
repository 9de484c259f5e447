"""The drawer of a world: put where the scene wants it, or parked out of sight, and read back.

Metres in the base frame. Only success tests, the scripted expert and evaluation may read it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vla_assistant.sim import drawer_model
from vla_assistant.sim.drawing import HIDDEN_GROUP
from vla_assistant.sim.scene import Drawer

Point = NDArray[np.float64]


class DrawerInWorld:
    """The cabinet and drawer of one model."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._cabinet, self._drawer = model.body("cabinet").id, model.body("drawer").id
        self._joint = model.joint("drawer_slide")
        self._handle = model.geom("handle").id
        self._geoms = np.flatnonzero(np.isin(model.geom_bodyid, [self._cabinet, self._drawer]))
        self._contype, self._conaffinity = model.geom_contype[self._geoms], model.geom_conaffinity[self._geoms]
        self._group = model.geom_group[self._geoms].copy()
        self.there = False

    def place(self, drawer: Drawer | None) -> None:
        """Put the cabinet in its place; park it when there is none. Before the data is reset, or it stays behind."""
        self.there = drawer is not None
        self._model.geom_contype[self._geoms] = self._contype if drawer else 0
        self._model.geom_conaffinity[self._geoms] = self._conaffinity if drawer else 0
        self._model.geom_group[self._geoms] = self._group if drawer else HIDDEN_GROUP
        place = (drawer.x, drawer.y, 0.0) if drawer else drawer_model.PARK
        self._model.body_pos[self._cabinet] = place

    def open(self, data: Any, opening: float) -> None:
        """Let the drawer stand open, 0 shut to 1."""
        data.qpos[self._joint.qposadr[0]] = opening * drawer_model.TRAVEL
        data.qvel[self._joint.dofadr[0]] = 0.0

    def opening(self, data: Any) -> float:
        """How far it is open, 0 shut to 1; 0 when there is none."""
        if not self.there:
            return 0.0
        return float(np.clip(data.qpos[self._joint.qposadr[0]] / drawer_model.TRAVEL, 0.0, 1.0))

    def speed(self, data: Any) -> float:
        """How fast it slides [m/s]."""
        return float(abs(data.qvel[self._joint.dofadr[0]]))

    def handle(self, data: Any) -> Point:
        """Middle of the tab (3,)."""
        return np.array(data.geom_xpos[self._handle])

    def inside(self, data: Any) -> Point:
        """Middle of the inner floor (3,)."""
        offset = (drawer_model.INSIDE_MIDDLE, 0.0, drawer_model.FLOOR_TOP)
        return np.asarray(data.xpos[self._drawer] + offset, dtype=np.float64)

    @property
    def handle_geom(self) -> int:
        """Number of the tab in the model."""
        return int(self._handle)
