"""Which colours of which shapes training may show, and which are kept for the tests.

A kind is (shape, colour). The held-out pairs use a new colour or the new shape only: earlier weights, from which a
training may start, have seen all pairs of the six everyday shapes and eight everyday colours.
"""

from __future__ import annotations

from vla_assistant.sim import things
from vla_assistant.types import Reference

Kind = tuple[str, str]

HELD_OUT_PAIRS: tuple[Kind, ...] = (
    ("cube", "pink"),
    ("cup", "pink"),
    ("plate", "pink"),
    ("ball", "brown"),
    ("can", "brown"),
    ("bowl", "brown"),
    ("marker", "red"),
    ("marker", "blue"),
    ("marker", "yellow"),
)
TRAINED_PAIRS: tuple[Kind, ...] = tuple(
    (shape, colour) for shape in things.SHAPES for colour in things.COLOURS if (shape, colour) not in HELD_OUT_PAIRS
)
UNSEEN_OBJECTS: tuple[Kind, ...] = tuple((shape, colour) for shape in things.HELD_OUT for colour in things.COLOURS)

LIFTED = ("cube", "ball", "can", "cup", "marker")
"""Shapes that training picks up."""
PUSHED = ("cube", "ball", "can", "cup", *things.HELD_OUT)
"""Shapes that fit between the open fingers whichever way they lie: a marker does not."""
DISHES = ("bowl", "plate")


def kind_of(reference: Reference) -> Kind:
    """The kind that a reference with a colour names."""
    assert reference.colour is not None
    return reference.name, reference.colour
