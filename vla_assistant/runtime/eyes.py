"""The eyes: the simulator's cameras, cameras beside them, and which of them is the policy's eye."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from vla_assistant import registry
from vla_assistant.cameras.base import Camera, Health, Sight
from vla_assistant.config import Settings
from vla_assistant.errors import AssistantError, DeviceError
from vla_assistant.events import Part, PartState
from vla_assistant.types import Frame, Observation

WATCH_S = 0.2
SIMULATED = "simulated"
VIEWS = ("front", "wrist")
ONLY_SIMULATOR = (
    "The shipped weights know only the simulator: do not expect sensible plans from this camera's pictures."
)


class Source(Protocol):
    """Where the simulator's pictures come from."""

    def latest_frame(self, camera: str) -> Frame | None: ...


class Eyes:
    """Opens cameras, watches how they do, and puts the chosen one's picture before the policy."""

    def __init__(
        self,
        settings: Settings,
        source: Source,
        source_ready: Callable[[], None],
        part_changed: Callable[[Part, PartState, str, float | None], None],
        warn: Callable[[str], None],
        now: Callable[[], float],
    ) -> None:
        """`source_ready` waits until the source can have pictures, or raises why it never will."""
        self._settings, self._source, self._source_ready = settings, source, source_ready
        self._part_changed, self._warn, self._now = part_changed, warn, now
        self._eye = settings.use.camera
        self._cameras: dict[str, Camera] = {}
        self._failed: dict[str, AssistantError] = {}
        self._told: dict[str, Health] = {}
        self._opening = threading.Lock()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="eyes", daemon=True)

    def start(self) -> None:
        """Open what is configured, in the background."""
        self._thread.start()

    def close(self) -> None:
        """Close all cameras."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5.0)
        for camera in self._cameras.values():
            camera.stop()

    @property
    def names(self) -> tuple[str, ...]:
        """Cameras that have pictures to show, the policy's eye first."""
        others = tuple(name for name in self._cameras if name != SIMULATED)
        views = VIEWS if self._settings.use.arm == SIMULATED else ()
        eye = views if self._eye == SIMULATED else (self._eye,)
        return tuple(sorted((*others, *views), key=lambda name: name not in eye))

    def latest(self, name: str) -> Frame | None:
        """The newest picture of a camera of `names`."""
        camera = self._cameras.get(name)
        return camera.latest() if camera is not None and name != SIMULATED else self._source.latest_frame(name)

    def choices(self) -> list[str]:
        """What the policy's eye can be; the first is what it is now."""
        return sorted(registry.backends("cameras"), key=lambda name: (name != self._eye, name != SIMULATED))

    def choose(self, name: str) -> None:
        """Make it the policy's eye and open it if need be.

        Raises:
            AssistantError: it cannot be opened; the eye stays what it was.
        """
        self._open(name)
        if name in self._failed:
            raise self._failed[name]
        self._eye = name
        self._tell_eye()

    def see(self, observation: Observation) -> Observation:
        """The observation with the chosen eye's picture as the front picture.

        Raises:
            DeviceError: the eye shows nothing, or nothing new. The guard knows only the arm's time, which goes on
                while a camera hangs, so the age of its picture is judged here.
        """
        if self._eye == SIMULATED:
            return observation
        camera = self._cameras.get(self._eye)
        frame = camera.latest() if camera is not None else None
        if camera is None or frame is None or not camera.health.ok:
            trouble = self._failed.get(self._eye)
            sentence = camera.health.sentence if camera is not None else str(trouble or f"{self._eye} is not open yet.")
            raise DeviceError(f"The policy's eye sees nothing. {sentence}")
        age_s, limit_s = self._now() - frame.time_s, self._settings.safety.stale_s
        if age_s > limit_s:
            raise DeviceError(
                f"The policy's eye sees nothing new: the picture of the camera {self._eye} is {age_s:.2f} s old; "
                f"at most {limit_s:.2f} s is allowed."
            )
        front = Frame(frame.image, "front", frame.id, frame.time_s)
        return replace(observation, frames={**observation.frames, "front": front})

    def _run(self) -> None:
        for name in dict.fromkeys((self._eye, *self._settings.use.extra_cameras)):
            self._open(name)
        self._tell_eye()
        while not self._closing.wait(WATCH_S):
            for name, camera in list(self._cameras.items()):
                self._watch(name, camera.health)

    def _open(self, name: str) -> None:
        with self._opening:
            if name in self._cameras or self._closing.is_set():
                return
            parts = {"source": self._source.latest_frame} if name == SIMULATED else {}
            try:
                if name == SIMULATED:
                    self._source_ready()
                camera = registry.backend("cameras", name).create(self._settings.backend("cameras", name), **parts)
                camera.start()
            except AssistantError as error:
                self._failed[name] = error
                self._part_changed(Part.CAMERA, PartState.FAILED, str(error), None)
                return
            self._failed.pop(name, None)
            self._cameras = {**self._cameras, name: camera}

    def _watch(self, name: str, health: Health) -> None:
        """Tell when a camera's state has changed. Without a running clock the simulator draws only when asked."""
        if name == SIMULATED and self._settings.simulation.pace == "lockstep":
            return
        before = self._told.get(name)
        self._told[name] = health
        unchanged = health.ok or health.sight is Sight.STARTING if before is None else before.sight is health.sight
        if unchanged:
            return
        if health.ok:
            self._part_changed(Part.CAMERA, PartState.READY, f"The camera {name} sees again.", None)
        else:
            state = PartState.FAILED if health.sight is Sight.VANISHED else PartState.WARNING
            self._part_changed(Part.CAMERA, state, health.sentence, None)

    def _tell_eye(self) -> None:
        if self._eye in self._failed:
            return
        if self._eye == SIMULATED:
            self._part_changed(Part.CAMERA, PartState.READY, "The simulator's camera is the policy's eye.", 1.0)
        else:
            self._part_changed(
                Part.CAMERA, PartState.WARNING, f"{self._eye} is the policy's eye. {ONLY_SIMULATOR}", 1.0
            )
            self._warn(ONLY_SIMULATOR)
