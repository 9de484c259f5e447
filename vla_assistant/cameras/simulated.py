"""The camera of the simulated world: pictures that the motion process draws, handed over through shared memory."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

from pydantic import Field

from vla_assistant.cameras.base import Health
from vla_assistant.cameras.watchdog import Watchdog
from vla_assistant.errors import DeviceError
from vla_assistant.registry import BackendConfig
from vla_assistant.types import Frame

REQUIRES = ("mujoco",)
BACKEND = "SimulatedCamera"
_POLL_S = 0.02


class Config(BackendConfig):
    """Options of the simulated camera."""

    view: Literal["front", "wrist"] = Field("front", description="Which camera of the simulated world.")
    open_timeout_s: float = Field(15.0, gt=0, description="Give up when no picture comes for this long [s].")


class SimulatedCamera:
    """Latest picture of one view of the simulated world.

    Args:
        config: Which view.
        source: Gives the latest frame of a view, `MotionProcess.latest_frame`.
        now: The clock [s].
    """

    def __init__(
        self, config: Config, source: Callable[[str], Frame | None], now: Callable[[], float] = time.monotonic
    ) -> None:
        self._config = config
        self._source = source
        self._now = now
        self._frame: Frame | None = None
        self._watchdog = self._fresh_watchdog()

    @property
    def name(self) -> str:
        return self._config.view

    def start(self) -> None:
        """Wait for the first picture.

        Raises:
            DeviceError: the simulated world sends none in time.
        """
        self._watchdog = self._fresh_watchdog()
        deadline = self._now() + self._config.open_timeout_s
        while self.latest() is None:
            if self._now() > deadline:
                raise DeviceError(
                    f"The simulated {self.name} camera sent no picture within {self._config.open_timeout_s:g} s.",
                    "The motion process draws its pictures; `vla-assistant check` says how it does.",
                )
            time.sleep(_POLL_S)

    def stop(self) -> None:
        """Nothing is held: the motion process owns the pictures."""
        self._frame = None

    def latest(self) -> Frame | None:
        frame = self._source(self.name)
        if frame is not None and (self._frame is None or frame.id != self._frame.id):
            self._frame = frame
            self._watchdog.saw(frame.id, self._now())
        return self._frame

    @property
    def health(self) -> Health:
        """Judged on the pictures that are there now, so it needs nobody else to ask for them."""
        self.latest()
        return self._watchdog.judge(self._now())

    def _fresh_watchdog(self) -> Watchdog:
        return Watchdog(f"The simulated {self._config.view} camera", frozen_s=None)
