"""`vla-assistant trials`: the same commands again and again on the set-up as it is, judged by the user."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vla_assistant.commands import keyboard
from vla_assistant.commands.ending import terminable
from vla_assistant.commands.options import ConfigFile, Seed, Sets, settings_of

if TYPE_CHECKING:
    from vla_assistant.config import Settings
    from vla_assistant.evaluate.judged import JudgedTrial
    from vla_assistant.runtime.assistant import Assistant
    from vla_assistant.runtime.single_run import Decision
    from vla_assistant.types import Outcome, Proposal, Step

JUDGEMENTS = {"y": True, "yes": True, "n": False, "no": False, "s": None, "skip": None}
SIMULATED = "simulated"
Ask = Callable[[str], str]


def trials(
    task: Annotated[list[str], typer.Option(metavar="TEXT", help="The command; may be given again, taken in turn.")],
    number: Annotated[int, typer.Option("--n", min=1, help="How many trials.")] = 10,
    out: Annotated[Path, typer.Option(metavar="FILE", help="JSON lines, one a trial; added to.")] = Path(
        "trials.jsonl"
    ),
    yes: Annotated[bool, typer.Option("--yes", help="Confirm each plan without asking, where it is sure.")] = False,
    seed: Seed = None,
    sets: Sets = None,
    config_file: ConfigFile = None,
) -> None:
    """Repeat commands with the arm and the cameras of config.toml; you say each time whether it was done.

    Your judgement stands beside what the program claims; at the end comes the success rate with its 95 % interval.

    Example: vla-assistant trials --task "pick up the red cup" --n 10 --yes
    """
    seeded = [f"simulation.seed={seed}"] if seed is not None else []
    defaults = ["use.speaker=silent", "simulation.pace=lockstep"]
    settings = settings_of(config_file, [*(sets or ()), *seeded], defaults)
    from vla_assistant.evaluate import judged

    plans = [(text, _steps(text, settings)) for text in task]
    done: list[JudgedTrial] = []
    try:
        with terminable():
            for trial in run(settings, plans, number, _asked, yes=yes):
                judged.note(out, trial)
                done.append(trial)
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
    print(f"{judged.summary(done)}. Every trial is in {out}.")
    raise typer.Exit(0 if done else 1)


def _asked(prompt: str) -> str:
    print(prompt, end=" ", flush=True)
    return keyboard.line().strip().lower()


def _steps(text: str, settings: Settings) -> tuple[Step, ...]:
    """What the simulated table must hold.

    Raises:
        InputError: The text is no command.
    """
    from vla_assistant.errors import InputError
    from vla_assistant.language import interpret
    from vla_assistant.runtime.table import wanted_on_table
    from vla_assistant.types import Intent

    meaning = interpret(text, tuple, language=settings.app.language)
    if meaning.intent is not Intent.COMMAND:
        raise InputError(f"{text!r} is no command for the arm. {meaning.reason}".strip())
    wanted = wanted_on_table(meaning, settings)
    if wanted.refusal:
        raise InputError(wanted.refusal)
    return wanted.steps


def run(
    settings: Settings, plans: list[tuple[str, tuple[Step, ...]]], number: int, ask: Ask, *, yes: bool
) -> Iterator[JudgedTrial]:
    """Each trial as it is judged; ends early when nobody answers, or with "q"."""
    setup = _Setup(settings)
    with closing(setup):
        for index in range(number):
            text, steps = plans[index % len(plans)]
            try:
                if ask(f"[{index + 1}/{number}] {text}. Enter: begin; q: end.") in ("q", "quit"):
                    return
                outcome = setup.carry_out(index, text, steps, yes)
                yield _judged(settings, index + 1, text, outcome, _judgement(ask, text))
            except EOFError:
                return


def _judgement(ask: Ask, text: str) -> bool | None:
    while (answer := ask(f"Was it done: {text}? y: yes; n: no; s: does not count; then Enter.")) not in JUDGEMENTS:
        pass
    return JUDGEMENTS[answer]


def _judged(settings: Settings, number: int, text: str, outcome: Outcome, success: bool | None) -> JudgedTrial:
    from vla_assistant.evaluate.judged import JudgedTrial

    use = settings.use
    return JudgedTrial(
        trial=number,
        task=text,
        policy=use.policy,
        arm=use.arm,
        camera=use.camera,
        weights=str(getattr(settings.backend("policies", use.policy), "weights", "")),
        outcome=str(outcome.result),
        reason=outcome.reason,
        claimed=outcome.claimed,
        success=success,
        simulator=outcome.success if use.arm == SIMULATED else None,
        seconds=round(outcome.seconds, 2),
        time=datetime.now().astimezone().isoformat(timespec="seconds"),
    )


class _Setup:
    """The program with its arm; in simulation anew for each trial, with a table of its own."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._assistant: Assistant | None = None

    def carry_out(self, index: int, text: str, steps: tuple[Step, ...], yes: bool) -> Outcome:
        """One trial, from home."""
        from vla_assistant.commands.telling import sentence_line
        from vla_assistant.runtime import single_run
        from vla_assistant.types import Source

        assistant = self._prepared(index, steps)
        return single_run.carry_out(
            assistant, text, Source.TYPED, lambda proposal: _decided(proposal, yes), sentence_line
        )

    def close(self) -> None:
        if self._assistant is not None:
            self._assistant.close()

    def _prepared(self, index: int, steps: tuple[Step, ...]) -> Assistant:
        from vla_assistant.runtime import single_run
        from vla_assistant.runtime.assistant import Assistant
        from vla_assistant.types import Source

        if self._assistant is None or self._settings.use.arm == SIMULATED:
            self.close()
            settings = _with_scene(self._settings, index)
            self._assistant = Assistant(
                settings, headless=True, steps_in_scene=steps, program="vla-assistant trials", now=time.monotonic
            )
            return self._assistant
        if self._assistant.stopped:
            self._assistant.resume()
        single_run.carry_out(self._assistant, "go home", Source.PROGRAM, lambda _: single_run.Decision(True, "Enter"))
        return self._assistant


def _with_scene(settings: Settings, index: int) -> Settings:
    """In simulation each trial has the next scene."""
    simulation = settings.simulation.model_copy(update={"seed": settings.simulation.seed + index})
    return replace(settings, sections=settings.sections.model_copy(update={"simulation": simulation}))


def _decided(proposal: Proposal, yes: bool) -> Decision:
    """Yes beforehand counts only where the command was surely understood; else the terminal is asked."""
    from vla_assistant.commands.telling import asked_on_terminal
    from vla_assistant.runtime.single_run import Decision

    return Decision(True, "--yes") if yes and proposal.sure else asked_on_terminal(spoken=proposal.language)
