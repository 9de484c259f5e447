"""From a learned estimate and the gripper's own state to a judgement that can be said aloud: pure rules."""

from __future__ import annotations

from vla_assistant.types import Judgement, RobotState, Step

# A gripper that holds something is neither shut nor open: 40 mm of 80 mm for the narrowest thing, 56 mm for the widest.
SHUT, OPEN = 0.25, 0.85
LIFTED_M = 0.03


def judge_step(step: Step, before: RobotState, now: RobotState, believed: float, threshold: float) -> Judgement:
    """Whether the step is done.

    Args:
        step: What was to be done.
        before: The arm when the step began.
        now: The arm after it.
        believed: What the network estimates from the pictures, 0-1.
        threshold: From which estimate on the aim counts as reached.
    """
    obstacle = _against(step, before, now)
    if obstacle:
        return Judgement(False, 1.0 - min(believed, 0.5), obstacle)
    done = believed >= threshold
    return Judgement(done, believed if done else 1.0 - believed, _evidence(step, done))


def _against(step: Step, before: RobotState, now: RobotState) -> str:
    """What the gripper alone says against success; empty when nothing does."""
    if step.skill == "pick":
        if now.gripper < SHUT:
            return f"The gripper closed without the {step.object}."
        if now.gripper > OPEN:
            return f"The gripper is open, so it cannot hold the {step.object}."
    elif step.skill in ("place", "put_down") and now.gripper_command < 0.5:
        return "The gripper has not let go."
    return ""


def _evidence(step: Step, done: bool) -> str:
    """What the picture says, as a sentence."""
    target = str(step.object) if step.object else "thing"
    aims = {
        "pick": f"the {target} lifted between the fingers",
        "place": f"the {target} in or on the {step.destination}",
        "put_down": f"the {target} on the table, released",
        "push": f"the {target} on the {step.destination.name if step.destination else ''} of the table",
        "home": "the arm at its resting place",
    }
    return f"The picture {'shows' if done else 'does not show'} {aims[step.skill]}."
