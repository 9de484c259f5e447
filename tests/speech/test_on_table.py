"""What is on the table decides between readings that sound alike."""

from vla_assistant.speech.on_table import on_table
from vla_assistant.types import PixelPoint, Reference, SeenThing, Utterance


def seen(*things: tuple[str, str]) -> tuple[SeenThing, ...]:
    return tuple(SeenThing(Reference(name, colour), PixelPoint("front", 0.5, 0.5, 1.0)) for colour, name in things)


HEARD = Utterance(
    "pick up the red can", 0.8, "sphinx", others=("pick up the bread", "pick up the red cup", "pick up the red ball")
)


def test_the_reading_that_names_what_is_there_counts():
    chosen = on_table(HEARD, seen(("red", "cup"), ("red", "ball")))
    assert chosen.text == "pick up the red cup"
    assert chosen.others == ("pick up the red can", "pick up the bread", "pick up the red ball")
    assert chosen.confidence == HEARD.confidence


def test_what_is_there_stays_as_it_was_heard():
    assert on_table(HEARD, seen(("red", "can"), ("red", "cup"))) is HEARD


def test_what_is_not_there_is_not_changed_into_something_else():
    assert on_table(HEARD, seen(("blue", "bowl"))) is HEARD
    assert on_table(HEARD, ()) is HEARD


def test_a_sentence_that_names_nothing_is_left_alone():
    home = Utterance("go home", 0.8, "sphinx", others=("the red cup",))
    assert on_table(home, seen(("red", "cup"))) is home
