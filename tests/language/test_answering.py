"""Answers: by side, neighbour, order, colour, kind, by what is not meant, by a click; and what is no answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.language.table import acts, table
from vla_assistant.language.answering import answer
from vla_assistant.language.request import Act, Description, Request
from vla_assistant.language.resolution import Question, Refusal, Resolved
from vla_assistant.language.resolving import resolve

SEEN = table(
    "red cup @ left near; red cup @ right far; blue cup @ middle far; white plate @ right middle;"
    "green cube @ left far; green ball @ right near; black bowl @ middle middle"
)
RED_CUP, CUP, BALL, GREEN = (
    Description("cup", "red"),
    Description("cup"),
    Description("ball"),
    Description("thing", "green"),
)
PICK = Request((Act("pick", RED_CUP),))
PUT = Request((Act("place", BALL, "in", (CUP,)),))
ONE_GREEN = Request((Act("pick", GREEN),))
LEFT, RIGHT = "pick(red cup [left near])", "pick(red cup [right far])"


def said(request: Request, text: str) -> str:
    question = resolve(request, SEEN)
    assert isinstance(question, Question)
    return acts(answer(question, request, text, SEEN))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("left", LEFT),
        ("the left one", LEFT),
        ("um, the one on the right please", RIGHT),
        ("I meant the right one", RIGHT),
        ("the one closest to me", LEFT),
        ("the one at the back", RIGHT),
        ("take the one further away", RIGHT),
        ("the one near the plate", RIGHT),
        ("this one what is near the plate", RIGHT),
        ("behind the plate", RIGHT),
        ("there are two of them, aren't there - I mean the one beside the white plate", RIGHT),
        ("the first", LEFT),
        ("2", RIGHT),
        ("the second one, please, the one over on the right", RIGHT),
        ("the latter", RIGHT),
        ("the second from the right", LEFT),
        ("not the left one", RIGHT),
        ("the left one, not the right one", LEFT),
        ("not that one, the right one", RIGHT),
        ("the one not near the plate", LEFT),
        ("no not the right one", LEFT),
        ("the one closest to you", RIGHT),
        ("the top one", RIGHT),
        ("you pick", LEFT),
        ("the right one, no, the left one", LEFT),
        ("pick up the left red cup", LEFT),
        ("give me the right one", RIGHT),
        ("either one is fine", LEFT),
        ("I don't care", LEFT),
        ("both of them", f"{LEFT}; {RIGHT}"),
        ("teh rigth one", RIGHT),
    ],
)
def test_which_of_two_alike(text: str, expected: str) -> None:
    assert said(PICK, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("blue", "blue cup [middle far]"),
        ("the blue one would look nicest", "blue cup [middle far]"),
        ("put it in the blue cup", "blue cup [middle far]"),
        ("the red one on the left", "red cup [left near]"),
        ("the third one", "red cup [right far]"),
        ("the middle one", "blue cup [middle far]"),
        ("the one behind the bowl", "blue cup [middle far]"),
    ],
)
def test_which_destination(text: str, expected: str) -> None:
    assert said(PUT, text) == f"place(green ball [right near], in {expected})"


def test_words_said_back_mean_what_they_were_said_of() -> None:
    seen = table("red cup @ middle near; red cup @ middle far")
    question = resolve(PICK, seen)
    assert isinstance(question, Question)
    assert question.text == "The red cup nearest to you or the one farthest from you?"
    assert acts(answer(question, PICK, "the one nearest to you", seen)) == "pick(red cup [middle near])"
    assert acts(answer(question, PICK, "farthest from you please", seen)) == "pick(red cup [middle far])"


def test_what_a_thing_is_without_chooses_nothing_else() -> None:
    assert said(PICK, "the one without the ball").startswith("Question")


def test_which_kind() -> None:
    assert said(ONE_GREEN, "oh, of course, you can't know that, I meant the ball") == "pick(green ball [right near])"
    assert said(ONE_GREEN, "the cube") == "pick(green cube [left far])"


def test_a_click_on_a_choice() -> None:
    question = resolve(PICK, SEEN)
    assert isinstance(question, Question)
    assert acts(answer(question, PICK, question.choices[1], SEEN)) == RIGHT


def test_an_answer_that_leaves_two_is_asked_about_again() -> None:
    question = resolve(PUT, SEEN)
    assert isinstance(question, Question)
    again = answer(question, PUT, "the red one", SEEN)
    assert isinstance(again, Question)
    assert again.text == "In the red cup on the left or the one on the right?"
    assert acts(answer(again, PUT, "right", SEEN)).endswith("in red cup [right far])")


def test_two_questions_about_one_request_settle_both() -> None:
    request = Request((Act("place", GREEN, "next to", (RED_CUP,)),))
    first = resolve(request, SEEN)
    assert isinstance(first, Question)
    second = answer(first, request, "the ball", SEEN)
    assert isinstance(second, Question)
    assert second.slot == "anchor 0"
    assert second.settled[0].things == (SEEN[5],)
    assert acts(answer(second, request, "left", SEEN)) == "place(green ball [right near], next to red cup [left near])"


def test_a_change_of_mind_is_taken_where_it_names_one_thing() -> None:
    assert said(PICK, "the blue cup") == "pick(blue cup [middle far])"


def test_none_of_them_is_a_refusal() -> None:
    question = resolve(PICK, SEEN)
    assert isinstance(question, Question)
    assert isinstance(answer(question, PICK, "neither", SEEN), Refusal)


@pytest.mark.parametrize(
    "text",
    [
        "hello there",
        "",
        "what is on the left",
        "stop",
        "all right",
        "put the green ball in the bowl",
        "yellow",
        "never mind",
        "go home",
    ],
)
def test_what_is_no_answer(text: str) -> None:
    question = resolve(PICK, SEEN)
    assert isinstance(question, Question)
    assert answer(question, PICK, text, SEEN) is None


def test_answers_come_through_when_the_things_are_seen_a_little_elsewhere() -> None:
    question = resolve(PICK, SEEN)
    assert isinstance(question, Question)
    moved = tuple(replace(thing, point=replace(thing.point, u=thing.point.u + 0.01)) for thing in SEEN)
    outcome = answer(question, PICK, "right", moved)
    assert isinstance(outcome, Resolved)
    assert outcome.acts[0].object == moved[1]
