"""Things on the table, drawn at random, and which of them were spoken of."""

from __future__ import annotations

import random
from dataclasses import replace

from vla_assistant.language.request import ALL, ANYTHING, IT, Description

KINDS = ("cube", "ball", "can", "cup", "bowl", "plate")
COLOURS = ("red", "green", "blue", "yellow", "purple", "orange", "white", "black", "pink", "brown")
_WEIGHTS = {
    "object": (26, 24, 17, 17, 8, 8),
    "in": (1, 0, 2, 32, 60, 3),
    "on": (18, 2, 9, 7, 7, 57),
    "anchor": (16, 16, 16, 16, 18, 18),
}
_SPECIAL = {
    "side": 24, "rank": 5, "relation": 30, "many": 8, "all": 9, "any": 5, "other": 5, "same": 3, "thing": 6,
    "except": 8,
}  # fmt: skip
_RELATIONS = {"in": 22, "on": 26, "near": 14, "behind": 9, "in front of": 9, "left of": 8, "right of": 8, "between": 5}
_OPPOSITE = {"left": "right", "right": "left", "near": "far", "far": "near"}


class Things:
    """Draws things; none can be taken for another that was spoken of."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self.mentioned: list[Description] = []

    def draw(self, role: str, *, plain: float = 0.77) -> Description:
        """A thing that is an "object", or what something is put "in", "on" or otherwise to ("anchor").

        Args:
            role: Which.
            plain: How often it is described by kind and colour alone.
        """
        rng = self._rng
        kind = rng.choices(KINDS, _WEIGHTS[role])[0]
        thing = Description(kind, self._colour(0.55))
        if rng.random() > plain:
            thing = self._special(thing, role)
        if thing == Description(thing.kind) and any(known.kind == thing.kind for known in self.mentioned):
            thing = replace(thing, colour=rng.choice(COLOURS))
        return thing

    def fresh(self, count: int) -> list[Description]:
        """Objects that differ plainly."""
        things: list[Description] = []
        while len(things) < count:
            thing = self.draw("object", plain=0.85)
            confused = any(t.kind == thing.kind and not (t.colour and thing.colour) for t in things) or thing in things
            if not confused and not thing.without and (thing.number == 1 or self._rng.random() < 0.2):
                things.append(thing)
        return things

    def _colour(self, share: float) -> str | None:
        return self._rng.choice(COLOURS) if self._rng.random() < share else None

    def _special(self, thing: Description, role: str) -> Description:
        rng = self._rng
        match rng.choices(list(_SPECIAL), list(_SPECIAL.values()))[0]:
            case "side":
                return replace(thing, side=rng.choice(("left", "right", "left", "right", "near", "far", "middle")))
            case "rank":
                return replace(thing, side=rng.choice(("left", "right")), rank=rng.choice((2, 2, 2, 3, 3, 4)))
            case "relation":
                return self._lying(thing)
            case "many" if role == "object":
                return replace(thing, number=rng.choice((2, 2, 2, 3, 3, 4, 5)))
            case "all" if role == "object":
                kind = ANYTHING if rng.random() < 0.3 else thing.kind
                thing = Description(kind, thing.colour if rng.random() < 0.7 else None, number=ALL)
                return self._lying(thing) if rng.random() < 0.2 else thing
            case "any" | "other" | "same" as choice:
                return replace(thing, choice=choice)
            case "thing":
                thing = replace(thing, kind=ANYTHING)
                return thing if thing.colour else self._lying(thing)
            case "except" if role == "object":
                return self._all_but(thing)
        return thing

    def _all_but(self, thing: Description) -> Description:
        rng = self._rng
        kind = ANYTHING if rng.random() < 0.35 else thing.kind
        group = Description(kind, number=ALL) if rng.random() < 0.75 else Description(kind, choice="any")
        colour = thing.colour or rng.choice(COLOURS)
        return replace(
            group, without=Description(thing.kind, None if kind == ANYTHING and rng.random() < 0.5 else colour)
        )

    def _lying(self, thing: Description) -> Description:
        rng = self._rng
        relation = rng.choices(list(_RELATIONS), list(_RELATIONS.values()))[0]
        role = relation if relation in ("in", "on") else "anchor"
        anchors = tuple(self._simple(role) for _ in range(2 if relation == "between" else 1))
        return thing.lying(relation, *anchors)

    def _simple(self, role: str) -> Description:
        kind = self._rng.choices(KINDS, _WEIGHTS[role])[0]
        side = self._rng.choice(("left", "right", "near", "far", "middle")) if self._rng.random() < 0.06 else ""
        return Description(kind, self._colour(0.45), side=side)

    def other_than(self, thing: Description) -> Description:
        """A thing that somebody could have said by mistake."""
        rng = self._rng
        if thing.colour and rng.random() < 0.6:
            return replace(thing, colour=rng.choice([colour for colour in COLOURS if colour != thing.colour]))
        if thing.side in _OPPOSITE and rng.random() < 0.6:
            return replace(thing, side=_OPPOSITE[thing.side])
        kinds = [kind for kind in KINDS if kind != thing.kind]
        return Description(rng.choice(kinds), thing.colour if rng.random() < 0.5 else None)

    def mention(self, *things: Description) -> None:
        """Remember that these were spoken of."""
        self.mentioned += [thing for thing in things if thing.kind != IT]

    def is_unique(self, thing: Description) -> bool:
        """Whether "the cup" can only mean this one."""
        return thing.number == 1 and {known for known in self.mentioned if known.kind == thing.kind} == {thing}
