"""The tasks of the suite: what is asked for, and what the scene must hold for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vla_assistant.sim import things
from vla_assistant.sim.suite.drafts import DRAWER, IN_DRAWER, Draft, Draw
from vla_assistant.sim.suite.kinds import DISHES, Kind, kind_of
from vla_assistant.types import Reference, Step

TABLE = Reference("table")
_DRAWER_SHAPES = ("cube", "ball", "marker")


@dataclass(frozen=True)
class Task:
    """One task.

    Attributes:
        name: As in reports and in assets/suite_en.toml.
        draft: Draws what is asked for.
        share: Of the training's assignments, before they are made to add up to 1.
        long: Whether it is one of the long tasks, which are reported apart.
        names: Whether it names a thing at all.
        drawer: Whether it is about the drawer.
    """

    name: str
    draft: Callable[[Draw], Draft]
    share: float
    long: bool = False
    names: bool = True
    drawer: bool = False


def one(*steps: Step) -> Draft:
    """A draft of one command that needs nothing but what it names."""
    return Draft((steps,))


def _pick(draw: Draw) -> Draft:
    return one(Step("pick", draw.moved()))


def _place_in(draw: Draw) -> Draft:
    holder = draw.holder(("bowl", "bowl", "cup") if draw.chance(0.5) else ("bowl",))
    return one(Step("place", draw.moved(holder.name), holder))


def _place_on(draw: Draw) -> Draft:
    plate = draw.holder(("plate",))
    return one(Step("place", draw.moved("plate"), plate))


def _stack(draw: Draw) -> Draft:
    below = draw.thing(("cube",))
    above = draw.thing(("cube",)) if draw.chance(0.6) else draw.moved("cube")
    return one(Step("place", above, below))


def _put_down(draw: Draw) -> Draft:
    thing = draw.moved()
    return one(Step("pick", thing), Step("put_down", thing, TABLE))


def _push(direction: str) -> Callable[[Draw], Draft]:
    return lambda draw: one(Step("push", draw.pushed(), Reference(direction)))


def _beside(relation: str) -> Callable[[Draw], Draft]:
    return lambda draw: one(Step("place", draw.moved(), draw.thing(tuple(things.SHAPES)), relation))


def _between(draw: Draw) -> Draft:
    """Two wide things would leave no room in reach."""
    thing, first = draw.moved(), draw.thing(tuple(things.SHAPES))
    second = draw.thing([name for name in things.SHAPES if not {name, first.name} <= {*DISHES, "marker"}])
    return one(Step("place", thing, first, "between", second))


def _open(draw: Draw) -> Draft:
    return Draft(((Step("open", DRAWER),),), drawer=0.0 if draw.chance(0.8) else float(draw.rng.uniform(0.0, 0.25)))


def _close(draw: Draw) -> Draft:
    opening = 1.0 if draw.chance(0.6) else float(draw.rng.uniform(0.5, 1.0))
    return Draft(((Step("close", DRAWER),),), drawer=opening)


def _retrieve(draw: Draw) -> Draft:
    marker = draw.thing(("marker",))
    steps = (Step("open", DRAWER), Step("pick", marker))
    return Draft((steps,), starts={kind_of(marker): IN_DRAWER}, drawer=0.0)


def _put_in_drawer(draw: Draw) -> Draft:
    return Draft(((Step("place", draw.moved("drawer"), DRAWER),),), drawer=1.0)


def _give(draw: Draw) -> Draft:
    return one(Step("give", draw.moved()))


def _home(draw: Draw) -> Draft:
    return one(Step("home"))


def _swap(draw: Draw) -> Draft:
    """Two things that stand in or on two dishes change their places."""
    first, second = draw.thing(DISHES), draw.thing(DISHES)
    a = draw.moved(_narrower(first, second))
    b = draw.moved(_narrower(first, second))
    steps = (Step("put_down", a, TABLE), Step("place", b, first), Step("place", a, second))
    return Draft((steps,), starts={kind_of(a): kind_of(first), kind_of(b): kind_of(second)})


def _narrower(first: Reference, second: Reference) -> str:
    """The one of two dishes that takes fewer shapes: a bowl takes less than a plate."""
    return "bowl" if "bowl" in (first.name, second.name) else "plate"


def _tower(draw: Draw) -> Draft:
    bottom, middle = draw.thing(("cube",)), draw.thing(("cube",))
    top = draw.thing(("cube",)) if draw.chance(0.6) else draw.moved("cube")
    return one(Step("place", middle, bottom), Step("place", top, middle))


def _sort(draw: Draw) -> Draft:
    """Each loose thing that has a dish of its colour goes there; no other loose thing has such a colour."""
    first = draw.thing(DISHES)
    second = draw.thing(DISHES, [colour for colour in things.COLOURS if colour != first.colour])
    steps = [Step("place", draw.moved(dish.name, [str(dish.colour)]), dish) for dish in (first, second)]
    plates = [dish for dish in (first, second) if dish.name == "plate"]  # a bowl is crowded with two
    if plates and draw.chance(0.7):
        plate = draw.one_of(plates)
        steps.append(Step("place", draw.moved("plate", [str(plate.colour)]), plate))
    colours = (first.colour, second.colour)
    return Draft((tuple(steps),), banned=_kinds(lambda kind: kind[1] in colours))


def _clear(draw: Draw) -> Draft:
    """Everything loose goes into the open drawer; only dishes stay."""
    loose = [draw.moved("drawer"), draw.moved("drawer")]
    if draw.chance(0.5):
        loose.append(draw.thing(("cube", "ball")))
    steps = (*(Step("place", thing, DRAWER) for thing in loose), Step("close", DRAWER))
    return Draft((steps,), drawer=1.0, banned=_kinds(lambda kind: kind[0] not in DISHES))


def _kinds(fits: Callable[[Kind], bool]) -> frozenset[Kind]:
    kinds = ((shape, colour) for shape in things.ALL_SHAPES for colour in things.COLOURS)
    return frozenset(kind for kind in kinds if fits(kind))


_ALL = (
    Task("pick", _pick, 0.09),
    Task("place_in", _place_in, 0.08),
    Task("place_on", _place_on, 0.05),
    Task("stack", _stack, 0.11),
    Task("put_down", _put_down, 0.05),
    Task("push_left", _push("left"), 0.025),
    Task("push_right", _push("right"), 0.025),
    Task("push_forward", _push("forward"), 0.03),
    Task("push_back", _push("back"), 0.03),
    Task("next_to", _beside("next_to"), 0.035),
    Task("left_of", _beside("left_of"), 0.035),
    Task("right_of", _beside("right_of"), 0.035),
    Task("in_front_of", _beside("in_front_of"), 0.035),
    Task("behind", _beside("behind"), 0.035),
    Task("between", _between, 0.05),
    Task("open_drawer", _open, 0.03, names=False, drawer=True),
    Task("close_drawer", _close, 0.03, names=False, drawer=True),
    Task("retrieve", _retrieve, 0.06, drawer=True),
    Task("put_in_drawer", _put_in_drawer, 0.05, drawer=True),
    Task("give", _give, 0.04),
    Task("home", _home, 0.015, names=False),
    Task("swap", _swap, 0.05, long=True),
    Task("tower", _tower, 0.05, long=True),
    Task("sort", _sort, 0.04, long=True),
    Task("clear", _clear, 0.04, long=True, drawer=True),
)
TASKS: dict[str, Task] = {task.name: task for task in _ALL}
