"""Acts drawn at random."""

from __future__ import annotations

import random
from dataclasses import replace

from vla_assistant.language.request import Act, Description
from vla_assistant.train.recombining.things import Things

_SKILLS = {"place": 36, "pick": 20, "give": 13, "push": 15, "put_down": 5, "move": 9, "open": 3, "close": 3, "home": 5}
_RELATIONS = {
    "in": 34, "on": 30, "next to": 8, "left of": 6, "right of": 6, "in front of": 6, "behind": 6, "between": 5,
}  # fmt: skip
_PUSHES = ("left", "left", "right", "right", "forward", "back")
_MOVES = ("up", "up", "down", "down", "left", "right", "forward", "back")
_LENGTHS_CM = (
    1, 2, 3, 4, 5, 5, 6, 7, 8, 9, 10, 10, 11, 12, 13, 14, 15, 16, 18, 20, 20, 25, 30, 35, 40, 50,
    0.5, 1.5, 2.5, 7.5, 12.5,
)  # fmt: skip
_OPPOSITE = {"left": "right", "right": "left", "forward": "back", "back": "forward", "up": "down", "down": "up"}


def skill(rng: random.Random) -> str:
    """Any skill, the usual ones more often."""
    return rng.choices(list(_SKILLS), list(_SKILLS.values()))[0]


def act(rng: random.Random, skill: str, things: Things, thing: Description | None = None) -> Act:
    """An act of this skill, with this thing if one is given."""
    if skill == "move":
        return Act(skill, direction=rng.choice(_MOVES), amount=_amount(rng))
    if skill in ("open", "close", "home"):
        return Act(skill)
    thing = thing or things.draw("object")
    if skill == "push":
        return Act(skill, thing, direction=rng.choice(_PUSHES), amount=_amount(rng))
    if skill != "place":
        return Act(skill, thing)
    relation = rng.choices(list(_RELATIONS), list(_RELATIONS.values()))[0]
    role = relation if relation in ("in", "on") else "anchor"
    anchors = [things.draw(role, plain=0.88)]
    while relation == "between" and len(anchors) < 2:
        if (other := things.draw(role, plain=0.95)) != anchors[0]:
            anchors.append(other)
    return Act(skill, thing, relation, tuple(anchors))


def turned(act: Act) -> Act:
    """The same motion to the other side, with no word of how far."""
    return replace(act, direction=_OPPOSITE[act.direction], amount="")


def _amount(rng: random.Random) -> str:
    """How far: nothing said, a vague word, or a length."""
    kind = rng.choices(("", "a bit", "a lot", "length"), (42, 13, 7, 38))[0]
    return f"{rng.choice(_LENGTHS_CM):g} cm" if kind == "length" else kind
