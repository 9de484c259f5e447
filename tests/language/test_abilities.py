"""What was read -> steps of the policy, or why not, said in words."""

import pytest

from tests.language.sentences import pick, place, push, seen
from vla_assistant.language import understand
from vla_assistant.networks.learnt import VERSION_1
from vla_assistant.types import Intent

TABLE = seen("red cup", "blue cup", "white plate", "green ball", "red cube", "blue bowl")

DONE = {
    "put both cups on the plate": {place("red cup", "white plate"), place("blue cup", "white plate")},
    "would you be a dear and lift the emerald sphere": {pick("green ball")},
    "pikc up teh green bal": {pick("green ball")},
    "the ball goes in the bowl": {place("green ball", "blue bowl")},
    "pick up the blue, no, the red cube": {pick("red cube")},
    "shove the ball over to the left": {push("green ball", "left")},
}

UNLEARNT = {
    "hand me the red cup": "bring things to the user",
    "put the cube next to the bowl": "place things next to others",
    "push the cup away": "push things forward",
    "can I have the red cup?": "bring things to the user",
    "give me the cup": "bring things to the user",
    "place the red cup between the bowl and the plate": "place things between others",
    "open the drawer": "open a drawer",
    "put the red cube in the drawer": "drawer",
    "clear the table": "drawer",
}
"""What the weights of the first version lack, and what they say of it."""

REFUSED = {
    "push the ball 5 cm to the left": "5 cm",
    "hand up 5 cm": "move the hand",
    "gripper open": "open the gripper",
    "put the red cube in the blue bowl without touching the cup": "keep clear of the cup",
}


@pytest.mark.parametrize(("text", "steps"), DONE.items(), ids=DONE)
def test_what_the_policy_has_learnt_becomes_steps(text, steps):
    understood = understand(text, TABLE)
    assert set(understood.steps) == steps
    assert understood.intent is Intent.COMMAND
    assert understood.confidence >= 0.8


@pytest.mark.parametrize(("text", "said"), REFUSED.items(), ids=REFUSED)
def test_what_no_step_can_say_is_refused_and_never_left_out(text, said):
    for things in ((), TABLE):
        understood = understand(text, things)
        assert understood.steps == ()
        assert said in understood.reason
        assert "I can pick things up" in understood.reason


@pytest.mark.parametrize(("text", "said"), UNLEARNT.items(), ids=UNLEARNT)
def test_what_the_policy_has_not_learnt_is_refused_in_its_words_before_anything_is_asked(text, said):
    for things in ((), TABLE):
        understood = understand(text, things, learnt=VERSION_1)
        assert understood.steps == ()
        assert not understood.question
        assert said in understood.reason


def test_what_was_learnt_first_is_still_done():
    for text, steps in DONE.items():
        assert set(understand(text, TABLE, learnt=VERSION_1).steps) == steps


def test_a_repaired_slip_is_told():
    assert 'I took "pikc" as "pick".' in understand("pikc up the green ball", TABLE).notes


def test_a_place_on_the_table_needs_the_picture():
    assert understand("pick up the cube behind the plate").question.startswith("I have to see the table")


def test_one_hand_holds_one_thing():
    understood = understand("would you kindly lift the red cube and also shove the ball to the left", TABLE)
    assert "one hand" in understood.question
    assert understood.steps == ()


def test_two_that_look_alike_cannot_be_told_apart():
    understood = understand("would you kindly grab the left red cup", seen("red cup", "red cup"))
    assert understood.steps == ()
    assert understood.question or understood.reason


def test_a_word_for_stop_in_a_sentence_moves_nothing():
    assert understand("would you kindly lift the red cube stop", TABLE).steps == ()
