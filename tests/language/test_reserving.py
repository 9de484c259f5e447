"""Words around a request that make it one for another time, for nobody or for another arm: nothing of it is sure."""

from __future__ import annotations

import pytest

from tests.language.table import table
from vla_assistant.language import Conversation, Hand
from vla_assistant.language.decoding import considered
from vla_assistant.language.decoding.grounding import denied, denies_request
from vla_assistant.language.decoding.reserving import reserves
from vla_assistant.language.reading.reader import read
from vla_assistant.language.withdrawing import only_told, taken_back
from vla_assistant.types import SURE, Going

THINGS = (
    "red cup @ left near; blue ball @ right near; green can @ left far; white plate @ middle near; "
    "black bowl @ right far"
)
NATURAL = ["{}, please", "could you {}?", "{}, okay?", "{}, would you?"]
ORDERS = ["pick up the red cup", "put the blue ball in the black bowl", "push the green can to the left"]
AROUND = [
    "{} later",
    "in ten minutes {}",
    "{} tomorrow",
    "{}, but only once my coffee is finished",
    "{} three times",
    "{} over and over",
    "{} is a bad idea",
    "{}? Over my dead body.",
    "say: {}",
    "repeat after me: {}",
    "{} with your left hand",
    "{} with your elbow",
    "{}, I was talking to Anna",
    "who {}",
    "{}?",
    "{}, what a stupid plan",
    "{} unless it is raining",
]
NOT_TO_BE_DONE = [
    "pick up the red cup from the floor",
    "push the green can off the table",
    "pick up the no red cup",
    "pick up the red cup that used to be on the white plate",
    "empty the red cup into the black bowl",
    "you should have picked up the red cup",
    "You didn't put the blue ball in the black bowl, you put it in the red cup",
]
STILL_ASKED_FOR = [
    "It's late, {}",
    "this is fun, {}",
    "{}, please",
    "I'd be glad if you could {}",
    "I told you ten times, {}",
    "{}, I need it later",
    "could you {}?",
    "{}, okay?",
    "{}, would you?",
    "I'm talking to you, robot, {}",
    "{}, that is a good idea",
    "My tea is ready and I can't get up, {}",
    "If it's no trouble, {}",
    "with your hand {}",
]


def steps(text: str) -> bool:
    """Whether the program would propose a motion for it, said to an idle arm."""
    seen = table(THINGS)
    understood = Conversation("auto").understand(1, text, Going.IDLE, lambda: seen, Hand)
    return bool(understood.steps) and understood.confidence >= SURE


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("around", AROUND)
def test_what_stands_around_a_request_may_undo_it(around: str, order: str) -> None:
    assert not steps(around.format(order))


@pytest.mark.parametrize("text", NOT_TO_BE_DONE)
def test_what_is_asked_of_things_that_are_not_as_said(text: str) -> None:
    assert not steps(text)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("around", STILL_ASKED_FOR)
def test_other_words_around_a_request_leave_it_alone(around: str, order: str) -> None:
    text = around.format(order)
    assert not reserves(text)
    assert not only_told(text)
    assert not taken_back(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pick up the red cup if it is empty", True),
        ("I'd be obliged if every ball were put in the bowl", False),
        ("well, three if Bob shows up, push the can to the left", False),
        ("pick up the red cup whenever it suits you", False),
        ("whenever you see a cup, pick it up", True),
        ("put the ball in the bowl, the red one, no, the blue one", False),
        ("picking up the cup that is on the plate would be great", False),
        ("picking up the cup that is on the plate is dangerous", True),
        ("grab the ball and hand it to me for inspection", False),
        ("take the cube up off the table", False),
        ("put the cup on the plate because we eat later", False),
    ],
)
def test_what_reserves(text: str, expected: bool) -> None:
    assert reserves(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "I can't quite reach, so sorry, hand me the yellow cup",
        "please don't push the yellow cube, lift it instead",
        "put the can right of the green plate, don't hit the cup",
        "if it's no trouble, push the white can to the left",
    ],
)
def test_a_negation_of_something_else_denies_nothing(text: str) -> None:
    request = considered(text, read(text))
    assert request is not None
    assert not denied(text, request)
    assert not denies_request(text, request)


@pytest.mark.parametrize(
    "text",
    [
        "don't pick up the red cup",
        "I can't let you pick up the red cup",
        "the red cup, I never wanted you to pick it up",
    ],
)
def test_a_negation_of_the_request_denies_it(text: str) -> None:
    request = read("pick up the red cup")
    assert request is not None
    assert denies_request(text, request) or denied(text, request)


@pytest.mark.parametrize("text", [around.format(order) for around in NATURAL for order in ORDERS])
def test_natural_orders_are_proposed(text: str) -> None:
    assert steps(text)


@pytest.mark.parametrize(
    "text", ["pick up the red cube or the blue cube", "put the red cube in the bowl, or maybe on the plate"]
)
def test_a_choice_left_open_is_not_proposed_as_sure(text: str) -> None:
    request = considered(text, read(text))
    assert request is None or request.confidence < SURE
