"""`vla-assistant demo`: a command spoken by the synthetic voice, and the whole pipeline from that sound to the arm."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vla_assistant.commands.do import EXIT_CODES
from vla_assistant.commands.ending import terminable
from vla_assistant.commands.options import ConfigFile, Seed, Sets, settings_of

if TYPE_CHECKING:
    from vla_assistant.config import Settings
    from vla_assistant.events import Event
    from vla_assistant.runtime.assistant import Assistant
    from vla_assistant.types import Frame, Outcome

COMMAND = "pick up the blue cube and place it in the red bowl"
SCENE = 1001
VIEWS = ("front", "wrist")
UNWATCHED = ("listening.calibration_s=0.0", "safety.heartbeat_timeout_s=5.0", "safety.stale_s=3.0")
"""The demo also runs on build machines that stall for a second; nobody stands beside its simulated arm."""
LAST_PICTURES_S = 2.0


def demo(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the sound, the video and the picture go.")],
    text: Annotated[str, typer.Option(help="What is said.")] = COMMAND,
    seed: Seed = SCENE,
    sets: Sets = None,
    config_file: ConfigFile = None,
) -> None:
    """Show the main job without a microphone, a screen or a robot; leaves command.wav, run.mp4 and window.png.

    Example: vla-assistant demo --out demo
    """
    from vla_assistant.runtime.single_run import interrupt_reason

    try:
        with terminable():
            settings = prepared(out, text, seed, sets, config_file)
            outcome = Show(settings, out).run(text)
    except KeyboardInterrupt as interrupt:
        print(f"Stopped: {interrupt_reason(interrupt)}. The demo in {out} is not complete.", file=sys.stderr)
        raise typer.Exit(EXIT_CODES["stopped"]) from None
    raise typer.Exit(EXIT_CODES[outcome.result])


def prepared(out: Path, text: str, seed: int | None, sets: list[str] | None, config_file: Path | None) -> Settings:
    """Speak the command into DIR/command.wav; the settings that make this file the microphone.

    Raises:
        AssistantError: there is no voice, or the folder cannot be written.
    """
    from vla_assistant.errors import InputError
    from vla_assistant.speech import audio, voice

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"The folder {out} cannot be made ({error.strerror}).") from error
    file = (out / "command.wav").resolve()
    print(f"The synthetic voice says {text!r} into {file}.", flush=True)
    audio.write(file, voice.render(text))
    mine = [*(sets or ()), *([f"simulation.seed={seed}"] if seed is not None else [])]
    heard = f"microphones.wav.file={json.dumps(str(file))}"
    return settings_of(config_file, mine, ["use.microphone=wav", heard, *UNWATCHED])


class Show:
    """One run, filmed; confirms by itself."""

    def __init__(self, settings: Settings, out: Path) -> None:
        self._settings, self._out = settings, out
        self._events: list[Event] = []
        self._picture: tuple[dict[str, Frame], list[Event]] = {}, []

    def run(self, text: str) -> Outcome:
        """From the sound file to the end of the command that was heard in it."""
        from vla_assistant.language import interpret
        from vla_assistant.runtime.assistant import Assistant
        from vla_assistant.runtime.recorder import Recorder

        steps = interpret(text, tuple).steps
        assistant = Assistant(self._settings, headless=True, steps_in_scene=steps, program="vla-assistant demo")
        recorder = Recorder(self._out / "run.mp4", lambda: assistant.latest_frame("front"), f"A voice says: {text}")
        with closing(assistant), closing(recorder):
            happened = assistant.events()
            assistant.subscribe(recorder.note)
            assistant.start()
            assistant.start_listening()
            recorder.start()
            outcome = self._follow(assistant, happened)
            time.sleep(LAST_PICTURES_S)
        print(f"{recorder.pictures} pictures are in {self._out / 'run.mp4'}.")
        self._draw_window()
        return outcome

    def _follow(self, assistant: Assistant, happened: Iterator[Event]) -> Outcome:
        """Say yes to what is proposed; the outcome of the command."""
        from vla_assistant.commands.telling import sentence_line
        from vla_assistant.events import NothingHeard, Proposed, RunEnded
        from vla_assistant.types import Outcome, Result

        for event in happened:
            self._events.append(event)
            sentence_line(event)
            if isinstance(event, Proposed):
                self._remember(assistant)
                assistant.confirm(event.proposal.id, by="the demo")
            if isinstance(event, RunEnded):
                return event.outcome
            if isinstance(event, NothingHeard):
                return Outcome(Result.REFUSED, event.reason)
        return Outcome(Result.STOPPED, "The program was closed.")

    def _remember(self, assistant: Assistant) -> None:
        """What the window shows now, while the plan waits for a yes."""
        frames = {name: frame for name in VIEWS if (frame := assistant.latest_frame(name)) is not None}
        self._picture = frames, list(self._events)

    def _draw_window(self) -> None:
        try:
            from vla_assistant.gui.snapshot import save
        except ImportError as error:
            print(f"! No picture of the window: Qt cannot be loaded ({error}).")
            return
        picture = save(self._out / "window.png", *self._picture, seed=self._settings.simulation.seed)
        print(f"A picture of the window is in {picture}.")
