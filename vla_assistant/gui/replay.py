"""An assistant that does nothing itself: it shows recorded pictures and events, for pictures of the window."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import count

from vla_assistant import language
from vla_assistant.events import Event, SceneSeen, Stopped
from vla_assistant.types import Frame, Source, Step


class Replay:
    """Fulfils `gui.surface.Surface` from what was recorded; `publish` tells the window an event."""

    def __init__(self, frames: Mapping[str, Frame], events: Iterable[Event] = (), level: float = 0.0) -> None:
        self.frames = dict(frames)
        self.events = list(events)
        self.level = level
        self.listening = True
        self.muted = False
        self.listening_mode = "hands-free"
        self.talking = False
        self.stopped = False
        self._callbacks: list[Callable[[Event], None]] = []
        self._numbers = count(1_000_000)

    @property
    def cameras(self) -> tuple[str, ...]:
        return tuple(self.frames)

    def start(self) -> None:
        """Play all recorded events."""
        for event in self.events:
            self.publish(event)

    def start_listening(self) -> None:
        self.listening = True

    def close(self) -> None:
        self._callbacks.clear()

    def subscribe(self, callback: Callable[[Event], None]) -> Callable[[], None]:
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback) if callback in self._callbacks else None

    def publish(self, event: Event) -> None:
        """Tell every subscriber."""
        self.stopped = isinstance(event, Stopped) or (self.stopped and type(event).__name__ != "Resumed")
        for callback in list(self._callbacks):
            callback(event)

    def add_command(self, text: str, source: Source = Source.PROGRAM) -> int:
        return next(self._numbers)

    def confirm(self, proposal_id: int | None = None, by: str = "click") -> None:
        """Nothing is carried out in a replay."""

    def cancel(self, by: str = "click") -> None:
        """Nothing is carried out in a replay."""

    def stop(self, reason: str = "you pressed stop") -> None:
        self.stopped = True

    def resume(self) -> None:
        self.stopped = False

    def mute(self, muted: bool) -> None:
        self.muted = muted

    def push_to_talk(self, pressed: bool) -> None:
        self.talking = pressed

    def choose_listening_mode(self, mode: str) -> None:
        self.listening_mode = mode

    def latest_frame(self, camera: str) -> Frame | None:
        return self.frames.get(camera)

    def gui_tick(self) -> None:
        """Nobody waits for it in a replay."""

    def microphones(self) -> list[str]:
        return ["sound file"]

    def choose_microphone(self, name: str) -> None:
        """There is only one."""

    def voices(self) -> list[str]:
        return []

    def choose_voice(self, voice: str) -> None:
        """A replay says nothing."""

    def camera_names(self) -> list[str]:
        return ["simulated"]

    def choose_camera(self, name: str) -> None:
        """There is only one."""

    def examples(self) -> list[str]:
        seen = [event.things for event in self.events if isinstance(event, SceneSeen)]
        return language.examples(seen[-1] if seen else (), 6, learnt=_OnlyTheUsual())

    def new_scene(self, seed: int) -> None:
        """A replay has one scene."""


class _OnlyTheUsual:
    """No policy can be asked in a replay what it has learnt beyond what every one has."""

    def why_not(self, step: Step) -> str:
        """Why it is not offered."""
        return f"It is not known whether {step.skill} is learnt."
