"""Places beside things as people tell them: states wished for, gaps, neighbours, the other one's side."""

import pytest

from tests.language.test_chores import ROOM
from vla_assistant.language import understand
from vla_assistant.language.composing.composer import composed_of, loosely_composed_of, plainly_composed_of
from vla_assistant.language.composing.preferring import says_more
from vla_assistant.language.decoding.agreement import considered
from vla_assistant.language.reading.reader import read
from vla_assistant.language.request import Act, Description, Request

CUP, BOWL, BALL = Description("cup", "red"), Description("bowl", "blue"), Description("ball", "green")

TOLD = {
    "between blue bowl & green ball": """
        fill the gap between the blue bowl and the green ball with the red cup
        between the blue bowl and the green ball there is a gap, put the red cup in it
        bring the red cup to the halfway mark between the blue bowl and the green ball
        let the red cup have the blue bowl on one side and the green ball on the other
        put the red cup down with the blue bowl and the green ball on either side
        position the red cup so that the blue bowl and the green ball are at its sides
        the blue bowl and the green ball should flank the red cup
        the red cup ought to be flanked by the blue bowl and the green ball
        use the red cup to part the blue bowl from the green ball
        keep the blue bowl and the green ball apart with the red cup
        the red cup must have the blue bowl and the green ball as its neighbours
        arrange the blue bowl, the red cup and the green ball in a row
        the red cup shall stand left of the blue bowl and right of the green ball
        leave some room between the blue bowl and the green ball, the red cup goes there
        line up the blue bowl, the red cup and the green ball
        bridge the gap between the blue bowl and the green ball with the red cup
        put the red cup such that the blue bowl and the green ball are left and right of it
        part way from the blue bowl to the green ball set the red cup down
    """,
    "next to blue bowl": """
        stand the red cup shoulder to shoulder with the blue bowl
        make the red cup a neighbour of the blue bowl
        give the blue bowl a neighbour, the red cup
        let the red cup keep the blue bowl company
        pair the red cup up with the blue bowl
        nestle the red cup up against the blue bowl
        i need the red cup sitting beside the blue bowl
        the red cup should join the blue bowl
        bring the red cup and the blue bowl together
        carry the red cup to the blue bowl and set it down beside it
    """,
    "left of blue bowl": """
        put the red cup beside the blue bowl, to the left of it
        place the red cup so that the blue bowl is on its right
        the blue bowl should have the red cup on its left
        let the blue bowl have the red cup at its left side
        arrange the red cup and the blue bowl so that the red cup is on the left
        make the red cup the left neighbour of the blue bowl
        let the red cup flank the blue bowl on the left
        have the red cup on the left and the blue bowl on the right
        set the red cup on the table, to the blue bowl's left
    """,
    "in front of blue bowl": """
        place the red cup closer to me than the blue bowl
        put the red cup between me and the blue bowl
        put the red cup on the side of the blue bowl that faces me
        put the red cup so that the blue bowl is behind it
    """,
    "behind blue bowl": """
        place the red cup farther away from me than the blue bowl
        i want the blue bowl between me and the red cup, so move the red cup
        the red cup should be hidden by the blue bowl
        carry the red cup round to the back of the blue bowl
    """,
}
ON = """
let the blue cube carry the red cup
crown the blue cube with the red cup
take the red cup over to the blue cube and put it on top
""".strip().splitlines()

NOT_TOLD = """
grab the red cup behind the blue bowl
lift the red cup next to the blue bowl
pick up the red cup which is between the blue bowl and the green ball
look at the red cup next to the blue bowl
the other cup goes next to the blue bowl
the second cup goes next to the blue bowl
there is room for the red cup between the blue bowl and the green ball
the red cup is flanked by the blue bowl and the green ball
the blue bowl and the green ball flank the red cup
the red cup separates the blue bowl from the green ball
the red cup and the blue bowl go well together
the red cup keeps the blue bowl company
the red cup is closer to me than the blue bowl
the red cup carries the blue cube
is there room for the red cup between the blue bowl and the green ball?
you nestled the red cup beside the blue bowl
compare the red cup with the blue bowl side by side
don't put the red cup in the gap between the blue bowl and the green ball
the blue bowl and the green ball are too close together
push the red cup left and put the green ball next to it
""".strip().splitlines()
MOVED = """
push the red cube left and put the yellow ball next to it
put the red cube on the table and the yellow ball next to it
""".strip().splitlines()


def _lines(told):
    return [(place, line.strip()) for place, lines in told.items() for line in lines.strip().splitlines()]


@pytest.mark.parametrize(("place", "text"), _lines(TOLD))
def test_a_place_is_known_however_it_is_told(place, text):
    request = plainly_composed_of(text)
    assert request is not None
    assert "; ".join(map(str, request.acts)) == f"place(red cup, {place})"


@pytest.mark.parametrize(("place", "text"), _lines(TOLD))
def test_it_is_what_reader_and_decoder_come_to_as_well(place, text):
    request = considered(text, read(text))
    assert request is not None
    assert f"place(red cup, {place})" in "; ".join(map(str, request.acts))


@pytest.mark.parametrize("text", ON)
def test_what_carries_something_is_below_it(text):
    request = plainly_composed_of(text)
    assert request is not None
    assert str(request.acts[0]) == "place(red cup, on blue cube)"


@pytest.mark.parametrize("text", NOT_TOLD)
def test_what_tells_things_apart_or_only_tells_is_no_place_to_go_to(text):
    request = plainly_composed_of(text)
    assert request is None or all(act.skill != "place" for act in request.acts)


@pytest.mark.parametrize("text", MOVED)
def test_nothing_that_is_asked_besides_is_lost(text):
    steps = understand(text, ROOM).steps
    assert len(steps) != 1


@pytest.mark.parametrize(
    "text",
    [
        "lift the red cup and lower it back onto the table",
        "pick up the red cup and leave it on the table",
        "the red cup should be lifted and then put back on the table",
        "hoist the red cup and set it down again",
    ],
)
def test_taken_up_and_put_down_again(text):
    request = plainly_composed_of(text)
    assert request is not None
    assert [act.skill for act in request.acts] == ["pick", "put_down"]


@pytest.mark.parametrize("text", ["put the red cup down", "you lifted the red cup and put it back", "lift the red cup"])
def test_what_is_only_put_down_or_only_taken_is_not(text):
    request = plainly_composed_of(text)
    assert request is None or len(request.acts) == 1


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("set the red cup down in front of me", "give(red cup)"),
        ("put the red cup where i can reach it", "give(red cup)"),
        ("have the red cup in your hand", "pick(red cup)"),
        ("close your fingers around the red cup", "pick(red cup)"),
        ("push the red cup towards the far edge of the table", "push(red cup, forward)"),
        ("move out of the way and return to your home position", "home()"),
    ],
)
def test_what_is_brought_held_and_pushed(text, meant):
    request = considered(text, read(text))
    assert request is not None
    assert "; ".join(map(str, request.acts)) == meant


@pytest.mark.parametrize(
    ("text", "closes"),
    [
        ("give the drawer a push", True),
        ("push the drawer back", True),
        ("latch the drawer", True),
        ("the drawer got a push", False),
        ("put an end to the open drawer", False),
        ("push the drawer to the left", False),
    ],
)
def test_a_drawer_that_is_pushed_closes(text, closes):
    request = composed_of(text)
    assert (request is not None and str(request.acts[0]) == "close(drawer)") is closes


@pytest.mark.parametrize("text", ["the red cup in front of me", "lift the red cup that is in front of me"])
def test_what_stands_before_the_speaker_is_not_handed_over(text):
    request = plainly_composed_of(text)
    assert request is None or request.acts[0].skill != "give"


def test_an_unknown_word_that_is_no_verb_is_left_out_only_to_agree_with_another_reading():
    text = "set up the red cup as a divider between the blue bowl and the green ball"
    loose = loosely_composed_of(text)
    assert plainly_composed_of(text) is None
    assert loose is not None
    assert str(loose.acts[0]) == "place(red cup, between blue bowl & green ball)"


@pytest.mark.parametrize(
    "text",
    [
        "photograph the red cup next to the blue bowl",
        "put a photograph of the red cup next to the blue bowl",
        "i photographed the red cup next to the blue bowl",
        "you could juggle the red cup next to the blue bowl",
        "put the red cup next to the blue bowl tomorrow",
    ],
)
def test_an_unknown_word_that_may_be_what_is_to_be_done_is_not_left_out(text):
    assert loosely_composed_of(text) is None


def _places(thing, relation, *anchors):
    return Act("place", thing, relation, anchors)


@pytest.mark.parametrize(
    ("composed", "other", "preferred"),
    [
        (_places(CUP, "left of", BOWL), [_places(CUP, "next to", BOWL)], True),
        (_places(CUP, "next to", BOWL), [_places(CUP, "left of", BOWL)], False),
        (_places(CUP, "left of", BOWL), [_places(BOWL, "right of", CUP)], True),
        (_places(CUP, "left of", BOWL), [_places(BOWL, "left of", CUP)], False),
        (
            _places(CUP, "in front of", BOWL),
            [Act("push", CUP, direction="back"), Act("push", BOWL, direction="back")],
            True,
        ),
        (_places(BALL, "next to", CUP), [Act("push", CUP, direction="left"), _places(BALL, "next to", CUP)], False),
        (_places(BALL, "next to", CUP), [Act("put_down", CUP), _places(BALL, "next to", CUP)], False),
        (_places(CUP, "next to", BOWL), [Act("put_down", CUP), _places(CUP, "next to", BOWL)], True),
        (Act("give", CUP), [Act("put_down", CUP)], True),
        (Act("give", CUP), [Act("pick", CUP)], False),
    ],
)
def test_a_composed_reading_is_preferred_where_it_says_more_of_the_same(composed, other, preferred):
    assert says_more(Request((composed,)), Request(tuple(other))) is preferred
