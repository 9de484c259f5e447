"""Sentences -> steps, refusals and questions."""

import time

import pytest

from tests.language.sentences import (
    ASKED,
    CLOSED,
    COMMANDS,
    HOME,
    NOT_CLOSED,
    REFUSED,
    pick,
    place,
    put_down,
    seen,
    thing,
)
from vla_assistant.errors import InputError
from vla_assistant.language import Hand, closed_intent, describe, examples, understand
from vla_assistant.types import Intent, Reference, Step

TABLE = seen("red cup", "blue cup", "blue bowl", "green ball", "red cube")


@pytest.mark.parametrize(("text", "steps"), COMMANDS.items(), ids=COMMANDS)
def test_a_command_gives_its_steps(text, steps):
    understood = understand(text)
    assert (understood.intent, understood.steps) == (Intent.COMMAND, steps)
    assert not understood.question
    assert understood.confidence == 1.0


@pytest.mark.parametrize(("text", "intent"), CLOSED.items())
def test_closed_words(text, intent):
    assert closed_intent(text) == intent
    assert understand(text).intent == intent
    assert understand(text).steps == ()


@pytest.mark.parametrize("text", NOT_CLOSED)
def test_closed_words_are_whole_utterances(text):
    assert closed_intent(text) is None


def test_empty_text_is_no_closed_word():
    assert closed_intent("") is None
    assert closed_intent("... ,") is None


@pytest.mark.parametrize(("text", "said"), REFUSED.items(), ids=REFUSED)
def test_refusals_move_nothing_and_say_why(text, said):
    understood = understand(text)
    assert understood.intent is Intent.UNSUPPORTED
    assert understood.steps == ()
    assert all(words in understood.reason for words in said)
    assert understood.reason


@pytest.mark.parametrize(("text", "question"), ASKED.items(), ids=ASKED)
def test_what_is_missing_is_asked_for(text, question):
    understood = understand(text)
    assert question in understood.question
    assert understood.steps == ()
    assert understood.confidence < 1.0


def test_the_elephant_sentence():
    assert understand("pick up the elephant").reason == (
        "I do not know an elephant; I know cubes, balls, cans, cups, bowls and plates."
    )


def test_two_cups_in_the_picture_are_named():
    understood = understand("pick up the cup", TABLE)
    assert understood.question == "The red cup or the blue one?"
    assert understood.intent is Intent.COMMAND


def test_the_only_ball_in_the_picture_is_meant():
    assert understand("pick up the ball", TABLE).steps == (pick("green ball"),)


def test_a_thing_that_is_not_in_the_picture_is_asked_about():
    understood = understand("pick up the yellow can", TABLE)
    assert understood.question.startswith("I do not see a yellow can. I see a red cup, a blue cup")
    assert understood.steps == ()


def test_one_of_two_things_that_look_alike_is_refused_without_a_question():
    understood = understand("pick up the red cup", seen("red cup", "red cup"))
    assert not understood.question
    assert understood.reason == (
        "I see 2 of the red cup and cannot yet be told which of them to take; please move the others away, "
        "or name something else."
    )


def test_the_red_one_is_the_only_red_thing():
    assert understand("pick up the red one", seen("red cube", "blue bowl")).steps == (pick("red cube"),)
    assert understand("pick up the red one", TABLE).question


def test_the_blue_one_is_of_the_kind_spoken_of():
    table = seen("red cube", "blue cube", "blue bowl")
    steps = understand("stack the red cube on the blue one", table).steps
    assert steps == (place("red cube", "blue cube"),)


def test_it_may_mean_the_thing_of_the_turn_before():
    assert understand("place it on the blue cube", last=thing("red cube")).steps == (place("red cube", "blue cube"),)
    assert understand("place it on the blue cube").question


@pytest.mark.parametrize(
    "text", ["pick up the green ball", "would you be a dear and grab the green ball", "push the ball left"]
)
def test_a_full_hand_is_asked_about(text):
    holding = Hand(thing("red cup"))
    understood = understand(text, TABLE, hand=holding)
    assert "it would still hold the red cup" in understood.question
    assert understood.steps == ()
    assert understand("put the red cup on the table", TABLE, hand=holding).steps == (put_down("red cup"),)
    assert understand("put it in the blue bowl", TABLE, last=thing("red cup"), hand=holding).steps


def test_what_is_in_the_hand_already_is_not_taken_again():
    holding = Hand(thing("red cup"))
    understood = understand("take the red cup and put it in the blue bowl", TABLE, hand=holding)
    assert understood.steps == (place("red cup", "blue bowl"),)
    understood = understand("take the red cube and put it in the blue bowl", TABLE, hand=holding)
    assert "it would still hold the red cup" in understood.question


def test_an_empty_hand_puts_nothing_down():
    assert "I hold nothing" in understand("put down the red cup", TABLE, hand=Hand()).question
    assert understand("pick up the red cup and put it down", TABLE, hand=Hand()).steps


@pytest.mark.parametrize("text", ["no, the blue one", "not that one, the red cup", "I meant the red cup"])
def test_corrections(text):
    assert understand(text).intent is Intent.CORRECTION


@pytest.mark.parametrize("text", ["what do you see", "what is on the table?", "robot, what can you see"])
def test_what_is_seen_is_answered(text):
    assert understand(text, seen("red cup", "orange ball")).reason == "I see a red cup and an orange ball."
    assert understand(text).intent is Intent.QUESTION


@pytest.mark.parametrize("text", ["what can I say", "help", "where is the red cup", "is there a cup?", "who are you"])
def test_questions_move_nothing(text):
    understood = understand(text, TABLE)
    assert understood.intent is Intent.QUESTION
    assert understood.steps == ()
    assert understood.reason


def test_a_wish_for_a_thing_is_no_question():
    assert understand("can I have the red cup?", TABLE).steps == (Step("give", Reference("cup", "red")),)
    assert understand("can I have you pick up the red cup", TABLE).steps == (pick("red cup"),)
    for text in ("can I go home", "can I have a break", "can I get out of here"):
        assert understand(text, TABLE).intent is Intent.QUESTION


@pytest.mark.parametrize("text", ["pick up the red cup?", "my friend said to pick up the red cup"])
def test_an_order_that_is_asked_or_told_is_refused_as_that(text):
    understood = understand(text, TABLE)
    assert understood.steps == ()
    assert understood.reason.startswith("That sounds like a question, or like words for somebody else")


def test_control_words():
    assert (understand("resume").intent, understand("please continue").reason) == (Intent.CONTROL, "resume")
    assert understand("resume the song").intent is Intent.UNSUPPORTED


def test_lessons_are_not_learned_yet():
    assert understand("remember that this is my cup").intent is Intent.TEACH


@pytest.mark.parametrize("text", ["", "   ", "?!", "\n"])
def test_empty_text_is_refused(text):
    with pytest.raises(InputError, match="empty"):
        understand(text)


def test_far_too_long_text_is_refused():
    with pytest.raises(InputError, match="10,000 characters"):
        understand("a" * 10_000)
    assert closed_intent("stop " * 2_000) is None


def test_a_long_sentence_ends_quickly():
    text = "pick up the red cup and put it in the bowl and " * 20
    begin = time.perf_counter()
    understand(text)
    assert time.perf_counter() - begin < 30


@pytest.mark.parametrize("text", COMMANDS)
def test_the_description_of_steps_means_the_same_steps(text):
    steps = COMMANDS[text]
    if all(step.object is not None or step.skill == "home" for step in steps):
        assert understand(describe(steps)).steps == steps


def test_describe():
    assert describe((pick("blue cube"), place("blue cube", "red bowl"))) == (
        "pick up the blue cube, then place it in the red bowl"
    )
    assert describe((place("red cube", "blue cube"), HOME)) == "place the red cube on the blue cube, then go home"
    assert describe(()) == ""


def test_examples_are_understood_and_need_no_question():
    for things in ((), TABLE, seen("blue bowl"), seen("red cube")):
        shown = examples(things)
        assert shown
        assert len(set(shown)) == len(shown)
        for example in shown:
            understood = understand(example, things)
            assert understood.steps, understood
    assert examples(TABLE, 2) == examples(TABLE)[:2]


def test_right_now_is_no_side():
    assert understand("go home right now").steps == (HOME,)
    assert understand("push the ball right now").question
