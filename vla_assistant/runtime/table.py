"""What the simulated table must hold for a command, and whether it can be laid so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from vla_assistant.config import Settings
from vla_assistant.errors import InputError
from vla_assistant.language.chores.carrying_out import CHORES
from vla_assistant.language.hidden import from_drawer
from vla_assistant.language.reading.reader import read
from vla_assistant.language.request import ALL, Description
from vla_assistant.types import Intent, Reference, Step, Understanding

ADVICE = "Name fewer or other things; --no-require takes the bare table of the seed instead."
_DRAWER, _PLATE = Reference("drawer"), "plate"
_FOR_CHORES = {
    "sort": (
        Step("place", Reference("cube", "red"), Reference("bowl", "red")),
        Step("place", Reference("ball", "blue"), Reference("plate", "blue")),
    ),
    "clear": (
        Step("place", Reference("cube", "red"), _DRAWER),
        Step("place", Reference("ball", "blue"), _DRAWER),
        Step("close", _DRAWER),
    ),
}
"""What is laid for tasks that name nothing: something to do."""
SEVERAL = 2
"""So many are laid for "all" of a kind."""


@dataclass(frozen=True)
class Wanted:
    """Steps that name what shall lie on the table; or why that cannot be laid, with what to do."""

    steps: tuple[Step, ...] = ()
    refusal: str = ""


def wanted_on_table(meaning: Understanding, settings: Settings) -> Wanted:
    """What the command names; nothing for what is no command, and on a real table.

    Args:
        meaning: What the words mean before anyone has looked.
        settings: Which arm and which scene.
    """
    if meaning.intent is not Intent.COMMAND or settings.use.arm != "simulated":
        return Wanted()
    from vla_assistant.sim.suite.for_steps import scene_for_steps

    try:
        steps = meaning.steps or tuple(_described(meaning.text))
        scene_for_steps(steps, settings.simulation.seed)
    except InputError as error:
        return Wanted(refusal=f"The table cannot be laid with what the command names. {error} {ADVICE}")
    return Wanted(steps)


def _described(text: str) -> Iterator[Step]:
    """Steps that need the things of a text whose own steps need a look at the table."""
    request = read(text)
    for act in request.acts if request else ():
        if act.skill in CHORES and not act.anchors:
            yield from _FOR_CHORES.get(act.skill, ())
        if act.skill == "swap":
            yield from _swap(*(next(_references(thing), None) for thing in (act.object, *act.anchors) if thing))
            continue
        if act.object is not None and from_drawer(act.object):
            yield Step("open", _DRAWER)
        for thing in (act.object, *act.anchors):
            yield from (Step("pick", reference) for reference in _references(thing)) if thing else ()
        if any(anchor.kind == _DRAWER.name for anchor in act.anchors):
            yield Step("close", _DRAWER)


def _swap(a: Reference | None = None, b: Reference | None = None) -> Iterator[Step]:
    """Each on a plate of its own, where it stays: what lies on the table has no place that the other could take."""
    from vla_assistant.sim.things import EVERYDAY_COLOURS, can_place

    if a is None or b is None or not (can_place(a.name, _PLATE) and can_place(b.name, _PLATE)):
        return
    free = [colour for colour in EVERYDAY_COLOURS if colour not in (a.colour, b.colour)]
    first, second = (Reference(_PLATE, colour) for colour in free[:2])
    yield from (Step("put_down", a, Reference("table")), Step("place", b, first), Step("place", a, second))


def _references(thing: Description) -> Iterator[Reference]:
    """What is described, and what it lies beside; of several one has any colour, so that no look-alike joins them.

    Raises:
        InputError: there are no two of that.
    """
    from vla_assistant.sim.things import COLOURS, SHAPES

    if thing.kind in SHAPES:
        number = SEVERAL if thing.number == ALL else thing.number
        if number > 1 and thing.colour is not None:
            raise InputError(
                f"The simulated table has no {number} {thing.colour} {thing.kind}s: no two things are alike."
            )
        yield Reference(thing.kind, thing.colour)
        yield from (Reference(thing.kind, colour) for colour in list(COLOURS)[: number - 1])
    for other in (*thing.anchors, *((thing.without,) if thing.without else ())):
        yield from _references(other)
