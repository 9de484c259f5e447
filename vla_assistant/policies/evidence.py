"""From what the network believes and what the gripper reports to a judgement that can be said aloud: pure rules.

Three witnesses must agree that a step is done: the learned estimate of success, the estimated positions of what the
step names (see `policies.whereabouts`), and the gripper. One of them alone is fooled now and then; together they seldom
are.
"""

from __future__ import annotations

from vla_assistant.policies.whereabouts import Belief, positions_object
from vla_assistant.types import Judgement, Reference, RobotState, Step

DRAWER = Reference("drawer")

# A gripper that holds something is neither shut nor open: 16 mm of 80 mm for the narrowest thing, 56 mm for the widest.
SHUT, OPEN = 0.10, 0.85
AROUND_HANDLE = 0.18  # the drawer's handle is 12 mm wide


def judge_step(step: Step, now: RobotState, belief: Belief, threshold: float) -> Judgement:
    """Whether the step is done.

    Args:
        step: What was to be done.
        now: The arm after it.
        belief: What the network makes of the pictures after it.
        threshold: From which estimate of success on the aim counts as reached.
    """
    objection = _gripper_objects(step, now) or positions_object(step, belief)
    if objection:
        return Judgement(False, 1.0 - min(belief.success, 0.5), objection)
    done = belief.success >= threshold
    confidence = belief.success if done else 1.0 - belief.success
    return Judgement(done, max(confidence, 0.5), f"The picture {'shows' if done else 'does not show'} {_aim(step)}.")


def _gripper_objects(step: Step, now: RobotState) -> str:
    """What the gripper says against success; empty when nothing."""
    if step.skill == "pick":
        if now.gripper < SHUT:
            return f"The gripper closed without the {step.object}."
        if now.gripper > OPEN:
            return f"The gripper is open, so it cannot hold the {step.object}."
    elif step.skill in ("place", "put_down", "give") and now.gripper_command < 0.5:
        return "The gripper has not let go."
    elif step.skill in ("open", "close") and now.gripper_command < 0.5 and SHUT < now.gripper < AROUND_HANDLE:
        return "The gripper has not let go of the handle."
    return ""


def _aim(step: Step) -> str:
    target = str(step.object) if step.object else "thing"
    aims = {
        "pick": f"the {target} lifted between the fingers",
        "place": f"the {target} {_where(step)}",
        "put_down": f"the {target} on the table, released",
        "push": f"the {target} {_side(step)} of the table",
        "home": "the arm at its resting place",
        "open": f"the {target} open",
        "close": f"the {target} shut",
        "give": f"the {target} on the marked place",
    }
    return aims[step.skill]


def _where(step: Step) -> str:
    """In or on the destination, or where beside it."""
    if not step.relation:
        return f"in the {step.destination}" if step.destination == DRAWER else f"in or on the {step.destination}"
    words = step.relation.replace("_", " ")
    words = f"to the {words}" if words in ("left of", "right of") else words
    anchors = f"the {step.destination}" + (f" and the {step.second}" if step.second else "")
    return f"{words} {anchors}"


def _side(step: Step) -> str:
    sides = {"forward": "at the far side", "back": "at the near side"}
    name = step.destination.name if step.destination else ""
    return sides.get(name, f"on the {name}")
