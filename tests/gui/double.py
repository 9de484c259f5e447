"""The shipped replay with a memory: which calls the window made, and on which thread."""

from __future__ import annotations

import threading
from typing import Any

from tests.gui import story
from vla_assistant.gui.replay import Replay
from vla_assistant.types import Source


class Double(Replay):
    """Notes every call as (method, arguments); `threads` keeps the thread of the last call of each method."""

    def __init__(self) -> None:
        super().__init__({camera: story.picture(camera) for camera in ("front", "wrist")})
        self.calls: list[tuple[Any, ...]] = []
        self.threads: dict[str, str] = {}
        self.names = ["simulated", "opencv"]
        self.sounds = ["sound file"]
        self.refuses: Exception | None = None
        self.slow = threading.Event()
        self.slow.set()

    def called(self, method: str) -> list[tuple[Any, ...]]:
        """Arguments of all calls of this method, in order."""
        return [call[1:] for call in self.calls if call[0] == method]

    def _note(self, *call: Any) -> None:
        self.calls.append(call)
        self.threads[call[0]] = threading.current_thread().name

    def add_command(self, text: str, source: Source = Source.PROGRAM) -> int:
        self._note("add_command", text, source)
        return super().add_command(text, source)

    def confirm(self, proposal_id: int | None = None, by: str = "click") -> None:
        self._note("confirm", proposal_id, by)

    def cancel(self, by: str = "click") -> None:
        self._note("cancel", by)

    def stop(self, reason: str = "you pressed stop") -> None:
        self._note("stop", reason)
        super().stop(reason)

    def resume(self) -> None:
        self._note("resume")
        super().resume()

    def mute(self, muted: bool) -> None:
        self._note("mute", muted)
        super().mute(muted)

    def push_to_talk(self, pressed: bool) -> None:
        self._note("push_to_talk", pressed)

    def choose_listening_mode(self, mode: str) -> None:
        self._note("choose_listening_mode", mode)
        super().choose_listening_mode(mode)

    def gui_tick(self) -> None:
        self._note("gui_tick")

    def choose_camera(self, name: str) -> None:
        self._note("choose_camera", name)
        if self.refuses is not None:
            raise self.refuses

    def choose_microphone(self, name: str) -> None:
        self._note("choose_microphone", name)

    def voices(self) -> list[str]:
        return ["gmw/en", "gmw/de"]

    def choose_voice(self, voice: str) -> None:
        self._note("choose_voice", voice)

    def microphones(self) -> list[str]:
        return self.sounds

    def camera_names(self) -> list[str]:
        self.slow.wait(5.0)
        self._note("camera_names")
        return self.names

    def new_scene(self, seed: int) -> None:
        self._note("new_scene", seed)
