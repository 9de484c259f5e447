"""Commands one after the other in one scene, each possible after the former ones.

What each command does to the scene is followed in words only: where each thing is, what lies on it, what is in the
hand, whether the drawer is open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from vla_assistant.errors import InputError
from vla_assistant.sim import things
from vla_assistant.sim.suite.drafts import DRAWER, Draft, Draw
from vla_assistant.sim.suite.kinds import DISHES, PUSHED
from vla_assistant.types import RELATIONS, Reference, Step

_ATTEMPTS = 60
TABLE = Reference("table")


@dataclass
class Situation:
    """What is where: things by place; `moved` no longer stand where they did at the start."""

    loose: list[Reference]
    dishes: list[Reference]
    drawer: str = ""
    held: Reference | None = None
    covered: set[Reference] = field(default_factory=set)
    moved: set[Reference] = field(default_factory=set)
    filled: set[Reference] = field(default_factory=set)
    gone: set[Reference] = field(default_factory=set)
    given: bool = False
    drawer_used: bool = False
    at_home: bool = True


def draw_series(draw: Draw, count: int, loose: int = 5, dishes: int = 2) -> Draft:
    """A draft of `count` commands among so many things.

    Raises:
        InputError: No series was found; more is asked for than the things allow.
    """
    for _ in range(_ATTEMPTS):
        fresh = draw.fresh()
        cast = [fresh.moved() for _ in range(loose)] + [fresh.thing(DISHES) for _ in range(dishes)]
        drawer = fresh.one_of(("", "", "shut", "open"))
        situation = Situation(cast[:loose], cast[loose:], drawer)
        commands = _commands(fresh, situation, count)
        if commands is not None:
            opening = {"": None, "shut": 0.0, "open": 1.0}[drawer]
            return Draft(commands, drawer=opening if _about_drawer(commands) else None)
    raise InputError(f"No series of {count} commands was found.")


def _about_drawer(commands: tuple[tuple[Step, ...], ...]) -> bool:
    return any(DRAWER in (step.object, step.destination) for command in commands for step in command)


def _commands(draw: Draw, now: Situation, count: int) -> tuple[tuple[Step, ...], ...] | None:
    commands: list[tuple[Step, ...]] = []
    while len(commands) < count:
        options = _HELD if now.held is not None else _FREE
        step = draw.one_of(options)(draw, now)
        tries = 0
        while step is None and tries < _ATTEMPTS:
            step, tries = draw.one_of(options)(draw, now), tries + 1
        if step is None:
            return None
        now.at_home = step.skill == "home"
        commands.append((step,))
    return tuple(commands)


def _free(draw: Draw, now: Situation, shapes: tuple[str, ...] = ()) -> Reference | None:
    """A thing in the open that may be taken."""
    held = [now.held] if now.held is not None else []
    options = held or [t for t in now.loose if t not in now.covered and t not in now.gone]
    fitting = [thing for thing in options if not shapes or thing.name in shapes]
    return draw.one_of(fitting) if fitting else None


def _take(now: Situation, thing: Reference) -> None:
    """It leaves where it was."""
    now.held = None
    now.moved.add(thing)


def _pick(draw: Draw, now: Situation) -> Step | None:
    thing = _free(draw, now)
    if thing is None:
        return None
    _take(now, thing)
    now.held = thing
    return Step("pick", thing)


def _put_down(draw: Draw, now: Situation) -> Step | None:
    if now.held is None:
        return None
    thing = now.held
    _take(now, thing)
    return Step("put_down", thing, TABLE)


def _place(draw: Draw, now: Situation) -> Step | None:
    """Into or onto a dish that is empty, or onto a cube that bears nothing."""
    thing = _free(draw, now)
    if thing is None:
        return None
    stands = [t for t in now.loose if t not in now.moved and t not in now.covered and t != thing]
    below = [t for t in (*now.dishes, *stands) if t not in now.filled and things.can_place(thing.name, t.name)]
    if not below:
        return None
    holder = draw.one_of(below)
    _take(now, thing)
    now.filled.add(holder)
    now.covered.add(holder)
    now.gone.add(thing)
    return Step("place", thing, holder)


def _beside(draw: Draw, now: Situation) -> Step | None:
    """Next to something that still stands where it stood at the start."""
    thing = _free(draw, now)
    relation = draw.one_of([name for name in RELATIONS if name != "between"])
    anchors = [t for t in (*now.loose, *now.dishes) if t not in now.moved and t != thing]
    wide = (*DISHES, "marker")
    if thing is None or not anchors:
        return None
    anchor = draw.one_of([a for a in anchors if a.name not in wide] or anchors)
    _take(now, thing)
    now.gone.add(thing)
    now.covered.add(anchor)  # it stays, or the relation would not hold at the end
    return Step("place", thing, anchor, relation)


def _push(draw: Draw, now: Situation) -> Step | None:
    thing = _free(draw, now, PUSHED)
    if thing is None or thing in now.moved or now.held is not None:
        return None
    _take(now, thing)
    now.gone.add(thing)
    return Step("push", thing, Reference(draw.one_of(("left", "right", "forward", "back"))))


def _give(draw: Draw, now: Situation) -> Step | None:
    thing = _free(draw, now)
    if thing is None or now.given:
        return None
    _take(now, thing)
    now.given = True
    now.gone.add(thing)
    return Step("give", thing)


def _drawer(draw: Draw, now: Situation) -> Step | None:
    if not now.drawer:
        return None
    opened = now.drawer == "shut"
    now.drawer = "open" if opened else "shut"
    return Step("open" if opened else "close", DRAWER)


def _put_in_drawer(draw: Draw, now: Situation) -> Step | None:
    thing = _free(draw, now)
    if thing is None or now.drawer != "open" or now.drawer_used or not things.can_place(thing.name, "drawer"):
        return None
    _take(now, thing)
    now.drawer_used = True
    now.gone.add(thing)
    return Step("place", thing, DRAWER)


def _home(draw: Draw, now: Situation) -> Step | None:
    return None if now.at_home else Step("home")


Choose = Callable[[Draw, Situation], Step | None]
_FREE: tuple[Choose, ...] = (
    _pick,
    _pick,
    _place,
    _place,
    _place,
    _beside,
    _push,
    _give,
    _drawer,
    _put_in_drawer,
    _home,
)
_HELD: tuple[Choose, ...] = (_put_down, _place, _place, _beside, _give, _put_in_drawer)
