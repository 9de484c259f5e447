"""The drawer, the marker and tasks of several steps: from words to steps, and what moves nothing."""

from dataclasses import replace

import pytest

from tests.language.sentences import seen
from vla_assistant.language import describe, help_text, understand
from vla_assistant.language.places import in_picture
from vla_assistant.networks.learnt import VERSION_1
from vla_assistant.types import DIRECTIONS, RELATIONS, Intent, PixelPoint, Reference, SeenThing, Step

DRAWER, TABLE = Reference("drawer"), Reference("table")
RED_CUBE, BLUE_CUBE, GREEN_CUBE = (Reference("cube", colour) for colour in ("red", "blue", "green"))
MARKER = Reference("marker", "green")
OPEN, CLOSE = Step("open", DRAWER), Step("close", DRAWER)


def at(across: float, near: float, name: str) -> SeenThing:
    """The thing where it is seen on the table [m]."""
    (found,) = seen(name) if " " in name else (SeenThing(Reference(name), PixelPoint("front", 0.5, 0.5, 0.9)),)
    return SeenThing(found.reference, in_picture(across, near, found.point))


ROOM = (
    at(-0.30, -0.1, "red cube"), at(-0.15, 0.1, "blue cube"), at(0.0, -0.1, "green cube"), at(0.15, 0.1, "red bowl"),
    at(0.0, 0.2, "white plate"), at(0.3, 0.1, "drawer"),
)  # fmt: skip

SAID = {
    "open the drawer": (OPEN,),
    "please pull the drawer open": (OPEN,),
    "could you shut that drawer?": (CLOSE,),
    "push the drawer closed again": (CLOSE,),
    "the drawer is shut, please open it": (OPEN,),
    "open the drawer so I can see what is inside": (OPEN,),
    "we are done here, push the drawer in until it shuts": (CLOSE,),
    "would you mind closing the drawer": (CLOSE,),
    "put the red cube in the drawer": (Step("place", RED_CUBE, DRAWER),),
    "open the drawer and put the red cube in it": (OPEN, Step("place", RED_CUBE, DRAWER)),
    "put the red cube in the drawer and close it": (Step("place", RED_CUBE, DRAWER), CLOSE),
    "open the drawer, put the red cube inside, then close the drawer": (
        OPEN, Step("place", RED_CUBE, DRAWER), CLOSE,
    ),
    "open the drawer and retrieve the marker": (OPEN, Step("pick", Reference("marker"))),
    "take the green marker out of the drawer": (OPEN, Step("pick", MARKER)),
    "open the drawer and take out the green pen": (OPEN, Step("pick", MARKER)),
    "get the green felt tip from the drawer and put it on the white plate": (
        OPEN, Step("pick", MARKER), Step("place", MARKER, Reference("plate", "white")),
    ),
    "stack the three cubes: green on blue on red": (
        Step("place", BLUE_CUBE, RED_CUBE), Step("place", GREEN_CUBE, BLUE_CUBE),
    ),
    "build a tower of the red, the blue and the green cube": (
        Step("place", BLUE_CUBE, RED_CUBE), Step("place", GREEN_CUBE, BLUE_CUBE),
    ),
    "I want a tower with the red cube at the bottom, then the blue cube, then the green cube on top": (
        Step("place", BLUE_CUBE, RED_CUBE), Step("place", GREEN_CUBE, BLUE_CUBE),
    ),
    "everything needs to go into the dish of the same colour": (Step("place", RED_CUBE, Reference("bowl", "red")),),
    "sort the things by colour": (Step("place", RED_CUBE, Reference("bowl", "red")),),
    "clear the table": (
        Step("place", RED_CUBE, DRAWER), Step("place", BLUE_CUBE, DRAWER), Step("place", GREEN_CUBE, DRAWER), CLOSE,
    ),
    "put everything in the drawer and close it": (
        Step("place", RED_CUBE, DRAWER), Step("place", BLUE_CUBE, DRAWER), Step("place", GREEN_CUBE, DRAWER), CLOSE,
    ),
}  # fmt: skip

NOTHING = (
    "do not open the drawer",
    "never clear the table",
    "he said open the drawer",
    "I opened the drawer",
    "I will swap the red cube and the blue cube",
    "open the drawer or close it",
    "open the drawer tomorrow",
    "open the cup",
    "stop opening the drawer",
    "leave the drawer closed",
    "if the drawer is open, close it",
    "open the drawer? no",
    "open the drawer, just kidding",
    "she said clear the table",
    "the drawer is open",
    "if the drawer is shut, please open it",
    "the drawer is shut, do not open it",
    "open the drawer so I can not see it",
    "I am done with the drawer",
    "the table is a mess",
    "do not swap the red cube and the blue cube",
)


@pytest.mark.parametrize(("text", "steps"), SAID.items(), ids=SAID)
def test_what_is_said_becomes_exactly_these_steps(text, steps):
    understood = understand(text, ROOM)
    assert understood.steps == steps
    assert understood.is_sure


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_not_asked_for_moves_nothing(text):
    assert understand(text, ROOM).steps == ()


@pytest.mark.parametrize("text", SAID)
def test_the_first_weights_know_no_drawer_and_no_marker_and_that_is_said(text):
    understood = understand(text, ROOM, learnt=VERSION_1)
    if any(DRAWER in (step.object, step.destination) for step in SAID[text]):
        assert understood.intent is Intent.UNSUPPORTED
        assert "have not learnt" in understood.reason
    else:
        assert understood.steps == SAID[text]


def test_two_things_in_dishes_are_swapped():
    table = (
        at(0.15, 0.1, "red bowl"), at(0.15, 0.1, "green ball"), at(-0.2, 0.1, "white plate"), at(-0.2, 0.1, "red cube"),
    )  # fmt: skip
    steps = understand("swap the green ball and the red cube", table).steps
    ball, bowl, plate = Reference("ball", "green"), Reference("bowl", "red"), Reference("plate", "white")
    assert steps == (
        Step("pick", ball), Step("put_down", ball, TABLE), Step("place", RED_CUBE, bowl), Step("place", ball, plate),
    )  # fmt: skip


def test_two_things_on_the_bare_table_are_not_swapped():
    understood = understand("swap the red cube and the blue cube", ROOM)
    assert understood.steps == ()
    assert understood.reason.startswith("I can only swap two things that each lie in or on")


def test_nothing_is_put_where_it_does_not_stay():
    table = (
        at(0.15, 0.1, "red bowl"), at(0.15, 0.1, "green ball"), at(-0.2, 0.1, "blue cup"), at(-0.2, 0.1, "white ball"),
        at(0.3, -0.2, "white plate"), at(0.3, -0.2, "red cube"),
    )  # fmt: skip
    assert understand("swap the green ball and the white ball", table).steps
    assert "does not stay" in understand("swap the red cube and the white ball", table).reason


def test_without_a_drawer_nothing_is_cleared_away():
    assert "no drawer" in understand("clear the table", ROOM[:-1]).reason


def test_what_lies_in_the_open_drawer_is_not_put_into_it():
    table = (at(0.3, 0.1, "drawer"), at(0.3, 0.0, "green ball"), at(-0.2, 0.1, "red cube"))
    assert understand("clear the table", table).steps == (Step("place", RED_CUBE, DRAWER), CLOSE)


def test_a_marker_that_is_seen_is_taken_from_where_it_is():
    table = (*ROOM, at(-0.2, 0.2, "green marker"))
    assert understand("pick up the marker", table).steps == (Step("pick", MARKER),)
    assert understand("take the marker out of the drawer", table).steps == (Step("pick", MARKER),)


def test_a_drawer_that_is_to_be_opened_is_opened_wherever_the_thing_is():
    table = (*ROOM, at(-0.2, 0.2, "green marker"))
    for text in ("open the drawer and retrieve the marker", "open the drawer and pick up the marker"):
        assert understand(text, table).steps == (OPEN, Step("pick", MARKER))


def test_words_that_place_a_thing_in_the_drawer_count_more_than_an_unsure_look():
    surely = at(-0.2, 0.2, "green marker")
    unsurely = replace(surely, point=replace(surely.point, confidence=0.5))
    assert understand("take the green marker out of the drawer", (*ROOM, surely)).steps == (Step("pick", MARKER),)
    assert understand("take the green marker out of the drawer", (*ROOM, unsurely)).steps == (
        OPEN,
        Step("pick", MARKER),
    )


def test_a_marker_that_nobody_speaks_of_the_drawer_for_is_asked_about():
    assert understand("pick up the marker", ROOM).question.startswith("I do not see a marker")


ALL = (
    *(Step("place", RED_CUBE, BLUE_CUBE, relation, GREEN_CUBE if relation == "between" else None)
      for relation in RELATIONS),
    *(Step("push", RED_CUBE, Reference(direction)) for direction in DIRECTIONS),
    Step("give", RED_CUBE), OPEN, CLOSE, Step("place", RED_CUBE, DRAWER),
)  # fmt: skip


@pytest.mark.parametrize("step", ALL, ids=lambda step: describe([step]))
def test_what_the_program_says_it_understands_itself(step):
    assert understand(describe([step])).steps == (step,)
    assert understand(describe([step]), ROOM).steps == (step,)


def test_help_names_only_what_is_learnt():
    everything, first = help_text(ROOM), help_text(ROOM, learnt=VERSION_1)
    assert "open the drawer" in everything.lower()
    assert "hand them over to you" in everything
    assert "drawer" not in first
    assert "hand" not in first


def test_a_thing_is_called_by_its_colour_alone_where_the_policy_knows_that():
    red = Reference("thing", "red")
    table = seen("red cube", "blue bowl")
    assert understand("pick up the red thing", table).steps == (Step("pick", red),)
    assert understand("pick up the red one", table).steps == (Step("pick", RED_CUBE),)
    assert understand("pick up the red thing", table, learnt=VERSION_1).steps == (Step("pick", RED_CUBE),)
    assert understand("pick up the red thing", seen("red cube", "red bowl", "red cup")).steps == ()
