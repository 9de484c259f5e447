"""The things that may lie on the table: shapes, sizes, masses and colours.

Lengths in metres, masses in kilograms, colours as linear RGBA 0-1. Sizes are those of common household things, limited
by the 80 mm opening of the gripper; every thing weighs about 50 g, as plastic things of that size do.
"""

from __future__ import annotations

from dataclasses import dataclass

from vla_assistant.errors import UnsupportedError

RGBA = tuple[float, float, float, float]


@dataclass(frozen=True)
class Shape:
    """One kind of thing.

    Attributes:
        name: Canonical noun.
        radius: Of the circle around its footprint [m].
        height: From the table to its highest point when upright [m].
        grasp_height: Of the tool above the bottom of the thing when it is gripped [m].
        grip_width: Distance of the fingers when they hold it [m]; 0 for what the gripper cannot span.
        mass: [kg].
        inner_radius: Of the opening at the rim, 0 for things that hold nothing [m].
        floor: Height of the surface on which a contained thing rests [m].
        long: Whether it lies along its x axis and is gripped across it.
    """

    name: str
    radius: float
    height: float
    grasp_height: float
    grip_width: float
    mass: float
    inner_radius: float = 0.0
    floor: float = 0.0
    long: bool = False


# 40 mm: a toddler's building block, half of the gripper's opening.
CUBE_SIDE = 0.040
# 40 mm: a table-tennis ball.
BALL_RADIUS = 0.020
# Wider than a drink can of its height, so that a bump does not topple it.
CAN_RADIUS, CAN_HEIGHT = 0.022, 0.056
# An espresso cup without a handle: leaves the open fingers 12 mm on each side, and the ball 5 mm inside.
CUP_RADIUS, CUP_HEIGHT, CUP_WALL = 0.028, 0.060, 0.003
# A small dessert bowl: any graspable thing fits in with a finger's width to spare; its foot is so wide that a push from
# within cannot tip it.
BOWL_RADIUS, BOWL_HEIGHT, BOWL_FLOOR_RADIUS = 0.065, 0.042, 0.052
# A plate with a low, steep rim: it keeps a ball from rolling off and can be pushed from within without tipping.
PLATE_RADIUS, PLATE_HEIGHT, PLATE_FLOOR_RADIUS = 0.075, 0.016, 0.070
FLOOR_THICKNESS = 0.005
# A thick felt-tip pen that lies on the table; its clip keeps it from rolling.
MARKER_LENGTH, MARKER_WIDTH = 0.110, 0.016
# Shapes that no recording ever shows.
PRISM_RADIUS, PRISM_HEIGHT = 0.022, 0.046
DOME_RADIUS, DOME_HEIGHT = 0.022, 0.044
BRICK_HALF = (0.027, 0.015, 0.017)

SHAPES: dict[str, Shape] = {
    shape.name: shape
    for shape in (
        Shape("cube", CUBE_SIDE * 0.7072, CUBE_SIDE, 0.020, CUBE_SIDE, 0.050),
        Shape("ball", BALL_RADIUS, 2 * BALL_RADIUS, 0.020, 2 * BALL_RADIUS, 0.040),
        Shape("can", CAN_RADIUS, CAN_HEIGHT, 0.032, 2 * CAN_RADIUS, 0.060),
        Shape("cup", CUP_RADIUS, CUP_HEIGHT, 0.036, 2 * CUP_RADIUS, 0.060, CUP_RADIUS - CUP_WALL, FLOOR_THICKNESS),
        Shape("bowl", BOWL_RADIUS, BOWL_HEIGHT, 0.022, 0.0, 0.150, BOWL_RADIUS - 0.005, FLOOR_THICKNESS),
        Shape("plate", PLATE_RADIUS, PLATE_HEIGHT, 0.016, 0.0, 0.150, PLATE_RADIUS - 0.004, FLOOR_THICKNESS),
        Shape("marker", MARKER_LENGTH / 2, MARKER_WIDTH, 0.017, MARKER_WIDTH, 0.030, long=True),
    )
}
HELD_OUT: dict[str, Shape] = {
    shape.name: shape
    for shape in (
        Shape("prism", PRISM_RADIUS, PRISM_HEIGHT, 0.026, 2 * PRISM_RADIUS, 0.050),
        Shape("dome", DOME_RADIUS, DOME_HEIGHT, 0.018, 2 * DOME_RADIUS, 0.050),
        Shape("brick", BRICK_HALF[0] * 1.15, 2 * BRICK_HALF[2], 0.018, 2 * BRICK_HALF[1], 0.050, long=True),
    )
}
"""Shapes that are kept out of all training, to see what the policy makes of the unknown; they have no noun."""
ALL_SHAPES = SHAPES | HELD_OUT

GRASPABLE = ("cube", "ball", "can", "cup", "marker", *HELD_OUT)
CONTAINERS = ("bowl", "plate", "cup")

# Chosen to differ from each other, from the grey-beige table and from the light arm by hue or by lightness.
COLOURS: dict[str, RGBA] = {
    "red": (0.80, 0.07, 0.08, 1.0),
    "green": (0.08, 0.55, 0.16, 1.0),
    "blue": (0.06, 0.22, 0.80, 1.0),
    "yellow": (0.95, 0.82, 0.08, 1.0),
    "purple": (0.45, 0.12, 0.62, 1.0),
    "orange": (0.98, 0.42, 0.04, 1.0),
    "white": (0.96, 0.96, 0.96, 1.0),
    "black": (0.06, 0.06, 0.07, 1.0),
    "pink": (0.98, 0.45, 0.66, 1.0),
    "brown": (0.30, 0.14, 0.05, 1.0),
}

EVERYDAY_SHAPES = ("cube", "ball", "can", "cup", "bowl", "plate")
EVERYDAY_COLOURS = ("red", "green", "blue", "yellow", "purple", "orange", "white", "black")
"""What lies on the table unless something else is asked for: the scenes of the program itself."""

# What may be put where: a cup takes only what falls in and can be seen, a cube carries what has a flat bottom.
_FITS: dict[str, tuple[str, ...]] = {
    "bowl": ("cube", "ball", "can", "cup", "prism", "dome"),
    "plate": ("cube", "ball", "can", "cup", "marker", *HELD_OUT),
    "cup": ("ball",),
    "cube": ("cube", "can", "cup"),
    "drawer": ("cube", "ball", "marker"),
}


def shape_named(name: str) -> Shape:
    """The shape with this canonical noun.

    Raises:
        UnsupportedError: There is no such thing on this table.
    """
    try:
        return ALL_SHAPES[name]
    except KeyError:
        raise UnsupportedError(f"There is no {name} in this world.", f"Known things: {', '.join(SHAPES)}.") from None


def why_not_pick(name: str) -> str:
    """Why this thing cannot be picked up, as a sentence; empty when it can be."""
    shape = shape_named(name)
    if shape.name in GRASPABLE:
        return ""
    liftable = [known for known in GRASPABLE if known in SHAPES]
    others = f"{', '.join(liftable[:-1])} or {liftable[-1]}"
    return f"The {name} is wider than the gripper opens; I can pick up a {others}."


def why_not_place(name: str, destination: str) -> str:
    """Why a thing cannot be put in or on the destination, as a sentence; empty when it can be."""
    if destination != "drawer":
        shape_named(destination)
    if name in _FITS.get(destination, ()):
        return ""
    takes = " or ".join(known for known in _FITS.get(destination, ()) if known in SHAPES) or "nothing"
    return f"A {name} does not stay in or on a {destination}; a {destination} takes {takes}."


def can_place(name: str, destination: str) -> bool:
    """Whether a thing of this shape stays in or on a thing of that shape."""
    return name in _FITS.get(destination, ())
