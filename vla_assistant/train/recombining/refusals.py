"""Texts that ask for nothing now, and texts that ask for what the arm cannot do."""

from __future__ import annotations

import functools
import importlib.util
import random
from dataclasses import replace
from pathlib import Path

from vla_assistant.train.recombining.clauses import WHAT
from vla_assistant.train.recombining.stories import Story
from vla_assistant.train.recombining.style import Style
from vla_assistant.train.recombining.wordlists import Wordlists

_NOTHING = {"negated": 32, "reports": 16, "remarks": 26, "future": 10, "taken_back": 10, "keep": 6}
_UNSUPPORTED = {"lines": 30, "verbs": 32, "things": 38}
_CARRIED = ("pick", "place", "place", "give", "give", "push", "put_down")


class Refusals:
    """Says what must move nothing."""

    def __init__(self, rng: random.Random, words: Wordlists, style: Style) -> None:
        self._rng, self._words, self._style = rng, words, replace(style, repair=0.0, contrast=0.0)
        self._story = Story(rng, words, self._style)

    def nothing(self) -> str:
        """A remark, a report, a wish for later, something forbidden or taken back."""
        rng, words = self._rng, self._words
        kind = rng.choices(list(_NOTHING), list(_NOTHING.values()))[0]
        if kind == "keep":
            return self.remark(words.one(rng, "asides", "keep"))
        if kind == "remarks":
            said = self.remark(words.one(rng, "nothing", "remarks"))
            return f"{said} , {self.remark(words.one(rng, 'nothing', 'remarks'))}" if rng.random() < 0.25 else said
        clause = " and ".join(self._clause() for _ in range(1 if rng.random() < 0.85 else 2))
        if kind == "taken_back":
            return f"{clause} , {words.one(rng, 'nothing', kind)}"
        past, ing = words.inflected(clause, "ed"), words.inflected(clause, "ing")
        return self.remark(words.filled(rng, "nothing", kind, B=clause, P=past, G=ing))

    def unsupported(self) -> str:
        """Another verb, another thing, or something quite different; sometimes beside what can be done."""
        rng, words = self._rng, self._words
        kind = rng.choices(list(_UNSUPPORTED), list(_UNSUPPORTED.values()))[0]
        if kind == "lines":
            said = self.remark(words.one(rng, "unsupported", "lines"))
        elif kind == "verbs":
            verb = words.one(rng, "unsupported", "verbs") if rng.random() < 0.85 else any_word(rng)
            thing = self._story.clauses.describer.say(self._story.things.draw("object"))
            said = words.filled(rng, "clauses", "unsupported", V=verb, O=thing)
        else:
            said = self._of_unknown()
        if rng.random() < 0.1:
            clause = self._clause()
            said = f"{clause} and {said}" if rng.random() < 0.5 else f"{said} , then {clause}"
        return said

    def remark(self, template: str) -> str:
        """The template with some thing and somebody in their places."""
        said: list[str] = []
        for token in template.split():
            if token == "THING":
                thing = self._story.clauses.describer.say(self._story.things.draw("anchor", plain=0.9), simple=True)
                said.append(thing if self._rng.random() < 0.85 else any_word(self._rng))
            elif token in ("OTHER", "VERB"):
                lists = ("asides", "people") if token == "OTHER" else ("unsupported", "verbs")
                said.append(self._words.one(self._rng, *lists))
            else:
                said.append(token)
        return " ".join(said)

    def _of_unknown(self) -> str:
        """A known act with an unknown thing."""
        rng, words = self._rng, self._words
        thing = words.one(rng, "unsupported", "things") if rng.random() < 0.75 else any_word(rng)
        said = rng.choices(
            (
                thing,
                f"{rng.choice(list(words.colours))} {thing}",
                f"{words.one(rng, 'determiners', 'adjective')} {thing}",
            ),
            (6, 3, 1),
        )[0]
        said = (
            said
            if rng.random() < self._style.bare
            else f"{rng.choice(('the', 'the', 'my', 'a', 'that', 'some'))} {said}"
        )
        act = self._story.drawn(*_CARRIED)
        if act.anchors and rng.random() < 0.25:
            known = self._story.clauses.fill(words.one(rng, "clauses", "beyond"), act, where="it")
            return f"{known.rsplit(' ', 1)[0]} {said}"
        known = self._story.clauses.say(act, WHAT).words
        return known.replace(WHAT, said) if WHAT in known else f"get {said}"

    def _clause(self) -> str:
        return " and ".join(clause.words for clause in self._story.segment(1, imperative=True).clauses)


def any_word(rng: random.Random) -> str:
    """A word that exists but is most likely none of ours."""
    return rng.choice(_dictionary())


@functools.cache
def _dictionary() -> tuple[str, ...]:
    """From the pronunciation dictionary that pocketsphinx brings, or made up without it."""
    found = importlib.util.find_spec("pocketsphinx")
    if found is None or found.origin is None:
        parts = ("bl", "dr", "fl", "sk", "tr"), ("a", "e", "ou"), ("mp", "nder", "st", "x")
        return tuple(a + b + c for a in parts[0] for b in parts[1] for c in parts[2])
    file = Path(found.origin).parent / "model" / "en-us" / "cmudict-en-us.dict"
    words = (line.split(" ", 1)[0] for line in file.read_text(encoding="utf-8").splitlines())
    return tuple(word for word in words if word.isalpha() and 3 < len(word) < 10)
