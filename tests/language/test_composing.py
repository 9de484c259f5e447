"""Requests composed of known parts: what the words come to, and what is no request."""

import tomllib
from pathlib import Path

import pytest

from tests.language.test_chores import ROOM
from vla_assistant.language import understand
from vla_assistant.language.composing.clauses import asked
from vla_assistant.language.composing.composer import (
    BESIDE_A_STORY,
    composed_of,
    is_accounted_for,
    plainly_composed_of,
)
from vla_assistant.language.composing.concepts import load, spelled_out
from vla_assistant.language.composing.row import row_of_words

SAID = Path(__file__).parent / "said" / "composed_wordings.toml"
THINGS = {"object": "green ball", "destination": "red bowl", "second": "blue cube"}
CUBES = {"object": "green cube", "destination": "red cube", "second": "blue cube"}
OTHERS = {
    "tower": CUBES, "stack": {**THINGS, "destination": "red cube"}, "place_on": {**THINGS, "destination": "red plate"},
    "retrieve": {**THINGS, "object": "green marker"},
}  # fmt: skip
MEANT = {
    "open_drawer": "open(drawer)", "close_drawer": "close(drawer)", "retrieve": "pick(green marker in drawer)",
    "put_in_drawer": "place(green ball, in drawer)", "clear": "clear(all thing)", "sort": "sort(all thing)",
    "tower": "place(blue cube, on red cube); place(green cube, on blue cube)",
    "place_in": "place(green ball, in red bowl)", "place_on": "place(green ball, on red plate)",
    "stack": "place(green ball, on red cube)", "next_to": "place(green ball, next to red bowl)",
    "left_of": "place(green ball, left of red bowl)", "right_of": "place(green ball, right of red bowl)",
    "in_front_of": "place(green ball, in front of red bowl)", "behind": "place(green ball, behind red bowl)",
    "between": "place(green ball, between red bowl & blue cube)", "push_left": "push(green ball, left)",
    "push_right": "push(green ball, right)", "push_forward": "push(green ball, forward)",
    "push_back": "push(green ball, back)",
}  # fmt: skip

NO_REQUEST = """
the drawer open?
is the drawer open
mommy says the drawer has to be shut
the sign reads close the drawer
when I say so, close the drawer
close the drawer tomorrow
close the drawer twice
you closed the drawer
the robot closed the drawer
you should have closed the drawer
the drawer will be closed
leave the drawer closed
keep the drawer open
opening the drawer
everything is sorted by colour
leave the things as they are, sorted by colour
sort the things by size, not by colour
let's not clear the table
everything should not go in the drawer
I would not clear the table
guests are coming, do not clear the table
Tommy, clear the table
John, everything in the drawer
Anna should clear the table
I am going to clear the table
usually we clear the table
in my dream everything goes in the drawer
before you clear the table, wait
what if you closed the drawer
close the drawer or open it
paint the drawer shut
close the drawer for ten minutes
once everything is in the drawer, close it
put everything in the bin
swap the red cube and the spoon
the red cube and the blue cube swapped places
my sister swapped the red cube and the blue cube
the red cube looks great in the red bowl
the green cube stands on the blue cube, which stands on the red cube
a tower is what I do not want
tower
red, green, blue
""".strip().splitlines()


def _cases():
    """Each template of the file with things of its task, and the task."""
    tables = tomllib.loads(SAID.read_text(encoding="utf-8"))
    for task, found in tables.items():
        for template in found["seen"]:
            yield task, template.format(**OTHERS.get(task, THINGS))


@pytest.mark.parametrize(("task", "text"), list(_cases()))
def test_words_of_other_writers_come_to_what_they_mean(task, text):
    request = composed_of(text) or plainly_composed_of(text)
    assert request is not None
    if task == "swap":
        (act,) = request.acts
        assert (act.skill, {str(act.object), *map(str, act.anchors)}) == ("swap", {"green ball", "blue cube"})
    else:
        meant = "; ".join(map(str, request.acts)).replace(", a bit", "")
        assert (meant.removeprefix("open(drawer); ") if task == "retrieve" else meant) == MEANT[task]  # said or implied


@pytest.mark.parametrize("text", NO_REQUEST)
def test_what_asks_for_nothing_or_for_something_else_is_not_composed(text):
    assert composed_of(text) is None
    assert plainly_composed_of(text) is None


@pytest.mark.parametrize("text", [text for text in NO_REQUEST if "twice" not in text])
def test_it_moves_nothing_by_any_other_way_either(text):
    understood = understand(text, ROOM)
    assert not (understood.steps and understood.is_sure)


@pytest.mark.parametrize(
    ("text", "up"),
    [
        ("the green cube tops the blue cube and the blue cube the red cube", None),
        ("the blue cube on the red cube, the red cube on the blue cube and the green cube on that", None),
        ("a tower from top to bottom: the green cube, the blue cube, the red cube", "red blue green"),
        ("on top the green cube, below it the blue cube, at the bottom the red cube", "red blue green"),
        ("the blue cube goes in the middle, the red cube at the bottom, the green cube on top", "red blue green"),
        ("the red cube carries the blue cube and the blue cube carries the green cube", "red blue green"),
    ],
)
def test_a_tower_is_the_only_order_that_agrees_with_everything_said(text, up):
    request = composed_of(text)
    if up is None:
        assert request is None
    else:
        assert request is not None
        first, second = request.acts
        assert f"{first.anchors[0].colour} {first.object.colour} {second.object.colour}" == up


def test_a_story_beside_a_request_is_left_out_and_makes_it_less_sure():
    text = "guests are coming, hide everything in the drawer and close it"
    request = composed_of(text)
    assert request is not None
    assert request.confidence == BESIDE_A_STORY
    assert not is_accounted_for(text)


def test_a_word_that_stands_for_nothing_leaves_no_request():
    assert asked(row_of_words(("flurbish", "the", "drawer", "shut"))) == ()


def test_a_careful_manner_is_kept():
    request = composed_of("carefully slide the drawer shut until it clicks")
    assert request is not None
    assert request.manner == {"careful"}


def test_alternatives_may_hold_alternatives():
    assert spelled_out("(on|at the (very|)) top") == [("on", "top"), ("at", "the", "very", "top"), ("at", "the", "top")]


def test_every_frame_names_concepts_that_there_are():
    known = {concept for concepts in load().phrases.values() for concept in concepts}
    known |= {"thing", "shade", "relations", "directions", "me", "home", "table", "hand", "manner"}
    assert known.issuperset(concept for concepts in load().frames.values() for concept in concepts)


@pytest.mark.parametrize("text", ["the drawer closed by itself", "the drawer slid open on its own"])
def test_what_happened_without_anybodys_doing_is_no_request(text: str) -> None:
    assert composed_of(text) is None
    assert plainly_composed_of(text) is None


@pytest.mark.parametrize(
    ("text", "skills"),
    [
        ("close the drawer and go home", ["close", "home"]),
        ("open the drawer, then go back home", ["open", "home"]),
        ("go home and close the drawer", ["home", "close"]),
        ("put the red cube in the drawer, close it and return to your home position", ["place", "close", "home"]),
        ("push the drawer home", ["close"]),
    ],
)
def test_the_way_home_beside_the_drawer_is_not_lost(text: str, skills: list[str]) -> None:
    assert [step.skill for step in understand(text).steps] == skills
