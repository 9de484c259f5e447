"""The simulated world: table, arm and things in MuJoCo, one model for all scenes.

SI units and radians, in the base frame (see scene_model). One tick is 20 ms of five physics steps. Deterministic: the
same scene and the same commands give the same states, bit for bit. Not thread-safe: one owner thread.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vla_assistant.sim import arm_model, scene_model, things
from vla_assistant.sim.drawing import HIDDEN_GROUP, Painter
from vla_assistant.sim.scene import Scene, Thing
from vla_assistant.types import JOINTS, ImageArray, PoseArray, Reference, RobotState

SUBSTEPS = 5
TICK_S = SUBSTEPS * scene_model.TIMESTEP_S
GRIPPER_PER_TICK = 0.10  # of the full travel: the fingers close in 0.2 s, as those of common grippers do
_SETTLE_TICKS = (15, 150)
_WAKE_SPEED = 1e-3  # m/s: MuJoCo lets a sleeping thing lie unless it moves
_SETTLED_SPEED = 0.004  # m/s and rad/s * 0.1 m


@dataclass(frozen=True, eq=False)
class WorldState:
    """A snapshot to come back to: the physics' full state and the last command."""

    physics: NDArray[np.float64]
    commanded: NDArray[np.float64]
    gripper: float


class SimWorld:
    """The world with one scene loaded. `load` puts another scene on the same table."""

    def __init__(self, scene: Scene | None = None) -> None:
        import mujoco

        self._mj = mujoco
        self.model = mujoco.MjModel.from_xml_string(scene_model.world_xml())
        self.data = mujoco.MjData(self.model)
        self._painter: Painter | None = None
        self._index()
        self._weights = {SUBSTEPS: _spline(SUBSTEPS)}
        self.load(scene or Scene(()))

    # Setting up

    def load(self, scene: Scene) -> None:
        """Put this scene on the table, the arm at home and open, and let everything come to rest."""
        self.scene = scene
        self._apply_look(scene)  # before the reset: what is fixed to the world is placed only then
        self._mj.mj_resetData(self.model, self.data)
        self._choose_slots(scene.things)
        self._commanded = np.concatenate([arm_model.HOME_JOINTS, np.zeros(JOINTS)])
        self._gripper = 1.0
        self.data.qpos[:JOINTS] = arm_model.HOME_JOINTS
        self.data.qpos[self._fingers] = arm_model.FINGER_TRAVEL
        self._mj.mj_forward(self.model, self.data)
        self._settle()

    def place_arm(self, joints: PoseArray, gripper: float = 1.0) -> None:
        """Set the arm, without moving there, to these joint angles (7,) at rest: for random starts and tests."""
        self._commanded = np.concatenate([joints, np.zeros(JOINTS)])
        self._gripper = gripper
        self.data.qpos[:JOINTS] = joints
        self.data.qvel[:JOINTS] = 0.0
        self.data.qpos[self._fingers] = gripper * arm_model.FINGER_TRAVEL
        self.data.qvel[self._fingers] = 0.0
        self._mj.mj_forward(self.model, self.data)

    def place_thing(self, index: int, position: NDArray[np.float64], quaternion: NDArray[np.float64]) -> None:
        """Put a thing somewhere at rest: position (3,) [m], quaternion (4,) w x y z."""
        start = self._thing_qpos[index]
        self.data.qpos[start : start + 7] = [*position, *quaternion]
        velocity = self._thing_qvel[index]
        self.data.qvel[velocity : velocity + 6] = [0.0, 0.0, -_WAKE_SPEED, 0.0, 0.0, 0.0]
        self._mj.mj_forward(self.model, self.data)

    # Moving

    def step(
        self, joints: PoseArray, velocities: PoseArray, gripper: float, substeps: int = SUBSTEPS
    ) -> None:
        """One tick: the drives follow a cubic from the last command to `joints` (7,) [rad] at `velocities` [rad/s].

        `gripper` 0 closed to 1 open is approached at the gripper's own speed.
        """
        if substeps not in self._weights:
            self._weights[substeps] = _spline(substeps)
        duration = substeps * scene_model.TIMESTEP_S
        before = self._commanded
        ends = np.array([before[:JOINTS], joints, duration * before[JOINTS:], duration * velocities])
        position, velocity, acceleration = self._weights[substeps]
        q, v = position @ ends, velocity @ ends / duration
        torque = self._feed_forward(acceleration @ ends / duration**2, v)
        limit = GRIPPER_PER_TICK * substeps / SUBSTEPS
        self._gripper += max(-limit, min(limit, gripper - self._gripper))
        self.data.ctrl[2 * JOINTS] = self._gripper * arm_model.FINGER_TRAVEL
        for index in range(substeps):
            self.data.ctrl[:JOINTS] = q[index]
            self.data.ctrl[JOINTS : 2 * JOINTS] = v[index]
            self.data.qfrc_applied[:JOINTS] = torque[index]
            self._mj.mj_step(self.model, self.data)
        self._commanded[:JOINTS] = joints
        self._commanded[JOINTS:] = velocities

    def hold(self, ticks: int = 1) -> None:
        """Let time pass with the last command kept."""
        joints = self._commanded[:JOINTS].copy()
        for _ in range(ticks):
            self.step(joints, np.zeros(JOINTS), self._gripper)

    # Reading

    @property
    def time_s(self) -> float:
        """Simulated seconds since the scene was loaded and had settled."""
        return float(self.data.time) - self._start_s

    def robot_state(self, T_base_command: PoseArray | None = None, gripper_command: float | None = None) -> RobotState:
        """What the arm reports; the commanded pose is the measured one unless given."""
        T_base_tool = self.tool_pose()
        return RobotState(
            joints=self.data.qpos[:JOINTS].copy(),
            velocities=self.data.qvel[:JOINTS].copy(),
            gripper=self.gripper_opening(),
            T_base_tool=T_base_tool,
            T_base_command=T_base_tool if T_base_command is None else T_base_command,
            gripper_command=self._gripper if gripper_command is None else gripper_command,
            effort=self.data.qfrc_actuator[:JOINTS].copy(),
            time_s=self.time_s,
        )

    def tool_pose(self) -> PoseArray:
        """T_base_tool (4, 4) as it is [m]."""
        pose = np.eye(4)
        pose[:3, :3] = self.data.site_xmat[self._tool].reshape(3, 3)
        pose[:3, 3] = self.data.site_xpos[self._tool]
        return pose

    def gripper_opening(self) -> float:
        """Measured opening, 0 closed to 1 open."""
        return float(np.clip(self.data.qpos[self._fingers].mean() / arm_model.FINGER_TRAVEL, 0.0, 1.0))

    @property
    def thing_poses(self) -> NDArray[np.float64]:
        """Position of the centre [m] and quaternion w x y z of each thing of the scene (n, 7)."""
        return np.concatenate([self.data.xpos[self._bodies], self.data.xquat[self._bodies]], axis=1)

    @property
    def thing_rotations(self) -> NDArray[np.float64]:
        """Rotation matrix of each thing (n, 3, 3)."""
        return self.data.xmat[self._bodies].reshape(-1, 3, 3)

    def thing_speeds(self) -> NDArray[np.float64]:
        """Linear speed of each thing's centre (n,) [m/s]."""
        return np.array([np.linalg.norm(self.data.qvel[start : start + 3]) for start in self._thing_qvel])

    def find(self, reference: Reference) -> int:
        """Index of the one thing that the reference names; InputError tells what there is."""
        return self.scene.find(reference)

    def touches(self) -> frozenset[tuple[int, int]]:
        """Pairs (a, b), a < b, in contact: indices of things; -1 the table, -2 left and -3 right finger, -4 the arm."""
        geoms = self.data.contact.geom
        if not len(geoms):
            return frozenset()
        pairs = self._touch_index[geoms[self.data.contact.dist < 0.0005]]
        pairs = np.sort(pairs, axis=1)
        return frozenset(map(tuple, np.unique(pairs, axis=0).tolist()))

    # Pictures

    def render(self, camera: str, height: int, width: int) -> ImageArray:
        """What the camera "front" or "wrist" sees: uint8 (height, width, 3) RGB."""
        return self._paint().picture(self.data, self._cameras[camera], height, width)

    def visible_share(self, camera: str, size: int = 96) -> NDArray[np.float64]:
        """Share of a square picture's pixels that show each thing (n,): 0 when hidden or out of sight."""
        shown = self._paint().geom_ids(self.data, self._cameras[camera], size, size)
        counts = np.bincount(self._thing_of_geom[shown[shown >= 0]] + 1, minlength=len(self.scene.things) + 1)
        return counts[1:] / size**2

    def project(self, camera: str, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where points (n, 3) [m] appear, (n, 3): u to the right and v down as fractions of a square picture, depth [m].

        A point behind the camera has a negative depth, and its u and v mean nothing.
        """
        camera_id = self._cameras[camera]
        axes = self.data.cam_xmat[camera_id].reshape(3, 3)
        seen = (np.asarray(points, dtype=np.float64) - self.data.cam_xpos[camera_id]) @ axes
        depth = -seen[:, 2]
        half = np.tan(np.radians(self.model.cam_fovy[camera_id]) / 2)
        safe = np.where(np.abs(depth) < 1e-6, 1e-6, depth) * half
        return np.stack([0.5 + 0.5 * seen[:, 0] / safe, 0.5 - 0.5 * seen[:, 1] / safe, depth], axis=1)

    # Keeping

    def get_state(self) -> WorldState:
        """A snapshot for `set_state`; valid for the same scene only."""
        spec = self._mj.mjtState.mjSTATE_INTEGRATION
        physics = np.empty(self._mj.mj_stateSize(self.model, spec))
        self._mj.mj_getState(self.model, self.data, physics, spec)
        return WorldState(physics, self._commanded.copy(), self._gripper)

    def set_state(self, state: WorldState) -> None:
        """Go back to a snapshot of this scene."""
        self._mj.mj_resetData(self.model, self.data)  # wakes everything
        self._mj.mj_setState(self.model, self.data, state.physics, self._mj.mjtState.mjSTATE_INTEGRATION)
        self._commanded = state.commanded.copy()
        self._gripper = state.gripper
        self._mj.mj_forward(self.model, self.data)

    def close(self) -> None:
        """Free the drawing context; idempotent."""
        if self._painter is not None:
            self._painter.close()
            self._painter = None

    # Inside

    def _index(self) -> None:
        """Look up once where everything lies in the model."""
        model = self.model
        self._tool = model.site("tool").id
        self._cameras = {name: model.camera(name).id for name in scene_model.CAMERAS}
        self._fingers = np.array([model.joint(f"{name}_slide").qposadr[0] for name in ("left", "right")])
        self._slots: dict[str, list[int]] = {}
        for name, shape in scene_model.slot_names():
            self._slots.setdefault(shape, []).append(model.body(name).id)
        self._first_thing_body = min(body for bodies in self._slots.values() for body in bodies)
        self._geoms_of = {
            body: np.flatnonzero(model.geom_bodyid == body) for bodies in self._slots.values() for body in bodies
        }
        self._contype = model.geom_contype.copy()
        self._conaffinity = model.geom_conaffinity.copy()
        self._group = model.geom_group.copy()
        self._table_rgba = model.mat_rgba[model.material("table").id].copy()
        self._lamp = model.light_diffuse.copy()
        self._ambient = model.vis.headlight.ambient.copy()
        self._camera_pos = model.cam_pos[self._cameras["front"]].copy()
        self._mass_times_acceleration = np.zeros(model.nv)
        self._acceleration = np.zeros(model.nv)

    def _choose_slots(self, wanted: tuple[Thing, ...]) -> None:
        """Give every thing a body of its shape and colour; make the bodies left over weightless and untouchable."""
        free = {shape: list(bodies) for shape, bodies in self._slots.items()}
        self._bodies = np.array([free[thing.shape].pop(0) for thing in wanted], dtype=int)
        for bodies in free.values():
            for body in bodies:
                self._switch(body, on=False)
        self._thing_qpos, self._thing_qvel = [], []
        for body, thing in zip(self._bodies, wanted, strict=True):
            self._switch(int(body), on=True)
            self._colour(int(body), thing.colour)
            joint = self.model.body_jntadr[body]
            self._thing_qpos.append(int(self.model.jnt_qposadr[joint]))
            self._thing_qvel.append(int(self.model.jnt_dofadr[joint]))
            start = self._thing_qpos[-1]
            height = things.SHAPES[thing.shape].height / 2 + 0.0005
            turn = [np.cos(thing.yaw / 2), 0.0, 0.0, np.sin(thing.yaw / 2)]
            self.data.qpos[start : start + 7] = [thing.x, thing.y, height, *turn]
        self._touch_index = self._indices_for_touch()
        self._thing_of_geom = np.where(self._touch_index >= 0, self._touch_index, -1)

    def _switch(self, body: int, on: bool) -> None:
        geoms = self._geoms_of[body]
        self.model.geom_contype[geoms] = self._contype[geoms] if on else 0
        self.model.geom_conaffinity[geoms] = self._conaffinity[geoms] if on else 0
        self.model.geom_group[geoms] = self._group[geoms] if on else HIDDEN_GROUP
        self.model.body_gravcomp[body] = 0.0 if on else 1.0

    def _colour(self, body: int, colour: str) -> None:
        for geom in self._geoms_of[body]:
            if self.model.geom(geom).name.endswith("_skin"):
                self.model.geom_rgba[geom] = things.COLOURS[colour]

    def _indices_for_touch(self) -> NDArray[np.int64]:
        """Per geom: the thing's index, or -1 table, -2 left finger, -3 right finger, -4 anything else."""
        by_body = np.full(self.model.nbody, -4)
        by_body[self._bodies] = np.arange(len(self._bodies))
        by_body[0] = -1
        by_body[self.model.body("left_finger").id] = -2
        by_body[self.model.body("right_finger").id] = -3
        return by_body[self.model.geom_bodyid]

    def _apply_look(self, scene: Scene) -> None:
        look, model = scene.look, self.model
        table = model.material("table").id
        model.mat_rgba[table, :3] = np.clip(self._table_rgba[:3] * look.table, 0.0, 1.0)
        model.light_diffuse[:] = np.clip(self._lamp * look.lamp, 0.0, 1.0)
        model.vis.headlight.ambient[:] = np.clip(self._ambient * look.lamp, 0.0, 1.0)
        model.cam_pos[self._cameras["front"]] = self._camera_pos + look.camera_shift

    def _settle(self) -> None:
        least, most = _SETTLE_TICKS
        for tick in range(most):
            self.hold()
            if tick >= least and (self.thing_speeds() < _SETTLED_SPEED).all():
                break
        self._start_s = float(self.data.time)

    def _feed_forward(
        self, acceleration: NDArray[np.float64], velocity: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Torque (substeps, 7) that the wanted motion and the joints' own friction need; the drives correct the rest.

        The acceleration of a cubic is linear in time, so the two ends of the tick tell all of it.
        """
        last = len(acceleration) - 1
        inertial = np.linspace(self._times_mass(acceleration[0]), self._times_mass(acceleration[last]), last + 1)
        turning = self.data.qfrc_bias[:JOINTS] - self.data.qfrc_gravcomp[:JOINTS]  # Coriolis and centrifugal forces
        return inertial + self.model.dof_damping[:JOINTS] * velocity + turning

    def _times_mass(self, acceleration: NDArray[np.float64]) -> NDArray[np.float64]:
        self._acceleration[:JOINTS] = acceleration
        self._mj.mj_mulM(self.model, self.data, self._mass_times_acceleration, self._acceleration)
        return self._mass_times_acceleration[:JOINTS].copy()

    def _paint(self) -> Painter:
        if self._painter is None:
            self._painter = Painter(self.model)
        return self._painter


def _spline(substeps: int) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Cubic Hermite weights at the end of each substep, (substeps, 4) for (start, end, start slope, end slope):

    of the position, of its first and of its second derivative in units of the whole duration.
    """
    s = np.arange(substeps) / substeps  # implicit integration takes the position error at the start of a substep
    position = np.stack([2 * s**3 - 3 * s**2 + 1, -2 * s**3 + 3 * s**2, s**3 - 2 * s**2 + s, s**3 - s**2], axis=1)
    s = s + 1 / substeps  # and the velocity error at its end
    velocity = np.stack([6 * s**2 - 6 * s, 6 * s - 6 * s**2, 3 * s**2 - 4 * s + 1, 3 * s**2 - 2 * s], axis=1)
    middle = s - 0.5 / substeps  # the mean acceleration over the substep
    acceleration = np.stack([12 * middle - 6, 6 - 12 * middle, 6 * middle - 4, 6 * middle - 2], axis=1)
    return position, velocity, acceleration
