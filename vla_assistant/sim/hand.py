"""The expert's hand: single moves as functions of one moment of the world, from which `expert` composes its skills.

Actions are displacements of the tool over 0.1 s: metres, rotation vector [rad] in the base frame, gripper 0 closed to 1
open.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vla_assistant.sim import arm_model, drawer_model, outlines
from vla_assistant.sim.grasps import HAND_ABOVE_TOOL, Circle, best_grasp_yaw, like_turns
from vla_assistant.sim.kinematics import rotation_matrix, rotation_vector
from vla_assistant.sim.relations import Relations
from vla_assistant.sim.world import SimWorld
from vla_assistant.types import FloatArray, PoseArray

MAX_MOVE = 0.035  # m in one action: 0.35 m/s
SLOW_MOVE = 0.020  # m: the last centimetres before a grasp or a release
CREEP = 0.010  # m: with the fingers so near to the table that the guard stops every faster move
_CREEP_BELOW, _LOW = 0.060, 0.0178  # m: height of the tool on the way down to something flat, and where it lies
MAX_TURN = 0.15  # rad in one action
OPEN, CLOSED = 1.0, 0.0
OPEN_INSIDE = 0.65  # between the drawer's walls there is no room for fingers that are wholly open

HOVER = 0.090  # m above the grasp: over everything that stands on the table
CARRY_BOTTOM = 0.085  # m: lowest point of a carried thing on its way
OVER_OTHERS = 0.022  # m between what passes over the tallest other thing and that
HIGHEST = 0.200  # m: no need to pass higher than that
LIFT_DONE = 0.070  # m: bottom of a picked thing, 2 cm more than the success test asks
CLEAR = 0.070  # m between the tool and what it let go before it may leave
GRASP_XY, GRASP_Z, GRASP_YAW = 0.010, 0.010, 0.15  # m, m, rad: close enough to close the fingers
GRASP_Z_FLAT, _FLAT = 0.004, 0.025  # m: as near for things that are lower than that
_CLOSING = 0.25, 0.85  # opening, as a share of that on the way down, at which fingers are closing and still get around
_DOWN = np.diag([1.0, -1.0, -1.0])  # the tool pointing down at home heading

Answer = tuple[FloatArray, bool]


class Hand:
    """One moment, seen from the hand."""

    def __init__(self, world: SimWorld, T_base_command: PoseArray | None) -> None:
        self.world = world
        self.now = Relations(world)
        self.tool = self.now.tool[:3, 3]
        self.heading = math.atan2(self.now.tool[1, 0], self.now.tool[0, 0])
        self.opening = world.gripper_opening()
        self.command = self.now.tool if T_base_command is None else T_base_command

    # Moves

    def move(self, target: NDArray[np.float64], heading: float, gripper: float, speed: float = MAX_MOVE) -> FloatArray:
        """One action towards a pose: position (3,) [m], tool pointing down with this heading [rad]."""
        shift = np.asarray(target, dtype=np.float64) - self.command[:3, 3]
        speed = min(speed, CREEP) if self.tool[2] < _LOW else speed
        turn = rotation_vector(_pointing_down(heading) @ self.command[:3, :3].T)
        return np.array([*_shortened(shift, speed), *_shortened(turn, MAX_TURN), gripper], dtype=np.float32)

    def stay(self, gripper: float) -> FloatArray:
        return np.array([0, 0, 0, 0, 0, 0, gripper], dtype=np.float32)

    def rise(self, height: float, gripper: float) -> FloatArray:
        """Straight up to this height [m]."""
        return self.move(np.array([*self.command[:2, 3], height]), self.heading, gripper)

    def approach(self, goal: NDArray[np.float64], heading: float, gripper: float, over: float) -> FloatArray:
        """Towards the goal from above: at height `over` [m] while it is far, down along a narrow funnel when near."""
        away = float(np.hypot(*(goal[:2] - self.tool[:2])))
        turned = abs(_wrapped(heading - self.heading))
        ready = abs(self.opening - gripper) < 0.15 or gripper == CLOSED
        far = max((away - 0.007) / 0.03, (turned - 0.10) / 0.2, 0.0 if ready else 1.0)
        height = goal[2] + (over - goal[2]) * min(max(far, 0.0), 1.0)
        if away > 0.035 and self.tool[2] < over - 0.02:
            return self.rise(over, gripper)
        near = away < 0.02 and self.tool[2] < goal[2] + 0.05
        speed = self._creep(goal) or (SLOW_MOVE if near else MAX_MOVE)
        return self.move(np.array([goal[0], goal[1], height]), heading, gripper, speed)

    def _creep(self, goal: NDArray[np.float64]) -> float:
        """Speed over a goal so low that the fingers nearly touch the table; else 0 [m in one action]."""
        return CREEP if goal[2] < _LOW and self.tool[2] < _CREEP_BELOW else 0.0

    # Grasping

    def tallest(self, without: int | None = None) -> float:
        """Height of the highest thing or furniture that stands there, but for what is in the hand [m]."""
        now = self.now
        standing = [
            top
            for i, top in enumerate(outlines.tops(now))
            if i != without and not now.fingers_on(i) and not (without is not None and now.on(i, without))
        ]
        furniture = drawer_model.HEIGHT if self.world.scene.drawer else 0.0
        return min(max([furniture, *standing]), HIGHEST)

    def hover(self, height: float, without: int | None = None) -> float:
        """Height of the tool on its way to a goal at this height, over everything else [m]."""
        return max(height + HOVER, self.tallest(without) + OVER_OTHERS + arm_model.FINGER_BELOW_TOOL)

    def grasp_of(self, thing: int) -> tuple[NDArray[np.float64], float, float]:
        """Where to grip the thing: position (3,) [m], heading [rad], and how far to open on the way down."""
        now, shape, (x, y, z) = self.now, self.now.shapes[thing], self.now.positions[thing]
        inside = now.in_drawer(thing)
        opening = OPEN_INSIDE if inside else OPEN
        if shape.name in ("can", "cup", "prism", "dome") and not now.upright(thing):
            axis = now.rotations[thing][:, 2]
            return np.array([x, y, z]), self.nearest_half_turn(math.atan2(axis[1], axis[0])), opening
        height = float(now.bottoms[thing]) + shape.grasp_height
        others, tall = self._in_the_way(thing, inside, height)
        yaw = now.heading(thing)
        heading, _ = best_grasp_yaw(shape.name, x, y, yaw, others, tall, self.heading, opening)
        return np.array([x, y, height]), heading, opening

    def _in_the_way(self, thing: int, inside: bool, height: float) -> tuple[list[Circle], list[Circle]]:
        """What the fingers, and what the hand above them, must not touch when they grip at this height [m]."""
        now, tops = self.now, outlines.tops(self.now)
        mine = {thing} | {i for i in range(len(now.shapes)) if now.on(thing, i) or now.on(i, thing)}
        low = {i for i, top in enumerate(tops) if top < height - arm_model.FINGER_BELOW_TOOL}
        high = {i for i, top in enumerate(tops) if top > height + HAND_ABOVE_TOOL}
        others = outlines.circles(now, mine | low)
        tall = outlines.circles(now, mine | (set(range(len(tops))) - high))
        if self.world.scene.drawer is not None:
            others += (outlines.inner_wall_circles if inside else outlines.cabinet_circles)(self.world)
            if not inside and height + HAND_ABOVE_TOOL < drawer_model.HEIGHT:
                tall += outlines.cabinet_circles(self.world)
        return others, tall

    def pick(self, thing: int) -> Answer:
        if self.now.held(thing):
            if self.now.bottoms[thing] > LIFT_DONE:
                return self.stay(CLOSED), True
            if (covered := outlines.under_cabinet(self.world, self.now, thing)) > 0.0:
                out = self.command[:3, 3] + (covered + 0.004, 0.0, 0.0)
                return self.move(out, self.heading, CLOSED, SLOW_MOVE), False
            return self.rise(self.tool[2] - self.now.bottoms[thing] + LIFT_DONE + 0.015, CLOSED), False
        return self.grip(thing), False

    def grip(self, thing: int) -> FloatArray:
        """Around the thing from above, and close."""
        goal, heading, opening = self.grasp_of(thing)
        flat = self.now.shapes[thing].height < _FLAT
        closing = _CLOSING[0] < self.opening / opening < _CLOSING[1]  # a little too high: goes on, and down meanwhile
        if self.around(goal, heading, GRASP_Z_FLAT if flat and not closing else GRASP_Z):
            return self.move(goal, heading, CLOSED, SLOW_MOVE)
        if self.tool[2] < goal[2] - GRASP_Z_FLAT:  # too low to get on: the table is in the way
            return self.rise(goal[2] + HOVER / 2, opening)
        return self.approach(goal, heading, opening, self.hover(float(goal[2]), thing))

    def around(self, goal: NDArray[np.float64], heading: float, close: float = GRASP_Z) -> bool:
        """Whether the tool is where the fingers may close, up to a height difference of `close` [m]."""
        away = np.abs(goal - self.tool)
        turned = abs(_wrapped(heading - self.heading))
        return bool(np.hypot(away[0], away[1]) < GRASP_XY and away[2] < close and turned < GRASP_YAW)

    def thing_in_hand(self) -> int | None:
        """What is held, or has just been let go and is still between the open fingers."""
        held = self.now.holding()
        if held is not None or not len(self.now.positions):
            return held
        away = np.abs(self.now.positions - self.tool).max(axis=1)
        return int(np.argmin(away)) if away.min() < 0.03 else None

    # Letting go

    def release_at(
        self, thing: int, goal_xy: NDArray[np.float64], bottom: float, tolerance: float, heading: float | None = None
    ) -> Answer:
        """Carry the held thing over a point, lower its bottom to a height [m] and let go; turned to `heading` [rad]."""
        wanted = self.heading if heading is None else heading
        turned = abs(_wrapped(wanted - self.heading))
        offset = rotation_matrix(np.array([0.0, 0.0, _wrapped(wanted - self.heading)])) @ (
            self.now.positions[thing] - self.tool
        )
        below = self.tool[2] - float(self.now.bottoms[thing])
        goal = np.array([*(goal_xy - offset[:2]), bottom + below])
        over = max(CARRY_BOTTOM, bottom + 0.03, self.tallest(thing) + OVER_OTHERS) + below
        away = float(np.hypot(*(goal[:2] - self.tool[:2])))
        if away < tolerance and turned < GRASP_YAW and self.tool[2] < goal[2] + 0.006:
            return self.stay(OPEN), False
        far = min(max((away - 0.006) / 0.03, (turned - 0.08) / 0.2, 0.0), 1.0)
        height = goal[2] + (over - goal[2]) * far
        if away > 0.04 and self.tool[2] < over - 0.025:
            return self.rise(over, CLOSED), False
        speed = self._creep(goal) or (SLOW_MOVE if far < 0.5 else MAX_MOVE)
        return self.move(np.array([goal[0], goal[1], height]), wanted, CLOSED, speed), False

    def nearest_half_turn(self, heading: float) -> float:
        """This heading or the opposite one, which grips alike: the nearer one within the wrist's reach [rad]."""
        return float(like_turns(heading, math.pi, self.heading)[0])

    def leave(self, thing: int) -> Answer:
        """Open, and rise straight up from what was let go."""
        top = float(self.now.positions[thing][2])
        near = float(np.hypot(*(self.now.positions[thing][:2] - self.tool[:2]))) < 0.08
        between_walls = self.now.in_drawer(thing)  # where the fingers may have no room to open wholly
        if near and self.opening < 0.9 and self.tool[2] < top + 0.05 and not between_walls:
            return self.stay(OPEN), False
        if near and self.tool[2] < top + CLEAR:
            return self.rise(top + CLEAR + 0.03, OPEN), False
        return self.stay(OPEN), True


def _pointing_down(heading: float) -> PoseArray:
    return rotation_matrix(np.array([0.0, 0.0, heading])) @ _DOWN


def _shortened(vector: NDArray[np.float64], most: float) -> NDArray[np.float64]:
    length = float(np.sqrt(vector @ vector))
    return vector if length <= most else vector * (most / length)


def _wrapped(angle: float) -> float:
    return (angle + math.pi) % (2 * math.pi) - math.pi
