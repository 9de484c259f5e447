"""Every question that is asked can be answered, as the program hears it: typed, clicked, and by voice."""

from __future__ import annotations

import pytest

from benchmarks.whole_app import App
from tests.language.table import lying, table
from tests.language.test_conversation import ASKED, IDLE, THINGS, Talk, steps
from vla_assistant.language import Hand, jsgf
from vla_assistant.language.choosing import chosen
from vla_assistant.language.conversation import Conversation
from vla_assistant.networks.learnt import VERSION_1
from vla_assistant.types import SURE, Going, Intent, PixelPoint, Reference, SeenThing, Source, Step, Understanding

ALIKE = "red cup @ left near; red cup @ right near; white plate @ middle far"
TWO_CUPS = (("red", 0.2), ("blue", 0.8))
WHERE = ("on the blue cube", "on the white plate", "in the blue bowl")


@pytest.mark.parametrize(
    ("said", "answer", "meant"),
    [
        ("place the red cup", "on the plate", ["place red cup white plate"]),
        ("put the red cup", "the plate", ["place red cup white plate"]),
        ("put the red cup", "on the white one", ["place red cup white plate"]),
        ("put the red cup", "put it in the bowl please", ["place red cup blue bowl"]),
        ("push the red cup", "left", ["push red cup left"]),
        ("push the red cup", "to the right please", ["push red cup right"]),
        ("push the red cup", "right", ["push red cup right"]),
        ("pick up", "the red one", ["pick red cup"]),
        ("pick up the ball", "the red cup", ["pick red cup"]),
        ("the red cup", "pick it up", ["pick red cup"]),
        ("the red cup", "on the plate", ["place red cup white plate"]),
        ("the red cup", "to the left", ["push red cup left"]),
        ("put down the red cup", "yes", ["pick red cup", "put_down red cup table"]),
        ("put down the red cup", "yes please", ["pick red cup", "put_down red cup table"]),
        ("put both cups", "on the plate", ["place red cup white plate", "place blue cup white plate"]),
        ("schieb den roten Becher", "nach links", ["push red cup left"]),
        ("leg den roten Becher", "auf den Teller", ["place red cup white plate"]),
    ],
)
def test_the_answer_completes_what_was_asked_for(said: str, answer: str, meant: list[str]) -> None:
    app = App(table(THINGS))
    assert app.say(said).question
    heard = app.say(answer)
    assert heard.understanding is not None
    assert steps(heard.understanding) == meant
    assert app.proposal is not None
    assert heard.understanding.text == answer


@pytest.mark.parametrize(
    "said",
    ["put the red cup", "push the red cup", "push", "place", "the red cup", "put down the red cup", "pick up the cup"],
)
def test_whatever_is_offered_is_an_answer(said: str) -> None:
    asked = App(table(THINGS)).say(said).understanding
    assert asked is not None
    assert asked.choices
    for choice in asked.choices:
        app = App(table(THINGS))
        app.say(said)
        heard = app.say(choice, Source.CLICK)
        assert heard.steps or heard.question != asked.question, choice
        assert jsgf(table(THINGS), choices=asked.choices)


def test_a_question_after_an_answer_is_answered_too() -> None:
    talk = Talk()
    assert talk.say("place").question == "What should I place?"
    assert talk.say("the red cup", ASKED).question == "Where should I place the red cup?"
    assert steps(talk.say("in the bowl", ASKED)) == ["place red cup blue bowl"]


def test_a_full_hand_puts_away_what_it_holds_first() -> None:
    talk = Talk()
    talk.hand = Hand(Reference("cup", "red"))
    assert "Where should I put the red cup first?" in talk.say("pick up the blue cube").question
    assert steps(talk.say("on the plate", ASKED)) == ["place red cup white plate", "pick blue cube"]


@pytest.mark.parametrize("answer", ["no", "not on the plate", "don't", "never mind", "forget it"])
def test_a_no_to_a_question_moves_nothing(answer: str) -> None:
    for said in ("put the red cup", "put down the red cup"):
        app = App(table(THINGS))
        app.say(said)
        assert not app.say(answer).steps
        assert app.proposal is None


def test_what_is_no_answer_is_asked_again_once() -> None:
    talk = Talk()
    asked = talk.say("put the red cup")
    again = talk.say("blah blah", ASKED)
    assert (again.question, again.choices) == (asked.question, WHERE)
    assert not talk.say("blah blah", ASKED).question


def test_a_yes_is_no_answer_to_where() -> None:
    app = App(table(THINGS))
    asked = app.say("put the red cup").question
    assert app.say("yes").question == asked
    assert app.say("on the plate").steps
    assert not App(table(THINGS)).say("yes").steps


def test_a_question_about_the_talk_leaves_it_open() -> None:
    app = App(table(THINGS))
    app.say("put the red cup")
    assert app.say("what do you see").way == "refused"
    assert app.say("on the plate").steps


def test_a_new_command_is_no_answer() -> None:
    talk = Talk()
    talk.say("put the red cup")
    assert steps(talk.say("pick up the blue cube", ASKED)) == ["pick blue cube"]
    assert not talk.say("left", IDLE).steps


@pytest.mark.parametrize(
    "said",
    ["give me the cup", "put the cup next to the plate", "place the plate", "place the elephant", "open the cup"],
)
def test_nothing_is_asked_about_what_cannot_be_done(said: str) -> None:
    understanding = Talk(learnt=VERSION_1).say(said)
    assert not understanding.question
    assert not understanding.steps
    assert understanding.reason


def test_an_answer_to_an_unsure_request_is_told_as_unsure() -> None:
    talk = Talk()
    talk.say("pick up")
    answered = talk.say("the red one", ASKED)
    assert steps(answered) == ["pick red cup"]
    assert answered.confidence < SURE


@pytest.mark.parametrize(
    "said", ["pick up the red cup", "pick up the cup", "take the left cup", "could you grab the red mug"]
)
def test_one_of_two_alike_is_refused_at_once(said: str) -> None:
    heard = App(table(ALIKE)).say(said)
    assert heard.way == "refused"
    assert heard.understanding is not None
    assert heard.understanding.reason.startswith("I see 2 of the red cup and cannot yet be told which of them to take")


def test_alike_things_are_no_choices_but_others_are() -> None:
    seen = (*table(ALIKE), lying("blue cup", 0.5, 0.7))
    for answer in ("the blue cup", "yes", "the blue one"):
        app = App(seen)
        asked = app.say("pick up the cup").understanding
        assert asked is not None
        assert asked.choices == ("the blue cup",)
        assert "I see 2 of the red cup" in asked.question
        assert [str(step.object) for step in app.say(answer).steps] == ["blue cup"]
    app = App(seen)
    app.say("pick up the cup")
    assert not app.say("the red one on the left").steps


def test_the_picture_wins_over_sure_words() -> None:
    alone = Understanding("pick up the cup", Intent.COMMAND, (Step("pick", Reference("cup", "red")),))
    meant = Understanding("pick up the cup", Intent.COMMAND, confidence=0.5, question="The red cup or the blue one?")
    assert alone.confidence == 1.0
    assert all(chosen(alone, meant, going, refers=False) == meant for going in Going)


def test_what_is_understood_anew_later_has_asked_nothing() -> None:
    talk = Talk()
    talk.say("put the red cup")
    talk.conversation.forget(talk.count)
    assert talk.say("yes", ASKED).intent is Intent.YES


def test_a_place_among_alike_ones_is_refused_at_once() -> None:
    seen = (*table("orange cube @ left near; orange cube @ right near"), lying("green cube", 0.5, 0.5))
    heard = App(seen).say("I want you to put the green block on the orange cube")
    assert heard.way == "refused"
    assert heard.understanding is not None
    assert "I see 2 of the orange cube" in heard.understanding.reason


def test_what_is_understood_anew_answers_the_question_again():
    talk = Conversation()
    seen = tuple(SeenThing(Reference("cup", colour), PixelPoint("front", u, 0.5, 0.9)) for colour, u in TWO_CUPS)

    def say(number, text, going):
        return talk.understand(number, text, going, lambda: seen, lambda: None)

    assert say(1, "pick up the cup", Going.IDLE).question
    first = say(2, "the left one", Going.ASKED)
    talk.forget(2)
    assert say(2, "the left one", Going.ASKED).steps == first.steps != ()
