"""How things lie: held, in or on one another, on the table. Computed from the state, for success tests and the expert.

Metres and radians in the base frame. Only success tests, the scripted expert and evaluation may use this.
"""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vla_assistant.sim import things
from vla_assistant.sim.drawer_model import FLOOR_TOP, INSIDE_X, INSIDE_Y
from vla_assistant.sim.scene_model import MARK, MARK_HALF, TABLE_X, TABLE_Y
from vla_assistant.sim.things import BRICK_HALF, MARKER_LENGTH, MARKER_WIDTH
from vla_assistant.sim.world import SimWorld

LEFT_FINGER, RIGHT_FINGER = -2, -3
STILL = 0.02  # m/s
_UPRIGHT = 0.94  # cosine of 20 degrees
_NEAR_HAND = 0.045  # m
NEXT_TO_GAP, BESIDE_GAP = 0.07, 0.09  # m between the outlines
BETWEEN_OFF, BETWEEN_SHARE = 0.035, (0.25, 0.75)  # m beside the line between both, share of it
SIDES = {
    "left_of": np.array([0.0, -1.0]),
    "right_of": np.array([0.0, 1.0]),
    "in_front_of": np.array([1.0, 0.0]),
    "behind": np.array([-1.0, 0.0]),
}
"""Where the relations point in the base frame (x, y), as the user sees them."""


class Relations:
    """One moment of the world. Cheap: everything is computed when it is first asked for."""

    def __init__(self, world: SimWorld) -> None:
        self._world = world
        self.shapes = tuple(things.ALL_SHAPES[thing.shape] for thing in world.scene.things)
        self.positions: NDArray[np.float64] = world.thing_poses[:, :3]
        self.tool: NDArray[np.float64] = world.tool_pose()

    @cached_property
    def touches(self) -> frozenset[tuple[int, int]]:
        return self._world.touches()

    @cached_property
    def speeds(self) -> NDArray[np.float64]:
        return self._world.thing_speeds()

    @cached_property
    def rotations(self) -> NDArray[np.float64]:
        return self._world.thing_rotations

    @cached_property
    def bottoms(self) -> NDArray[np.float64]:
        """Height of each thing's lowest point (n,) [m]."""
        return np.array([z - self._below_centre(i) for i, z in enumerate(self.positions[:, 2])])

    def fingers_on(self, thing: int) -> int:
        """How many fingers touch the thing: 0, 1 or 2."""
        return ((LEFT_FINGER, thing) in self.touches) + ((RIGHT_FINGER, thing) in self.touches)

    def held(self, thing: int) -> bool:
        """Between both fingers; one touching finger is enough for a thing in the hand clear of the table."""
        fingers = self.fingers_on(thing)
        if fingers == 0 or float(np.linalg.norm(self.positions[thing] - self.tool[:3, 3])) > _NEAR_HAND:
            return False
        return fingers == 2 or bool(self.bottoms[thing] > 0.06)

    def holding(self) -> int | None:
        """Index of the thing in the hand, or None."""
        return next((i for i in range(len(self.shapes)) if self.held(i)), None)

    def upright(self, thing: int) -> bool:
        """Whether it stands (a cube or a long thing: on any face, a ball: always)."""
        if self.shapes[thing].name == "ball":
            return True
        turn = self.rotations[thing]
        if self.shapes[thing].name == "cube" or self.shapes[thing].long:
            return bool(np.abs(turn[2]).max() > _UPRIGHT)
        return bool(turn[2, 2] > _UPRIGHT)

    def on(self, thing: int, support: int) -> bool:
        """Whether the thing lies in or on the support (in a bowl or cup, on a plate or cube), moving or not."""
        if thing == support or not self.upright(support):
            return False
        below, shape = self.shapes[support], self.shapes[support].name
        offset = self.positions[thing] - self.positions[support]
        distance = math.hypot(offset[0], offset[1])
        height = self.bottoms[thing] - self.bottoms[support]
        if shape == "cube":
            return bool(distance < 0.024 and abs(height - below.height) < 0.007)
        if shape not in things.CONTAINERS:
            return False
        deepest, highest = below.floor - 0.003, max(below.height * 0.7, below.floor + 0.006)
        return bool(distance < below.inner_radius - 0.008 and deepest < height < highest)

    def support_of(self, thing: int) -> int | None:
        """Index of the thing in or on which it lies, or None."""
        return next((j for j in range(len(self.shapes)) if self.on(thing, j)), None)

    def on_table(self, thing: int) -> bool:
        """Whether it rests on the bare table."""
        x, y, _ = self.positions[thing]
        inside = TABLE_X[0] < x < TABLE_X[1] and TABLE_Y[0] < y < TABLE_Y[1]
        return bool(inside and abs(self.bottoms[thing]) < 0.003) and self.support_of(thing) is None

    @property
    def drawer_opening(self) -> float:
        """How far the drawer is open, 0 shut to 1; 0 when there is none."""
        return self._world.drawer_opening()

    def in_drawer(self, thing: int) -> bool:
        """Whether it lies on the drawer's inner floor or on what lies there, below the rim; moving or not."""
        if self._world.scene.drawer is None:
            return False
        offset = self.positions[thing] - self._world.drawer_inside()
        height = self.bottoms[thing] - FLOOR_TOP
        return bool(abs(offset[0]) < INSIDE_X and abs(offset[1]) < INSIDE_Y and -0.004 < height < 0.025)

    def at_user(self, thing: int) -> bool:
        """Whether it rests on the marked place before the user, its middle inside."""
        away = np.abs(self.positions[thing][:2] - MARK)
        return bool((away < MARK_HALF).all()) and self.on_table(thing)

    def beside(self, thing: int, relation: str, anchor: int, second: int | None = None) -> bool:
        """Whether it lies in this relation of `types.RELATIONS` to the anchor as the user sees it, at any height."""
        place, at = self.positions[thing][:2], self.positions[anchor][:2]
        if relation == "between":
            return second is not None and _between(place, at, self.positions[second][:2])
        offset = place - at
        gap = float(np.hypot(*offset)) - self.shapes[thing].radius - self.shapes[anchor].radius
        if relation == "next_to":
            return gap <= NEXT_TO_GAP
        along = float(offset @ SIDES[relation])
        across = float(np.hypot(*(offset - along * SIDES[relation])))
        return gap <= BESIDE_GAP and along > across

    def released(self, thing: int) -> bool:
        """Whether no finger touches it."""
        return self.fingers_on(thing) == 0

    def still(self, thing: int) -> bool:
        return bool(self.speeds[thing] < STILL)

    def heading(self, thing: int) -> float:
        """Rotation about the vertical [rad]; for a cube of any side that is not vertical."""
        turn = self.rotations[thing]
        column = 0
        if self.shapes[thing].name == "cube":
            column = int(np.argmin(np.abs(turn[2])))
        return math.atan2(turn[1, column], turn[0, column])

    def _below_centre(self, thing: int) -> float:
        shape, up = self.shapes[thing], np.abs(self.rotations[thing][2])
        if shape.name == "ball":
            return shape.radius
        if shape.name == "cube":
            return float(up.sum()) * shape.height / 2
        if shape.long:
            half = BRICK_HALF if shape.name == "brick" else (MARKER_LENGTH / 2, MARKER_WIDTH / 2, MARKER_WIDTH / 2)
            return float(up @ half)
        lean = math.sqrt(max(0.0, 1.0 - float(up[2]) ** 2))
        return float(up[2]) * shape.height / 2 + lean * shape.radius


def _between(place: NDArray[np.float64], one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    way = other - one
    length = float(np.hypot(*way))
    share = float((place - one) @ way) / max(length, 1e-6) ** 2
    off = abs(float(way[0] * (place - one)[1] - way[1] * (place - one)[0])) / max(length, 1e-6)
    return BETWEEN_SHARE[0] <= share <= BETWEEN_SHARE[1] and off <= BETWEEN_OFF
