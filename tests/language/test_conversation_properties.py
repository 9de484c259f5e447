"""What must hold for every sentence on its whole way, through `Conversation` over a table."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.language.sentences import COMMANDS
from tests.language.test_properties import LEXICON, NEGATIONS, closings, fillers, has_a_verb, openings
from vla_assistant.language import Conversation, Hand
from vla_assistant.language.vocabulary import load
from vla_assistant.language.words import normalised
from vla_assistant.types import Going, PixelPoint, Reference, SeenThing, Step, Understanding

COLOURS = ("red", "blue", "green", "yellow", "white", "black", "orange", "purple", "brown", "pink")
LINES = list(COMMANDS)


def seen_for(steps: tuple[Step, ...]) -> tuple[SeenThing, ...]:
    """One of each thing that the steps name; what has no colour there has one that no other has."""
    things = load().things
    named = [thing for step in steps for thing in (step.object, step.destination) if thing and thing.name in things]
    coloured = list(dict.fromkeys(thing for thing in named if thing.colour))
    for thing in named:
        if not any(other.name == thing.name for other in coloured):
            free = next(colour for colour in COLOURS if colour not in {other.colour for other in coloured})
            coloured.append(Reference(thing.name, free))
    return tuple(
        SeenThing(thing, PixelPoint("front", 0.1 + 0.15 * at, 0.5 + 0.1 * (at % 3), 0.97))
        for at, thing in enumerate(coloured)
    )


def heard(text: str, seen: tuple[SeenThing, ...], hand: Hand | None = None, going: Going = Going.IDLE) -> Understanding:
    """The text as the first of a conversation."""
    return Conversation("auto").understand(1, text, going, lambda: seen, lambda: hand)


def before(text: str) -> tuple[tuple[SeenThing, ...], tuple[Step, ...]]:
    """A table for the command, and what is proposed of it there."""
    seen = seen_for(COMMANDS[text])
    return seen, heard(text, seen).steps


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(LINES), fillers, openings, closings)
def test_politeness_changes_nothing(text: str, filler: str, opening: str, closing: str) -> None:
    seen, steps = before(text)
    assert heard(f"{opening} {filler} {text}", seen).steps == steps
    assert heard(f"{text} {closing}", seen).steps == steps


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(LINES), st.data())
def test_synonyms_change_nothing(text: str, data: st.DataObject) -> None:
    seen, steps = before(text)
    words = list(normalised(text))
    for at, word in enumerate(words):
        for names in (LEXICON.things, LEXICON.colours):
            if (word,) in names and word != "orange":
                words[at] = " ".join(data.draw(st.sampled_from(LEXICON.words[names[(word,)]])))
    assert heard(" ".join(words), seen).steps == steps


def negated(text: str, negation: str) -> list[str]:
    """The text with the negation at each place."""
    words = text.split()
    return [" ".join([*words[:at], negation, *words[at:]]) for at in range(len(words) + 1)]


@pytest.mark.parametrize("going", [Going.IDLE, Going.ASKED, Going.WAITING])
def test_a_negation_never_yields_the_same_motion(going: Going) -> None:
    source = random.Random(7)
    for text in source.sample(LINES, 8):
        seen, steps = before(text)
        for line in source.sample(negated(text, source.choice(NEGATIONS)), 3):
            moved = heard(line, seen, going=going).steps
            assert not moved or moved != steps, line


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("put the green ball in the blue not bowl", "put the green ball in the blue bowl"),
        ("put the green ball in the blue thing, not in the bowl", "put the green ball in the blue bowl"),
        ("put the green ball in the blue thing but not in the bowl", "put the green ball in the blue bowl"),
        (
            "pick up the blue not cube, place it in the red bowl",
            "pick up the blue cube, place it in the red bowl",
        ),
        (
            "pick up the red not cube and after that put that on the blue one",
            "pick up the red cube and after that put that on the blue one",
        ),
    ],
)
def test_what_is_denied_is_not_meant_by_what_stays_open(line: str, said: str) -> None:
    """ "The blue" one may be the very bowl that is denied."""
    seen, steps = before(said)
    assert steps
    assert not heard(line, seen).steps


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("negation", NEGATIONS)
def test_a_negation_anywhere_never_yields_the_same_motion(negation: str) -> None:
    for text in LINES:
        seen, steps = before(text)
        for line in negated(text, negation):
            moved = heard(line, seen).steps
            assert not moved or moved != steps, line


@pytest.mark.parametrize("negation", ["not", "don't", "never", "nicht", "no"])
@pytest.mark.parametrize(
    ("said", "answer"), [("put the red cup", "on the white plate"), ("push the red cup", "to the left")]
)
def test_a_negation_in_an_answer_completes_nothing(said: str, answer: str, negation: str) -> None:
    seen = seen_for((Step("place", Reference("cup", "red"), Reference("plate", "white")),))
    for line in negated(answer, negation):
        talk = Conversation("auto")
        talk.understand(1, said, Going.IDLE, lambda: seen, Hand)
        assert not talk.understand(2, line, Going.ASKED, lambda: seen, Hand).steps, line


@pytest.mark.parametrize("count", [300, pytest.param(100_000, marks=[pytest.mark.slow, pytest.mark.timeout(86_400)])])
def test_random_lines_move_nothing_without_the_words_for_it(count: int) -> None:
    source = random.Random(count)
    pool = [*sorted(LEXICON.known_words), "elephant", "xyzzy", "der", "42"]
    seen = seen_for(tuple(Step("pick", Reference(name)) for name in ("cup", "cube", "bowl")))
    for _ in range(count):
        text = " ".join(source.choices(pool, k=source.randint(1, 12)))
        going = source.choice([Going.IDLE, Going.ASKED, Going.WAITING])
        assert not heard(text, seen, Hand(), going).steps or has_a_verb(text), text


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120), st.sampled_from(list(Going)))
def test_random_text_never_moves_and_never_crashes(text: str, going: Going) -> None:
    steps = heard(text, seen_for((Step("pick", Reference("cup", "red")),)), Hand(), going).steps
    assert not steps or has_a_verb(text)
