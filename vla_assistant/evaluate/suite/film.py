"""The film of an episode: small pictures of both cameras side by side, encoded only when they are wanted."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from vla_assistant.types import ImageArray

if TYPE_CHECKING:
    from vla_assistant.sim.world import SimWorld

SIDE = 160  # pixels
FRAMES_PER_SECOND = 10
LARGEST_BYTES = 100_000
MOST_FRAMES = 900
_QUALITIES = (28, 33, 38, 43, 48, 51)


class Film:
    """Pictures of one world, one every 0.1 s; after 90 s no more are kept."""

    def __init__(self, world: SimWorld) -> None:
        self._world = world
        self._pictures: list[ImageArray] = []

    def add(self) -> None:
        """What both cameras show now."""
        if len(self._pictures) < MOST_FRAMES:
            views = [self._world.render(camera, SIDE, SIDE) for camera in ("front", "wrist")]
            self._pictures.append(np.concatenate(views, axis=1))

    def mp4(self) -> bytes:
        """The film, as good as fits into 100 kB."""
        for quality in _QUALITIES:
            encoded = encode(self._pictures, quality)
            if len(encoded) <= LARGEST_BYTES:
                break
        return encoded


def encode(pictures: list[ImageArray], quality: int) -> bytes:
    """Pictures (h, w, 3) uint8 RGB of even size as H.264 in MP4, at the constant rate factor `quality`."""
    import av

    target = io.BytesIO()
    with av.open(target, "w", format="mp4") as container:
        options = {"crf": str(quality), "preset": "veryfast"}
        stream = container.add_stream("libx264", rate=FRAMES_PER_SECOND, options=options)
        stream.height, stream.width, stream.pix_fmt = pictures[0].shape[0], pictures[0].shape[1], "yuv420p"
        stream.thread_count = 1
        for index, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return target.getvalue()
