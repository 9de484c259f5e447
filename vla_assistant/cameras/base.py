"""The contract of a camera, and its manual.

A camera has an own thread (or reads what another process draws) and hands over the latest picture only: RGB, uint8
(h, w, 3), with an id that counts up and the monotonic time it was taken. `health` says in a sentence what is wrong when
pictures are stale, frozen or gone; it notices within one second. Who writes a new one: one file in this folder with
`REQUIRES`, `Config`, `BACKEND` and a class with the methods below; `tests/cameras/test_contract.py` runs over every
back end found.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from vla_assistant.types import Frame


class Sight(StrEnum):
    """STARTING: no picture yet. LIVE. STALE: no new picture. FROZEN: the same picture again. VANISHED: device gone."""

    STARTING = "starting"
    LIVE = "live"
    STALE = "stale"
    FROZEN = "frozen"
    VANISHED = "vanished"


@dataclass(frozen=True)
class Health:
    """How a camera does; the sentence is for the user."""

    sight: Sight
    sentence: str = ""

    @property
    def ok(self) -> bool:
        return self.sight is Sight.LIVE


class Camera(Protocol):
    """Hands over the latest picture. `start` and `stop` belong to one thread, `latest` and `health` to any."""

    @property
    def name(self) -> str:
        """The name its frames carry."""
        ...

    def start(self) -> None:
        """Open it and return once it delivers.

        Raises:
            DeviceError: it is missing, busy or does not answer in time; the sentence says which.
        """
        ...

    def stop(self) -> None:
        """Close it and end its thread; may be called twice, and before `start`."""
        ...

    def latest(self) -> Frame | None:
        """The newest picture; None before the first. The same object until a newer one comes."""
        ...

    @property
    def health(self) -> Health:
        """How it does now."""
        ...
