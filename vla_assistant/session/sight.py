"""What a plan's pictures say: things that are not there, things that have moved since."""

from __future__ import annotations

from vla_assistant.types import PixelPoint, Plan

SEEN_ABOVE = 0.3
"""A thing whose grounding is less certain than this is not seen."""

MOVED_BEYOND = 0.06
"""A thing that moved this far between proposal and confirmation, as a fraction of the picture, voids the proposal."""


def unseen(plan: Plan) -> list[str]:
    """Things of the plan that the picture does not show."""
    missing = [str(g.reference) for g in plan.groundings if g.point.confidence < SEEN_ABOVE]
    return list(dict.fromkeys(missing))


def not_seen(missing: list[str], alternatives: tuple[str, ...]) -> str:
    """The sentence for it, with what is there instead."""
    instead = f" I see {', '.join(alternatives)}." if alternatives else ""
    return f"I do not see the {' and the '.join(missing)}.{instead}"


def moved(before: Plan, now: Plan) -> bool:
    """Has anything the plan refers to moved, or gone, since it was proposed?"""
    if len(before.groundings) != len(now.groundings):
        return True
    pairs = zip(before.groundings, now.groundings, strict=True)
    return any(_far(old.point, new.point) for old, new in pairs)


def _far(old: PixelPoint, new: PixelPoint) -> bool:
    gone = new.confidence < SEEN_ABOVE
    return gone or max(abs(old.u - new.u), abs(old.v - new.v)) > MOVED_BEYOND
