"""An answer that cannot be made out, and what is said about our own voice."""

from __future__ import annotations

import pytest

from tests.session.test_spoken import Program
from vla_assistant.session import messages as m


def proposed() -> Program:
    program = Program()
    program.say("pick up the red cup")
    assert program.steps
    return program


def test_an_unclear_answer_is_asked_for_once_more_and_then_is_a_no():
    program = proposed()
    assert program.feed(m.Unclear()) == ["I could not make that out. Please say yes or no."]
    assert program.steps, "it still waits"
    assert program.feed(m.Unclear()) == ["I could not make out your answer, so I leave it."]
    assert not program.steps
    assert not program.acts, "nothing moves"


def test_a_yes_after_the_question_counts():
    program = proposed()
    program.feed(m.Unclear())
    program.say("yes")
    assert program.acts


def test_the_next_proposal_is_asked_about_anew():
    program = proposed()
    program.feed(m.Unclear())
    program.say("cancel")
    program.say("pick up the blue cube")
    assert program.feed(m.Unclear()) == ["I could not make that out. Please say yes or no."]


def test_nothing_is_asked_where_nothing_waits():
    assert Program().feed(m.Unclear()) == []


@pytest.mark.parametrize(("text", "louder"), [("louder please", True), ("turn it up", True), ("not so loud", False)])
def test_the_last_sentence_is_said_again_at_the_new_volume(text: str, louder: bool):
    program = proposed()
    asked = "Shall I pick up the red cup?"
    assert program.say(text) == [asked]
    assert program.volumes == [louder]
    assert program.steps, "the proposal still waits"


def test_the_volume_changes_while_the_arm_moves():
    program = proposed()
    program.say("yes")
    program.say("speak up")
    assert program.volumes == [True]
    assert not program.held


@pytest.mark.parametrize("text", ["what did you say", "say that again please", "pardon", "I didn't catch that"])
def test_the_last_sentence_is_said_again(text: str):
    assert proposed().say(text) == ["Shall I pick up the red cup?"]
