"""`vla-assistant do`: one command through the whole pipeline, headless."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vla_assistant.commands.options import ConfigFile, Json, Seed, Sets, settings_of
from vla_assistant.errors import AssistantError

if TYPE_CHECKING:
    from vla_assistant.config import Settings
    from vla_assistant.events import Event
    from vla_assistant.runtime.single_run import Decision
    from vla_assistant.types import Outcome, Proposal, Utterance

EXIT_CODES = {"done": 0, "failed": 1, "refused": 3, "asked": 3, "cancelled": 3, "stopped": 3}
BAD_USE = 2
EMPTY = 'The command is empty: say what the arm should do, for example "pick up the blue cube".'
NO_ANSWER = "`do` takes no answer: say it in the command (a colour, a side), or talk with `vla-assistant chat`."
NO_COMMAND = "Give either the command as text or a sound file with --audio."


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
    notice = Notice(as_json)
    if bad_use := _bad_use(text, audio):
        typer.echo(bad_use, err=True)
        notice.end(text or "", "refused", bad_use)
        raise typer.Exit(BAD_USE)
    defaults = ["use.speaker=silent", f"simulation.pace={'realtime' if realtime else 'lockstep'}"]
    seeded = [f"simulation.seed={seed}"] if seed is not None else []
    try:
        settings = settings_of(config_file, [*(sets or ()), *seeded], defaults)
        outcome = _run_to_its_end(settings, text or "", audio, notice, yes=yes, require=require)
    except AssistantError as error:
        if not notice.ended:
            notice.end(text or "", "failed", str(error))
        raise
    if outcome.result == "asked":
        typer.echo(NO_ANSWER, err=True)
    raise typer.Exit(EXIT_CODES[outcome.result])


def _bad_use(text: str | None, audio: Path | None) -> str:
    """What is wrong with the way it was called, a sentence; empty when nothing is."""
    if (text is None) == (audio is None):
        return NO_COMMAND
    return EMPTY if text is not None and not text.strip() else ""


class Notice:
    """Prints what happens; the last line is always the one end of the command."""

    def __init__(self, as_json: bool) -> None:
        from vla_assistant.commands.telling import sentence_of
        from vla_assistant.events import to_json

        self._line = to_json if as_json else sentence_of
        self.ended = False

    def __call__(self, event: Event) -> None:
        from vla_assistant.events import RunEnded

        line = self._line(event)
        if isinstance(event, RunEnded):
            if self.ended:  # told again after an interrupt
                return
            self.ended = True
        if line:
            print(f"{line}\n", end="", flush=True)  # in one write: an interrupt may come between two

    def end(self, text: str, result: str, reason: str) -> Outcome:
        """The end of a command that no assistant has taken."""
        from vla_assistant.events import RunEnded
        from vla_assistant.types import Command, Outcome, Result, Source

        now = time.monotonic()
        outcome = Outcome(Result(result), reason)
        self(RunEnded(now, Command(0, text, Source.TYPED, now), outcome))
        return outcome


def _run_to_its_end(
    settings: Settings, text: str, audio: Path | None, notice: Notice, *, yes: bool, require: bool
) -> Outcome:
    """Listen if need be, then carry the command out; Ctrl-C and a polite kill are a stop at any time."""
    from vla_assistant.runtime.single_run import interrupt_reason

    try:
        with _terminable():
            utterance = heard(settings, audio) if audio is not None else None
            if utterance is not None and (doubt := doubt_of(settings, utterance, notice)):
                return notice.end("", "refused", doubt)
            return run(settings, text, utterance, notice, yes=yes, require=require)
    except KeyboardInterrupt as interrupt:
        if notice.ended:
            raise
        reason = f"Stopped: {interrupt_reason(interrupt)}."
        typer.echo(reason, err=True)
        return notice.end(text, "stopped", reason)


@contextmanager
def _terminable() -> Iterator[None]:
    """SIGTERM interrupts like Ctrl-C; a second one does not interrupt the stopping."""

    def interrupt(_number: int, _frame: object) -> None:
        signal.signal(signal.SIGTERM, lambda *_: None)
        raise KeyboardInterrupt("the program was told to end (SIGTERM)")

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def heard(settings: Settings, file: Path) -> Utterance:
    """What the configured recognizer makes of a sound file; an empty text when nothing usable is in it.

    Raises:
        AssistantError: the file or the recognizer cannot be used.
    """
    from vla_assistant import registry
    from vla_assistant.speech import audio
    from vla_assistant.speech.recognizers import choose

    sound = audio.read(file, lambda trouble: print(f"! {trouble}", file=sys.stderr))
    name = choose(settings).name
    with closing(registry.backend("recognizers", name).create(settings.backend("recognizers", name))) as recognizer:
        utterance: Utterance = recognizer.transcribe(sound)
    return utterance


def run(
    settings: Settings,
    text: str,
    utterance: Utterance | None,
    notice: Notice,
    *,
    yes: bool,
    require: bool,
) -> Outcome:
    """Carry out the text, or what was heard; `notice` takes what happens, last its RunEnded. Ctrl-C is a stop."""
    from vla_assistant.commands.telling import asked_on_terminal
    from vla_assistant.events import Said
    from vla_assistant.language import interpret
    from vla_assistant.runtime.assistant import Assistant
    from vla_assistant.runtime.single_run import carry_out
    from vla_assistant.runtime.table import Wanted, wanted_on_table
    from vla_assistant.types import Intent, Source

    words, source = (text, Source.TYPED) if utterance is None else (utterance.text, Source.VOICE)
    meaning = interpret(words, tuple, language=settings.app.language)
    wanted = wanted_on_table(meaning, settings) if require else Wanted()
    if wanted.refusal:
        notice(Said(time.monotonic(), wanted.refusal))
        return notice.end(words, "refused", wanted.refusal)
    with closing(
        Assistant(settings, headless=True, steps_in_scene=wanted.steps, program="vla-assistant do")
    ) as assistant:
        return carry_out(
            assistant,
            words,
            source,
            lambda proposal: _confirmed_before(proposal) if yes else asked_on_terminal(spoken=proposal.language),
            notice,
            with_arm=meaning.intent in (Intent.COMMAND, Intent.QUESTION),
        )


def _confirmed_before(proposal: Proposal) -> Decision:
    """The yes of --yes, which counts only for what was surely understood, and only on a table that looks familiar."""
    from vla_assistant.runtime.single_run import Decision

    if not proposal.sure:
        return Decision(False, "--yes", "I am not sure I understood that, and --yes counts only where I am")
    if not proposal.plan.is_familiar:
        reason = "this does not look like the table I know, and --yes counts only there"
        return Decision(False, "--yes", reason)
    return Decision(True, "--yes")


def doubt_of(settings: Settings, utterance: Utterance, notice: Callable[[Event], None]) -> str:
    """Why the words are not acted on, a sentence; empty when they are sure enough. Tells what was heard."""
    from vla_assistant.events import Heard, NothingHeard
    from vla_assistant.runtime.interpreting import doubt_about

    doubt = doubt_about(utterance, settings.listening)
    notice(NothingHeard(time.monotonic(), doubt) if doubt else Heard(time.monotonic(), utterance))
    return doubt
