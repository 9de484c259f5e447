"""Things stacked without a word for where: on each other."""

import pytest

from tests.language.test_conversation import ASKED, Talk, steps
from vla_assistant.language.reading.reader import read
from vla_assistant.types import SURE

CUBES = "red cube @ left near; blue cube @ right near; green ball @ middle far"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("stack the cubes", "place(all cube, on all cube)"),
        ("pile the cubes up", "place(all cube, on all cube)"),
        ("stack up both cubes please", "place(2 cube, on 2 cube)"),
        ("stack the red cube and the blue one", "place(red cube, on blue cube)"),
        ("stack the red and the blue cube, then go home", "place(red cube, on blue cube); home()"),
        ("stack the cubes and push the ball left", "place(all cube, on all cube); push(ball, left)"),
        ("stack the red cube and the blue one on the green one",
         "place(red cube, on green cube); place(blue cube, on green cube)"),
        ("stack the cubes on the plate", "place(all cube, on plate)"),
        ("stack the red cube on the blue one", "place(red cube, on blue cube)"),
        ("take carefully the green ball", "pick(green ball) | careful"),
        ("push the ball to the left by 5 cm put the cube in the bowl", "push(ball, left, 5 cm); place(cube, in bowl)"),
    ],
)  # fmt: skip
def test_what_is_stacked_goes_on_each_other(text, meant):
    request = read(text)
    assert str(request) == meant
    assert request.confidence >= SURE


@pytest.mark.parametrize("text", ["stack the cubes", "stack both cubes", "stack up the cubes"])
def test_which_goes_on_which_is_asked(text):
    talk = Talk(CUBES)
    assert talk.say(text).choices == ("the red cube", "the blue cube")
    assert steps(talk.say("the blue one", ASKED)) == ["place red cube blue cube"]


def test_the_first_named_goes_on_the_second():
    assert steps(Talk(CUBES).say("stack the red cube and the blue one")) == ["place red cube blue cube"]
