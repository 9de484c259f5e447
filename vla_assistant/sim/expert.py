"""The scripted expert: the next action as a function of the world's state, so that it can label any state.

It keeps no memory. Actions are displacements of the tool over 0.1 s: metres, rotation vector [rad] in the base frame,
gripper 0 closed to 1 open. Its finish lines lie inside the success tests of `tasks`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vla_assistant.errors import UnsupportedError
from vla_assistant.sim import arm_model, things
from vla_assistant.sim.hand import CLOSED, HOVER, OPEN, Answer, Hand
from vla_assistant.sim.relations import Relations
from vla_assistant.sim.scene import PUSH_END, side
from vla_assistant.sim.world import SimWorld
from vla_assistant.types import JOINTS, PoseArray, Step

STEP_S = 0.1  # duration of one action


def expert_action(world: SimWorld, step: Step, T_base_command: PoseArray | None = None) -> Answer:
    """The clean action (7,) for this state, and whether the step is done (the action then keeps everything as it is).

    Args:
        world: The state to act in.
        step: What to do; its references must each name one thing of the scene.
        T_base_command: Pose that the action will be added to (4, 4); the measured one when not given.

    Raises:
        InputError: A reference names no or several things.
        UnsupportedError: The thing cannot be picked up, or cannot stay where it is to be put.
    """
    return _SKILLS[step.skill](Hand(world, T_base_command), step)


def why_impossible(step: Step) -> str:
    """Why the step cannot be done whatever the scene, as a sentence; empty when it can be."""
    if step.object is None or step.skill in ("home", "push"):
        return ""
    reason = things.why_not_pick(step.object.name)
    if reason or step.skill != "place" or step.destination is None:
        return reason
    return things.why_not_place(step.object.name, step.destination.name)


def _pick(hand: Hand, step: Step) -> Answer:
    assert step.object is not None
    _refuse(things.why_not_pick(step.object.name))
    return hand.pick(hand.world.find(step.object))


def _place(hand: Hand, step: Step) -> Answer:
    assert step.object is not None
    assert step.destination is not None
    _refuse(things.why_not_place(step.object.name, step.destination.name))
    thing, destination = hand.world.find(step.object), hand.world.find(step.destination)
    now = hand.now
    if now.on(thing, destination) and not _lifted_off(now, thing, destination):
        return hand.leave(thing)
    if not now.held(thing):
        return hand.pick(thing)
    below, bottom = now.shapes[destination], float(now.bottoms[destination])
    reach = float(hand.tool[2] - now.bottoms[thing]) - arm_model.FINGER_BELOW_TOOL
    if below.name == "cube":
        bottom += below.height + 0.003
    elif below.name == "plate":
        bottom += below.floor + 0.003
    else:  # the open fingers stay above the rim
        bottom += max(below.floor + 0.004, below.height + 0.003 - reach)
    tolerance = {"cube": 0.008, "cup": 0.005}.get(below.name, 0.012)
    return hand.release_at(thing, now.positions[destination][:2], bottom, tolerance)


def _lifted_off(now: Relations, thing: int, destination: int) -> bool:
    """Held, and still above its resting height: it is being carried in, not lying there."""
    shape = now.shapes[destination]
    rest = shape.height if shape.name == "cube" else shape.floor
    height = float(now.bottoms[thing] - now.bottoms[destination])
    return now.held(thing) and height > rest + 0.006


def _put_down(hand: Hand, step: Step) -> Answer:
    thing = hand.thing_in_hand() if step.object is None else hand.world.find(step.object)
    if thing is None:
        return hand.stay(OPEN), True
    now = hand.now
    if not now.held(thing):
        return hand.leave(thing) if now.on_table(thing) else hand.pick(thing)
    return hand.release_at(thing, hand.free_place(thing), 0.002, 0.015)


def _push(hand: Hand, step: Step) -> Answer:
    """Graspable things between the open fingers, hollow wide ones from within: neither can roll or slip away."""
    assert step.object is not None
    assert step.destination is not None
    direction = side(step.destination.name)
    thing = hand.world.find(step.object)
    now, centre = hand.now, hand.now.positions[thing]
    caged = now.shapes[thing].name in things.GRASPABLE
    gripper = OPEN if caged else CLOSED
    depth = 0.020 if caged else things.FLOOR_THICKNESS + arm_model.FINGER_BELOW_TOOL + 0.004
    goal = np.array([centre[0], centre[1], depth])
    over = depth + HOVER
    arrived = bool(direction * centre[1] > PUSH_END - 0.006)
    if arrived:
        if hand.tool[2] > over - 0.02:
            return hand.stay(gripper), True
        return hand.rise(over + 0.01, gripper), False
    offset = hand.tool - goal
    room = 0.035 if caged else now.shapes[thing].radius - 0.012
    inside = bool(abs(offset[0]) < 0.022 and abs(offset[1]) < room and abs(offset[2]) < 0.010)
    if not inside:
        return hand.approach(goal, 0.0, gripper, over), False
    left = PUSH_END - direction * centre[1]
    ahead = hand.command[1, 3] + direction * min(0.018, max(0.006, 0.5 * left))
    return hand.move(np.array([centre[0], ahead, depth]), 0.0, gripper), False


def _home(hand: Hand, step: Step) -> Answer:
    gripper = OPEN if hand.now.holding() is None else CLOSED
    joints = hand.world.data.qpos[:JOINTS]
    slow = float(np.abs(hand.world.data.qvel[:JOINTS]).max()) < 0.04
    if slow and float(np.abs(joints - arm_model.HOME_JOINTS).max()) < 0.04:
        return hand.stay(gripper), True
    home = np.array(arm_model.HOME_TOOL)
    far = float(np.hypot(*(home[:2] - hand.tool[:2])))
    if far > 0.03 and hand.tool[2] < 0.16:
        return hand.rise(0.20, gripper), False
    return hand.move(home, 0.0, gripper), False


def _refuse(reason: str) -> None:
    if reason:
        raise UnsupportedError(reason)


_SKILLS: dict[str, Callable[[Hand, Step], Answer]] = {
    "pick": _pick,
    "place": _place,
    "put_down": _put_down,
    "push": _push,
    "home": _home,
}
