"""A film of a run: the camera's picture with what the policy points at, and what is happening in words."""

from __future__ import annotations

import textwrap
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from vla_assistant import events, language
from vla_assistant.events import Event
from vla_assistant.types import Frame, Grounding, ImageArray, Reference

RATE_HZ = 10
SIZE, BAR = 576, 96
COLUMNS, FONT_SCALE, LINE = 62, 0.5, 24
MARK = (255, 196, 0)


class Recorder:
    """Films from `start` to `close`; subscribe `note` to the events."""

    def __init__(self, path: Path, picture: Callable[[], Frame | None], caption: str = "") -> None:
        """`picture` gives the newest picture of the camera to film; `caption` stands below until something happens."""
        self._path, self._picture = path, picture
        self._caption = caption
        self._taken: Reference | None = None
        self._groundings: tuple[Grounding, ...] = ()
        self._planned: tuple[Grounding, ...] = ()
        self._quit = threading.Event()
        self._thread = threading.Thread(target=self._film, name="recorder", daemon=True)
        self.pictures = 0

    def start(self) -> None:
        """Begin to film."""
        self._thread.start()

    def close(self) -> None:
        """End the film; the file is whole once this returns."""
        self._quit.set()
        if self._thread.is_alive():
            self._thread.join(timeout=20.0)

    def note(self, event: Event) -> None:
        """Let the caption follow what happens."""
        match event:
            case events.Heard(utterance=utterance):
                self._caption = f"You: {utterance.text}"
            case events.Proposed(proposal=proposal):
                self._groundings = self._planned = proposal.plan.groundings
            case events.StepStarted(index=index, step=step, attempt=attempt):
                again = f" (attempt {attempt})" if attempt > 1 else ""
                self._caption = f"Step {index + 1}{again}: {language.describe((step,))}"
                shown = {step.object, step.destination} - {self._taken}  # what was taken is not where it was seen
                self._groundings = tuple(g for g in self._planned if g.reference in shown)
                self._taken = step.object if step.skill == "pick" else None
            case events.Said(text=text):
                self._caption = f"Assistant: {text}"
            case events.RunEnded():
                self._groundings = ()

    def _film(self) -> None:
        import av

        with av.open(str(self._path), "w", format="mp4") as container:
            stream: Any = container.add_stream("libx264", rate=RATE_HZ, options={"crf": "20", "preset": "veryfast"})
            stream.width, stream.height, stream.pix_fmt = SIZE, SIZE + BAR, "yuv420p"
            stream.thread_count = 1
            while not self._quit.wait(1.0 / RATE_HZ):
                frame = self._picture()
                if frame is not None:
                    picture = av.VideoFrame.from_ndarray(self._drawn(frame.image), format="rgb24")
                    picture.pts = self.pictures
                    container.mux(stream.encode(picture))
                    self.pictures += 1
            container.mux(stream.encode(None))

    def _drawn(self, image: ImageArray) -> ImageArray:
        """uint8 (SIZE + BAR, SIZE, 3) RGB: the picture, marks on it, the caption below."""
        import cv2

        canvas = np.full((SIZE + BAR, SIZE, 3), 24, np.uint8)
        canvas[:SIZE] = cv2.resize(image, (SIZE, SIZE), interpolation=cv2.INTER_LINEAR)
        for grounding in self._groundings:
            spot = round(grounding.point.u * SIZE), round(grounding.point.v * SIZE)
            cv2.circle(canvas, spot, 16, MARK, 2, cv2.LINE_AA)
            _label(canvas, str(grounding.reference), (spot[0] + 22, spot[1] + 6))
        for number, line in enumerate(textwrap.wrap(self._caption, COLUMNS)[:3]):
            at = 12, SIZE + LINE * (number + 1)
            cv2.putText(canvas, line, at, cv2.FONT_HERSHEY_SIMPLEX, FONT_SCALE, (235,) * 3, 1, cv2.LINE_AA)
        return canvas


def _label(canvas: ImageArray, text: str, at: tuple[int, int]) -> None:
    """Words on a dark plate, legible on any table; `at` is where they begin, on their base line [pixels]."""
    import cv2

    (width, height), below = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, FONT_SCALE, 1)
    corners = (at[0] - 4, at[1] - height - 5), (at[0] + width + 4, at[1] + below + 1)
    cv2.rectangle(canvas, *corners, (24,) * 3, cv2.FILLED)
    cv2.putText(canvas, text, at, cv2.FONT_HERSHEY_SIMPLEX, FONT_SCALE, MARK, 1, cv2.LINE_AA)
