"""The elements of a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from vla_assistant.language.request import Description

ONE = "one"
"""Kind of "the red one": as the thing spoken of before."""
THEM = "them"
"""Kind of "them", "both"."""


@dataclass(frozen=True)
class Item:
    """One element of a sentence.

    Attributes:
        kind: "verb", "thing", "at" (a relation to things), "direction", "amount", "me", "table", "home", "hand",
            "then", "comma", "order", "manner", "avoid", "choice", "not", "repair", "doubt" (a "no" that repairs
            nothing), "remark", "skip" or "unknown".
        value: What it stands for.
        start, end: Words of the sentence.
        things: Of "thing" one, of "at" the anchors, of "avoid" what must not be touched.
        form: Of a verb: "base", "s", "ing" or "past".
    """

    kind: str
    value: str
    start: int
    end: int
    things: tuple[Description, ...] = ()
    form: str = ""
    plural: bool = False

    @property
    def thing(self) -> Description:
        return self.things[0]
