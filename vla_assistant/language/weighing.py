"""How likely each thing is meant: what the act can be done with, how surely the words were read, what was spoken of."""

from __future__ import annotations

from collections.abc import Sequence

from vla_assistant.language.fitting import View
from vla_assistant.language.request import ANYTHING, IT, Description


def of_use(weights: Sequence[float], useful: Sequence[bool]) -> list[float]:
    """The weights of what the act could be about, where that leaves any."""
    left = [weight * use for weight, use in zip(weights, useful, strict=True)]
    return left if any(left) else list(weights)


def pronoun(weights: Sequence[float], useful: Sequence[bool], view: View) -> list[float]:
    """What "it" means where the thing spoken of last is of no use here: the one before it, or the only useful thing."""
    if any(weight and use for weight, use in zip(weights, useful, strict=True)):
        return list(weights)
    earlier = [i for i in (*view.spoken, *view.remembered(view.memory.last)) if useful[i]]
    if not earlier and sum(useful) == 1:
        earlier = [useful.index(True)]
    return [float(i in earlier[:1]) for i in range(len(useful))] if earlier else list(weights)


def doubted(
    thing: Description, weights: Sequence[float], useful: Sequence[bool], confidence: float, view: View
) -> list[float]:
    """How likely each is meant: the words were read right with that confidence, else something like it was meant."""
    if thing.kind == IT or thing.choice or (thing.kind == ANYTHING and thing.colour is None):
        return list(weights)
    alike = [
        t.point.confidence * use * (t.reference.name == thing.kind or t.reference.colour == thing.colour is not None)
        for t, use in zip(view.seen, useful, strict=True)
    ]
    said, like = sum(weights), sum(alike)
    if not said or not like:
        return list(weights)
    return [confidence * w / said + (1.0 - confidence) * a / like for w, a in zip(weights, alike, strict=True)]


def preferred(likely: Sequence[int], weights: Sequence[float], slot: str, skill: str, view: View) -> Sequence[int]:
    """Of several that fit: the one in the hand when it is to be laid somewhere, then the one spoken of last."""
    fitting = [i for i in likely if weights[i] > 0]
    if slot == "object" and skill in ("place", "put_down", "give") and view.held in fitting:
        return [view.held] if view.held is not None else likely
    together = [i for i in view.remembered(view.memory.group) if i in fitting]
    last = view.remembered(view.memory.last)[:1] if len(together) < 2 else ()  # "both cups", then "the cup"
    for recent in (view.spoken, last):
        known = [i for i in recent if i in fitting]
        if len(known) == 1:
            return known
    return likely
