"""What a plan's pictures say: things that are not there, things that have moved since."""

from __future__ import annotations

from vla_assistant.types import Grounding, PixelPoint, Plan, Reference

SEEN_ABOVE = 0.3
"""A thing whose grounding is less certain than this is not seen."""

MOVED_BEYOND = 0.06
"""A thing that moved this far between proposal and confirmation, as a fraction of the picture, voids the proposal."""


def unseen(plan: Plan) -> list[str]:
    """Things of the plan that the picture does not show."""
    return [str(reference) for reference in missing(plan)]


def missing(plan: Plan) -> tuple[Reference, ...]:
    """The same as references."""
    hidden = _hidden(plan)
    return tuple(dict.fromkeys(g.reference for g in plan.groundings if not _seen(g) and g.reference not in hidden))


def _seen(grounding: Grounding) -> bool:
    return grounding.point.confidence >= SEEN_ABOVE


def _hidden(plan: Plan) -> set[Reference]:
    """What is first taken after a drawer was opened: it may lie in there, where no picture shows it yet."""
    opened = next((at for at, step in enumerate(plan.steps) if step.skill == "open"), len(plan.steps))
    before = {step.object for step in plan.steps[:opened]}
    return {step.object for step in plan.steps[opened + 1 :] if step.object is not None} - before


def not_seen(unseen: list[str], alternatives: tuple[str, ...]) -> str:
    """The sentence for it in English, with what is there instead."""
    instead = f" I see {', '.join(alternatives)}." if alternatives else ""
    return f"I do not see the {' and the '.join(unseen)}.{instead}"


def moved(before: Plan, now: Plan) -> bool:
    """Has anything the plan refers to moved, or gone, since it was proposed?"""
    if len(before.groundings) != len(now.groundings):
        return True
    hidden = _hidden(before)
    pairs = list(zip(before.groundings, now.groundings, strict=True))
    shown = [(old, new) for old, new in pairs if _seen(old) or _seen(new) or old.reference not in hidden]
    return any(_far(old.point, new.point) for old, new in shown)


def _far(old: PixelPoint, new: PixelPoint) -> bool:
    gone = new.confidence < SEEN_ABOVE
    return gone or max(abs(old.u - new.u), abs(old.v - new.v)) > MOVED_BEYOND
