"""What a request denies beside what it asks for, and requests among words that nobody here knows."""

import pytest

from tests.language.test_chores import ROOM
from vla_assistant.language import Conversation, Hand, understand
from vla_assistant.language.composing.composer import composed_of, plainly_composed_of
from vla_assistant.language.decoding import considered
from vla_assistant.language.decoding.stand_in import among_others
from vla_assistant.language.reading.reader import read
from vla_assistant.types import Going, Intent, PixelPoint, Reference, SeenThing

SEEN = (
    SeenThing(Reference("cup", "red"), PixelPoint("front", 0.3, 0.5, 0.9)),
    SeenThing(Reference("bowl", "blue"), PixelPoint("front", 0.6, 0.5, 0.9)),
)
DENIED = {
    "I don't want to see the green ball any more, put it behind the red bowl": "place(green ball, behind red bowl)",
    "don't just look at the green ball, pick it up": "pick(green ball)",
    "nobody needs anything from the drawer any more, so shut it": "close(drawer)",
    "I don't want to see anything on the table, put it all in the drawer and close it": "clear(all thing)",
    "the green ball has to go behind the red bowl, not in front of it": "place(green ball, behind red bowl)",
    "not on the left, on the right of the red bowl I'd like the green ball": "place(green ball, right of red bowl)",
    "I'd be happy if the green ball was in the red bowl and not lying around": "place(green ball, in red bowl)",
    "don't leave the drawer open": "close(drawer)",
    "the drawer doesn't need to be open any more, close it": "close(drawer)",
    "the drawer should not stay open, close it please": "close(drawer)",
}
NOT_MEANT = """
I don't want to see the green ball behind the red bowl, put it there
put the green ball behind the red bowl, not behind it
put the green ball next to the red bowl, not on the left
don't leave the drawer closed
I don't need the green ball
the green ball is not behind the red bowl, not in front of it
pick up the green ball, not on the left
""".strip().splitlines()
SAID_OTHERWISE = {
    "there's a gap between the red bowl and the blue cube, and I'd like the green ball to be in it": (
        "place(green ball, between red bowl & blue cube)"
    ),
    "the red bowl and the blue cube should have the green ball in the middle": (
        "place(green ball, between red bowl & blue cube)"
    ),
    "take the green ball and put it left beside the red bowl": "place(green ball, left of red bowl)",
    "put the green ball down with the red bowl on its left": "place(green ball, right of red bowl)",
    "can the green ball be next to the red bowl": "place(green ball, next to red bowl)",
    "I'd like the green ball and the red bowl next to each other, move the green ball": (
        "place(green ball, next to red bowl)"
    ),
    "put some distance between me and the green ball by pushing it": "push(green ball, forward)",
    "slide the green ball over here to me": "push(green ball, back)",
    "hold the green ball for me": "pick(green ball)",
    "take the green marker that's hiding in the drawer": "pick(green marker in drawer)",
    "I need the green marker, it's in the drawer": "pick(green marker in drawer)",
    "go into the drawer for the green marker": "pick(green marker in drawer)",
    "red things in the red one, blue things in the blue one, and so on": "sort(all thing)",
    "what I need you to do is pick up the green ball": "pick(green ball)",
    "when I look at the red bowl, I want to see the green ball just to the left of it": (
        "place(green ball, left of red bowl)"
    ),
}
AMONG = [
    "we don't have much time, so {}",
    "now that you're warmed up, {}",
    "I was told you can do this, {}",
    "I know it's boring, but {}",
    "{}, that's how I like it",
]
FOR_NOBODY = [
    "he told me to {}",
    "tomorrow, {}",
    "later on, {}",
    "once the coffee is ready, {}",
    "every evening, {}",
    "with your elbow, {}",
    "don't move, {}",
    "pretend to {}",
    "break the cup, then {}",
    "whatever you do, don't {}",
    "the rules are never {}",
    "{}, but only halfway",
    "{}, except when Anna needs it",
    "{}, he said",
]
ORDERS = ["close the drawer", "put everything in the drawer and close it", "swap the red cup and the blue ball"]


def meaning(text):
    request = considered(text, read(text))
    return "; ".join(map(str, request.acts)) if request is not None else ""


@pytest.mark.parametrize(("text", "meant"), list({**DENIED, **SAID_OTHERWISE}.items()))
def test_what_is_meant_is_read_whatever_is_denied_beside_it(text, meant):
    assert meaning(text) == meant


@pytest.mark.parametrize("text", NOT_MEANT)
def test_a_denial_of_the_same_place_or_alone_is_not_composed(text):
    assert composed_of(text) is None
    assert plainly_composed_of(text) is None


@pytest.mark.parametrize("around", AMONG)
@pytest.mark.parametrize("order", ORDERS)
def test_a_request_among_unknown_words_is_read_but_is_less_sure(around, order):
    request = considered(around.format(order), None)
    assert request is not None
    assert request.acts[-1].skill == composed_of(order).acts[-1].skill or request.acts[-1].skill == "close"
    assert request.confidence < 1.0


@pytest.mark.parametrize("around", FOR_NOBODY)
@pytest.mark.parametrize("order", ["close the drawer", "sort everything by colour"])
def test_words_that_make_it_for_nobody_or_another_time_are_never_left_out(around, order):
    text = around.format(order)
    assert among_others(text, lambda words: considered(words, read(words))) is None
    assert not understand(text, ROOM).steps


def test_long_enough_stops_nothing_but_enough_does():
    assert understand("the drawer has been open long enough, time to shut it", ROOM).steps
    assert not understand("enough, shut the drawer", ROOM).steps


def test_what_lies_in_the_drawer_is_never_put_there():
    found = understand("take the marker that's hiding in the drawer", ROOM)
    assert [step.skill for step in found.steps][-1:] == ["pick"]


def test_a_negation_that_the_words_alone_are_refused_for_is_not_lost_in_the_dialogue() -> None:
    text = "i want to see the red cup behind the blue bowl not"
    heard = Conversation().understand(1, text, Going.IDLE, lambda: SEEN, Hand)
    assert (heard.intent, heard.steps) == (Intent.UNSUPPORTED, ())
