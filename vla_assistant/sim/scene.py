"""What lies on the table and how it looks, and what of it a reference means: values.

Lengths in metres, angles in radians, in the base frame (x towards the user, +y to the user's right).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from vla_assistant.errors import InputError
from vla_assistant.sim.scene_model import THIRD_Y
from vla_assistant.types import Reference

MAX_THINGS = 8
ANY_THING = "thing"
"""Name of a reference to something by its colour alone."""


@dataclass(frozen=True)
class Thing:
    """One thing of the scene: canonical shape and colour, place [m] and heading [rad] before it has settled.

    `z` is the height of what it starts on: 0 on the table, more in a bowl, in the drawer or on a cube [m].
    """

    shape: str
    colour: str
    x: float
    y: float
    yaw: float = 0.0
    z: float = 0.0

    @property
    def reference(self) -> Reference:
        return Reference(self.shape, self.colour)


@dataclass(frozen=True)
class Drawer:
    """The cabinet with a drawer: its middle on the table [m], and how far the drawer is open at first (0-1)."""

    x: float
    y: float
    opening: float = 0.0


@dataclass(frozen=True)
class Look:
    """Visual differences between scenes; the default is the world as shipped.

    Attributes:
        camera_shift: Of the front camera in the base frame [m].
        camera_turn: Of the front camera, a rotation vector in its own frame (right, up, backwards) [rad].
        lamp: Brightness factor of the lamp and the ambient light.
        lamp_turn: Where the lamp shines from: turned about the vertical, and tilted, from its usual place [rad].
        table: Factor on each colour channel of the table.
        table_top: "" for a plain one, or a pattern of `table_tops.PATTERNS`.
    """

    camera_shift: tuple[float, float, float] = (0.0, 0.0, 0.0)
    camera_turn: tuple[float, float, float] = (0.0, 0.0, 0.0)
    lamp: float = 1.0
    lamp_turn: tuple[float, float] = (0.0, 0.0)
    table: tuple[float, float, float] = (1.0, 1.0, 1.0)
    table_top: str = ""


@dataclass(frozen=True)
class Scene:
    """Everything on the table, the seed it came from and how it looks; at most one drawer stands there."""

    things: tuple[Thing, ...]
    seed: int = 0
    look: Look = field(default_factory=Look)
    drawer: Drawer | None = None

    def find(self, reference: Reference) -> int:
        """Index of the one thing that the reference names.

        Raises:
            InputError: No thing or several things fit.
        """
        fits = [i for i, thing in enumerate(self.things) if matches(thing, reference)]
        if len(fits) == 1:
            return fits[0]
        there = ", ".join(str(thing.reference) for thing in self.things) or "nothing"
        found = "no" if not fits else f"{len(fits)} times a"
        raise InputError(f"There is {found} {reference} on the table.", f"On the table: {there}.")


def matches(thing: Thing, reference: Reference) -> bool:
    """Whether the reference can mean this thing; the name "thing" means any shape."""
    return reference.name in (thing.shape, ANY_THING) and reference.colour in (None, thing.colour)


def side(name: str) -> float:
    """-1 for the user's left, +1 for the user's right: the sign of y there.

    Raises:
        InputError: It is neither.
    """
    if name not in ("left", "right"):
        raise InputError(f"Things can be pushed to the left or to the right, not to {name!r}.")
    return -1.0 if name == "left" else 1.0


def third(y: float) -> str:
    """The third of the table as the user sees it: "left", "middle" or "right"."""
    if abs(y) <= THIRD_Y:
        return "middle"
    return "left" if y < 0 else "right"
