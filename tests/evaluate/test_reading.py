"""Where steps come from: the words, the meaning as given, or a draw among what would do."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from tests.evaluate.examples import BLUE_CUBE, GREEN_CUP, PICK, RED_BALL, SCENE, WORDS
from vla_assistant.evaluate.suite.reading import BlindReader, WordsReader, same_meaning
from vla_assistant.language import Hand
from vla_assistant.sim.expert import why_impossible
from vla_assistant.types import PixelPoint, Reference, SeenThing, Step

SEEN = tuple(SeenThing(thing.reference, PixelPoint("front", 0.5, 0.5, 0.9)) for thing in SCENE.things)
PLACE = Step("place", RED_BALL, GREEN_CUP)


def read(reader: WordsReader, words: str) -> tuple[Step, ...]:
    return reader.read(words, (), lambda: SEEN, Hand).steps


def test_words_are_understood_with_what_was_said_before() -> None:
    reader = WordsReader()
    assert read(reader, "pick up the red ball") == (Step("pick", RED_BALL),)
    reader.ended(True)
    second = reader.read("place it in the green cup", (), lambda: SEEN, lambda: Hand(RED_BALL)).steps
    assert same_meaning(second, (PLACE,), SCENE)


def test_words_that_are_no_command_say_why() -> None:
    found = WordsReader().read("pick up the elephant", PICK, lambda: SEEN, Hand)
    assert found.steps == ()
    assert found.reason


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ((Step("pick", RED_BALL), PLACE), (PLACE,), True),
        ((Step("pick", RED_BALL), Step("place", None, GREEN_CUP)), (PLACE,), True),
        ((Step("pick", Reference("ball")),), (Step("pick", RED_BALL),), True),
        ((Step("pick", BLUE_CUBE),), (Step("pick", RED_BALL),), False),
        ((Step("pick", BLUE_CUBE), PLACE), (PLACE,), False),
        ((Step("place", RED_BALL, GREEN_CUP, "left_of"),), (PLACE,), False),
        ((Step("push", RED_BALL, Reference("left")),), (Step("push", RED_BALL, Reference("right")),), False),
        ((), (PLACE,), False),
        ((Step("put_down", RED_BALL), Step("give", BLUE_CUBE), PLACE), (Step("give", BLUE_CUBE), PLACE), True),
        ((PLACE, Step("give", BLUE_CUBE)), (Step("give", BLUE_CUBE), PLACE), True),
        ((PLACE, PLACE), (PLACE,), False),
        ((Step("put_down", RED_BALL),), (), False),
    ],
)
def test_readings_are_the_same_when_they_ask_for_the_same(
    one: tuple[Step, ...], other: tuple[Step, ...], same: bool
) -> None:
    assert same_meaning(one, other, SCENE) is same


def test_without_language_each_thing_that_would_do_is_as_likely() -> None:
    drawn = Counter(
        BlindReader(SCENE, np.random.default_rng(seed)).read(WORDS, PICK, tuple, Hand).steps[0].object
        for seed in range(300)
    )
    assert set(drawn) == {BLUE_CUBE, RED_BALL, GREEN_CUP}
    assert min(drawn.values()) > 70


def test_without_language_the_steps_stay_possible_and_one_thing_stays_one_thing() -> None:
    meant = (Step("pick", RED_BALL), PLACE)
    for seed in range(30):
        steps = BlindReader(SCENE, np.random.default_rng(seed)).read("", meant, tuple, Hand).steps
        assert steps[0].object == steps[1].object
        assert not any(why_impossible(step) for step in steps)
