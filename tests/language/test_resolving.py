"""From descriptions to seen things: what is done, what is asked, what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.language.table import acts, lying, table
from vla_assistant.language.memory import Memory
from vla_assistant.language.request import ALL, ANYTHING, IT, Act, Description, Request
from vla_assistant.language.resolution import Question, Refusal, Resolved, Settled
from vla_assistant.language.resolving import resolve
from vla_assistant.language.vocabulary import load

SEEN = table(
    "red cup @ left near; red cup @ right far; blue cup @ middle far; white plate @ middle middle;"
    "green cube @ left far; green ball @ right near; black bowl @ right middle"
)
CUP, RED_CUP, BALL = Description("cup"), Description("cup", "red"), Description("ball")
PLATE, BOWL, CUBE = Description("plate"), Description("bowl"), Description("cube")
THING = Description(ANYTHING)


def pick(thing: Description, **more: object) -> Request:
    return Request((Act("pick", thing),), **more)  # type: ignore[arg-type]


def place(thing: Description, relation: str, *anchors: Description) -> Request:
    return Request((Act("place", thing, relation, anchors),))


CLEAR = {
    "blue cup": (pick(replace(CUP, colour="blue")), "pick(blue cup [middle far])"),
    "left red cup": (pick(replace(RED_CUP, side="left")), "pick(red cup [left near])"),
    "second from the left": (pick(replace(CUP, side="left", rank=2)), "pick(blue cup [middle far])"),
    "second from the right": (pick(replace(CUP, side="right", rank=2)), "pick(blue cup [middle far])"),
    "nearest": (pick(replace(CUP, side="near")), "pick(red cup [left near])"),
    "middle": (pick(replace(CUP, side="middle")), "pick(blue cup [middle far])"),
    "near the plate": (pick(CUP.lying("near", PLATE)), "pick(blue cup [middle far])"),
    "in front of the cube": (pick(CUP.lying("in front of", CUBE)), "pick(red cup [left near])"),
    "behind the bowl": (pick(CUP.lying("behind", BOWL)), "pick(red cup [right far])"),
    "between": (
        pick(CUP.lying("between", CUBE, replace(RED_CUP, side="right"))),
        "pick(blue cup [middle far])",
    ),
    "any": (pick(replace(CUP, choice="any")), "pick(red cup [left near])"),
    "both": (pick(replace(RED_CUP, number=2)), "pick(red cup [left near]); pick(red cup [right far])"),
    "all but": (
        pick(replace(CUP, number=ALL, without=Description("cup", "blue"))),
        "pick(red cup [left near]); pick(red cup [right far])",
    ),
    "two left ones": (
        pick(replace(CUP, number=2, side="left")),
        "pick(red cup [left near]); pick(blue cup [middle far])",
    ),
    "what a cup takes": (place(Description(ANYTHING, "green"), "in", replace(CUP, colour="blue")),
                         "place(green ball [right near], in blue cup [middle far])"),
    "what takes it": (place(BALL, "on", Description(ANYTHING, "white")),
                      "place(green ball [right near], on white plate [middle middle])"),
    "not itself": (place(CUBE, "next to", Description(ANYTHING, "green")),
                   "place(green cube [left far], next to green ball [right near])"),
}  # fmt: skip


@pytest.mark.parametrize("case", CLEAR)
def test_what_is_clear_is_done(case: str) -> None:
    request, expected = CLEAR[case]
    assert acts(resolve(request, SEEN)) == expected


UNCLEAR = {
    "red cup": (pick(RED_CUP), "object", 2),
    "any kind": (pick(Description(ANYTHING, "green")), "object", 2),
    "cup": (pick(CUP), "object", 3),
    "destination": (place(BALL, "in", CUP), "anchor 0", 3),
    "close call": (pick(replace(CUP, side="far")), "object", 2),
    "it, of nothing": (place(Description(IT), "in", BOWL), "object", 4),
}


@pytest.mark.parametrize("case", UNCLEAR)
def test_what_is_unclear_is_asked(case: str) -> None:
    request, slot, count = UNCLEAR[case]
    question = resolve(request, SEEN)
    assert isinstance(question, Question)
    assert (question.act, question.slot, len(question.choices)) == (0, slot, count)
    assert [choice.thing.point.u for choice in question.choices] == sorted(c.thing.point.u for c in question.choices)


def test_the_question_says_what_is_asked_about() -> None:
    texts = [resolve(request, SEEN) for request in (pick(RED_CUP), place(BALL, "next to", RED_CUP))]
    assert [outcome.text for outcome in texts if isinstance(outcome, Question)] == [
        "The red cup on the left or the one on the right?",
        "Next to the red cup on the left or the one on the right?",
    ]


REFUSED = {
    "no such thing": (pick(Description("can")), "I see no can.", "pick up the"),
    "no such colour": (pick(replace(CUP, colour="pink")), "I see no pink cup.", "a blue cup"),
    "no such place": (pick(CUBE.lying("right of", PLATE)), "I see no cube right of the plate.", "green cube"),
    "no such superlative place": (
        pick(CUBE.lying("right of", replace(RED_CUP, side="far"))),
        "I see no cube right of the farthest red cup.",
        "green cube",
    ),
    "no such landmark": (pick(CUP.lying("near", Description("can"))), "I see no can.", "I can, for example"),
    "too few": (pick(replace(RED_CUP, number=3)), "I see only", "not 3"),
    "no third": (pick(replace(RED_CUP, side="left", rank=3)), "There are only 2 of them", "on the left"),
    "too wide": (pick(PLATE), "I cannot lift a plate", "cubes, balls, cans and cups"),
    "does not hold": (
        place(CUBE, "in", replace(CUP, colour="blue")),
        "A cube does not stay in a cup",
        "the black bowl",
    ),
    "the wrong side": (pick(replace(BALL, side="left")), "I see no ball on the left.", "green ball"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_done_is_refused_with_what_can(case: str) -> None:
    request, start, also = REFUSED[case]
    refusal = resolve(request, SEEN)
    assert isinstance(refusal, Refusal)
    assert refusal.text.startswith(start)
    assert also in refusal.text


def test_nothing_seen_is_refused_and_nothing_else_breaks() -> None:
    for request, _ in CLEAR.values():
        assert isinstance(resolve(request, ()), Refusal)


def test_everything_leaves_out_the_place_itself_and_what_cannot_be_moved() -> None:
    outcome = resolve(place(replace(THING, number=ALL), "in", BOWL), SEEN)
    assert isinstance(outcome, Resolved)
    assert len(outcome.acts) == 5
    assert all(act.object and act.object.reference.name not in ("bowl", "plate") for act in outcome.acts)


def test_what_is_there_already_is_not_put_there() -> None:
    seen = (lying("red ball", 0.5, 0.56), lying("green ball", 0.2, 0.5), lying("blue bowl", 0.5, 0.56))
    assert acts(resolve(place(BALL, "in", BOWL), seen)).startswith("place(green ball")
    assert acts(resolve(pick(BALL.lying("in", BOWL)), seen)) == "pick(red ball [middle middle])"


def test_a_moved_thing_is_known_to_be_elsewhere() -> None:
    first = Act("place", BALL, "on", (PLATE,))
    onto = Request((first, Act("place", THING.lying("on", PLATE), "in", (BOWL,))))
    assert acts(resolve(onto, SEEN)).endswith("place(green ball [middle middle], in black bowl [right middle])")
    pushed = Request((Act("push", BALL, direction="left", amount="20 cm"), Act("pick", BALL)))
    outcome = resolve(pushed, SEEN)
    assert isinstance(outcome, Resolved)
    assert outcome.acts[1].object is not None
    assert outcome.acts[1].object.point.u < SEEN[5].point.u - 0.1


def test_what_lies_in_a_moved_thing_moves_along() -> None:
    seen = (lying("red ball", 0.3, 0.56), lying("blue cup", 0.3, 0.57), lying("white plate", 0.7, 0.56))
    request = Request((Act("place", CUP, "on", (PLATE,)), Act("pick", BALL)))
    outcome = resolve(request, seen)
    assert isinstance(outcome, Resolved)
    assert outcome.acts[1].object is not None
    assert outcome.acts[1].object.point.u == 0.7


def test_the_same_words_mean_the_same_thing_in_one_request() -> None:
    left = replace(CUP, side="left")
    request = Request((Act("push", left, direction="right", amount="60 cm"), Act("place", left, "on", (PLATE,))))
    outcome = resolve(request, SEEN)
    assert isinstance(outcome, Resolved)
    assert {str(act.object.reference) for act in outcome.acts if act.object} == {"red cup"}
    asked = resolve(Request((Act("pick", RED_CUP), Act("place", RED_CUP, "on", (PLATE,)))), SEEN)
    assert isinstance(asked, Question)
    settled = (Settled(0, "object", (SEEN[1],)),)
    again = Request((Act("pick", RED_CUP), Act("place", RED_CUP, "on", (PLATE,))))
    assert acts(resolve(again, SEEN, settled=settled)).count("red cup [right far]") == 2


def test_it_is_what_is_held_or_was_spoken_of_last() -> None:
    it = Description(IT)
    assert acts(resolve(pick(it), SEEN, Memory().spoke_of(SEEN[5]))) == "pick(green ball [right near])"
    held = Memory().took(SEEN[4]).spoke_of(SEEN[6])
    assert acts(resolve(place(it, "on", PLATE), SEEN, held)).startswith("place(green cube")
    them = Memory().spoke_of(SEEN[0], SEEN[2])
    assert acts(resolve(pick(replace(it, number=ALL)), SEEN, them)).count("pick") == 2
    same = Request((Act("pick", BALL), Act("place", it, "in", (BOWL,))))
    assert acts(resolve(same, SEEN)).endswith("place(green ball [right near], in black bowl [right middle])")


def test_it_is_what_was_spoken_of_before_where_the_last_thing_cannot_be_meant() -> None:
    it, memory = Description(IT), Memory().spoke_of(SEEN[6]).spoke_of(SEEN[5])
    assert acts(resolve(place(BALL, "in", it), SEEN, memory)).endswith("in black bowl [right middle])")
    swapped = Memory().spoke_of(SEEN[5]).spoke_of(SEEN[6])
    assert acts(resolve(place(it, "in", BOWL), SEEN, swapped)).startswith("place(green ball")


def test_it_is_the_only_thing_there_is_where_nothing_was_spoken_of() -> None:
    it = pick(Description(IT))
    assert acts(resolve(it, table("red cup @ left near; white plate @ middle middle"))) == "pick(red cup [left near])"
    assert acts(resolve(it, ())).startswith('Refusal: I do not know what "it" is.')


def test_the_other_one_is_alike_and_not_the_one_before() -> None:
    other = Description(ANYTHING, choice="other")
    assert acts(resolve(pick(other), SEEN, Memory().spoke_of(SEEN[0]))) == "pick(red cup [right far])"
    blue = Memory().spoke_of(SEEN[2])
    assert isinstance(resolve(pick(replace(CUP, choice="other")), SEEN, blue), Question)
    back = Memory().spoke_of(SEEN[0]).spoke_of(SEEN[1])
    assert acts(resolve(pick(replace(RED_CUP, choice="other")), SEEN, back)) == "pick(red cup [left near])"


def test_the_cup_is_the_one_just_spoken_of_or_held() -> None:
    assert acts(resolve(pick(CUP), SEEN, Memory().spoke_of(SEEN[1]))) == "pick(red cup [right far])"
    held = Memory().took(SEEN[0]).spoke_of(SEEN[1])
    assert acts(resolve(place(CUP, "on", PLATE), SEEN, held)).startswith("place(red cup [left near]")


def test_doubtful_reading_asks_about_what_was_perhaps_meant() -> None:
    blue = pick(replace(CUP, colour="blue"), confidence=0.55)
    assert isinstance(resolve(blue, SEEN, doubt=0.1), Question)
    assert isinstance(resolve(replace(blue, confidence=1.0), SEEN, doubt=0.1), Resolved)


def test_hardly_seen_things_are_asked_about_only_when_little_error_is_accepted() -> None:
    seen = (lying("red cup", 0.2, 0.5, 0.98), lying("red cup", 0.8, 0.5, 0.2))
    assert isinstance(resolve(pick(RED_CUP), seen, doubt=0.1), Question)
    assert acts(resolve(pick(RED_CUP), seen, doubt=0.5)).startswith("pick(red cup [left")


def test_what_can_be_done_is_an_argument() -> None:
    things = {name: replace(thing, lift=True) for name, thing in load().things.items()}
    assert acts(resolve(pick(PLATE), SEEN, things=things)) == "pick(white plate [middle middle])"


def test_things_to_avoid_are_found_all() -> None:
    outcome = resolve(replace(pick(BALL), avoid=(RED_CUP,)), SEEN)
    assert isinstance(outcome, Resolved)
    assert set(outcome.avoid) == {SEEN[0], SEEN[1]}


def test_acts_without_things_pass() -> None:
    request = Request((Act("open"), Act("move", direction="up", amount="5 cm"), Act("home")))
    assert acts(resolve(request, ())) == "open(); move(up, 5 cm); home()"
