"""`vla-assistant do`: one command through the whole pipeline, headless."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vla_assistant.commands.options import ConfigFile, Json, Seed, Sets, settings_of

if TYPE_CHECKING:
    from vla_assistant.config import Settings
    from vla_assistant.events import Event
    from vla_assistant.types import Outcome, Utterance

EXIT_CODES = {"done": 0, "failed": 1, "refused": 3, "asked": 3, "cancelled": 3, "stopped": 3}
BAD_USE = 2


def do(
    text: Annotated[str | None, typer.Argument(help="What the arm should do.")] = None,
    audio: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Take the command from this sound file instead of TEXT."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Confirm the plan without asking.")] = False,
    seed: Seed = None,
    as_json: Json = False,
    realtime: Annotated[
        bool, typer.Option("--realtime", help="Let simulated time pass like real time, not as fast as possible.")
    ] = False,
    require: Annotated[
        bool, typer.Option(help="The simulated scene contains the things that the command names.")
    ] = True,
    sets: Sets = None,
    config_file: ConfigFile = None,
) -> None:
    """Carry out one command: understand, plan, ask, move, tell.

    Exit status: 0 done, 1 failed, 2 bad use, 3 refused, asked, cancelled or stopped.

    Example: vla-assistant do "pick up the blue cube and place it in the red bowl" --yes --seed 7
    """
    if (text is None) == (audio is None):
        typer.echo("Give either the command as text or a sound file with --audio.", err=True)
        raise typer.Exit(BAD_USE)
    defaults = ["use.speaker=silent", f"simulation.pace={'realtime' if realtime else 'lockstep'}"]
    seeded = [f"simulation.seed={seed}"] if seed is not None else []
    settings = settings_of(config_file, [*(sets or ()), *seeded], defaults)
    utterance = heard(settings, audio) if audio is not None else None
    outcome = run(settings, text or "", utterance, yes=yes, as_json=as_json, require=require)
    raise typer.Exit(EXIT_CODES[outcome.result])


def heard(settings: Settings, file: Path) -> Utterance:
    """What the configured recognizer makes of a sound file; an empty text when nothing usable is in it.

    Raises:
        AssistantError: the file or the recognizer cannot be used.
    """
    from vla_assistant import registry
    from vla_assistant.speech import audio
    from vla_assistant.speech.recognizers import choose

    sound = audio.read(file)
    name = choose(settings).name
    with closing(registry.backend("recognizers", name).create(settings.backend("recognizers", name))) as recognizer:
        utterance: Utterance = recognizer.transcribe(sound)
    return utterance


def run(
    settings: Settings, text: str, utterance: Utterance | None, *, yes: bool, as_json: bool, require: bool
) -> Outcome:
    """Carry out the text, or what was heard, and print what happens; Ctrl-C is a stop."""
    from vla_assistant.commands.telling import asked_on_terminal, json_line, sentence_line
    from vla_assistant.runtime.assistant import Assistant
    from vla_assistant.runtime.interpreting import interpret
    from vla_assistant.runtime.single_run import carry_out
    from vla_assistant.types import Intent, Source

    notice = json_line if as_json else sentence_line
    words = text if utterance is None else _certain_words(settings, utterance, notice)
    source = Source.TYPED if utterance is None else Source.VOICE
    meaning = interpret(words, tuple)
    steps = meaning.steps if require else ()
    with closing(Assistant(settings, headless=True, steps_in_scene=steps, program="vla-assistant do")) as assistant:
        return carry_out(
            assistant,
            words,
            source,
            lambda proposal: yes or asked_on_terminal(),
            notice,
            with_arm=meaning.intent in (Intent.COMMAND, Intent.QUESTION),
        )


def _certain_words(settings: Settings, utterance: Utterance, notice: Callable[[Event], None]) -> str:
    """The words of the utterance, told; none when the recognizer is not sure of them."""
    import time

    from vla_assistant.events import Heard, NothingHeard
    from vla_assistant.runtime.interpreting import doubt_about

    usable = utterance.text and utterance.confidence >= settings.listening.min_confidence
    doubt = doubt_about(utterance, settings.listening) if usable else "I heard nothing usable in that sound."
    notice(NothingHeard(time.monotonic(), doubt) if doubt else Heard(time.monotonic(), utterance))
    return "" if doubt else utterance.text
