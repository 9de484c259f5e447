"""What stands in the way, seen from above: things as circles, the drawer as rectangles. Metres in the base frame."""

from __future__ import annotations

import math
from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from vla_assistant.sim import drawer_model
from vla_assistant.sim.grasps import Circle
from vla_assistant.sim.relations import Relations
from vla_assistant.sim.world import SimWorld

_WALL_SPACING = 0.010  # m between the circles that stand for a wall
_COVER = 0.003  # m before the cabinet's front
_HANDLE_END = drawer_model.TAB_MIDDLE + drawer_model.TAB_HALF_X  # m in front of the drawer's frame


def circles_of(now: Relations, thing: int) -> list[Circle]:
    """Outline of a thing; a long one is a row of circles."""
    shape, (x, y, _) = now.shapes[thing], now.positions[thing]
    if not shape.long:
        return [(float(x), float(y), shape.radius)]
    half = shape.grip_width / 2
    heading, reach = now.heading(thing), shape.radius - half
    offsets = np.linspace(-reach, reach, max(2, round(reach / half)))
    return [(float(x + t * math.cos(heading)), float(y + t * math.sin(heading)), 1.2 * half) for t in offsets]


def circles(now: Relations, without: Collection[int] = ()) -> list[Circle]:
    """Outlines of all things but those."""
    return [circle for i in range(len(now.shapes)) if i not in without for circle in circles_of(now, i)]


def tops(now: Relations) -> NDArray[np.float64]:
    """Height of each thing's highest point (n,) [m]: as far above its centre as its bottom is below."""
    return np.asarray(2.0 * now.positions[:, 2] - now.bottoms)


def drawer_rectangles(world: SimWorld, opened: float | None = None) -> NDArray[np.float64]:
    """Cabinet and drawer with its handle as rectangles x, y, half x, half y (n, 4); none when there is no drawer.

    Args:
        world: The state.
        opened: Opening to suppose, 0-1, instead of the present one.
    """
    drawer = world.scene.drawer
    if drawer is None:
        return np.zeros((0, 4))
    out = (world.drawer_opening() if opened is None else opened) * drawer_model.TRAVEL
    half_y = drawer_model.HALF_Y
    front = drawer_model.HALF_X + out
    body = [drawer.x + (front - drawer_model.HALF_X) / 2, drawer.y, (front + drawer_model.HALF_X) / 2, half_y]
    end = _HANDLE_END + out
    handle = [drawer.x + (front + end) / 2, drawer.y, (end - front) / 2, drawer_model.TAB_HALF_Y]
    return np.array([body, handle])


def outside(points: NDArray[np.float64], rectangles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance of points (n, 2) to the nearest rectangle (n,) [m]; 0 inside, infinite when there is none."""
    if not len(rectangles):
        return np.full(len(points), np.inf)
    away = np.maximum(np.abs(points[:, None] - rectangles[None, :, :2]) - rectangles[None, :, 2:], 0.0)
    return np.asarray(np.hypot(away[..., 0], away[..., 1]).min(axis=1))


def cabinet_circles(world: SimWorld) -> list[Circle]:
    """The border of cabinet and drawer as circles: what a hand outside must not touch."""
    return [circle for x, y, half_x, half_y in drawer_rectangles(world) for circle in _border(x, y, half_x, half_y)]


def inner_wall_circles(world: SimWorld) -> list[Circle]:
    """The walls around the open part of the drawer as circles: what a hand inside must not touch."""
    x, y, half_x, half_y = drawer_room(world)
    return _border(x, y, half_x, half_y)


def drawer_room(world: SimWorld) -> tuple[float, float, float, float]:
    """The part of the drawer's inner floor that is not under the cabinet: x, y, half x, half y [m]."""
    drawer = world.scene.drawer
    assert drawer is not None, "the callers ask only where a drawer stands"
    x, y, _ = world.drawer_inside()
    low = max(drawer.x + drawer_model.HALF_X, x - drawer_model.INSIDE_X)
    high = max(low, x + drawer_model.INSIDE_X)
    return (low + high) / 2, float(y), (high - low) / 2, drawer_model.INSIDE_Y


def under_cabinet(world: SimWorld, now: Relations, thing: int) -> float:
    """How far a thing that lies in the drawer reaches under the cabinet or too near to its front [m]; 0 if it does not.

    It must be drawn out by that much before it is lifted.
    """
    if world.scene.drawer is None or not now.in_drawer(thing):
        return 0.0
    front = world.scene.drawer.x + drawer_model.HALF_X + _COVER
    return max(0.0, front - min(x - radius for x, _, radius in circles_of(now, thing)))


def _border(x: float, y: float, half_x: float, half_y: float) -> list[Circle]:
    along_x = np.linspace(-half_x, half_x, max(2, round(2 * half_x / _WALL_SPACING)))
    along_y = np.linspace(-half_y, half_y, max(2, round(2 * half_y / _WALL_SPACING)))
    sides = [(x + t, y + s * half_y) for t in along_x for s in (-1, 1)]
    sides += [(x + s * half_x, y + t) for t in along_y for s in (-1, 1)]
    return [(float(a), float(b), 0.002) for a, b in sides]
