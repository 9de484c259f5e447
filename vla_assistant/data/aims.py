"""Whether the aim of a step holds at this very moment: the label of the policy's own judgement.

The tests of success (`sim.tasks`) ask for the same, but for a whole second and with nothing else moved.
"""

from __future__ import annotations

from vla_assistant.sim import arm_model
from vla_assistant.sim.effects import AT_HOME, LIFTED, OPENED, SHUT
from vla_assistant.sim.regions import where_pushed
from vla_assistant.sim.relations import Relations
from vla_assistant.sim.world import SimWorld
from vla_assistant.types import JOINTS, Step


def aim_reached(world: SimWorld, step: Step) -> bool:
    """Lifted, placed, put down, pushed, opened, shut, given or at home, now."""
    if step.skill == "home":
        return bool(abs(world.data.qpos[:JOINTS] - arm_model.HOME_JOINTS).max() < AT_HOME)
    now = Relations(world)
    if step.skill == "open":
        return now.drawer_opening > OPENED
    if step.skill == "close":
        return now.drawer_opening < SHUT
    if step.object is None:
        return now.holding() is None
    thing = world.find(step.object)
    if step.skill == "pick":
        lying = now.support_of(thing) is not None or now.in_drawer(thing)
        return now.fingers_on(thing) > 0 and bool(now.bottoms[thing] >= LIFTED) and not lying
    if step.skill == "push" and step.destination is not None:
        x, y = map(float, now.positions[thing, :2])
        at_rest = not now.held(thing) and now.on_table(thing) and now.still(thing)
        return at_rest and where_pushed(x, y, step.destination.name)
    return now.released(thing) and now.still(thing) and _lies_there(world, now, thing, step)


def _lies_there(world: SimWorld, now: Relations, thing: int, step: Step) -> bool:
    """Whether the thing lies where place, give or put_down would leave it."""
    if step.skill == "give":
        return now.at_user(thing)
    if step.skill != "place" or step.destination is None:
        return now.on_table(thing)
    if step.destination.name == "drawer":
        return now.in_drawer(thing)
    anchor = world.find(step.destination)
    if not step.relation:
        return now.on(thing, anchor)
    second = None if step.second is None else world.find(step.second)
    return now.on_table(thing) and now.beside(thing, step.relation, anchor, second)
