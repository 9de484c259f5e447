"""The connected arm, under guard in the motion process, with all cameras: for recording without a window.

One look and one action of 0.1 s at a time, in real time or in lockstep; the simulated arm is only one of the arms.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Self

from vla_assistant import registry
from vla_assistant.arms.base import PERIOD_S
from vla_assistant.config import Settings
from vla_assistant.data.displacement import STEP_S
from vla_assistant.errors import DeviceError
from vla_assistant.events import Part, PartState
from vla_assistant.runtime.eyes import SIMULATED, VIEWS, Eyes
from vla_assistant.runtime.motion import MotionProcess
from vla_assistant.types import ActionChunk, Frame, Observation, Step

OPEN_TIMEOUT_S = 30.0
HOME_TIMEOUT_S = 60.0
_POLL_S = 0.02
REAL_SPEED_SCALE = 0.25
"""A real arm records at no more than this share of its speed."""


class RecordingCell:
    """One thread uses it; `stop` may come from any."""

    def __init__(
        self,
        settings: Settings,
        steps: tuple[Step, ...] = (),
        tell: Callable[[str], None] = lambda sentence: None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start nothing yet.

        Args:
            settings: Which arm and cameras.
            steps: In simulation the first scene holds what these steps name.
            tell: Hears warnings of arm and cameras.
            now: The clock of the cameras [s].
        """
        self._settings, self._now = settings, now
        self._motion = MotionProcess(settings, steps_in_scene=steps, warn=tell)
        self._eyes = Eyes(settings, self._motion, lambda: None, self._part_changed, tell, now)
        self._trouble = ""

    def start(self) -> None:
        """Return once the arm is connected and every camera has a picture.

        Raises:
            AssistantError: One of them does not come up.
        """
        try:
            self._motion.start()
            self._eyes.start()
            self._await_pictures()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let the arm hold and free everything; may be called twice."""
        self._motion.close()
        self._eyes.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    @property
    def simulated(self) -> bool:
        """Whether the arm is the simulator's."""
        return self._settings.use.arm == SIMULATED

    @property
    def lockstep(self) -> bool:
        """Whether simulated time stands still between actions."""
        return self._motion.lockstep

    @property
    def tool_speed(self) -> float:
        """Top speed of the tool [m/s]."""
        safety = self._settings.safety
        return (safety.tool_speed if self.simulated else safety.real_tool_speed) * safety.speed_scale

    # Seeing

    def observe(self, after_s: float | None = None) -> Observation:
        """Pictures of all cameras and the arm's state, taken at or after `after_s` of the arm's clock.

        Raises:
            AssistantError: The arm or a camera does not answer.
        """
        observation = self._eyes.see(self._motion.observe(after_s))
        return replace(observation, frames={**observation.frames, **self._others()})

    def time_s(self) -> float:
        """The arm's clock now [s]."""
        return self._motion.state().time_s

    # Moving

    def act(self, chunk: ActionChunk | None, before: Observation) -> tuple[Observation, str]:
        """Carry out 0.1 s of a chunk, or of nothing; what is seen then, and why the guard refused it, if it did."""
        verdict = self._motion.submit(chunk, 1) if chunk is not None else None
        refused = "" if verdict is None or verdict.allowed else verdict.reasons[0]
        if not self.lockstep:
            return self.observe(before.state.time_s + STEP_S - PERIOD_S / 2), refused  # pictures come at ticks, about
        if verdict is None or refused:
            self._motion.rest(STEP_S)
        return self.observe(), refused

    def prepare(self, seed: int, steps: tuple[Step, ...]) -> None:
        """Go home; in simulation the scene of this seed, with what the steps name, is laid out first.

        Raises:
            AssistantError: The arm is stopped or does not arrive, or the things do not fit on the table.
        """
        if self.simulated:
            self._motion.new_scene(seed, steps)
            return
        self._motion.go_home()
        deadline = time.monotonic() + HOME_TIMEOUT_S
        while self._motion.moving and time.monotonic() < deadline:
            time.sleep(_POLL_S)
        if self._motion.moving or self._motion.stopped:
            raise DeviceError(f"The arm did not arrive at home. {self.held}".strip())

    def stop(self, reason: str) -> None:
        """Stop now, until `resume`; from any thread."""
        self._motion.stop(reason)

    def resume(self) -> None:
        """Clear a stop; nothing moves by that."""
        self._motion.resume()

    @property
    def guidable(self) -> bool:
        """Whether the arm can be guided by hand."""
        module = registry.backend("arms", self._settings.use.arm).module
        return hasattr(getattr(module, module.BACKEND), "guide")

    def guide(self, on: bool) -> None:
        """Let the user move the arm by hand from now on, or let it hold its place again.

        Raises:
            UnsupportedError: The arm cannot be guided by hand.
        """
        self._motion.guide(on)

    @property
    def held(self) -> str:
        """Why the arm is stopped, a sentence; empty when it is not."""
        why = self._motion.why_stopped
        return f"The arm is stopped: {why}." if why else ""

    # Inside

    def _others(self) -> dict[str, Frame]:
        """Fresh pictures of the cameras beside the policy's eye, by the names that they carry."""
        found: dict[str, Frame] = {}
        for name in self._eyes.names:
            if name in VIEWS or name == self._settings.use.camera:
                continue
            frame = self._eyes.latest(name)
            if frame is None or self._now() - frame.time_s > self._settings.safety.stale_s:
                raise DeviceError(f"The camera {name} sends no new pictures.")
            found[frame.camera] = frame
        return found

    def _await_pictures(self) -> None:
        deadline = time.monotonic() + OPEN_TIMEOUT_S
        wanted = {name for name in self._settings.use.extra_cameras if name != SIMULATED}
        while not self._trouble:
            try:
                self.observe()
            except DeviceError as error:
                if time.monotonic() > deadline:
                    raise
                last = error
            else:
                if wanted <= {*self._eyes.names, self._settings.use.camera}:
                    return
                last = DeviceError("Not every camera came up.")
            if time.monotonic() > deadline:
                raise last
            time.sleep(_POLL_S)
        raise DeviceError(self._trouble)

    def _part_changed(self, part: Part, state: PartState, detail: str, progress: float | None) -> None:
        del progress
        if part is Part.CAMERA and state is PartState.FAILED:
            self._trouble = detail


def with_safe_speed(settings: Settings) -> Settings:
    """The settings; a real arm gets at most a quarter of its speed, whatever they say."""
    safety = settings.safety
    if settings.use.arm == SIMULATED or safety.speed_scale <= REAL_SPEED_SCALE:
        return settings
    slow = safety.model_copy(update={"speed_scale": REAL_SPEED_SCALE})
    return replace(settings, sections=settings.sections.model_copy(update={"safety": slow}))
