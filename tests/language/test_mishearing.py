"""What is spelt or heard wrong is taken for what the camera shows, told, and asked; never for a motion."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.language.table import table
from tests.language.test_conversation import ASKED, IDLE, WAITING, Talk, steps
from vla_assistant.language import understand
from vla_assistant.language.likeness import likeness
from vla_assistant.language.mishearing import STRANGE, heard_as, may_slip
from vla_assistant.types import SURE, Intent

TABLE = (
    "red cup @ left near; blue bowl @ right near; green cube @ left far; white plate @ middle near; "
    "red ball @ right far"
)
TWO_RED = "red ball @ left near; red bowl @ right near; blue cube @ left far"


@pytest.mark.parametrize(
    ("text", "meant", "said", "repaired"),
    [
        ("pick up the red cap", ["pick red cup"], "cap", "cup"),
        ("pick up the red cop", ["pick red cup"], "cop", "cup"),
        ("pick up the red bull", ["pick red ball"], "bull", "ball"),
        ("put the cap on the plate", ["place red cup white plate"], "cap", "cup"),
        ("grab the reed cup", ["pick red cup"], "reed", "red"),
        ("take the green Q", ["pick green cube"], "q", "cube"),
        ("put the red ball in the blue ball", ["place red ball blue bowl"], "ball", "bowl"),
        ("push the red bowl to the left", ["push red ball left"], "bowl", "ball"),
        ("could you pick up the grin cube", ["pick green cube"], "grin", "green"),
        ("pick up the reed cap", ["pick red cup"], "reed", "red"),
    ],
)
def test_what_sounds_like_one_thing_that_is_seen_is_that_thing_told_and_asked(text, meant, said, repaired):
    talk = Talk(TABLE)
    for understood in (talk.say(text), understand(text, talk.seen)):
        assert steps(understood) == meant
        assert f'I took "{said}" as "{repaired}".' in understood.notes
        assert understood.confidence < SURE
        assert understood.text == text


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("put the red ball in the blue bowel", ["place red ball blue bowl"]),
        ("put the red cup on the white plait", ["place red cup white plate"]),
        ("take the green cue", ["pick green cube"]),
        ("grab the grene cube", ["pick green cube"]),
    ],
)
def test_a_slip_of_the_pen_is_told_and_not_asked_twice(text, meant):
    understood = Talk(TABLE).say(text)
    assert steps(understood) == meant
    assert understood.notes
    assert understood.confidence >= SURE


@pytest.mark.parametrize(
    "text", ["pick up the red can", "pick up the green cup", "pick up the red cat", "grab the fork"]
)
def test_what_names_another_thing_is_not_taken_for_what_is_there(text):
    talk = Talk(TABLE)
    assert heard_as(text, talk.seen) is None
    assert understand(text, talk.seen).steps == ()


def test_of_two_that_sound_alike_is_asked_which():
    talk = Talk(TWO_RED)
    assert steps(talk.say("push the red bull to the left")) == ["push red ball left"]  # a bowl cannot be pushed
    assert steps(talk.say("put the blue cube in the red bull")) == ["place blue cube red bowl"]
    question = talk.say("put the blue cube next to the red bull")
    assert question.choices == ("the red ball", "the red bowl")
    assert 'I am not sure what "bull" is.' in question.notes
    assert question.steps == ()


def test_the_answer_settles_which_of_two_was_meant():
    talk = Talk("red cup @ left near; red cube @ right near; white plate @ middle near")
    first = talk.say("pick up the red cub")
    assert first.choices == ("the red cup", "the red cube")
    assert steps(talk.say("the cube", ASKED)) == ["pick red cube"]


def test_answers_and_corrections_are_put_right_too():
    talk = Talk("red cup @ left near; blue cup @ right near; white plate @ middle near")
    talk.say("pick up the cup")
    assert steps(talk.say("the reed one", ASKED)) == ["pick red cup"]
    talk = Talk(TABLE)
    talk.say("pick up the red ball")
    corrected = talk.say("no, the red cap", WAITING)
    assert steps(corrected) == ["pick red cup"]
    assert corrected.confidence < SURE


def test_why_it_cannot_be_done_is_told_of_what_was_meant():
    understood = Talk(TABLE).say("pick up the bloo one")
    assert "bowl" in understood.reason
    assert 'I took "bloo" as "blue".' in understood.notes


@pytest.mark.parametrize("text", ["stop", "no", "yes", "go home", "hello there", "thank you very much", "whoa", "halt"])
def test_nothing_is_looked_at_where_nothing_is_named(text):
    looked = []
    Talk(TABLE).conversation.understand(1, text, IDLE, lambda: looked.append(1) or (), lambda: None)
    assert not looked
    assert not may_slip(text)


@pytest.mark.parametrize(
    "text", ["don't pick up the red cap", "never touch the reed cup", "stop the red cap", "the cap"]
)
def test_putting_right_makes_no_motion_of_what_is_none(text):
    understood = Talk(TABLE).say(text)
    assert understood.steps == ()
    assert understood.intent is not Intent.YES


MOTIONS = ("pick", "put", "push", "place", "stack", "drop", "give", "move", "lift", "home", "stop")
ALIKE = ("cap", "bull", "pull", "peck", "pit", "plays", "stake", "hop", "hive", "mauve", "reed", "bloo", "cub", "grin")
AROUND = ("the", "a", "red", "blue", "on", "in", "it", "and", "not", "left", "ball", "bowl", "cube")


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from((*MOTIONS, *ALIKE, *AROUND)), min_size=1, max_size=7))
def test_only_words_for_what_is_seen_take_the_place_of_others(words):
    seen, text = table(TABLE), " ".join(words)
    heard = heard_as(text, seen)
    if heard is None:
        return
    names = {name for thing in seen for name in (thing.reference.name, thing.reference.colour)}
    changed = [(old, new) for old, new in zip(words, heard.text.split(), strict=True) if old != new]
    assert changed
    assert all(new.rstrip("s") in names or likeness(old, new) >= 0.8 for old, new in changed)
    assert not {new for _, new in changed} & set(MOTIONS)


CONFUSED = """
cap>cup cop>cup cub>cup coupe>cup kup>cup cab>cup caps>cups bloo>blue bleu>blue blew>blue bowel>bowl bool>bowl
bole>bowl boll>bowl boal>bowl bol>bowl bull>ball bull>bowl bell>ball bawl>ball ball>bowl bowl>ball cue>cube q>cube
cuba>cube kube>cube cute>cube tube>cube cubs>cubes plait>plate played>plate plaid>plate plat>plate late>plate reed>red
read>red rad>red rid>red rate>red grin>green grain>green greed>green yello>yellow jello>yellow fellow>yellow
wide>white why>white wait>white quite>white blac>black block>black back>black purpel>purple people>purple pinc>pink
ping>pink oranje>orange con>can ken>can kan>can
"""
OTHERS = """
can>cup cup>can cup>cube cube>cup plate>ball fork>ball knife>ball spoon>bowl pan>can pot>cup cat>can car>can box>ball
bag>ball bat>ball pen>can pencil>can phone>cup coin>can book>ball bottle>ball bottle>bowl banana>ball apple>ball
dog>ball doll>ball wall>ball hall>ball bone>bowl boat>bowl pill>ball plane>plate plant>plate lid>red key>cup cake>can
candle>can card>can cork>can cane>can lamp>can tape>plate towel>bowl tray>plate sponge>can duck>cup truck>cup rug>cup
jug>cup brown>black brown>blue gray>green gold>red silver>blue tan>can beige>black teal>green mouse>bowl house>ball
toy>ball train>ball shoe>blue screw>blue glue>blue clue>blue table>plate paper>purple slate>plate crate>plate
gate>plate
"""


def test_sounds_tell_slips_from_other_things():
    def found(pairs):
        return [likeness(*pair.split(">")) >= STRANGE for pair in pairs.split()]

    slips, others = found(CONFUSED), found(OTHERS)
    assert sum(slips) / len(slips) >= 0.9
    assert sum(others) / len(others) <= 0.06
