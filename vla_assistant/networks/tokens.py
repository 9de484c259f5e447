"""Canonical steps as small integers: what the network reads instead of words.

A step becomes eight numbers: skill, direction, then colour and shape of the object, of the destination and of the
second anchor of "between". The numbers are positions in the tuples below; they are written into datasets and weights,
so new entries go to the end, and a change raises `weights.VERSION`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vla_assistant.errors import UnsupportedError
from vla_assistant.types import SKILLS, Reference, Step

SHAPES = ("cube", "ball", "can", "cup", "bowl", "plate", "marker", "drawer", "thing")
COLOURS = ("red", "green", "blue", "yellow", "purple", "orange", "white", "black", "pink", "brown")
DIRECTIONS = (
    *("", "left", "right"),
    *("next_to", "left_of", "right_of", "in_front_of", "behind", "between"),
    *("forward", "back"),
)
"""Where to: the side of a push, or how a thing is to lie beside another one."""
AIMED = ("place", "put_down", "give")
"""Skills after which something lies where nothing lay before."""
PLACES = ("table", "user")
"""Destinations that the skill alone tells."""

ANY_COLOUR = len(COLOURS)
NO_SHAPE = len(SHAPES)
DRAWER, THING = SHAPES.index("drawer"), SHAPES.index("thing")
"""The drawer is furniture without a colour; a "thing" has any shape and is named by its colour alone."""
ROLES = ("object", "destination", "second")
NAMED = len(ROLES)
"""Things that a step names, or might."""
CODE_NAMES = ("skill", "direction", *(f"{role}_{part}" for role in ROLES for part in ("colour", "shape")))
CODE_WIDTH = len(CODE_NAMES)
CODE_VALUES = max(len(SKILLS), len(DIRECTIONS), ANY_COLOUR + 1, NO_SHAPE + 1)
"""Every number of a step is smaller."""
UNKNOWN = -100
"""In place of a number that nobody knows: what losses of torch leave out."""
SKILL, DIRECTION, OBJECT_COLOUR, OBJECT_SHAPE, DESTINATION_COLOUR, DESTINATION_SHAPE = range(CODE_WIDTH - 2)
SECOND_COLOUR, SECOND_SHAPE = CODE_WIDTH - 2, CODE_WIDTH - 1
NAMED_COLOURS = (OBJECT_COLOUR, DESTINATION_COLOUR, SECOND_COLOUR)
NAMED_SHAPES = (OBJECT_SHAPE, DESTINATION_SHAPE, SECOND_SHAPE)

Codes = NDArray[np.int64]


def encode_reference(reference: Reference | None) -> tuple[int, int]:
    """Colour and shape number of a named thing; no thing is (ANY_COLOUR, NO_SHAPE).

    Raises:
        UnsupportedError: The network never saw such a thing or colour.
    """
    if reference is None:
        return ANY_COLOUR, NO_SHAPE
    colour = ANY_COLOUR if reference.colour is None else _position(reference.colour, COLOURS, "colour")
    return colour, _position(reference.name, SHAPES, "thing")


def decode_reference(colour: int, shape: int) -> Reference | None:
    """Undo `encode_reference`."""
    if shape == NO_SHAPE:
        return None
    return Reference(SHAPES[shape], None if colour == ANY_COLOUR else COLOURS[colour])


def encode_step(step: Step) -> Codes:
    """The numbers of a step, int64 (8,).

    Raises:
        UnsupportedError: The network never saw such a thing, colour or place.
    """
    direction = DIRECTIONS.index(direction_of(step))
    named = (code for reference in named_things(step) for code in encode_reference(reference))
    return np.array((SKILLS.index(step.skill), direction, *named), dtype=np.int64)


def direction_of(step: Step) -> str:
    """The word of DIRECTIONS that says where to: a relation, or the side of a push; empty when there is none."""
    place = step.destination.name if step.destination else ""
    return step.relation or (place if place in DIRECTIONS else "")


def named_things(step: Step) -> tuple[Reference | None, Reference | None, Reference | None]:
    """Object, destination and second anchor as things; None for what the step does not name, and for places."""
    destination = step.destination
    if destination is not None and destination.name in (*PLACES, *DIRECTIONS):
        destination = None
    return step.object, destination, step.second


def all_references() -> tuple[Reference, ...]:
    """Every colour and shape that can lie on the table, as things, and the drawer."""
    things = [shape for shape in SHAPES if shape not in ("drawer", "thing")]
    return (*(Reference(shape, colour) for shape in things for colour in COLOURS), Reference("drawer"))


def _position(name: str, names: Sequence[str], kind: str) -> int:
    if name not in names:
        raise UnsupportedError(f"The compact policy knows no {kind} {name!r}.", f"It knows {', '.join(names)}.")
    return names.index(name)
