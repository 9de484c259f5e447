"""Whole texts with what they mean."""

from __future__ import annotations

import random
from dataclasses import dataclass

from vla_assistant.language.request import Act, Description, Request
from vla_assistant.train.recombining.noise import denied, disturbed
from vla_assistant.train.recombining.refusals import Refusals
from vla_assistant.train.recombining.stories import Segment, Story
from vla_assistant.train.recombining.style import Style, draw
from vla_assistant.train.recombining.wordlists import Wordlists, load

NOTHING, UNSUPPORTED = "nothing", "unsupported"
_COUNTS = (42, 24, 12, 9, 7, 6)
_DENIED_SHARE = 0.04
_LATER = ("before", "first", "prior", "only", "to begin")
"""In patterns whose -ing form is of what comes later."""
_FIRST_ROLE = ("FIRST", "PERFECT")


@dataclass(frozen=True)
class Example:
    """A text, and the request it makes, NOTHING or UNSUPPORTED."""

    text: str
    meaning: Request | str


def recombined(seed: str, ease: float = 0.0) -> Example:
    """The example with this seed; always the same one for the same word lists.

    Args:
        seed: Any text.
        ease: At least so easy, 0-1: with 1 there are one or two acts, without slips, hesitations and second thoughts.
    """
    rng = random.Random(seed)
    words = load()
    ease = max(ease, rng.choice((0.0, 0.0, rng.random(), 1.0)))
    style = draw(rng, ease)
    kind = rng.random()
    if kind < 0.09:
        return _refused(rng, words, style, NOTHING)
    if kind < 0.18:
        return _refused(rng, words, style, UNSUPPORTED)
    example = _Text(rng, words, style, ease).example()
    if rng.random() < _DENIED_SHARE and (against := denied(example.text, rng)) is not None:
        return Example(against, NOTHING)
    return example


def _refused(rng: random.Random, words: Wordlists, style: Style, meaning: str) -> Example:
    refusals = Refusals(rng, words, style)
    text = refusals.nothing() if meaning == NOTHING else refusals.unsupported()
    if rng.random() < style.polite and meaning == UNSUPPORTED:
        text = f"{words.one(rng, 'polite', 'opening')} {text}"
    return Example(disturbed(_framed(text, rng, words, style), rng, words, style), meaning)


def _framed(text: str, rng: random.Random, words: Wordlists, style: Style) -> str:
    if rng.random() < 0.5 * (style.filler + style.polite * 0.2):
        text = f"{words.one(rng, 'fillers', 'openings')} {text}"
    return (
        f"{text} {rng.choice((',', ''))} {words.one(rng, 'polite', 'closing')}"
        if rng.random() < style.closing
        else text
    )


class _Text:
    """One text that asks for one to six acts."""

    def __init__(self, rng: random.Random, words: Wordlists, style: Style, ease: float) -> None:
        self._rng, self._words, self._style, self._ease = rng, words, style, ease
        self._story = Story(rng, words, style)
        self._remarks = Refusals(rng, words, style)
        self._avoided: tuple[Description, ...] = ()
        self._manner: frozenset[str] = frozenset()

    def example(self) -> Example:
        rng = self._rng
        count = min(rng.choices(range(1, 7), _COUNTS)[0], round(2 + 4 * (1 - self._ease)))
        parts: list[str] = []
        acts: list[Act] = []
        while len(acts) < count:
            room = count - len(acts)
            if room >= 2 and rng.random() < 0.1 and (not acts or room <= 3):
                text, made = self._ordered(room)
            else:
                segment = self._story.segment(room)
                text, made = self._said(segment), list(segment.acts)
            parts.append(text + self._taken_back())
            acts += made
        text = self._constrained(self._joined(parts))
        text = disturbed(_framed(text, rng, self._words, self._style), rng, self._words, self._style)
        return Example(text, Request(tuple(acts[:6]), self._manner, self._avoided))

    def _taken_back(self) -> str:
        """Something more that is at once taken back."""
        rng, words = self._rng, self._words
        if rng.random() > 0.2 * self._style.repair:
            return ""
        more = self._said(Story(rng, words, self._style).segment(1))
        return f" {words.one(rng, 'joints', 'then')} {more} , {words.one(rng, 'repairs', 'skips')} ,"

    def _said(self, segment: Segment) -> str:
        """A segment with politeness and what hangs together in it joined."""
        rng, words, style = self._rng, self._words, self._style
        first, *rest = segment.clauses
        said = first.words
        ing = words.inflected(said, "ing")
        if first.imperative and rng.random() < style.polite * 0.8:
            openings, clause = ("opening", said) if rng.random() < 0.92 else ("gerund", ing)
            said = f"{words.one(rng, 'polite', openings)} {clause}"
        elif first.imperative and rng.random() < style.polite * 0.3:
            said = f"{words.one(rng, 'polite', 'past')} {words.inflected(said, 'ed')}"
        elif first.imperative and rng.random() < 0.04 + style.foreign:
            said = words.filled(rng, "clauses", "foreign", CLAUSE=said, ING=ing, THIRD=words.inflected(said, "s"))
        elif rng.random() < style.polite * 0.25:
            said = f"{said} please"
        for following in rest:
            said = f"{said} {words.one(rng, 'joints', 'then') if rng.random() < 0.7 else ','} {following.words}"
        return said

    def _ordered(self, room: int) -> tuple[str, list[Act]]:
        """Two things to do, the later one said first or with "before" and "after"."""
        rng, words = self._rng, self._words
        pattern = words.one(rng, "joints", rng.choice(("before", "before", "after")))
        later = any(word in pattern for word in _LATER)
        said: list[str] = []
        acts: dict[bool, list[Act]] = {True: [], False: []}
        for token in pattern.split():
            if token not in ("CLAUSE", "FIRST", "ING", "PERFECT"):
                said.append(token)
                continue
            is_first = token in _FIRST_ROLE or (token == "ING" and not later)
            several = room > 2 and token in ("FIRST", "CLAUSE") and said and rng.random() < 0.3
            segments = [self._story.segment(1, imperative=True) for _ in range(2 if several else 1)]
            clause = " and ".join(part.words for segment in segments for part in segment.clauses)
            form = {"ING": "ing", "PERFECT": "ed"}.get(token, "")
            said.append(words.inflected(clause, form) if form else clause)
            acts[is_first] += [act for segment in segments for act in segment.acts]
            room -= len(segments) - 1
        return " ".join(said), acts[True] + acts[False]

    def _joined(self, parts: list[str]) -> str:
        rng, words, style = self._rng, self._words, self._style
        if len(parts) > 1 and rng.random() < 0.06:
            numbers = words.one(rng, "joints", "numbered").split(" , ")
            text = " , ".join(
                f"{number} {rng.choice((',', ''))} {part}" for number, part in zip(numbers, parts, strict=False)
            )
            return f"{words.one(rng, 'joints', 'plan')} , {text}" if rng.random() < 0.3 else text
        terse = style.bare > 0.85
        text = f"{words.one(rng, 'joints', 'first')} {parts[0]}" if len(parts) > 1 and rng.random() < 0.15 else parts[0]
        for index, part in enumerate(parts[1:], 2):
            final = index == len(parts) and rng.random() < 0.2
            joint = (
                "," if rng.random() < (0.7 if terse else 0.2) else words.one(rng, "joints", "last" if final else "then")
            )
            text = f"{text}{self._aside()} {joint} {part}"
        text += self._aside()
        if rng.random() < style.aside * 0.6:
            joint = rng.choice((",", ", so", "so", "but", ", so please"))
            text = f"{self._remarks.remark(words.one(rng, 'asides', 'lines'))} {joint} {text}"
        return text

    def _aside(self) -> str:
        rng, style = self._rng, self._style
        if rng.random() > style.aside:
            return ""
        key = "lines" if rng.random() < 0.85 else "keep"
        return f" , {self._remarks.remark(self._words.one(rng, 'asides', key))} ,"

    def _constrained(self, text: str) -> str:
        """The text with how to go about it."""
        rng, words = self._rng, self._words
        if rng.random() < 0.13:
            manner = rng.choice(("slow", "fast", "careful", "careful"))
            self._manner = frozenset({manner})
            text = self._inserted(text, words.one(rng, "manner", manner))
        if rng.random() < 0.08:
            things = [self._story.things.draw("anchor", plain=0.9) for _ in range(1 if rng.random() < 0.85 else 2)]
            things = list(dict.fromkeys(things))
            self._avoided = tuple(things)
            what = rng.choice((" and ", " or ")).join(
                self._story.clauses.describer.say(thing, simple=True) for thing in things
            )
            phrase = f"{words.one(rng, 'manner', 'avoid')} {what}"
            text = f"{phrase} , {text}" if rng.random() < 0.12 else f"{text}{rng.choice((' ,', ''))} {phrase}"
        return text

    def _inserted(self, text: str, phrase: str) -> str:
        rng = self._rng
        where = rng.random()
        if where < 0.3:
            return f"{phrase}{rng.choice((' ,', ''))} {text}"
        commas = [index for index, word in enumerate(text.split()) if word == ","]
        if where < 0.45 and commas:
            words = text.split()
            at = rng.choice(commas)
            return " ".join([*words[:at], ",", phrase, *words[at:]])
        return f"{text}{rng.choice((' ,', ''))} {phrase}"
