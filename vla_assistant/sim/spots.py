"""Where to put something down: the free point that fits best, as a function of the state. Metres in the base frame.

Every search rates a fixed set of points. Of several that are about as good, the one nearest to where the thing is now
wins, so that who has begun to carry it to one side has no reason to change over; without that, a policy that cannot
tell by a millimetre which of two sides is better hangs between both. A point's room is its distance to the nearest
outline; where there is too little everywhere, the roomiest point is taken.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vla_assistant.sim import outlines
from vla_assistant.sim.placing import REACH_X, REACH_Y
from vla_assistant.sim.relations import BESIDE_GAP, NEXT_TO_GAP, SIDES, Relations
from vla_assistant.sim.scene_model import MARK, MARK_HALF
from vla_assistant.sim.world import SimWorld

Points = NDArray[np.float64]

FINGER_ROOM = 0.060  # m from the middle of what is put down to the next outline: an open finger and a little to spare
_SIDE_ROOM = 0.010  # m beside the thing itself
_SHORTAGE = 10.0  # cost of each metre of room that is lacking
_BORDER = 5.0  # cost of each metre outside the hand's usual reach
_REACH_X, _REACH_Y = (0.32, 0.70), (-0.34, 0.34)  # m: farther than where things start
_WALL_ROOM = 0.008  # m between what is put in the drawer and its walls
_DISH_RIM = 0.013  # m that the middle of what lies in a dish stays from its rim
_WITHIN_GAP = 0.012  # m that the expert's gap stays below the largest that counts
_FAR = 0.1  # cost of each metre between the point and where the thing is now
_ANGLES = np.radians(np.arange(-24.0, 25.0, 6.0))


def on_the_table(now: Relations, world: SimWorld, thing: int) -> Points:
    """The free point (2,) of the table nearest to the thing."""
    here = now.positions[thing][:2]
    points = np.concatenate([here[None], _grid(REACH_X, REACH_Y, 0.02)])
    low, high = np.array([REACH_X[0], REACH_Y[0]]), np.array([REACH_X[1], REACH_Y[1]])
    beyond = ((points < low) | (points > high)).any(axis=1)
    radius = now.shapes[thing].radius
    lacking = np.maximum(0.045 - (_room(points, now, world, {thing}) - radius), 0.0)
    cost = np.hypot(*(points - here).T) + _SHORTAGE * (lacking + beyond)
    return np.asarray(points[int(np.argmin(cost))])


def before_the_user(now: Relations, world: SimWorld, thing: int) -> Points:
    """The free point (2,) of the marked place nearest to its middle."""
    half_x, half_y = MARK_HALF[0] - 0.026, MARK_HALF[1] - 0.026
    points = np.array(MARK) + _grid((-half_x, half_x + 1e-6), (-half_y, half_y + 1e-6), 0.012)
    cost = np.hypot(*(points - MARK).T) + _lacking(points, now, world, thing, set())
    return np.asarray(points[int(np.argmin(cost))])


def beside(
    now: Relations, world: SimWorld, thing: int, relation: str, anchor: int, second: int | None = None
) -> tuple[Points, float]:
    """The point (2,) beside the anchor that fits the relation of `types.RELATIONS` best, and its room there [m]."""
    if relation == "between" and second is not None:
        points, cost = _between(now, anchor, second)
        near: set[int] = set()
    else:
        points, cost = _around(now, thing, relation, anchor)
        near = {anchor}
    lacking = _lacking(points, now, world, thing, near)
    beyond = _beyond(points)
    best = int(np.argmin(cost + lacking + _BORDER * beyond))
    return points[best], -float(lacking[best] / _SHORTAGE + beyond[best])


def in_the_drawer(now: Relations, world: SimWorld, thing: int) -> Points:
    """The free point (2,) of the drawer's inner floor; what is put there has its long side along x."""
    x, y, half_x, half_y = outlines.drawer_room(world)
    shape = now.shapes[thing]
    wide = shape.grip_width / 2 if shape.long else shape.radius
    room_x, room_y = max(half_x - shape.radius - _WALL_ROOM, 0.0), max(half_y - wide - _WALL_ROOM, 0.0)
    grid_x, grid_y = np.meshgrid(np.linspace(-room_x, room_x, 7), np.linspace(-room_y, room_y, 9))
    points = np.stack([x + grid_x.ravel(), y + grid_y.ravel()], axis=1)
    lacking = np.maximum(0.003 - _room_in_drawer(points, now, thing, wide), 0.0)
    corner = np.array([x - room_x, y - room_y])  # filled from there: the middle first would waste room
    cost = np.hypot(*(points - corner).T) + 20.0 * lacking
    return np.asarray(points[int(np.argmin(cost))])


def in_a_dish(now: Relations, thing: int, dish: int) -> tuple[Points, float | None]:
    """The middle (2,) of a dish; beside what lies in it already, and then the direction from the middle [rad]."""
    middle, shape = now.positions[dish][:2], now.shapes[dish]
    lying = [i for i in range(len(now.shapes)) if i not in (thing, dish) and now.on(i, dish)]
    if not lying or shape.name not in ("bowl", "plate"):
        return np.asarray(middle), None
    away = np.arange(0.026, shape.inner_radius - _DISH_RIM, 0.006)
    far, angles = (grid.ravel() for grid in np.meshgrid(away, np.radians(np.arange(0.0, 360.0, 15.0))))
    points = middle + far[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    others = np.array([circle for i in lying for circle in outlines.circles_of(now, i)])
    room = (np.hypot(points[:, :1] - others[:, 0], points[:, 1:] - others[:, 1]) - others[:, 2]).min(axis=1)
    wide = now.shapes[thing].grip_width / 2 if now.shapes[thing].long else now.shapes[thing].radius
    lacking = _SHORTAGE * np.maximum(wide + 0.002 - room, 0.0)
    best = int(np.argmin(far + 0.004 * np.abs(np.cos(angles)) + lacking + _carried(points, now, thing)))
    return points[best], float(angles[best])


# Inside


def _around(now: Relations, thing: int, relation: str, anchor: int) -> tuple[Points, NDArray[np.float64]]:
    """Points beside the anchor and what each costs for standing aslant or far away."""
    sides = [SIDES[relation]] if relation in SIDES else [SIDES["left_of"], SIDES["right_of"]]
    own, other = now.shapes[thing].radius, now.shapes[anchor].radius
    clear = max(FINGER_ROOM + 0.006, own + 0.028) - own
    most = (BESIDE_GAP if relation in SIDES else NEXT_TO_GAP) - _WITHIN_GAP
    turns = _ANGLES if relation in SIDES else np.radians(np.arange(-90.0, 91.0, 10.0))
    points, costs = [], []
    for side in sides:
        for gap in sorted({min(clear + more, most) for more in (0.0, 0.008, 0.016, 0.024)}):
            away = np.array([[side[0] * np.cos(t) - side[1] * np.sin(t), side[0] * np.sin(t) + side[1] * np.cos(t)]
                             for t in turns])  # fmt: skip
            points.append(now.positions[anchor][:2] + (own + other + gap) * away)
            costs.append(0.02 * np.abs(turns) + (gap - clear))
    everywhere, cost = np.concatenate(points), np.concatenate(costs)
    return everywhere, cost if relation in SIDES else cost + _carried(everywhere, now, thing)


def _carried(points: Points, now: Relations, thing: int) -> NDArray[np.float64]:
    """What it costs to carry the thing from where it is now to each point."""
    return np.asarray(_FAR * np.hypot(*(points - now.positions[thing][:2]).T))


def _between(now: Relations, one: int, other: int) -> tuple[Points, NDArray[np.float64]]:
    """Points near the middle of the line between both and what each costs for being off it."""
    start, way = now.positions[one][:2], (now.positions[other] - now.positions[one])[:2]
    length = max(float(np.hypot(*way)), 1e-6)
    aside = np.array([-way[1], way[0]]) / length
    shares, offs = np.meshgrid(np.linspace(0.38, 0.62, 9), np.linspace(-0.02, 0.02, 5))
    points = start + shares.ravel()[:, None] * way + offs.ravel()[:, None] * aside
    return points, 0.5 * (np.abs(shares.ravel() - 0.5) * length + np.abs(offs.ravel()))


def _lacking(points: Points, now: Relations, world: SimWorld, thing: int, near: set[int]) -> NDArray[np.float64]:
    """Cost of the room that is lacking around each point; the things of `near` are far enough by construction."""
    riders = {i for i in range(len(now.shapes)) if any(now.on(i, j) for j in near | {thing})}
    wanted = max(FINGER_ROOM, now.shapes[thing].radius + _SIDE_ROOM)
    return _SHORTAGE * np.maximum(wanted - _room(points, now, world, near | riders | {thing}), 0.0)


def _room(points: Points, now: Relations, world: SimWorld, without: set[int]) -> NDArray[np.float64]:
    """Distance of each point to the nearest outline of another thing or the drawer, shut or open (n,) [m]."""
    room = outlines.outside(points, outlines.drawer_rectangles(world, opened=1.0))
    others = np.array(outlines.circles(now, without)).reshape(-1, 3)
    if len(others):
        away = np.hypot(points[:, :1] - others[:, 0], points[:, 1:] - others[:, 1]) - others[:, 2]
        room = np.minimum(room, away.min(axis=1))
    return np.asarray(room)


def _room_in_drawer(points: Points, now: Relations, thing: int, wide: float) -> NDArray[np.float64]:
    """Room (n,) [m] around the thing and the fingers that open beside it along y, to what lies in the drawer."""
    lying = [i for i in range(len(now.shapes)) if i != thing and now.in_drawer(i)]
    others = np.array([c for i in lying for c in outlines.circles_of(now, i)]).reshape(-1, 3)
    long = now.shapes[thing].radius - wide if now.shapes[thing].long else 0.0
    away = np.abs(points[:, None] - others[None, :, :2])
    gap = np.hypot(np.maximum(away[..., 0] - long, 0.0), away[..., 1]) - others[:, 2] - wide
    return np.asarray(gap.min(axis=1, initial=1.0))


def _beyond(points: Points) -> NDArray[np.float64]:
    """How far each point lies outside what the arm reaches well (n,) [m]."""
    low, high = np.array([_REACH_X[0], _REACH_Y[0]]), np.array([_REACH_X[1], _REACH_Y[1]])
    return np.asarray(np.maximum(np.maximum(low - points, points - high), 0.0).max(axis=1))


def _grid(across: tuple[float, float], along: tuple[float, float], step: float) -> Points:
    grid_x, grid_y = np.meshgrid(np.arange(*across, step), np.arange(*along, step))
    return np.stack([grid_x.ravel(), grid_y.ravel()], axis=1)
