"""The scripted expert: the next action as a function of the world's state, so that it can label any state.

It keeps no memory. Actions are displacements of the tool over 0.1 s: metres, rotation vector [rad] in the base frame,
gripper 0 closed to 1 open. Its finish lines lie inside the success tests of `tasks`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from vla_assistant.errors import UnsupportedError
from vla_assistant.sim import arm_model, spots, things
from vla_assistant.sim.hand import CLOSED, OPEN, Answer, Hand
from vla_assistant.sim.relations import Relations
from vla_assistant.sim.scene import ANY_THING
from vla_assistant.sim.skills_drawer import place_in_drawer, slide
from vla_assistant.sim.skills_push import push
from vla_assistant.sim.world import SimWorld
from vla_assistant.types import JOINTS, PoseArray, Reference, Step

STEP_S = 0.1  # duration of one action


def expert_action(world: SimWorld, step: Step, T_base_command: PoseArray | None = None) -> Answer:
    """The clean action (7,) for this state, and whether the step is done (the action then keeps everything as it is).

    Args:
        world: The state to act in.
        step: What to do; its references must each name one thing of the scene.
        T_base_command: Pose that the action will be added to (4, 4); the measured one when not given.

    Raises:
        InputError: A reference names no or several things, or there is no drawer.
        UnsupportedError: The thing cannot be picked up, or cannot stay where it is to be put.
    """
    _refuse(why_impossible(_as_named(world, step)))
    return _SKILLS[step.skill](Hand(world, T_base_command), step)


def why_impossible(step: Step) -> str:
    """Why the step cannot be done whatever the scene, as a sentence; empty when it can be."""
    if step.object is None or step.skill in ("home", "push", "open", "close") or step.object.name == ANY_THING:
        return ""
    reason = things.why_not_pick(step.object.name)
    if reason or step.skill != "place" or step.relation or step.destination is None:
        return reason
    return "" if step.destination.name == ANY_THING else things.why_not_place(step.object.name, step.destination.name)


def _as_named(world: SimWorld, step: Step) -> Step:
    """The step with things that are named by their colour alone called what they are."""

    def known(reference: Reference | None) -> Reference | None:
        if reference is None or reference.name != ANY_THING:
            return reference
        return world.scene.things[world.find(reference)].reference

    return replace(step, object=known(step.object), destination=known(step.destination))


def _pick(hand: Hand, step: Step) -> Answer:
    assert step.object is not None
    return hand.pick(hand.world.find(step.object))


def _place(hand: Hand, step: Step) -> Answer:
    assert step.object is not None
    assert step.destination is not None
    thing = hand.world.find(step.object)
    if step.destination.name == "drawer":
        return place_in_drawer(hand, thing)
    destination = hand.world.find(step.destination)
    if step.relation:
        return _place_beside(hand, thing, step.relation, destination, step.second)
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
    spot, along = spots.in_a_dish(now, thing, destination)
    heading = None if along is None else hand.nearest_half_turn(along)  # no finger towards what lies there already
    return hand.release_at(thing, spot, bottom, tolerance, heading)


def _lifted_off(now: Relations, thing: int, destination: int) -> bool:
    """Held, and still above its resting height: it is being carried in, not lying there."""
    shape = now.shapes[destination]
    rest = shape.height if shape.name == "cube" else shape.floor
    height = float(now.bottoms[thing] - now.bottoms[destination])
    return now.held(thing) and height > rest + 0.006


def _place_beside(hand: Hand, thing: int, relation: str, anchor: int, other: Reference | None) -> Answer:
    now, second = hand.now, None if other is None else hand.world.find(other)
    if not now.held(thing):
        settled = now.on_table(thing) and now.beside(thing, relation, anchor, second)
        return hand.leave(thing) if settled else hand.pick(thing)
    spot, _ = spots.beside(now, hand.world, thing, relation, anchor, second)
    heading = None
    if second is not None:  # with the fingers apart across the line between both, a long thing across it too
        way = now.positions[second] - now.positions[anchor]
        along = math.atan2(way[1], way[0])
        heading = hand.nearest_half_turn(along + math.pi / 2 if now.shapes[thing].long else along)
    return hand.release_at(thing, spot, 0.002, 0.015, heading)


def _put_down(hand: Hand, step: Step) -> Answer:
    thing = hand.thing_in_hand() if step.object is None else hand.world.find(step.object)
    if thing is None:
        return hand.stay(OPEN), True
    now = hand.now
    if not now.held(thing):
        return hand.leave(thing) if now.on_table(thing) else hand.pick(thing)
    return hand.release_at(thing, spots.on_the_table(now, hand.world, thing), 0.002, 0.015)


def _give(hand: Hand, step: Step) -> Answer:
    assert step.object is not None
    thing, now = hand.world.find(step.object), hand.now
    if not now.held(thing):
        return hand.leave(thing) if now.at_user(thing) else hand.pick(thing)
    return hand.release_at(thing, spots.before_the_user(now, hand.world, thing), 0.002, 0.015)


def _open(hand: Hand, step: Step) -> Answer:
    return slide(hand, 1.0)


def _close(hand: Hand, step: Step) -> Answer:
    return slide(hand, 0.0)


def _push(hand: Hand, step: Step) -> Answer:
    assert step.object is not None
    assert step.destination is not None
    return push(hand, hand.world.find(step.object), step.destination.name)


def _home(hand: Hand, step: Step) -> Answer:
    gripper = OPEN if hand.now.holding() is None else CLOSED
    joints = hand.world.data.qpos[:JOINTS]
    slow = float(np.abs(hand.world.data.qvel[:JOINTS]).max()) < 0.15
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
    "open": _open,
    "close": _close,
    "give": _give,
    "home": _home,
}
