"""Whether the aim of a step holds at this very moment: the label of the policy's own judgement.

The tests of success (`sim.tasks`) ask for the same, but for a whole second and with nothing else moved.
"""

from __future__ import annotations

from vla_assistant.sim import arm_model
from vla_assistant.sim.relations import Relations
from vla_assistant.sim.scene import third
from vla_assistant.sim.tasks import AT_HOME, LIFTED
from vla_assistant.sim.world import SimWorld
from vla_assistant.types import JOINTS, Step


def aim_reached(world: SimWorld, step: Step) -> bool:
    """Lifted, placed, put down, pushed or at home, now."""
    if step.skill == "home":
        return bool(abs(world.data.qpos[:JOINTS] - arm_model.HOME_JOINTS).max() < AT_HOME)
    now = Relations(world)
    if step.object is None:
        return now.holding() is None
    thing = world.find(step.object)
    if step.skill == "pick":
        return now.fingers_on(thing) > 0 and bool(now.bottoms[thing] >= LIFTED)
    if step.skill == "place" and step.destination is not None:
        return now.released(thing) and now.on(thing, world.find(step.destination)) and now.still(thing)
    at_rest = not now.held(thing) and now.on_table(thing) and now.still(thing)
    if step.skill == "push" and step.destination is not None:
        return at_rest and third(float(now.positions[thing, 1])) == step.destination.name
    return at_rest and now.released(thing)
