"""`vla-assistant plan`: understands and grounds, moves nothing."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vla_assistant.commands.options import ConfigFile, Json, Seed, Sets, settings_of

if TYPE_CHECKING:
    from vla_assistant.runtime.grounding import Reading

VERSION = 3
"""Of the JSON lines; they are described in docs/architecture.md. 2 added `reason` and `points`, 3 `relation`, `second`
and the skills open, close and give."""
BAD_USE = 2


def plan(
    text: Annotated[str | None, typer.Argument(help="What the arm should do.")] = None,
    file: Annotated[Path | None, typer.Option(metavar="FILE", help="Plan every line of this file.")] = None,
    seed: Seed = None,
    as_json: Json = False,
    ground: Annotated[
        bool, typer.Option(help="Look for the named things in the picture, not only at the words.")
    ] = True,
    require: Annotated[bool, typer.Option(help="The simulated scene contains the things that the text names.")] = True,
    sets: Sets = None,
    config_file: ConfigFile = None,
) -> None:
    """Say what would be done, without moving anything: one line for the text, or for each line of a file.

    The skill of a step is pick, place, put_down, push, open, close (the drawer), give or home; to stack is to
    place on a cube. A place with a relation (next_to, left_of, right_of, in_front_of, behind, between) is on the table.

    Example: vla-assistant plan "stack the red cube on the blue cube" --json
    """
    if (text is None) == (file is None):
        typer.echo("Give either one text or a file of them with --file.", err=True)
        raise typer.Exit(BAD_USE)
    texts = lines_of(file) if file is not None else [_words(text or "")]
    seeded = [f"simulation.seed={seed}"] if seed is not None else []
    settings = settings_of(config_file, [*(sets or ()), *seeded], ["simulation.pace=lockstep"])
    from vla_assistant.runtime.grounding import Grounder

    with Grounder(settings, ground=ground, require=require) as grounder:
        show(map(grounder.read, texts), as_json)
        trouble = grounder.trouble
    if trouble:
        print(f"vla-assistant: nothing was looked for in the picture. {trouble}", file=sys.stderr)
        raise typer.Exit(1)


def _words(text: str) -> str:
    """The text.

    Raises:
        InputError: there is nothing in it.
    """
    from vla_assistant.errors import InputError

    if not text.strip():
        raise InputError("The text is empty.", 'Say what the arm should do, for example "pick up the blue cube".')
    return text


def lines_of(file: Path) -> list[str]:
    """The lines of a text file, without empty ones.

    Raises:
        InputError: it cannot be read, or there is no text in it.
    """
    from vla_assistant.errors import InputError

    try:
        lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except OSError as error:
        raise InputError(f"The file {file} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise InputError(f"The file {file} is no text in UTF-8.") from error
    if not lines:
        raise InputError(f"The file {file} is empty.", "It holds one text a line.")
    return lines


def show(readings: Iterable[Reading] | Iterator[Reading], as_json: bool) -> None:
    """Print each as soon as it is there."""
    for reading in readings:
        print(json.dumps(table_of(reading)) if as_json else sentence_of(reading), flush=True)


def table_of(reading: Reading) -> dict[str, Any]:
    """The public form of a plan; the format is versioned."""
    understanding = reading.understanding
    steps = [
        {
            "skill": step.skill,
            "object": None if step.object is None else str(step.object),
            "destination": None if step.destination is None else str(step.destination),
            "relation": step.relation,
            "second": None if step.second is None else str(step.second),
        }
        for step in understanding.steps
    ]
    return {
        "version": VERSION,
        "text": understanding.text,
        "intent": str(understanding.intent),
        "steps": steps,
        "confidence": round(reading.confidence, 3),
        "question": reading.question,
        "reason": understanding.reason,
        "points": [
            {"thing": str(g.reference), "u": round(g.point.u, 3), "v": round(g.point.v, 3)} for g in reading.groundings
        ],
        **_worth(reading),
    }


def _worth(reading: Reading) -> dict[str, Any]:
    """Chances and familiarity, where the policy's weights are calibrated: see docs/confidence.md."""
    if not reading.chances:
        return {}
    assert reading.familiar is not None
    return {"chances": [round(chance, 3) for chance in reading.chances], "familiar": round(reading.familiar, 3)}


def sentence_of(reading: Reading) -> str:
    """The plan for people."""
    from vla_assistant import language

    understanding = reading.understanding
    said = reading.question or understanding.reason or language.describe(understanding.steps, understanding.language)
    chance = f" {math.prod(reading.chances):.0%} likely to succeed." if reading.chances else ""
    return f"{understanding.text!r}: {understanding.intent}. {said}".rstrip() + chance
