"""A sentence as a row of items: verbs, things with what surely belongs to them, places, directions, joints, asides."""

from __future__ import annotations

from vla_assistant.language.reading.items import Item
from vla_assistant.language.reading.lexicon import Lexicon
from vla_assistant.language.reading.modal import without_modal
from vla_assistant.language.reading.things import Things
from vla_assistant.language.request import ANYTHING, IT, Description
from vla_assistant.language.vocabulary import Phrase


def _opens(words: Phrase, at: int) -> bool:
    """Whether the number stands between commas or at the start: "1, grasp ..."."""
    return at == 0 or words[at - 1] in (",", "and", "then", "step", "item", "phase")


_CORRECTED = 6
"""How many words and phrases may stand between a number and its correction."""
INCHES = "2.5"
"""The unit of "2 in" [cm]."""
_KINDS = {
    "avoidance": ("avoid", 9), "order": ("order", 8), "table": ("table", 7), "choices": ("choice", 7),
    "home": ("home", 6), "me": ("me", 6), "manner": ("manner", 5), "negations": ("not", 4), "hand": ("hand", 4),
    "amounts": ("amount", 3), "repairs": ("repair", 3), "joints": ("then", 2), "skipped": ("skip", 1),
    "remarks": ("remark", 0), "strangers": ("unknown", 20),
}  # fmt: skip
"""Kind of phrase -> kind of item, and which wins among phrases of one length."""


class Cutter:
    """Cuts the words of one sentence into items."""

    def __init__(self, words: Phrase, lexicon: Lexicon) -> None:
        self.words = without_modal(words, lexicon)
        self._things = Things(self.words, lexicon)
        self._last_unit = "1"

    def cut(self) -> list[Item]:
        found: list[Item] = []
        at = 0
        while at < len(self.words):
            item = self._item(at, found)
            found.append(item)
            at = item.end
        return found

    def _item(self, at: int, before: list[Item]) -> Item:
        if self._things.word(at) == ",":
            return Item("comma", "", at, at + 1)
        said = [item.kind for item in before if item.kind != "skip"]
        last = said[-1] if said else ""
        if said[-2:] == ["repair", "comma"] and "amount" in said:
            last = "repair"
        candidates: list[tuple[int, int, Item]] = []

        def offer(item: Item | None, weight: int = 0) -> None:
            if item is not None:
                candidates.append((item.end, weight, item))

        for kind, (name, weight) in _KINDS.items():
            if match := self._things.get(at, kind):
                if match[0] == "after" and name == "order" and self._follows(at, match[1]):
                    offer(Item("then", "then", at, match[1]), weight)
                elif (
                    name == "then" and self._things.word(match[1] - 1) == "next" and self._things.word(match[1]) == "to"
                ):
                    offer(Item(name, match[0], at, match[1] - 1) if match[1] > at + 1 else None, weight)
                elif match[0] == "act" and not self._acts(at, match[1]):
                    continue
                elif name == "remark" and at == 0 and self.words[0] in self._things.sets["asked"]:
                    offer(Item(name, "past", at, match[1]), weight)
                elif name == "avoid":
                    offer(self._avoid(at, match[1]) or self._avoid_before(at, match[1], before), weight)
                elif name == "remark" and self._names_one(match[1]):
                    continue
                elif name == "home" and self._is_remainder(at, match[1]):
                    offer(Item("unknown", "object", at, match[1]), weight)
                else:
                    offer(Item(name, match[0], at, match[1]), weight)
        if (numbering := self._numbering(at, last)) is not None:
            return numbering
        offer(self._infinitive(at), 9)
        offer(self._again(at, before), 9)
        offer(self._direction(at), 5)
        offer(self._amount(at, last), 8)
        offer(self._verb(at, last), 4)
        offer(self._things.relation(at), 6)
        offer(self._thing_item(at, before), 7)
        offer(self._exception(at), 9)
        if not candidates and (article := self._things.get(at, "quantifiers")):
            return Item("skip", article[0], at, article[1])
        if not candidates:
            if (number := self._things.number(at)) is not None:
                return Item("unknown", f"#{number[0]:g}", at, number[1])
            named = before and before[-1].kind == "skip" and before[-1].value == "article"
            return Item("unknown", "object" if named else self._things.word(at), at, at + 1)
        return self._best(candidates, at, before)

    def _names_one(self, after: int) -> bool:
        """Whether the phrase ends in "that" of "that one": "now that one goes in the bowl"."""
        return [self._things.word(after - 1), self._things.word(after)] == ["that", "one"]

    def _is_remainder(self, at: int, after: int) -> bool:
        """Whether "the rest" is what is left over, or "a rest" a pause: home is where one goes "to the rest"."""
        before, *said = (self._things.word(i) for i in range(at - 2, after))
        return said in (["the", "rest"], ["a", "rest"], ["some", "rest"]) and before not in ("to", "in", "into", "at")

    def _acts(self, at: int, after: int) -> bool:
        """Whether the verb of something that the arm does not do ("melt the cans") is what is asked for here."""
        asked = self._things.word(at - 1) in self._things.sets["before_an_act"] or at == 0
        return asked and after < len(self.words)

    def _follows(self, at: int, after: int) -> bool:
        """Whether this "after" says what comes next: "..., after, close it", "... and after go home"."""
        if self._things.word(after) == ",":
            return True
        verb = self._things.get(after, "verbs")
        base = verb is not None and verb[0].startswith("base")
        bound = self._things.word(at - 1) in (",", "and", "then")
        return bound and after == at + 1 and (base or self._things.get(after, "directions") is not None)

    def _best(self, candidates: list[tuple[int, int, Item]], at: int, before: list[Item]) -> Item:
        """The longest; a thing counts as long as its head alone, so that what follows it does not decide."""

        def rank(candidate: tuple[int, int, Item]) -> tuple[int, int]:
            end, weight, item = candidate
            if item.kind in ("thing", "at", "avoid"):
                return min(end, at + 3), weight
            return end, weight

        near = next((item for _, _, item in candidates if item.kind == "at" and item.things), None)
        if (
            near is not None
            and near.value == "next to"
            and before
            and before[-1].kind in ("thing", "skip")
            and self._things.word(at) in ("near", "close")
        ):
            return near
        chosen = max(candidates, key=rank)[2]
        if chosen.kind == "home" and chosen.end == at + 1 and self._things.thing(chosen.end) is not None:
            verb = next((item for _, _, item in candidates if item.kind == "verb" and item.value != "H"), None)
            return verb or chosen  # "rest the bowl on the plate"
        if chosen.kind == "choice" and before and before[-1].kind in ("verb", "me"):
            thing = next((item for _, _, item in candidates if item.kind == "thing" and item.end >= chosen.end), None)
            return thing or chosen  # "take whichever ball you like"
        if chosen.kind == "at" and not chosen.things:
            direction = next((item for _, _, item in candidates if item.kind == "direction"), None)
            return direction or chosen  # "right by a lot"
        if chosen.kind == "hand" and self._things.word(at) != "hand":
            verb = next((item for _, _, item in candidates if item.kind == "verb"), None)
            if verb is not None and self._things.thing(verb.end) is not None:
                return verb
        if chosen.kind == "hand" and self._things.word(at) == "hand":
            verb = next((item for _, _, item in candidates if item.kind == "verb"), None)
            if verb is not None and self._hands(verb, before):
                return verb
        return chosen

    def _hands(self, verb: Item, before: list[Item]) -> bool:
        """Whether "hand" is the verb here."""
        after = self._things.word(verb.end)
        if verb.end - verb.start > 1:
            return True
        if after in ("me", "us", "it", "over", "them", "that", "this", "him", "her"):
            return True
        if (
            before
            and before[-1].kind in ("verb", "hand", "skip")
            and self._things.word(verb.start - 1) in ("the", "your", "my", "move", "raise", "lower", "open", "close")
        ):
            return False
        if verb.end >= len(self.words):
            return False
        if after == "to":
            return (
                self._things.word(verb.end + 1) in ("me", "us") and self._things.word(verb.end + 2) not in ("a", "the")
            ) or False
        follows = self._things.thing(verb.end)
        return follows is not None and follows[0].kind not in (IT,) and not self._things.get(verb.end, "directions")

    def _numbering(self, at: int, last: str) -> Item | None:
        """ "one the cup ..., two the ball ...": the numbers of a list."""
        number = self._things.number(at)
        if (
            number is None
            or last in ("direction", "amount")
            or number[0] > 9
            or self._things.word(at) in ("both", "an")
        ):
            return None
        after = number[1]
        follows = self._things.get(after, "verbs") or self._things.word(after) in (
            "the",
            "a",
            "an",
            ",",
            "my",
            "you",
            "uh",
            "um",
            "for",
        )
        if (
            not follows
            or self._things.get(after, "units")
            or (self._things.word(at) == "one" and self._things.word(at - 1) in ("the", "other", "this", "that"))
        ):
            return None
        if self._things.word(after) == "," and _opens(self.words, at):
            return Item("then", "then", at, after)
        if self._things.word(after) == ",":
            return None
        return Item("then", "then", at, after)

    def _direction(self, at: int) -> Item | None:
        match = self._things.get(at, "directions")
        if match is None or (self._things.word(match[1]) in ("of", "from") and self._things.thing(match[1] + 1)):
            return None
        return Item("direction", match[0], at, match[1])

    def _infinitive(self, at: int) -> Item | None:
        """The "to" of "please to take it"."""
        if self._things.word(at) != "to" or "verbs" not in self._things.at[min(at + 1, len(self.words) - 1)]:
            return None
        return Item("skip", "to", at, at + 1) if self._things.thing(at + 1) is None else None

    def _again(self, at: int, before: list[Item]) -> Item | None:
        """The thing named before, named again by a pronoun of people: "the cube, she must go in the bowl"."""
        sets = self._things.sets
        if self._things.word(at) not in sets["resumptive"] or self._things.word(at + 1) not in sets["resumed_by"]:
            return None
        named = next((item.kind for item in reversed(before) if item.kind not in ("comma", "skip")), "")
        return Item("skip", "", at, at + 1) if named == "thing" else None

    def _amount(self, at: int, last: str) -> Item | None:
        number = self._things.number(at)
        if number is None and self._things.word(at) == "a" and self._things.get(at + 1, "units"):
            number = 1.0, at + 1  # "by a decimetre"
        if number is None:
            return None
        value, after = number
        while self._things.word(after) in ("more", "whole", "further"):
            after += 1
        unit = self._unit(after)
        if unit is not None:
            self._last_unit = unit[0]
            size, after = float(unit[0]), unit[1]
            if part := self._things.get(after, "fractions"):  # "an inch and a half"
                value, after = value + float(part[0]), part[1]
            return Item("amount", f"{value * size:g} cm", at, after)
        if self._things.word(at) in ("an", "both", "two of") or self._things.thing(at) is not None:
            return None
        if (later := self._unit_later(after)) is not None:
            return Item("amount", f"{value * float(later):g} cm", at, after)
        by = self._things.word(at - 1) == "by"
        counted = last in ("direction", "repair", "amount") or by
        bare = counted or "directions" in self._things.at[min(after, len(self.words) - 1)]
        if not bare or (self._things.word(at) == "one" and not by):
            return None
        return Item("amount", f"{value * float(self._last_unit):g} cm", at, after)

    def _unit(self, at: int) -> tuple[str, int] | None:
        unit = self._things.get(at, "units")
        inches = self._things.word(at + 1) in ("", ",", "and", "then") or self._things.get(at + 1, "directions")
        if self._things.word(at) == "in" and inches and self._things.thing(at + 1) is None:
            return INCHES, at + 1
        return unit

    def _unit_later(self, at: int) -> str | None:
        """The unit of a number that is corrected at once: "5, sorry 8 cm", "ten, no, hang on, fifteen centimetres"."""
        corrected = False
        for _ in range(_CORRECTED):
            repair = self._things.get(at, "repairs")
            skipped = self._things.get(at, "skipped")
            if self._things.word(at) in (",", "or"):
                at += 1
            elif repair is not None:
                at, corrected = repair[1], True
            elif skipped is not None:
                at = skipped[1]
            else:
                break
        number = self._things.number(at) if corrected else None
        unit = self._unit(number[1]) if number else None
        return unit[0] if unit else None

    def _verb(self, at: int, last: str) -> Item | None:
        match = self._things.get(at, "verbs")
        if match is None:
            return None
        hand = self._things.word(at) == "hand" and match[1] > at + 1
        if hand and self._things.get(match[1], "directions") and self._things.thing(match[1]) is None:
            return None  # "hand off to the right"
        form, _, value = match[0].partition(" ")
        standing = form == "ing" and self._things.word(at) in self._things.sets["standing"]
        if match[1] == at + 1 and (standing or self._is_passive(at)):
            return Item("skip", "", at, at + 1)
        return Item("verb", value, at, match[1], form=form)

    def _is_passive(self, at: int) -> bool:
        """Whether this "get" only makes the next word passive: "the cup gets placed", "get it closed"."""
        if self._things.word(at) not in self._things.sets["passives"]:
            return False
        after = self._things.get(at + 1, "verbs")
        return after is not None and after[0].startswith("past")

    def _avoid(self, at: int, after: int) -> Item | None:
        things = []
        while found := self._things.thing(after):
            things.append(found[0])
            after = found[1]
            if (
                self._things.word(after) in ("or", "and", "nor")
                and self._things.thing(after + 1)
                and not self._things.get(after + 1, "verbs")
            ):
                after += 1
            else:
                break
        return Item("avoid", "", at, after, tuple(things)) if things else None

    def _avoid_before(self, at: int, after: int, before: list[Item]) -> Item | None:
        """ "the black cup you must not touch": what must not be touched is said before."""
        ends = self._things.word(after) in ("", ",", "and", "then", "please")
        named = before[-1] if before and before[-1].kind == "thing" and before[-1].thing.kind != IT else None
        return Item("avoid", "before", at, after, named.things) if ends and named is not None else None

    def _exception(self, at: int) -> Item | None:
        """ "..., except for the red one": what is left out of things named before."""
        match = self._things.get(at, "exceptions")
        if match is None or self._things.word(at) in ("but", "save", "besides", "without", "only"):
            return None
        found = self._things.thing(match[1])
        return Item("unknown", "except", at, found[1], (found[0],)) if found else None

    def _thing_item(self, at: int, before: list[Item]) -> Item | None:
        if self._things.word(at) == "can" and self._is_modal(at, before):
            return None
        found = self._things.thing(at)
        if found is None:
            return None
        thing, after, plural = found
        named = next((item.kind for item in reversed(before) if item.kind not in ("skip", "comma")), "")
        if thing == Description(ANYTHING, choice="same") and named == "thing":
            return None  # "the red plate, then the blue plate, same thing"
        listed = thing == Description(ANYTHING, number=thing.number) and thing.number > 1
        if listed and self._things.get(at, "joints") and self._things.word(after) in (",", "one", "first", "1"):
            return None  # "two things, one take the cup, two ..."
        return Item("thing", "", at, after, (thing,), plural=plural)

    def _is_modal(self, at: int, before: list[Item]) -> bool:
        after = self._things.word(at + 1)
        if at > 0 and (
            "quantifiers" in self._things.at[at - 1]
            or "colours" in self._things.at[at - 1]
            or "sides" in self._things.at[at - 1]
        ):
            return False
        return (
            after in self._things.sets["modal_after"]
            or self._things.word(at - 1) in self._things.sets["modal_before"]
            or (
                bool(self._things.at[at + 1].get("verbs") if at + 1 < len(self.words) else None)
                and self._things.word(at - 1) == ""
                and after in ("go",)
            )
        )
