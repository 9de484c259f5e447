"""Described things and their places: "the second red cup from the left that stands behind the plate"."""

from __future__ import annotations

import re
from dataclasses import replace

from vla_assistant.language.reading.items import ONE, THEM, Item
from vla_assistant.language.reading.lexicon import Lexicon
from vla_assistant.language.reading.tails import with_tail
from vla_assistant.language.request import ALL, ANYTHING, IT, Description
from vla_assistant.language.vocabulary import Phrase


class Things:
    """Finds described things in the words of one sentence."""

    def __init__(self, words: Phrase, lexicon: Lexicon) -> None:
        self.words = words
        self.sets = lexicon.sets
        self.at = [lexicon.at(words, index) for index in range(len(words))]

    def get(self, at: int, kind: str) -> tuple[str, int] | None:
        return self.at[at].get(kind) if at < len(self.words) else None

    def word(self, at: int) -> str:
        return self.words[at] if 0 <= at < len(self.words) else ""

    def number(self, at: int) -> tuple[float, int] | None:
        """A number in digits or words: "2.5", "forty five", "a hundred", "half a", "two and a half"."""
        if (whole := self._whole_number(at)) is None:
            return None
        value, after = whole
        if 20 <= value <= 90 and value % 10 == 0 and (ones := self.get(after, "numbers")) and self._is_digit(ones[0]):
            value, after = value + float(ones[0]), ones[1]
        part = self.get(after, "fractions")
        return (value + float(part[0]), part[1]) if part else (value, after)

    def _whole_number(self, at: int) -> tuple[float, int] | None:
        word = self.word(at)
        if re.fullmatch(r"\d+(\.\d+)?", word):
            return float(word), at + 1
        match = self.get(at, "numbers")
        return (float(match[0]), match[1]) if match else None

    @staticmethod
    def _is_digit(value: str) -> bool:
        return value in "123456789"

    def thing(self, at: int, deep: int = 0) -> tuple[Description, int, bool] | None:
        """A described thing that begins here: the description, the index after it, whether its noun was a plural."""
        if at >= len(self.words) or deep > 3:
            return None
        if (held := self.get(at, "pronouns")) and held[0] == "held":
            return self._pronoun(at)
        start = at
        number, choice, rank, side, colour = 1, "", 1, "", None
        definite = False
        everything = False
        adjective = False
        while at < len(self.words):
            here = self.at[at]
            if (match := here.get("quantifiers")) and not (
                here.get("nouns") or ("colours" in here and match[0] == "article")
            ):
                value, after = match
                if self.word(at) == "one" and (colour or side or (definite and rank > 1)):
                    break  # "the middle one of the balls", "the yellow one of the cubes"
                if value == "article":
                    if self.word(at) == "one" and not self.starts_noun(match[1]):
                        break
                    definite = True
                elif value == "all":
                    number = ALL
                elif value in ("everything", "whatever"):
                    if value == "everything":
                        number = 1 if self.word(at) == "anything" else ALL
                        choice = "any" if self.word(at) == "anything" else ""
                    everything = True
                else:
                    choice = value
                    if value == "any" and number == ALL:
                        number = 1
                at = after
                if everything:
                    break
            elif (match := here.get("ordinals")) and rank == 1 and self._ordinal_here(match[1]):
                rank, at = int(match[0]), match[1]
            elif (
                (found := self.number(at)) and not self.get(found[1], "units") and found[0] >= 1 and "nouns" not in here
            ):
                if self.word(at) in ("one",) and not self.starts_noun(found[1]):
                    break
                if self.word(at) == "an" or found[0] != int(found[0]):
                    if self.word(at) != "an":
                        break
                    at = found[1]
                    continue
                number = int(found[0]) if number != ALL or found[0] > 1 else number
                number = number or int(found[0])
                at = found[1]
                if self.word(at) == "of" and self.get(at + 1, "quantifiers"):
                    at += 1  # "three of those marbles"
            elif (
                (match := here.get("sides"))
                and not side
                and self.starts_noun(match[1], also_side=False)
                and not (at == start and self.word(at) == "in")
            ):
                side, at = match[0], match[1]
            elif (match := here.get("sides")) and not side and definite and self._some_of(match[1]):
                side, at = match[0], match[1]
                break
            elif (match := here.get("colours")) and colour is None:
                colour, at = match[0], match[1]
            elif (
                (match := here.get("adjectives"))
                and (colour or definite)
                and self.starts_noun(match[1])
                and self.word(at) != "one"
            ):
                at = match[1]
                adjective = True
            else:
                break
        del adjective
        kind, plural, after = self._noun(
            at, start, colour, everything, definite, choice, side or str(rank - 1 or ""), number
        )
        if (
            kind == ONE
            and not side
            and (match := self.get(after, "sides"))
            and self.word(after) in self.sets["headless"]
        ):
            side, after = match
        if kind is None:
            return self._pronoun(start)
        if number > 1 and not plural and self._counts(start, number):
            return None
        if plural and number == 1 and not choice and kind in ("cube", "ball", "can", "cup", "bowl", "plate", ANYTHING):
            number = ALL
        if plural and choice == "any":
            number = 1
            if self.word(start) == "whatever":
                number, choice = ALL, ""
        thing = Description(kind, colour, number, choice, side, rank)
        whole, end, several = with_tail(self, thing, after, plural, deep)
        told_apart = whole.relation != thing.relation or whole.side != thing.side or side
        if told_apart and choice == "any" and self.word(start) in self.sets["whichever"]:
            whole = replace(whole, choice="")  # "whichever ball is closest to the can"
        return whole, end, several

    def relation(self, at: int) -> Item | None:
        match = self.get(at, "relations")
        if match is None:
            return None
        relation, after = match
        if relation == "from" and (inner := self.relation(after)) is not None and inner.things:
            return replace(inner, value=f"from {inner.value}", start=at)
        while self.word(after) in ("of", "side") and relation not in ("from",):
            after += 1
        found = self.thing(after)
        if found is None and relation == "next to" and self.number(after):
            return Item("skip", "", at, after) if after == at + 1 else None
        if found is None:
            return Item("at", relation, at, match[1])
        thing, after, _ = found
        if relation == "between":
            listed = thing == Description(ANYTHING, number=2) and self.word(after) == ","
            if listed and (first := self.thing(after + 1)) is not None and self.word(first[1]) == "and":
                thing, after = first[:2]
            if thing.number == ALL:
                thing = replace(thing, number=2)
            of = self.word(after) == "and" and self.word(after + 1) == "of"
            if self.word(after) in ("and", ",") and (second := self.thing(after + 1 + of)):
                other = replace(second[0], kind=thing.kind) if second[0].kind == ONE else second[0]
                if thing.kind == ONE and other.kind not in (ONE, THEM, IT):
                    thing = replace(thing, kind=other.kind)
                return Item("at", relation, at, second[1], (thing, other))
        form = "to" if self.word(at) in ("to", "over", "onto", "into") else ""
        return Item("at", relation, at, after, (thing,), form)

    def _counts(self, at: int, number: int) -> bool:
        """Whether the number counts steps ("1 ... 2 ball in the cup") and not things."""
        if at > 0 and self.word(at - 1) not in (",", "and", "then", "step"):
            return False
        others = [self.number(index) for index in range(len(self.words)) if index != at]
        return any(other is not None and abs(other[0] - number) == 1 for other in others)

    def _some_of(self, at: int) -> bool:
        """Whether "of the two cups" follows, as in "the nearer of the two cups"."""
        found = self.thing(at + 1, 1) if self.word(at) == "of" else None
        return found is not None and found[0].kind not in (IT, THEM) and (found[2] or found[0].number > 1)

    def starts_noun(self, at: int, also_side: bool = True) -> bool:
        if at >= len(self.words):
            return False
        if self.word(at) == "one" and self.get(at + 1, "units"):
            return False
        here = self.at[at]
        kinds = ("nouns", "plurals", "colours", "substitutes", "adjectives", "ordinals")
        if any(kind in here for kind in kinds):
            return True
        return also_side and "sides" in here and self.starts_noun(here["sides"][1], False)

    def _ordinal_here(self, at: int) -> bool:
        """Whether an ordinal before `at` counts things: a noun follows, and a side is named before or after it."""
        for look in range(at, min(at + 9, len(self.words))):
            if self.word(look) == "," and self.word(look + 1) not in self.sets["counting"]:
                return False
            if self.get(look, "sides") and self.word(look) in (
                "left",
                "right",
                "nearest",
                "farthest",
                "rightmost",
                "leftmost",
            ):
                return self.starts_noun(at) or self.word(at) in ("if", "from", "beginning") or self._some_of(at)
        return False

    def _noun(
        self,
        at: int,
        start: int,
        colour: str | None,
        everything: bool,
        definite: bool,
        choice: str,
        side: str,
        number: int,
    ) -> tuple[str | None, bool, int]:
        here = self.at[at] if at < len(self.words) else {}
        options = [(here[kind][1], kind) for kind in ("plurals", "nouns", "substitutes") if kind in here]
        if options and not everything:
            after, kind = max(options)
            value = here[kind][0]
            if kind == "substitutes":
                pointing = self.word(at - 1) in ("that", "this") and not (colour or choice)
                if (at == start or pointing) and self.word(at) != "ones" and not side:
                    return None, False, at
                return ONE, value == "ones", after
            loose = value != ANYTHING and self.word(after) in ("thing", "things", "object", "shape")
            return value, kind == "plurals", after + loose
        if everything:
            if options and here.get("nouns", here.get("plurals", ("", 0)))[0] == ANYTHING:
                at = max(options)[0]
            return ANYTHING, False, at
        if colour is not None and (definite or choice or side or number != 1 or not self.get(start, "nouns")):
            return ONE, False, at
        if choice == "other" and at > start and not self.number(at) and self.word(at - 1) != "remaining":
            return ONE, False, at
        if here.get("sides") and not side and not options and self.word(at) in self.sets["headless"]:
            return ONE, False, at
        if side and definite and self._some_of(at):
            return ONE, False, at
        if side and definite and self.word(at) not in ("hand",) and self.word(at) in self.sets["after_side"]:
            return ONE, False, at
        return None, False, at

    def _pronoun(self, at: int) -> tuple[Description, int, bool] | None:
        match = self.get(at, "pronouns")
        if match is None:
            return None
        value, after = match
        if value == "held":
            return Description(IT), after, False
        return Description(THEM if value == "them" else IT), after, value == "them"
