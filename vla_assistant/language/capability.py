"""What the active policy has learnt, as the language layer asks for it: one question about one step.

The language layer is pure and knows no policy; who knows one hands it in as a `Learnt`. Without one everything that a
step can say counts as learnt.
"""

from __future__ import annotations

from typing import Protocol

from vla_assistant.types import DIRECTIONS, RELATIONS, Reference, Step

DRAWER = Reference("drawer")
_CUBE, _BOWL = Reference("cube"), Reference("bowl")
_PROBES = (
    *(Step("place", _CUBE, _BOWL, relation, _BOWL if relation == "between" else None) for relation in RELATIONS),
    *(Step("push", _CUBE, Reference(direction)) for direction in DIRECTIONS),
    Step("give", _CUBE),
    Step("open", DRAWER),
    Step("close", DRAWER),
)
"""One step of each kind that a policy may lack."""
ALSO = {
    "beside": frozenset(RELATIONS),
    "push": frozenset(("push forward", "push back")),
    "give": frozenset(("give",)),
    "drawer": frozenset(("open", "close")),
}
"""What the help and the recognizer know beyond the usual -> the kinds of steps it needs (`kinds_of_steps`)."""


class Learnt(Protocol):
    """What a policy can be asked for."""

    def why_not(self, step: Step) -> str:
        """Why the policy cannot do this step, a sentence; empty when it has learnt it."""
        ...


class Everything:
    """A policy that has learnt all that a step can say."""

    def why_not(self, step: Step) -> str:
        """Nothing stands against any step."""
        del step
        return ""


EVERYTHING = Everything()


def kinds_of_steps(learnt: Learnt) -> frozenset[str]:
    """What is learnt beyond picking, placing, putting down and going home: relations, "push DIRECTION", "give",
    "open" and "close"."""
    return frozenset(_kind(step) for step in _PROBES if not learnt.why_not(step))


def _kind(step: Step) -> str:
    if step.skill == "push" and step.destination is not None:
        return f"push {step.destination.name}"
    return step.relation or step.skill
