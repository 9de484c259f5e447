"""Notices pictures that are stale, frozen or gone. Pure: times and digests come as arguments.

An unplugged camera may block for ever or return the same picture as if all were well, so both the time since the last
picture and the time since the last *different* picture are watched.
"""

from __future__ import annotations

import zlib

from vla_assistant.cameras.base import Health, Sight
from vla_assistant.types import ImageArray

STALE_S = 0.7
FROZEN_S = 0.7


def digest(image: ImageArray) -> int:
    """A number that differs when the pictures differ (but for one chance in four thousand millions)."""
    return zlib.crc32(image.tobytes())


class Watchdog:
    """Judges one camera.

    Args:
        what: The camera as the user knows it, for example "The camera /dev/video0".
        stale_s: Without a new picture for this long it is stale [s].
        frozen_s: With the same picture for this long it is frozen [s]; None where pictures may rightly stay the same
            (a drawn world that stands still, a video file); a real sensor always has noise.
    """

    def __init__(self, what: str, stale_s: float = STALE_S, frozen_s: float | None = FROZEN_S) -> None:
        self._what = what
        self._stale_s = stale_s
        self._frozen_s = frozen_s
        self._seen_s: float | None = None
        self._changed_s = 0.0
        self._digest: int | None = None
        self._gone = ""

    def saw(self, picture: int, now_s: float) -> None:
        """A picture with this digest came at `now_s`; a camera that was gone is back."""
        if picture != self._digest or self._seen_s is None:
            self._changed_s = now_s
        self._digest, self._seen_s, self._gone = picture, now_s, ""

    def lost(self, reason: str) -> None:
        """The device itself says that it is gone."""
        self._gone = reason

    def judge(self, now_s: float) -> Health:
        """How the camera does at `now_s`."""
        if self._gone:
            return Health(Sight.VANISHED, self._gone)
        if self._seen_s is None:
            return Health(Sight.STARTING, f"{self._what} has not sent a picture yet.")
        if now_s - self._seen_s > self._stale_s:
            return Health(Sight.STALE, f"{self._what} has sent no picture for {now_s - self._seen_s:.1f} s.")
        if self._frozen_s is not None and now_s - self._changed_s > self._frozen_s:
            still = now_s - self._changed_s
            return Health(Sight.FROZEN, f"{self._what} has been sending the same picture for {still:.1f} s.")
        return Health(Sight.LIVE)
