"""Which things steps name, and in which part. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from vla_assistant.networks import tokens
from vla_assistant.types import Reference, Step


def things_of(*steps: Step) -> tuple[Reference, ...]:
    """Every thing that they name, once, in their order."""
    named = (reference for step in steps for reference in tokens.named_things(step))
    return tuple(dict.fromkeys(reference for reference in named if reference is not None))


def stay_where_they_are(steps: Sequence[Step]) -> frozenset[Reference]:
    """What is named as a place to go to and moved by none of them."""
    places = {reference for step in steps for reference in tokens.named_things(step)[1:] if reference is not None}
    return frozenset(places - {step.object for step in steps})


def maybe_in_drawer(steps: Sequence[Step]) -> frozenset[Reference]:
    """What is named only behind a step that opens a drawer: it may still be hidden in it."""
    opened = next((place for place, step in enumerate(steps) if step.skill == "open"), len(steps))
    return frozenset(things_of(*steps[opened:])) - frozenset(things_of(*steps[: opened + 1]))
