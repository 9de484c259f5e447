"""What a simulator knows of each frame, written beside it: the same for demonstrations, corrections and trials."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vla_assistant.data.episode import Episode, EpisodeRecorder, Rows
from vla_assistant.data.features import MAX_THINGS
from vla_assistant.data.wording import wording
from vla_assistant.networks import tokens
from vla_assistant.sim.scene import Scene
from vla_assistant.sim.world import SimWorld
from vla_assistant.types import FloatArray, Observation, Reference, Step

SIZES = {"front": 128, "wrist": 64}
SHARE_SIZE = 64
"""Edge of the picture in which the visible share of things is counted [pixels] ..."""
SHARE_EVERY = 2
"""... in every second frame: in 0.1 s little comes into sight."""


class Supervisor:
    """Records one step in one world with everything that only a simulator knows."""

    def __init__(self, world: SimWorld, step: Step) -> None:
        self._world, self._step = world, step
        self._recorder = EpisodeRecorder(SIZES)
        self._codes = _codes(world.scene)
        self._share = np.zeros(len(world.scene.things) + 1)
        self._done: list[bool] = []

    def __len__(self) -> int:
        return len(self._done)

    def labels(self, ended: bool, success: bool) -> dict[str, Rows]:
        """What holds now, at a look: whether the step is over, whether its aim holds, and where everything is."""
        if len(self) % SHARE_EVERY == 0:
            self._share = self._world.visible_share("front", SHARE_SIZE)
        return {
            "step_code": tokens.encode_step(self._step),
            "label_done": np.array([ended], np.float32),
            "label_success": np.array([success], np.float32),
            "label_position": _positions(self._world, self._step),
            "things_code": self._codes,
            "things_front": _appearance(self._world, "front", self._share),
            "things_wrist": _appearance(self._world, "wrist"),
        }

    def add(self, observation: Observation, action: FloatArray, labels: dict[str, Rows], *, foreign: bool) -> None:
        """One frame with the action (7,) that belongs to it; `foreign` says that another one was executed."""
        self._done.append(bool(labels["label_done"][0]))
        self._recorder.add(observation, action, **labels, label_noisy=int(foreign))

    def finish(self, seed: int, success: bool) -> Episode:
        """The episode of the scene with this seed."""
        task, progress = wording(self._step, seed), _progress(np.array(self._done))
        return self._recorder.finish(task, seed=seed, success=success, label_progress=progress)


def _progress(done: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Share of the way to the first frame at which the step was done, (n, 1)."""
    way = int(np.argmax(done)) if done.any() else len(done)
    return np.minimum(np.arange(len(done), dtype=np.float32) / max(way, 1), 1.0)[:, None]


def _codes(scene: Scene) -> NDArray[np.int64]:
    """Colour and shape number of each thing and last of the drawer, (MAX_THINGS * 2,); -1 for nothing."""
    codes = np.full((MAX_THINGS, 2), -1, np.int64)
    for index, thing in enumerate(scene.things):
        codes[index] = tokens.encode_reference(thing.reference)
    if scene.drawer is not None:
        codes[-1] = tokens.encode_reference(Reference("drawer"))
    return codes.ravel()


def _positions(world: SimWorld, step: Step) -> NDArray[np.float32]:
    """Centres of object, destination and second anchor (9,) [m]; zeros for what the step does not name."""
    result = np.zeros((tokens.NAMED, 3), np.float32)
    for row, reference in enumerate(tokens.named_things(step)):
        if reference is not None and reference.name == "drawer":
            result[row] = world.drawer_handle()
        elif reference is not None:
            result[row] = world.thing_poses[world.find(reference), :3]
    return result.ravel()


def _appearance(world: SimWorld, camera: str, share: NDArray[np.float64] | None = None) -> NDArray[np.float32]:
    """Where everything is in the picture, and the share of its pixels (n + 1,) that show it: (MAX_THINGS * 3,).

    Without a share, as for the wrist camera, which looks along the fingers so that nothing hides from it, 1 means that
    the centre is in the picture.
    """
    result = np.zeros((MAX_THINGS, 3), np.float32)
    count, drawer = len(world.scene.things), world.scene.drawer is not None
    rows = [*range(count), MAX_THINGS - 1][: count + drawer]
    points = np.concatenate([world.thing_poses[:, :3], world.drawer_handle()[None]]) if drawer else world.thing_poses
    seen = world.project(camera, points[:, :3])
    inside = ((seen[:, :2] > 0.0) & (seen[:, :2] < 1.0)).all(axis=1) & (seen[:, 2] > 0.0)
    result[rows, :2] = seen[:, :2].clip(-1.0, 2.0)
    result[rows, 2] = inside if share is None else share[: len(rows)]
    return result.ravel()
