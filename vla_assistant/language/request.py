"""What words mean before anyone has looked: acts on things as they are described, and how to go about it.

`str` of each value is the notation of the test sentences, "place(2 cup, in blue bowl) | careful"; see
docs/language.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

ANYTHING = "thing"
"""Kind of a description that leaves the kind open: "the red one", "everything"."""
_ORDINAL_ENDINGS = {2: "nd", 3: "rd"}
IT = "it"
"""Kind of a pronoun whose meaning the sentence does not hold."""
ALL = 0
"""Number of a description of everything that fits."""
CARRYING = ("place", "give")
"""Skills that take a thing and bring it somewhere."""
LIFTING = ("pick", *CARRYING, "put_down")
"""Skills that lift their object."""
OF_DRAWER = ("open", "close")
"""Skills whose object is the drawer; without one they are the gripper's."""
AMOUNTS_M = {"a bit": 0.03, "a lot": 0.15}
"""What amounts without a number mean [m]."""


@dataclass(frozen=True)
class Description:
    """A thing as it was described.

    Attributes:
        kind: Canonical noun, ANYTHING or IT.
        colour: Canonical colour or None.
        number: How many; ALL for every one.
        choice: "" for the one that is meant, "any", "other" or "same".
        side: "left", "right", "near", "far" or "middle" of several as the user sees them, or "".
        rank: 2 for the second from that side, and so on.
        relation: How it lies to `anchors`: "left of", "right of", "in front of", "behind", "near", "in", "on",
            "between", or "".
        anchors: One thing, two for "between".
        without: What is left out of several.
    """

    kind: str
    colour: str | None = None
    number: int = 1
    choice: str = ""
    side: str = ""
    rank: int = 1
    relation: str = ""
    anchors: tuple[Description, ...] = ()
    without: Description | None = None

    def __str__(self) -> str:
        many = "all" if self.number == ALL else str(self.number) if self.number > 1 else self.choice
        side = f"{_ordinal(self.rank)} {self.side}" if self.rank > 1 else self.side
        where = f"{self.relation} {' & '.join(map(str, self.anchors))}" if self.relation else ""
        without = f"except {self.without}" if self.without else ""
        return " ".join(filter(None, (many, side, self.colour, self.kind, where, without)))

    def lying(self, relation: str, *anchors: Description) -> Description:
        """The same thing with a place."""
        return replace(self, relation=relation, anchors=anchors)


@dataclass(frozen=True)
class Act:
    """One thing to do.

    Attributes:
        skill: "pick", "place", "put_down", "give", "push", "move" (only the hand), "open" or "close" (the drawer, or
            the gripper), "home", or one of `carrying_out.CHORES`.
        object: What with; None for "move", "home" and the gripper.
        relation: Of `place`: "in", "on", "next to", "left of", "right of", "in front of", "behind", "between".
        anchors: Of `place`: what the relation is to, two for "between". Of "swap": the other thing. Of "sort": the
            containers, all kinds of dishes when empty.
        direction: Of `push` and `move`: "left", "right", "forward" (away from the user), "back", "up", "down".
        amount: How far: "a bit", "a lot", "5 cm", or "" when nothing was said.
    """

    skill: str
    object: Description | None = None
    relation: str = ""
    anchors: tuple[Description, ...] = ()
    direction: str = ""
    amount: str = ""

    @property
    def metres(self) -> float | None:
        """The amount as a length [m], None when nothing was said."""
        if not self.amount:
            return None
        return AMOUNTS_M.get(self.amount) or float(self.amount.removesuffix(" cm")) / 100

    def __str__(self) -> str:
        where = f"{self.relation} {' & '.join(map(str, self.anchors))}" if self.relation else ""
        parts = (str(self.object or ""), where, self.direction, self.amount)
        return f"{self.skill}({', '.join(filter(None, parts))})"


@dataclass(frozen=True)
class Request:
    """Acts in the order in which they are to be carried out, with constraints on all of them.

    Attributes:
        acts: At least one.
        manner: Of "slow", "fast", "careful".
        avoid: What must not be touched.
        confidence: 0-1.
        repairs: Words that were read as others: (as said, as understood).
    """

    acts: tuple[Act, ...]
    manner: frozenset[str] = frozenset()
    avoid: tuple[Description, ...] = ()
    confidence: float = 1.0
    repairs: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        constraints = ", ".join([*sorted(self.manner), *(f"avoid {thing}" for thing in self.avoid)])
        return "; ".join(map(str, self.acts)) + (f" | {constraints}" if constraints else "")


def _ordinal(rank: int) -> str:
    return f"{rank}{_ORDINAL_ENDINGS.get(rank, 'th')}"
