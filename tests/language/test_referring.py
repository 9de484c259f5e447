"""Turns that say what they mean by what was done before: "on the other one", "the last one", "make it 6"."""

import pytest

from benchmarks.conversations import able
from tests.language.test_conversation import Talk as AppTalk
from tests.language.test_dialogue import Talk

BLOCKS = {
    "red cube": (0.2, 0.75),
    "blue cube": (0.8, 0.3),
    "green cube": (0.5, 0.75),
    "white plate": (0.5, 0.5),
    "black plate": (0.8, 0.8),
    "yellow ball": (0.4, 0.2),
    "red bowl": (0.2, 0.2),
}


def after(*said, things=BLOCKS):
    """A conversation in which that was said and done."""
    talk = Talk(things)
    for text in said:
        assert talk.acts(text), text
    return talk


@pytest.mark.parametrize(
    ("text", "acts"),
    [
        ("and the blue cube on the other one", "place(blue cube, on black plate)"),
        ("blue cube on the other one", "place(blue cube, on black plate)"),
        ("put the blue cube onto the other one", "place(blue cube, on black plate)"),
        ("no, on the other one", "place(red cube, on black plate)"),
        ("and the other one, quickly", ""),  # the blue one or the green one is asked
        ("put it in there", ""),  # it is there
    ],
)
def test_the_other_one_as_a_place_is_of_the_kind_that_was_used(text, acts):
    assert after("put the red cube on the white plate").acts(text) == acts


def test_the_other_one_as_a_place_while_the_first_waits():
    talk = after("put the red cube on the white plate")
    assert talk.acts("no, on the other one", "waiting") == "place(red cube, on black plate)"


def test_without_another_place_the_other_one_is_what_the_words_say():
    talk = after("put the red cube in the red bowl", "pick up the blue cube")
    assert "bowl" not in talk.acts("put it on the other one")


def test_there_is_where_things_were_put_last():
    talk = after("put the red cube on the white plate", "pick up the blue cube")
    assert talk.acts("put it there too") == "place(blue cube, on white plate)"
    assert talk.acts("pick it up again") == "pick(blue cube)"


def test_there_is_nowhere_before_anything_was_put():
    talk = after("pick up the blue cube")
    assert talk.say("put it in there").kind == "unsupported"


@pytest.mark.parametrize("text", ["and the last one", "the last cube as well", "the one that's left, too",
                                  "put the last one on the plate too", "and the last cube, please"])  # fmt: skip
def test_the_last_one_is_what_is_left(text):
    talk = after("put the red cube in the red bowl", "and the blue one")
    assert talk.acts(text).startswith("place(green cube, ") or talk.turn.kind == "ask"
    assert talk.turn.kind != "ask" or "plate" in text


def test_how_the_last_one_is_done():
    talk = after("push the red cube to the left", "and the blue one")
    assert talk.acts("and the last one, carefully please") == "push(green cube, left)"
    assert talk.turn.manner == {"careful"}


@pytest.mark.parametrize(
    "text",
    ["I liked the last one", "that was the last one", "the last one was great", "the last cube fell over",
     "not the last one", "was that the last one?"],
)  # fmt: skip
def test_talk_of_the_last_one_moves_nothing(text):
    assert after("put the red cube in the red bowl", "and the blue one").acts(text) == ""


def test_the_last_one_is_no_new_thing_while_the_arm_moves():
    talk = after("put the red cube in the red bowl")
    assert talk.acts("the last one was too fast", "moving") == ""


def test_undoing_the_last_one_is_of_what_was_done():
    assert after("push the red cube to the left").acts("undo the last one").startswith("return(red cube")


@pytest.mark.parametrize(
    ("text", "acts"),
    [
        ("no, make it 6", "push(red cube, left, 6 cm)"),
        ("make that eight", "push(red cube, left, 8 cm)"),
        ("sorry i said ten make it four", "push(red cube, left, 4 cm)"),
        ("it should be 4", "push(red cube, left, 4 cm)"),
        ("to the right, I meant, blast it", "push(red cube, right, 10 cm)"),
    ],
)
def test_how_far_and_where_to_instead(text, acts):
    talk = after("push the red cube 10 cm to the left")
    assert talk.acts(text, "waiting") == acts
    assert talk.acts("one more time") == acts
    assert talk.acts("the same thing with the blue one") == acts.replace("red", "blue")


def test_a_number_is_no_distance_where_none_was_said():
    talk = after("push the red cube to the left")
    assert talk.say("make it 6", "waiting").kind == "unsupported"
    assert talk.acts("make it 6 cm", "waiting") == "push(red cube, left, 6 cm)"


def test_a_place_that_is_corrected_keeps_what_it_is_beside():
    talk = after("pick up the red cube")
    assert talk.acts("put it, er, in front of the white plate, no, behind it") == "place(red cube, behind white plate)"


def test_another_way_of_the_hand_is_not_by_a_bit():
    talk = after("move your hand up a bit")
    assert talk.acts("now to the left") == "move(left)"


@pytest.mark.parametrize(
    "text",
    ["huh, it works. put it back where you got it", "put it back, I was only joking",
     "get it out again and put it back", "take it off again and put it back where it was"],
)  # fmt: skip
def test_more_ways_to_bring_back(text):
    assert after("put the red cube on the white plate").acts(text).startswith("return(red cube")


def test_what_is_still_on_the_table_is_not_there_yet():
    talk = after("put the red cube on the white plate", things={k: v for k, v in BLOCKS.items() if k[:5] != "green"})
    said = "put the cube on the white plate that's still on the table"
    assert talk.acts(said) == "place(blue cube, on white plate)"


def test_what_is_still_on_the_table_is_not_what_was_moved():
    talk = Talk(BLOCKS)
    talk.dialogue.things = able()  # this arm moves no plates
    talk.say("push the white plate to the left")
    said = "put the yellow ball on the plate that's still on the table"
    assert talk.acts(said) == "place(yellow ball, on black plate)"


def test_there_beside_another_place_is_not_where_things_were_put_last():
    talk = after("put the red cube in the red bowl", "pick up the blue cube")
    assert "red bowl" not in talk.acts("the white plate is better, put it in there")


def test_the_program_looks_for_the_last_one():
    talk = AppTalk("red cube @ left near; blue cube @ right near; blue bowl @ right far")
    assert talk.do("put the red cube in the bowl").steps
    assert [str(step.object) for step in talk.say("and the last one").steps][:1] == ["blue cube"]
