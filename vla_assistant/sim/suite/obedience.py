"""The split `swap`: one scene, four things that could be meant, and each of them named in turn."""

from __future__ import annotations

from collections.abc import Callable

from vla_assistant.errors import InputError
from vla_assistant.sim import things
from vla_assistant.sim.suite.drafts import Draft, Draw
from vla_assistant.types import Reference, Step

CANDIDATES = 4
SKILLS = ("pick", "place_in", "place_on", "stack", "give", "next_to")
"""Tasks that are asked for; scene `n` asks for number `n % 6`."""
_HOLDERS = {"place_in": "bowl", "place_on": "plate", "stack": "cube"}


def obedience_draft(draw: Draw, skill: str) -> Draft:
    """A draft with one command for each candidate; an episode carries out one of them.

    The third candidate shares the first one's colour and the fourth its shape, where the stock has such a thing.
    """
    holder = draw.thing((_HOLDERS[skill],)) if skill in _HOLDERS else None
    if skill == "next_to":
        holder = draw.thing(tuple(things.SHAPES))
    onto = holder.name if holder is not None and skill != "next_to" else ""
    first, second = draw.moved(onto), draw.moved(onto)
    of_its_colour = _where_left(lambda: draw.moved(onto, (first.colour or "",)), draw, onto)
    of_its_shape = _where_left(lambda: draw.thing((first.name,)), draw, onto)
    candidates = (first, second, of_its_colour, of_its_shape)
    return Draft(tuple((_step(skill, thing, holder),) for thing in candidates))


def _where_left(alike: Callable[[], Reference], draw: Draw, onto: str) -> Reference:
    """What is alike, or anything that can be moved there when the stock has nothing alike any more."""
    try:
        return alike()
    except InputError:
        return draw.moved(onto)


def _step(skill: str, thing: Reference, holder: Reference | None) -> Step:
    if skill in ("pick", "give"):
        return Step(skill, thing)
    return Step("place", thing, holder, "next_to" if skill == "next_to" else "")
