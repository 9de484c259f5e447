"""Every step that the arm can be told, with colours that change from one to the next."""

from collections.abc import Iterator
from itertools import count

from vla_assistant.language import vocabulary
from vla_assistant.types import DIRECTIONS, RELATIONS, Reference, Step

DRAWER, TABLE = Reference("drawer"), Reference("table")


def steps() -> tuple[Step, ...]:
    """Each skill with each thing that it suits, each relation to each other thing."""
    return (*_alone(), *_placing())


def chains() -> Iterator[tuple[Step, ...]]:
    """A thing taken and then placed, so that it is "it"; and a third step after them."""
    for step in _placing():
        assert step.object is not None
        yield Step("pick", step.object), step
        yield Step("pick", step.object), step, Step("home")
    for step in _alone():
        if step.skill in ("give", "put_down") and step.object is not None:
            yield Step("pick", step.object), step, Step("home")
        if step.skill == "push" and step.object is not None:
            yield step, Step("give", step.object)
    yield Step("open", DRAWER), Step("close", DRAWER)
    yield Step("home"), Step("put_down", None, TABLE)


def _alone() -> Iterator[Step]:
    """Steps with one thing."""
    things, shade = vocabulary.load().things, _shades()
    for name in (name for name, thing in things.items() if thing.lift):
        for colour in (None, *vocabulary.load().colours):
            yield Step("pick", Reference(name, colour))
        yield Step("put_down", Reference(name, next(shade)), TABLE)
        yield Step("give", Reference(name, next(shade)))
    for name in (name for name, thing in things.items() if thing.push):
        for direction in DIRECTIONS:
            yield Step("push", Reference(name, next(shade)), Reference(direction))
    yield from (Step("open", DRAWER), Step("close", DRAWER), Step("home"), Step("put_down", None, TABLE))


def _placing() -> Iterator[Step]:
    """A thing in, on or beside each other thing."""
    things, shade = vocabulary.load().things, _shades()
    for name in (name for name, thing in things.items() if thing.lift):
        for other in things:
            thing, where = Reference(name, next(shade)), DRAWER if other == "drawer" else Reference(other, next(shade))
            if name in things[other].holds:
                yield Step("place", thing, where)
            for relation in RELATIONS if other != "drawer" else ():
                second = Reference("plate", next(shade)) if relation == "between" else None
                yield Step("place", thing, where, relation, second)


def _shades() -> Iterator[str]:
    """One colour after the other, never the same twice in a row."""
    colours = vocabulary.load().colours
    return (colours[number % len(colours)] for number in count())
