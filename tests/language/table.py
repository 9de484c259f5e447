"""Tables in words for the tests of this folder: "red cup @ left near; white plate @ middle far"."""

from __future__ import annotations

from vla_assistant.language.resolution import Question, Refusal, Resolved
from vla_assistant.types import PixelPoint, Reference, SeenThing

ACROSS = {"left": 0.2, "middle": 0.5, "right": 0.8}
AWAY = {"far": 0.45, "middle": 0.56, "near": 0.69}


def lying(words: str, u: float, v: float, confidence: float = 0.95) -> SeenThing:
    """A thing at a point of the picture."""
    colour, kind = words.split()
    return SeenThing(Reference(kind, colour), PixelPoint("front", u, v, confidence))


def table(words: str) -> tuple[SeenThing, ...]:
    """The things of a table in words."""
    seen = []
    for part in words.split(";"):
        name, place = part.split("@")
        across, away = place.split()
        seen.append(lying(name.strip(), ACROSS[across], AWAY[away]))
    return tuple(seen)


def acts(outcome: Resolved | Question | Refusal | None) -> str:
    """What is to be done, each thing with its place: "pick(red cup [left near])"; else what was said."""
    if not isinstance(outcome, Resolved):
        return f"{type(outcome).__name__}: {outcome.text if outcome else ''}"
    rows = []
    for act in outcome.acts:
        where = f"{act.relation} {' & '.join(map(placed, act.anchors))}" if act.relation else ""
        parts = (placed(act.object) if act.object else "", where, act.direction, act.amount)
        rows.append(f"{act.skill}({', '.join(filter(None, parts))})")
    return "; ".join(rows)


def placed(thing: SeenThing) -> str:
    """ "red cup [left near]"."""
    across = min(ACROSS, key=lambda name: abs(ACROSS[name] - thing.point.u))
    away = min(AWAY, key=lambda name: abs(AWAY[name] - thing.point.v))
    return f"{thing.reference} [{across} {away}]"
