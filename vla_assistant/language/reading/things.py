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
        word = self.word(at)
        if re.fullmatch(r"\d+(\.\d+)?", word):
            return float(word), at + 1
        match = self.get(at, "numbers")
        return (float(match[0]), match[1]) if match else None

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
                if colour and self.word(at) == "one":
                    break  # "the yellow one of the cubes"
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
            elif (match := here.get("sides")) and not side and self.starts_noun(match[1], also_side=False):
                side, at = match[0], match[1]
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
        if kind == ONE and self.word(after) == "of" and (of_all := self._kind_of_all(after + 1)) is not None:
            kind, after = of_all
        if kind is None:
            return self._pronoun(start)
        if number > 1 and not plural and self._counts(start, number):
            return None
        if plural and number == 1 and not choice and kind in ("cube", "ball", "can", "cup", "bowl", "plate", ANYTHING):
            number = ALL
        if plural and choice == "any":
            number = 1
        thing = Description(kind, colour, number, choice, side, rank)
        whole = with_tail(self, thing, after, plural, deep)
        if self.word(start) == "whichever" and whole[0].side:
            return replace(whole[0], choice=""), *whole[1:]  # "whichever is closest to me"
        return whole

    def _kind_of_all(self, at: int) -> tuple[str, int] | None:
        """ "(the yellow one of) the cubes": the kind is said after it."""
        while self.word(at) in ("the", "those", "these", "my", "your", "all"):
            at += 1
        return self.get(at, "plurals")

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
            if self.word(after) in ("and", ",") and (second := self.thing(after + 1)):
                if thing.kind == ONE and second[0].kind not in (ONE, THEM, IT):
                    thing = replace(thing, kind=second[0].kind)
                return Item("at", relation, at, second[1], (thing, second[0]))
        form = "to" if self.word(at) in ("to", "over", "onto", "into") else ""
        return Item("at", relation, at, after, (thing,), form)

    def _counts(self, at: int, number: int) -> bool:
        """Whether the number counts steps ("1 ... 2 ball in the cup") and not things."""
        if at > 0 and self.word(at - 1) not in (",", "and", "then", "step"):
            return False
        others = [self.number(index) for index in range(len(self.words)) if index != at]
        return any(other is not None and abs(other[0] - number) == 1 for other in others)

    def starts_noun(self, at: int, also_side: bool = True) -> bool:
        if at >= len(self.words):
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
                return self.starts_noun(at) or self.word(at) in ("if", "from", "beginning")
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
