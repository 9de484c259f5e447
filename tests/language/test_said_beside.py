"""What is said beside a command: words to other people, remarks, slips of the keyboard in turns, answers by shape."""

import pytest

from tests.language.test_conversation import Talk as WholeTalk
from tests.language.test_dialogue import Talk
from vla_assistant.language import interjection
from vla_assistant.language.hearing import hear
from vla_assistant.types import Going

TABLE = {
    "red ball": (0.2, 0.76),
    "yellow ball": (0.5, 0.8),
    "yellow cube": (0.22, 0.3),
    "white bowl": (0.78, 0.3),
    "white can": (0.78, 0.76),
}


@pytest.mark.parametrize(
    "text",
    [
        "You at the back, put your phone away, please.",
        "You two over there, stop giggling.",
        "Everybody, sit down and be quiet.",
        "Minka, get down from there, shoo!",
        "Get off the table, you silly cat!",
        "Lisa, come here please.",
        "Thank you kindly. My hands are not what they were.",
        "Bless you. My eyes are getting worse.",
    ],
)
def test_words_to_others_and_about_oneself_ask_nothing(text):
    turn = Talk(TABLE).say(text)
    assert (turn.kind, turn.says) == ("nothing", "")


@pytest.mark.parametrize(
    "text",
    [
        "Watch this, class. Robot, pick up the red ball.",
        "Ladies and gentlemen, watch this. Robot, pick up the red ball.",
        "Kids, be quiet. Pick up the red ball.",
        "look here, kids: robot, pick up the red ball",
        "me first me first! pick up the red ball!",
        "not bad, now pick up the red ball",
        "figures. then pick up the red ball",
        "typical. pick up the red ball",
    ],
)
def test_what_is_said_before_a_command_changes_nothing(text):
    talk = Talk(TABLE)
    assert talk.acts(text) == "pick(red ball)"
    assert not talk.turn.avoid
    assert not talk.turn.manner


@pytest.mark.parametrize(
    "text", ["kitchen's closed, you can go home", "enough. go home", "all right, that's enough for today. go home"]
)
def test_the_end_of_the_work_is_told(text):
    assert Talk(TABLE).acts(text) == "home()"


@pytest.mark.parametrize("text", ["Kids, stop!", "enough. go home", "Minka, stop that"])
def test_a_stop_stops_whoever_is_spoken_to(text):
    assert hear(text, Going.MOVING).kind == "stop"


def test_only_another_thing_is_kept_clear_of():
    turn = Talk(TABLE).say("pick up the can but mind the bowl, don't bump into it")
    assert [str(thing.reference) for thing in turn.avoid] == ["white bowl"]


@pytest.mark.parametrize(
    ("text", "phase", "kind"),
    [
        ("agian", Going.IDLE, "again"),
        ("undo pls", Going.IDLE, "undo"),
        ("stpo", Going.IDLE, "stop"),
        ("cancle", Going.WAITING, "cancel"),
        ("yes thats rihgt", Going.WAITING, "confirm"),
        ("contineu", Going.MOVING, "resume"),
        ("unod", Going.MOVING, "undo"),  # and no gripper opens
    ],
)
def test_slips_in_turns(text, phase, kind):
    assert hear(text, phase).kind == kind


@pytest.mark.parametrize("text", ["yse", "yed", "corect", "thats rihgt", "yes thats rigt"])
def test_no_slip_is_a_yes(text):
    assert hear(text, Going.WAITING).kind != "confirm"


@pytest.mark.parametrize("text", ["contine", "resme", "gon", "resune"])
def test_a_doubtful_slip_resumes_nothing(text):
    assert hear(text, Going.MOVING).kind != "resume"


@pytest.mark.parametrize(
    ("text", "phase", "kind"),
    [
        ("yes yes, obviously", Going.WAITING, "confirm"),
        ("obviously not", Going.WAITING, "nothing"),
        ("lol just kidding keep going", Going.MOVING, "resume"),
        ("come on, faster than that", Going.MOVING, "manner"),
    ],
)
def test_more_wordings_of_turns(text, phase, kind):
    assert hear(text, phase).kind == kind


@pytest.mark.parametrize(("text", "thing"), [("the round one", "yellow ball"), ("the square one", "yellow cube")])
def test_an_answer_by_shape(text, thing):
    talk = Talk(TABLE)
    assert talk.say("pick up the yellow thing").kind == "ask"
    assert talk.acts(text, "asked") == f"pick({thing})"


def test_the_nearer_of_the_two():
    talk = Talk({"red can": (0.2, 0.76), "white bowl": (0.8, 0.3), "blue can": (0.2, 0.3)})
    assert talk.say("pick up the can").kind == "ask"
    assert talk.acts("the nearer of the two", "asked") == "pick(red can)"


def test_a_place_and_where_it_is():
    talk = Talk({"red ball": (0.8, 0.76), "white bowl": (0.2, 0.76), "white plate": (0.5, 0.3)})
    part = hear("sorry no in the bowl on the plate i mean", Going.MOVING).part
    assert (part.relation, part.anchors[0].kind, part.anchors[0].relation) == ("in", "bowl", "on")
    assert talk.say("sorry no in the bowl, on the plate i mean", "idle").kind != "steps"


@pytest.mark.parametrize("text", ["now put in bowl white", "put in bowl white", "now drop it in bowl white"])
def test_nothing_is_put_into_itself(text):
    talk = Talk(TABLE)
    assert talk.acts("please, you take ball red") == "pick(red ball)"
    assert talk.acts(text) == "place(red ball, in white bowl)"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "yes. Kids, no!",
            "yes. Everybody, wait",
            "Kids, no! yes",
            "yes. Mum, careful!",
            "ok. you at the back, I said no",
        ),
        *("I'm done. Ok.", "we are done, ok", "it's finished, right", "whatever, ok", "too bad, ok", "not bad, ok"),
    ],
)
def test_a_yes_has_to_be_said_and_is_not_what_is_left_over(text: str) -> None:
    assert hear(text, Going.WAITING).kind != "confirm"


@pytest.mark.parametrize("text", ["go on. Kids, get away!", "continue. you at the back, leave it"])
def test_a_motion_does_not_go_on_by_what_is_left_over(text: str) -> None:
    said = interjection(text)
    assert said is None or said.kind not in ("resume", "faster")


@pytest.mark.parametrize("text", ["pick up the red cup. Kids, no!", "pick up the red cup. Mum, don't!"])
def test_a_no_to_somebody_else_is_heard_too(text: str) -> None:
    understanding = WholeTalk().say(text)
    assert not understanding.steps or not understanding.is_sure


@pytest.mark.parametrize("text", ["repeat no", "say again, no", "what, no"])
def test_a_no_beside_a_question_pauses(text: str) -> None:
    said = interjection(text)
    assert said is not None
    assert said.kind in ("pause", "stop", "cancel")


@pytest.mark.parametrize("text", ["good job with that no", "thanks for that but don't"])
def test_praise_with_a_no_is_no_praise(text: str) -> None:
    assert hear(text, Going.WAITING).kind != "praise"
