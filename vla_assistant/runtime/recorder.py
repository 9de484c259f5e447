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
from vla_assistant.types import Frame, Grounding, ImageArray

RATE_HZ = 10
SIZE, BAR = 576, 96
COLUMNS, FONT_SCALE, LINE = 62, 0.5, 24
MARK = (255, 196, 0)


class Recorder:
    """Films from `start` to `close`; subscribe `note` to the events."""

    def __init__(self, path: Path, picture: Callable[[], Frame | None]) -> None:
        """`picture` gives the newest picture of the camera to film."""
        self._path, self._picture = path, picture
        self._caption = ""
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
                self._groundings = tuple(g for g in self._planned if g.reference in (step.object, step.destination))
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
            beside = spot[0] + 20, spot[1] + 5
            cv2.putText(canvas, str(grounding.reference), beside, cv2.FONT_HERSHEY_SIMPLEX, 0.45, MARK, 1, cv2.LINE_AA)
        for number, line in enumerate(textwrap.wrap(self._caption, COLUMNS)[:3]):
            at = 12, SIZE + LINE * (number + 1)
            cv2.putText(canvas, line, at, cv2.FONT_HERSHEY_SIMPLEX, FONT_SCALE, (235,) * 3, 1, cv2.LINE_AA)
        return canvas
