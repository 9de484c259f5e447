"""One act in words: a clause filled in from the templates of assets/recombined_en.toml."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from vla_assistant.language.request import Act, Description
from vla_assistant.train.recombining.describing import Describer
from vla_assistant.train.recombining.measuring import measured
from vla_assistant.train.recombining.style import Style
from vla_assistant.train.recombining.things import Things
from vla_assistant.train.recombining.wordlists import Wordlists

WHAT = "WHAT"
"""Stands where somebody else fills in a thing."""


@dataclass(frozen=True)
class Clause:
    """Words for one act.

    Attributes:
        words: The clause.
        imperative: Its first word is the verb.
    """

    words: str
    imperative: bool


class Clauses:
    """Says acts."""

    def __init__(self, rng: random.Random, words: Wordlists, style: Style, things: Things) -> None:
        self._rng, self._words, self._style = rng, words, style
        self.describer = Describer(rng, words, style, things)

    def say(self, act: Act, how: str = "new", where: str = "new", *, imperative: bool | None = None) -> Clause:
        """The act in words.

        Args:
            act: What to say.
            how: "new" says the object, "again" repeats it, "it" uses a pronoun, "left out" nothing, and WHAT that word.
            where: Likewise for what it is put to; "there" and "them" (both) too.
            imperative: Whether the clause must begin with its verb; None leaves that to the style.
        """
        if imperative is None:
            imperative = self._rng.random() > self._style.free
        template = self._rng.choice(self._templates(act, "imperative" if imperative else "free", where))
        return Clause(self.fill(template, act, how, where), imperative)

    def _templates(self, act: Act, mood: str, where: str) -> Sequence[str]:
        rng, tables = self._rng, self._words.tables[act.skill]
        if act.relation in ("in", "on") and where not in ("there", "them"):
            if rng.random() < 0.12:
                return tables[f"{act.relation}_{mood}"]
            if rng.random() < 0.08:
                return tables[f"to_{mood}"]
        if act.direction in tables and mood == "imperative" and rng.random() < 0.4:
            return tables[act.direction]
        return tables[mood]

    def fill(self, template: str, act: Act, how: str = "new", where: str = "new") -> str:
        """The template with everything filled in."""
        said: list[str] = []
        for token in template.split():
            said.append(self._filled(token, act, how, where, after_by=said[-1:] == ["by"]))
        return " ".join(" ".join(said).split())

    def _filled(self, token: str, act: Act, how: str, where: str, *, after_by: bool) -> str:
        rng, words = self._rng, self._words
        if token.startswith("@"):
            name, _, form = token[1:].partition("+")
            verb = words.one(rng, "verbs", name)
            return words.inflected(verb, form) if form else verb
        match token:
            case "O":
                return self._object(act.object, how) if act.object else ""
            case "IT":
                several = act.object is not None and act.object.number != 1
                return rng.choice(("them", "those") if several else ("it", "it", "it", "that"))
            case "R":
                return self.where(act, where)
            case "RIT":
                return f"{words.one(rng, 'relations', act.relation)} {words.one(rng, 'describing', 'it')}"
            case "X":
                return self._anchors(act, where)
            case "D":
                direction, again = (words.one(rng, "directions", act.direction) for _ in range(2))
                if rng.random() < 0.2 * self._style.aside + 0.2 * self._style.foreign:
                    return words.filled(rng, "describing", "direction_again", DIRECTION=direction, AGAIN=again)
                return direction
            case "A":
                return self.amount(act.amount, after_by=after_by)
            case "HAND" | "GRIP" | "HOME":
                return self.describer.bare(words.one(rng, "hand", token.lower()))
        return token

    def _object(self, thing: Description, how: str) -> str:
        if how in (WHAT, "left out"):
            return WHAT if how == WHAT else ""
        if how == "it":
            return self.describer.pronoun(thing) if thing != Description("it") else self.describer.say(thing)
        return self.describer.again(thing) if how == "again" else self.describer.say(thing)

    def where(self, act: Act, how: str = "new") -> str:
        """The relation with what it is to."""
        if how == "there":
            return self._words.one(self._rng, "describing", "there")
        return f"{self._words.one(self._rng, 'relations', act.relation)} {self._anchors(act, how)}"

    def _anchors(self, act: Act, how: str) -> str:
        if how == "it" and self._rng.random() < self._style.filler:
            return f"it {self.describer.again(act.anchors[0])}"
        if how in ("it", "them"):
            return self._words.one(self._rng, "describing", "it" if how == "it" else "both")
        if len(act.anchors) == 2:
            return self.describer.anchors(act.anchors)
        return self.describer.again(act.anchors[0]) if how == "again" else self.describer.say(act.anchors[0])

    def amount(self, amount: str, *, after_by: bool = False) -> str:
        """How far in words."""
        rng, words = self._rng, self._words
        if not amount:
            return "some way" if after_by else ""
        if amount in words.tables["amounts"]:
            return words.one(rng, "amounts", amount)
        length_cm = float(amount.removesuffix(" cm"))
        said = measured(rng, length_cm, unitless=0.02 + 0.1 * self._style.bare + 0.3 * self._style.filler)
        if rng.random() < self._style.repair:
            wrong = measured(rng, rng.choice((2, 3, 4, 6, 7, 10, 12, 20)), unitless=0.5)
            return f"{wrong} {words.one(rng, 'repairs', 'marks')} {said}"
        if rng.random() < 0.3 * self._style.aside:
            return words.filled(rng, "describing", "amount_again", AMOUNT=said, AGAIN=measured(rng, length_cm))
        if rng.random() < 0.1 and not after_by:
            return words.filled(rng, "describing", "around_amount", AMOUNT=said)
        return said
