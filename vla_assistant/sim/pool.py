"""The pool of things in the model: which of them a scene uses, in which colour, and how the scene looks.

Things that no scene uses are parked under the floor, weightless, untouchable and undrawn; nothing is compiled anew.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vla_assistant.sim import scene_model, table_tops, things
from vla_assistant.sim.drawing import HIDDEN_GROUP
from vla_assistant.sim.kinematics import rotation_matrix
from vla_assistant.sim.scene import Look, Thing


class ThingPool:
    """The bodies of one model, handed out to the things of a scene.

    Attributes:
        bodies: Body of each thing of the scene (n,).
        qpos: Where each thing's position and quaternion begin in qpos.
        qvel: Where each thing's velocity begins in qvel.
        of_geom: Per geom the thing's index, or -1 the table, -2 the left and -3 the right finger, -4 anything else,
            -5 the drawer and its cabinet.
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        self._slots: dict[str, list[int]] = {}
        for name, shape in scene_model.slot_names():
            self._slots.setdefault(shape, []).append(model.body(name).id)
        every = [body for bodies in self._slots.values() for body in bodies]
        self._geoms_of = {body: np.flatnonzero(model.geom_bodyid == body) for body in every}
        self._contype, self._conaffinity = model.geom_contype.copy(), model.geom_conaffinity.copy()
        self._group = model.geom_group.copy()
        self._remember_look()

    def choose(self, data: Any, wanted: tuple[Thing, ...]) -> None:
        """Give every thing a body of its shape and colour, and put it just above its place."""
        free = {shape: list(bodies) for shape, bodies in self._slots.items()}
        self.bodies = np.array([free[thing.shape].pop(0) for thing in wanted], dtype=int)
        for bodies in free.values():
            for body in bodies:
                self._switch(body, on=False)
        joints = self._model.body_jntadr[self.bodies]
        self.qpos = [int(start) for start in self._model.jnt_qposadr[joints]]
        self.qvel = [int(start) for start in self._model.jnt_dofadr[joints]]
        for body, start, thing in zip(self.bodies, self.qpos, wanted, strict=True):
            self._switch(int(body), on=True)
            self._colour(int(body), thing.colour)
            height = thing.z + things.ALL_SHAPES[thing.shape].height / 2 + 0.0005
            turn = [np.cos(thing.yaw / 2), 0.0, 0.0, np.sin(thing.yaw / 2)]
            data.qpos[start : start + 7] = [thing.x, thing.y, height, *turn]
        self.of_geom = self._indices_by_geom()

    def apply_look(self, look: Look) -> None:
        """Camera, light and table as this scene wants them; before the data is reset, or the camera stays behind."""
        model = self._model
        top = model.material(table_tops.material(look.table_top)).id
        model.geom_matid[self._table_geom] = top
        model.mat_rgba[top, :3] = np.clip(self._table_rgba[top, :3] * look.table, 0.0, 1.0)
        model.light_diffuse[:] = np.clip(self._lamp * look.lamp, 0.0, 1.0)
        model.light_dir[0] = _turned(self._lamp_dir, *look.lamp_turn)
        model.vis.headlight.ambient[:] = np.clip(self._ambient * look.lamp, 0.0, 1.0)
        model.cam_pos[self._front] = self._camera_pos + look.camera_shift
        model.cam_quat[self._front] = _after(self._camera_quat, np.asarray(look.camera_turn, dtype=np.float64))

    def _remember_look(self) -> None:
        model = self._model
        self._table_geom, self._front = model.geom("table").id, model.camera("front").id
        self._table_rgba = model.mat_rgba.copy()
        self._lamp, self._lamp_dir = model.light_diffuse.copy(), model.light_dir[0].copy()
        self._ambient = model.vis.headlight.ambient.copy()
        self._camera_pos, self._camera_quat = model.cam_pos[self._front].copy(), model.cam_quat[self._front].copy()

    def _switch(self, body: int, on: bool) -> None:
        geoms = self._geoms_of[body]
        self._model.geom_contype[geoms] = self._contype[geoms] if on else 0
        self._model.geom_conaffinity[geoms] = self._conaffinity[geoms] if on else 0
        self._model.geom_group[geoms] = self._group[geoms] if on else HIDDEN_GROUP
        self._model.body_gravcomp[body] = 0.0 if on else 1.0

    def _colour(self, body: int, colour: str) -> None:
        for geom in self._geoms_of[body]:
            if self._model.geom(geom).name.partition("_skin")[1]:
                self._model.geom_rgba[geom] = things.COLOURS[colour]

    def _indices_by_geom(self) -> NDArray[np.int64]:
        by_body = np.full(self._model.nbody, -4)
        by_body[self.bodies] = np.arange(len(self.bodies))
        by_body[0] = -1
        by_body[self._model.body("left_finger").id] = -2
        by_body[self._model.body("right_finger").id] = -3
        by_body[[self._model.body(name).id for name in ("cabinet", "drawer")]] = -5
        return by_body[self._model.geom_bodyid]


def _turned(direction: NDArray[np.float64], around: float, tilt: float) -> NDArray[np.float64]:
    """The direction turned about the vertical, and tilted about the x axis [rad]."""
    turn = rotation_matrix(np.array([0.0, 0.0, around])) @ rotation_matrix(np.array([tilt, 0.0, 0.0]))
    return np.asarray(turn @ direction, dtype=np.float64)


def _after(quaternion: NDArray[np.float64], turn: NDArray[np.float64]) -> NDArray[np.float64]:
    """The orientation w x y z turned further by a rotation vector in its own frame [rad]."""
    import mujoco

    angle = float(np.linalg.norm(turn))
    if angle == 0.0:
        return quaternion
    extra, result = np.empty(4), np.empty(4)
    mujoco.mju_axisAngle2Quat(extra, turn / angle, angle)
    mujoco.mju_mulQuat(result, quaternion, extra)
    return result
