"""Canonical steps as small integers: what the network reads instead of words.

A step becomes six numbers: skill, direction, colour and shape of the object, colour and shape of the destination. The
numbers are positions in the tuples below; they are written into datasets and weights, so new entries go to the end.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vla_assistant.errors import UnsupportedError
from vla_assistant.types import SKILLS, Reference, Step

SHAPES = ("cube", "ball", "can", "cup", "bowl", "plate")
COLOURS = ("red", "green", "blue", "yellow", "purple", "orange", "white", "black")
DIRECTIONS = ("", "left", "right")

ANY_COLOUR = len(COLOURS)
NO_SHAPE = len(SHAPES)
CODE_NAMES = ("skill", "direction", "object_colour", "object_shape", "destination_colour", "destination_shape")
CODE_WIDTH = len(CODE_NAMES)
SKILL, DIRECTION, OBJECT_COLOUR, OBJECT_SHAPE, DESTINATION_COLOUR, DESTINATION_SHAPE = range(CODE_WIDTH)

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
    """The six numbers of a step, int64 (6,).

    Raises:
        UnsupportedError: The network never saw such a thing, colour or place.
    """
    place = step.destination.name if step.destination else ""
    if place in DIRECTIONS and place:
        direction, destination = DIRECTIONS.index(place), None
    else:
        direction, destination = 0, None if place in ("", "table") else step.destination
    codes = (SKILLS.index(step.skill), direction, *encode_reference(step.object), *encode_reference(destination))
    return np.array(codes, dtype=np.int64)


def all_references() -> tuple[Reference, ...]:
    """Every colour and shape that the network knows, as things."""
    return tuple(Reference(shape, colour) for shape in SHAPES for colour in COLOURS)


def _position(name: str, names: Sequence[str], kind: str) -> int:
    if name not in names:
        raise UnsupportedError(f"The compact policy knows no {kind} {name!r}.", f"It knows {', '.join(names)}.")
    return names.index(name)
