"""The simulated world: table, arm and things in MuJoCo, one model for all scenes.

SI units and radians, in the base frame (see scene_model). One tick is 20 ms of five physics steps. Deterministic: the
same scene and the same commands give the same states, bit for bit. Not thread-safe: one owner thread.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vla_assistant.errors import InputError
from vla_assistant.sim import arm_model, scene_model
from vla_assistant.sim.cameras import Cameras
from vla_assistant.sim.drawer import DrawerInWorld
from vla_assistant.sim.drives import Drives
from vla_assistant.sim.physics import Physics
from vla_assistant.sim.pool import ThingPool
from vla_assistant.sim.scene import Scene
from vla_assistant.types import JOINTS, ImageArray, PoseArray, Reference, RobotState

SUBSTEPS = 5
TICK_S = SUBSTEPS * scene_model.TIMESTEP_S
_SETTLE_TICKS = (15, 150)
_WAKE_SPEED = 1e-3  # m/s: MuJoCo lets a sleeping thing lie unless it moves
_SETTLED_SPEED = 0.004  # m/s and rad/s * 0.1 m


@dataclass(frozen=True, eq=False)
class WorldState:
    """A snapshot to come back to: the physics' full state and the last command."""

    physics: NDArray[np.float64]
    joints: NDArray[np.float64]
    velocities: NDArray[np.float64]
    gripper: float


class SimWorld:
    """The world with one scene loaded. `load` puts another scene on the same table."""

    def __init__(self, scene: Scene | None = None) -> None:
        import mujoco

        self._mj = mujoco
        self.model = mujoco.MjModel.from_xml_string(scene_model.world_xml())
        self.data = mujoco.MjData(self.model)
        self._pool = ThingPool(self.model)
        self._drawer = DrawerInWorld(self.model)
        self._physics = Physics(self.model, self.data)
        self._drives = Drives(self.model, self.data, self._physics)
        self._tool = self.model.site("tool").id
        self._cameras = Cameras(self.model, self.data)
        self._fingers = np.array([self.model.joint(f"{name}_slide").qposadr[0] for name in ("left", "right")])
        self.load(scene or Scene(()))

    # Setting up

    def load(self, scene: Scene) -> None:
        """Put this scene on the table, the arm at home and open, and let everything come to rest."""
        self.scene = scene
        self._pool.apply_look(scene.look)
        self._drawer.place(scene.drawer)
        self._mj.mj_resetData(self.model, self.data)
        self._pool.choose(self.data, scene.things)
        self._drawer.open(self.data, scene.drawer.opening if scene.drawer else 0.0)
        self.place_arm(arm_model.HOME_JOINTS)
        self._settle()

    def place_arm(self, joints: PoseArray, gripper: float = 1.0) -> None:
        """Set the arm, without moving there, to these joint angles (7,) at rest: for random starts and tests."""
        self._drives.reset(joints, gripper)
        self.data.qpos[:JOINTS] = joints
        self.data.qvel[:JOINTS] = 0.0
        self.data.qpos[self._fingers] = gripper * arm_model.FINGER_TRAVEL
        self.data.qvel[self._fingers] = 0.0
        self._mj.mj_forward(self.model, self.data)

    def place_thing(self, index: int, position: NDArray[np.float64], quaternion: NDArray[np.float64]) -> None:
        """Put a thing somewhere at rest: position (3,) [m], quaternion (4,) w x y z."""
        start = self._pool.qpos[index]
        self.data.qpos[start : start + 7] = [*position, *quaternion]
        velocity = self._pool.qvel[index]
        self.data.qvel[velocity : velocity + 6] = [0.0, 0.0, -_WAKE_SPEED, 0.0, 0.0, 0.0]
        self._mj.mj_forward(self.model, self.data)

    # Moving

    def step(self, joints: PoseArray, velocities: PoseArray, gripper: float, substeps: int = SUBSTEPS) -> None:
        """One tick: the drives follow a cubic from the last command to `joints` (7,) [rad] at `velocities` [rad/s].

        `gripper` 0 closed to 1 open is approached at the gripper's own speed.
        """
        self._drives.run(joints, velocities, gripper, substeps)

    def hold(self, ticks: int = 1) -> None:
        """Let time pass with the last command kept."""
        for _ in range(ticks):
            self.step(self._drives.joints, np.zeros(JOINTS), self._drives.gripper)

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
            gripper_command=self._drives.gripper if gripper_command is None else gripper_command,
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
        return np.concatenate([self.data.xpos[self._pool.bodies], self.data.xquat[self._pool.bodies]], axis=1)

    @property
    def thing_rotations(self) -> NDArray[np.float64]:
        """Rotation matrix of each thing (n, 3, 3)."""
        return self.data.xmat[self._pool.bodies].reshape(-1, 3, 3)

    def thing_speeds(self) -> NDArray[np.float64]:
        """Linear speed of each thing's centre (n,) [m/s]."""
        return np.array([np.linalg.norm(self.data.qvel[start : start + 3]) for start in self._pool.qvel])

    def find(self, reference: Reference) -> int:
        """Index of the one thing that the reference names; InputError tells what there is."""
        return self.scene.find(reference)

    def touches(self) -> frozenset[tuple[int, int]]:
        """Pairs (a, b), a < b, in contact: indices of things; -1 the table, -2 left and -3 right finger, -4 the arm,
        -5 the drawer or its cabinet."""
        geoms = self.data.contact.geom
        if not len(geoms):
            return frozenset()
        pairs = self._pool.of_geom[geoms[self.data.contact.dist < 0.0005]]
        pairs = np.sort(pairs, axis=1)
        return frozenset(map(tuple, np.unique(pairs, axis=0).tolist()))

    # The drawer

    def drawer_opening(self) -> float:
        """How far the drawer is open, 0 shut to 1; 0 when there is none."""
        return self._drawer.opening(self.data)

    def drawer_speed(self) -> float:
        """How fast the drawer slides [m/s]."""
        return self._drawer.speed(self.data)

    def drawer_handle(self) -> NDArray[np.float64]:
        """Middle of the drawer's handle (3,) [m].

        Raises:
            InputError: No drawer stands there.
        """
        self._require_drawer()
        return self._drawer.handle(self.data)

    def drawer_inside(self) -> NDArray[np.float64]:
        """Middle of the drawer's inner floor (3,) [m].

        Raises:
            InputError: No drawer stands there.
        """
        self._require_drawer()
        return self._drawer.inside(self.data)

    def _require_drawer(self) -> None:
        if not self._drawer.there:
            raise InputError("There is no drawer in this scene.")

    # Pictures

    def render(self, camera: str, height: int, width: int) -> ImageArray:
        """What the camera "front" or "wrist" sees: uint8 (height, width, 3) RGB."""
        return self._cameras.picture(camera, height, width)

    def visible_share(self, camera: str, size: int = 96) -> NDArray[np.float64]:
        """Share of a square picture's pixels that show each thing, and last the drawer's handle (n + 1,).

        0 when hidden, out of sight or not there.
        """
        shown = self._cameras.geoms(camera, size)
        things = np.maximum(self._pool.of_geom[shown], -1)
        counts = np.bincount(things + 1, minlength=len(self.scene.things) + 1)
        handle = np.count_nonzero(shown == self._drawer.handle_geom)
        return np.append(counts[1:], handle) / size**2

    def project(self, camera: str, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where points (n, 3) [m] appear: (n, 3) u to the right, v down as fractions of a square picture; depth [m].

        A point behind the camera has a negative depth, and its u and v mean nothing.
        """
        return self._cameras.project(camera, points)

    # Keeping

    def get_state(self) -> WorldState:
        """A snapshot for `set_state`; valid for the same scene only."""
        return WorldState(self._physics.snapshot(), self._drives.joints, self._drives.velocities, self._drives.gripper)

    def set_state(self, state: WorldState) -> None:
        """Go back to a snapshot of this scene."""
        self._physics.restore(state.physics)
        self._drives.reset(state.joints, state.gripper)
        self._drives.velocities = state.velocities
        self._mj.mj_forward(self.model, self.data)

    def close(self) -> None:
        """Free the drawing context; idempotent."""
        self._cameras.close()

    # Inside

    def _settle(self) -> None:
        least, most = _SETTLE_TICKS
        for tick in range(most):
            self.hold()
            if tick >= least and (self.thing_speeds() < _SETTLED_SPEED).all():
                break
        self._start_s = float(self.data.time)
