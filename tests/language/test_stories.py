"""What is told around a request, order said late, and corrections of parts."""

from __future__ import annotations

import pytest

from vla_assistant.evaluate.sayings import canonical
from vla_assistant.language.reading.reader import read
from vla_assistant.types import SURE

TOLD = {
    "we had a flood in the cellar, my brother caught pneumonia, so push the bowl to the left": "push(bowl, left)",
    "our neighbours have a parrot, so pick up the red cup": "pick(red cup)",
    "the landlord is furious about the parquet, please open the gripper": "open()",
}
UNKNOWN_REQUESTS = (
    "fold the napkin, then pick up the red cup",
    "juggle the three balls",
    "my coffee needs stirring",
    "i want a sandwich, bring it to me",
)
SAID = {
    "Lift the plate. But the can needs to be put in the bowl before that.": "place(can, in bowl); pick(plate)",
    "Close the hand, but not before you have lifted the cup.": "pick(cup); close()",
    "Finish by closing the hand; begin by lifting the can.": "pick(can); close()",
    "Give me the plate, no wait, first open the hand.": "open(); give(plate)",
    "push the can right quickly, no, slowly": "push(can, right) | slow",
    "raise the arm ten, no, hang on, twelve centimetres": "move(up, 12 cm)",
    "put four, no, three of the balls in the bowl": "place(3 ball, in bowl)",
    "set the cup in front of, uh, behind the plate": "place(cup, behind plate)",
    "open the gripper, lower it 3 cm, close it, raise it 3 cm": "open(); move(down, 3 cm); close(); move(up, 3 cm)",
    "make sure that both cubes are standing on the plate": "place(2 cube, on plate)",
}


@pytest.mark.parametrize(("text", "meaning"), TOLD.items(), ids=TOLD)
def test_a_story_is_left_out_and_makes_less_sure(text, meaning):
    request = read(text)
    assert request is not None
    assert canonical(str(request)) == canonical(meaning)
    assert request.confidence < SURE


@pytest.mark.parametrize("text", UNKNOWN_REQUESTS)
def test_a_request_in_unknown_words_is_no_story(text):
    request = read(text)
    assert request is None or request.confidence < SURE / 2


@pytest.mark.parametrize(("text", "meaning"), SAID.items(), ids=SAID)
def test_order_said_late_and_corrected_parts(text, meaning):
    request = read(text)
    assert request is not None
    assert canonical(str(request)) == canonical(meaning)
