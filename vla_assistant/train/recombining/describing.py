"""Things in words."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from vla_assistant.language.request import ALL, ANYTHING, IT, Description
from vla_assistant.train.recombining.style import Style
from vla_assistant.train.recombining.things import Things
from vla_assistant.train.recombining.wordlists import Wordlists

_NUMBERS = {
    2: ("two", "2", "both", "both of the", "the two", "two of the", "a pair of", "a couple of", "the 2", "both the"),
    3: ("three", "3", "the three", "three of the", "three"),
    4: ("four", "4", "the four", "four of the", "four"),
    5: ("five", "5", "the five", "five of the", "five"),
}
_RANKS = {2: ("second", "2nd", "second"), 3: ("third", "3rd", "third"), 4: ("fourth", "4th", "fourth")}
_SAYS_ANY = ("any", "some", "which", "one", "an arb", "just", "eith")


class Describer:
    """Says things as somebody of this style would."""

    def __init__(self, rng: random.Random, words: Wordlists, style: Style, things: Things) -> None:
        self._rng, self._words, self._style, self._things = rng, words, style, things

    def pronoun(self, thing: Description) -> str:
        return self._words.one(self._rng, "determiners", "pronouns" if thing.number == 1 else "plural_pronouns")

    def again(self, thing: Description) -> str:
        """A thing that was spoken of: "the cup", "that cup", or all of it again."""
        if self._things.is_unique(thing) and thing.kind != ANYTHING and self._rng.random() < 0.75:
            article = self._rng.choice(("the", "the", "the", "that", "this"))
            return self.bare(f"{article} {self._words.noun(self._rng, thing.kind, False)}")
        return self.say(thing)

    def say(self, thing: Description, *, simple: bool = False) -> str:
        """The thing in words; a `simple` one is said once and straight."""
        rng, words = self._rng, self._words
        if thing.kind == IT:
            return words.one(rng, "determiners", "held")
        if simple or thing.number != 1 or thing.without or thing.choice:
            return self._described(thing, self._noun(thing))
        noun = words.noun(rng, thing.kind, False)
        marked = thing.colour or thing.side or thing.relation
        if marked and rng.random() < 0.03 + 0.8 * self._style.filler:
            return self.bare(words.filled(rng, "describing", "apart", NOUN=noun, SAID=self._described(thing, "one")))
        said = self._described(thing, self._noun(thing))
        if rng.random() < self._style.repair * 0.5:
            return self._put_right(thing, said)
        if rng.random() < self._style.contrast:
            other = self.say(self._things.other_than(thing), simple=True)
            return words.filled(rng, "describing", "contrast", SAID=said, SHORT=self._not_meant(thing), OTHER=other)
        if marked and rng.random() < self._style.filler * 0.6:
            return words.filled(rng, "describing", "repeated", SAID=said, NOUN=noun)
        return said

    def anchors(self, anchors: Sequence[Description]) -> str:
        """One thing, or two with "and" in between."""
        if len(anchors) == 2 and replace(anchors[0], colour=None) == replace(anchors[1], colour=None):
            first, second = anchors
            if first.colour and second.colour and self._rng.random() < 0.3:
                noun = self._words.noun(self._rng, first.kind, self._rng.random() < 0.7)
                return self.bare(f"the {first.colour} and {self.bare('the ' + second.colour)} {noun}")
        return " and ".join(self.say(anchor, simple=True) for anchor in anchors)

    def bare(self, said: str) -> str:
        """The words, with or without their article."""
        article, _, rest = said.partition(" ")
        return rest if article in ("the", "a", "my", "your") and self._rng.random() < self._style.bare else said

    def _described(self, thing: Description, noun: str) -> str:
        rng, words = self._rng, self._words
        colour, after = self._colour(thing, noun)
        side, side_after = self._side(thing)
        head = self._determined(thing, f"{side} {colour}".strip(), noun, bool(side))
        behind = [after, side_after] if rng.random() < 0.85 else [side_after, after]
        said = " ".join(filter(None, (head, *behind, self._relation(thing))))
        if thing.choice == "any" and not head.startswith(_SAYS_ANY):
            said += f" , {words.one(rng, 'determiners', 'any_after')} ,"
        if thing.choice == "same":
            said += " " + words.one(rng, "determiners", "same_after")
        return self._without(thing, said) if thing.without else said

    def _noun(self, thing: Description) -> str:
        spoken_of, several = self._things.mentioned, thing.number != 1
        marked = thing.colour or thing.side or thing.choice in ("other", "same")
        short = not spoken_of if thing.kind == ANYTHING else bool(spoken_of) and spoken_of[-1].kind == thing.kind
        if marked and short and self._rng.random() < 0.35:
            left_out = thing.colour and not several and self._rng.random() < 0.3 * self._style.bare
            return "" if left_out else "ones" if several else "one"
        return self._words.noun(self._rng, thing.kind, several)

    def _colour(self, thing: Description, noun: str) -> tuple[str, str]:
        """What is said in front of the noun, and behind it."""
        rng, words = self._rng, self._words
        adjective = words.one(rng, "determiners", "adjective") if rng.random() < 0.04 else ""
        if not thing.colour:
            return adjective, ""
        colour = words.colour(rng, thing.colour)
        behind = 0.1 + 2 * self._style.foreign + 0.06 * (self._style.bare > 0.8)
        if noun in ("one", "ones", "") or rng.random() > behind:
            if rng.random() < 0.03:
                colour = words.filled(rng, "describing", "adjective_forms", COLOUR=colour)
            return f"{adjective} {colour}".strip(), ""
        if rng.random() < (0.3 if self._style.foreign or self._style.bare > 0.8 else 0.0):
            return adjective, colour
        one = "ones" if thing.number != 1 else "one"
        return adjective, words.filled(rng, "describing", "colour_after", COLOUR=colour, ONE=one)

    def _side(self, thing: Description) -> tuple[str, str]:
        rng, words = self._rng, self._words
        if not thing.side:
            return "", ""
        if thing.rank > 1:
            rank = rng.choice(_RANKS[thing.rank])
            after = words.filled(rng, "describing", "rank_after", SIDE=thing.side)
            return (f"{rank} {thing.side}", "") if rng.random() < 0.15 else (rank, after)
        if rng.random() < 0.5:
            return words.one(rng, "sides", thing.side), ""
        link = f"{words.one(rng, 'places', 'links')} " if rng.random() < 0.3 else ""
        return "", link + words.one(rng, "sides", f"after_{thing.side}")

    def _determined(self, thing: Description, adjectives: str, noun: str, sided: bool) -> str:
        rng, words = self._rng, self._words
        rest = f"{adjectives} {noun}".strip()
        if thing.number == ALL:
            return self._all(thing, adjectives, rest)
        if thing.number > 1:
            return f"{rng.choice(_NUMBERS[thing.number])} {rest}"
        if thing.choice == "any":
            several = words.noun(rng, thing.kind, True)
            of_them = f"{words.one(rng, 'determiners', 'any_of')} {adjectives} {several}".replace("  ", " ")
            any_one = f"{words.one(rng, 'determiners', 'any')} {rest}"
            return rng.choices((f"a {rest}", of_them, any_one), (3, 2, 5))[0]
        if thing.choice:
            return self.bare(f"{words.one(rng, 'determiners', thing.choice)} {rest}")
        if thing.kind == ANYTHING and thing.relation and not adjectives and rng.random() < 0.4:
            return words.one(rng, "describing", "whatever")
        definite = sided or thing.side or thing.relation
        return self.bare(f"{'the' if definite else words.one(rng, 'determiners', 'article')} {rest}")

    def _all(self, thing: Description, adjectives: str, rest: str) -> str:
        rng, words = self._rng, self._words
        if thing.kind == ANYTHING and not thing.colour and rng.random() < 0.7:
            return words.one(rng, "determiners", "everything")
        if thing.kind == ANYTHING and rng.random() < 0.3:
            return f"everything {rng.choice(('', 'that is ', 'which is '))}{adjectives}".strip()
        if rng.random() < 0.2:
            singular = words.noun(rng, thing.kind, False)
            return f"{words.one(rng, 'determiners', 'every')} {adjectives} {singular}".replace("  ", " ")
        if rng.random() < 0.12 and thing.kind != ANYTHING:
            return self.bare(f"the {rest}")
        return f"{words.one(rng, 'determiners', 'all')} {rest}"

    def _relation(self, thing: Description) -> str:
        rng, words = self._rng, self._words
        if not thing.relation:
            return ""
        if thing.relation in ("in", "on") and rng.random() < 0.2:
            return f"{words.one(rng, 'places', f'out_{thing.relation}')} {self.anchors(thing.anchors)}"
        where = words.one(rng, "places" if thing.relation in ("in", "on", "near") else "relations", thing.relation)
        link = f"{words.one(rng, 'places', 'links')} " if rng.random() < 0.3 else ""
        return f"{link}{where} {self.anchors(thing.anchors)}"

    def _without(self, thing: Description, said: str) -> str:
        assert thing.without is not None
        rng, left = self._rng, thing.without
        alike = left.kind == thing.kind
        noun = "one" if alike and rng.random() < 0.5 else self._words.noun(rng, left.kind, False)
        colour = self._words.colour(rng, left.colour) if left.colour else ""
        noun = "" if colour and alike and rng.random() < 0.2 else noun
        what = self.bare(" ".join(filter(None, ("the", colour, noun))))
        if rng.random() < 0.12:
            return f"{said} , {rng.choice(('', 'only ', 'just '))}{what} not ,"
        comma = rng.choice((" , ", " ", " "))
        return f"{said}{comma}{self._words.one(rng, 'determiners', 'except')} {what}{rng.choice((' ,', ''))}"

    def _not_meant(self, thing: Description) -> str:
        wrong = self._things.other_than(thing)
        if wrong.colour and wrong.kind == thing.kind and wrong.colour != thing.colour and self._rng.random() < 0.6:
            return self.bare(f"the {wrong.colour} one")
        return self.say(wrong, simple=True)

    def _put_right(self, thing: Description, said: str) -> str:
        wrong = self._things.other_than(thing)
        short = self.say(wrong, simple=True)
        if wrong.kind == thing.kind and wrong.colour and wrong.colour != thing.colour and self._rng.random() < 0.5:
            short = self.bare(f"the {wrong.colour}")
        elif wrong.kind == thing.kind and wrong.side != thing.side and self._rng.random() < 0.5:
            short = self.bare(f"the {wrong.side}")
        elif self._rng.random() < 0.1:
            short = self.say(Description(thing.kind, number=ALL), simple=True)
        mark = self._words.one(self._rng, "repairs", "marks")
        return self._words.filled(self._rng, "describing", "wrong", SAID=said, SHORT=short, MARK=mark)
