"""Turns as the program takes them: what each comes to as steps the arm has learnt, a question, or an answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.language.table import lying, table
from vla_assistant.language import Conversation, Hand, approves, doubt_for, interjection
from vla_assistant.language.capability import EVERYTHING, Learnt
from vla_assistant.language.request import AMOUNTS_M
from vla_assistant.networks.learnt import VERSION_1
from vla_assistant.types import SURE, Going, Intent, Interjection, Reference, SeenThing, Understanding

THINGS = (
    "red cup @ left near; blue cup @ right near; blue cube @ left far; white plate @ middle near; blue bowl @ right far"
)
IDLE, ASKED, WAITING, MOVING = Going


class Talk:
    """A conversation over a table on which things are moved by hand."""

    def __init__(self, words: str = THINGS, learnt: Learnt = EVERYTHING) -> None:
        self.conversation, self.seen = Conversation("auto", learnt=learnt), table(words)  # as the program is delivered
        self.count = 0
        self.hand: Hand | None = Hand()

    def say(self, text: str, going: Going = IDLE) -> Understanding:
        self.count += 1
        return self.conversation.understand(self.count, text, going, lambda: self.seen, lambda: self.hand)

    def do(self, text: str, going: Going = IDLE) -> Understanding:
        understanding = self.say(text, going)
        self.conversation.settle(self.count, True)
        return understanding

    def put(self, what: str, where: str) -> None:
        """See the thing where the other is."""
        goal = self._find(where)
        self.seen = tuple(replace(t, point=goal.point) if str(t.reference) == what else t for t in self.seen)

    def _find(self, name: str) -> SeenThing:
        return next(thing for thing in self.seen if str(thing.reference) == name)


def steps(understanding: Understanding) -> list[str]:
    return [" ".join(map(str, filter(None, (s.skill, s.object, s.destination)))) for s in understanding.steps]


def test_a_question_offers_its_answers_and_each_answer_settles_it() -> None:
    choices = Talk().say("pick up the cup").choices
    assert choices == ("the red cup", "the blue cup")
    for answer, meant in (*zip(choices, ("red", "blue"), strict=True), ("the left one", "red"), ("the other", "")):
        talk = Talk()
        talk.say("pick up the cup")
        assert steps(talk.say(answer, ASKED)) == ([f"pick {meant} cup"] if meant else [])


def test_three_turns_are_three_commands() -> None:
    talk = Talk("red cube @ left near; blue cube @ right near")
    assert steps(talk.do("pick up the red block")) == ["pick red cube"]
    talk.hand = Hand(Reference("cube", "red"))
    assert steps(talk.do("place it on the blue block")) == ["place red cube blue cube"]
    talk.hand = Hand()
    assert steps(talk.do("move back to home")) == ["home"]


def test_what_waits_is_put_right() -> None:
    talk = Talk()
    talk.say("put the red cup on the plate")
    assert steps(talk.say("no, the blue one", WAITING)) == ["place blue cup white plate"]
    slowly = talk.say("slowly please", WAITING)
    assert steps(slowly) == ["place blue cup white plate"]
    assert slowly.manner == {"slow"}
    assert talk.say("yes, that's what I meant", WAITING).intent is Intent.YES
    assert talk.say("forget it", WAITING).intent is Intent.CANCEL


def test_again_and_the_same_with_another() -> None:
    talk = Talk()
    talk.do("push the red cup to the right")
    assert steps(talk.do("again")) == ["push red cup right"]
    assert steps(talk.do("the same with the blue cube")) == ["push blue cube right"]
    assert steps(talk.do("the other way")) == ["push blue cube left"]


def test_what_was_placed_goes_back_to_the_table_and_that_is_told() -> None:
    talk = Talk()
    talk.do("put the blue cube in the bowl")
    talk.put("blue cube", "blue bowl")
    back = talk.say("put it back")
    assert steps(back) == ["pick blue cube", "put_down blue cube table"]
    assert back.notes == ("I can put it back on the table, but not exactly where it was.",)


def test_what_came_from_a_carrier_goes_back_into_it() -> None:
    talk = Talk()
    talk.put("blue cube", "blue bowl")
    talk.do("put the blue cube on the plate")
    talk.put("blue cube", "white plate")
    assert steps(talk.say("undo that")) == ["place blue cube blue bowl"]


def test_what_was_pushed_is_pushed_back_where_that_is_learnt() -> None:
    talk = Talk()
    talk.do("push the red cup to the right")
    talk.put("red cup", "blue cup")
    assert steps(talk.say("put it back")) == ["push red cup left"]


def test_what_was_not_done_is_not_undone() -> None:
    talk = Talk()
    talk.say("put the blue cube in the bowl")
    talk.conversation.settle(talk.count, False)
    assert not talk.say("undo that").steps
    assert not talk.say("again").steps


def test_an_end_of_something_older_settles_nothing() -> None:
    talk = Talk()
    talk.say("pick up the red cup")
    older = talk.count
    talk.say("push the blue cup to the left", WAITING)
    talk.conversation.settle(older, False)
    talk.conversation.settle(talk.count, True)
    assert steps(talk.say("again")) == ["push blue cup left"]


def test_what_the_arm_has_not_learnt_is_refused_also_by_reference() -> None:
    talk = Talk(learnt=VERSION_1)
    talk.do("pick up the red cup")
    talk.hand = Hand(Reference("cup", "red"))
    for text in ("put it next to the plate", "give it to me", "put it on the plate without touching the blue cup"):
        understanding = talk.say(text)
        assert not understanding.steps, text
        assert understanding.question or understanding.reason


def test_a_thing_that_slipped_out_of_the_hand_is_not_held() -> None:
    talk = Talk()
    talk.do("pick up the red cup")
    talk.hand = Hand()
    assert steps(talk.say("pick up the blue cube")) == ["pick blue cube"]


def test_answers_about_the_talk() -> None:
    talk = Talk()
    assert talk.say("what did you understand?").reason == "You have asked for nothing yet."
    talk.say("put the red cup on the plate")
    assert talk.say("what did you understand?", WAITING).reason == "I understood: place the red cup on the white plate."
    assert "pick things up" in talk.say("what can I say?").reason


def test_a_repair_of_the_spelling_is_told() -> None:
    understanding = Talk().say("could you kindly grab teh blue cubee for me")
    assert steps(understanding) == ["pick blue cube"]
    assert any("cubee" in note for note in understanding.notes)


@pytest.mark.parametrize("text", ["don't pick up the red cup", "never touch the cup", "do not move", "hello you"])
def test_what_denies_or_asks_nothing_moves_nothing(text: str) -> None:
    talk = Talk()
    talk.do("pick up the blue cube")
    assert not talk.say(text).steps


@pytest.mark.parametrize(
    "text",
    [
        "pick up the red cup? no",
        "pick up the red cup... nope",
        "pick up the red cup, just kidding",
        "pick up the red cup, I was only joking",
        "pick up the red cup, actually don't",
        "pick up the red cup? I don't think so",
        "pick up the red cup - scratch that",
        "put the red cup on the plate, I changed my mind",
        "he said pick up the red cup",
        "my son keeps saying put the red cup on the plate",
        "yesterday I told you to pick up the red cup",
        "pick up the red cup, she says",
        '"pick up the red cup" is what he said',
        "my friend said to pick up the red cup",
        "my colleague told me to pick up the red cup",
        "it doesn't look good, pick it up?",
        "the red cup doesn't look clean, pick it up?",
    ],
)
@pytest.mark.parametrize("going", [IDLE, ASKED, WAITING])
def test_what_is_taken_back_or_told_moves_nothing(text: str, going: Going) -> None:
    talk = Talk()
    talk.do("push the red cup to the left")
    assert not talk.say(text, going).steps


@pytest.mark.parametrize(
    "text",
    [
        "pick up the red cup, no rush",
        "I said pick up the red cup",
        "could you pick up the red cup?",
        "pick up the red cup, my son says it looks nice",
    ],
)
def test_what_only_looks_taken_back_or_told_is_asked_for(text: str) -> None:
    assert steps(Talk().say(text)) == ["pick red cup"]


def test_what_goes_back_may_say_why() -> None:
    talk = Talk()
    talk.do("push the red cup to the right")
    talk.put("red cup", "blue cup")
    assert steps(talk.say("put it back, I changed my mind")) == ["push red cup left"]
    assert not talk.say("put it back, just kidding").steps


def test_a_text_that_cannot_be_read_is_refused_in_words() -> None:
    assert "empty" in Talk().say("  ").reason
    assert "10,000 characters" in Talk().say("a" * 10_000).reason


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("pause", "pause"),
        ("go on", "resume"),
        ("a bit slower", "slower"),
        ("faster please", "faster"),
        ("no, the blue one", "correct"),
        ("not that one", "cancel"),
        ("a bit to the left", "nudge"),
        ("please stop doing that", "stop"),
        ("I said stop", "stop"),
        ("oh no stop it's falling", "stop"),
        ("stop, the red one", "stop"),
        ("yes but wait", "pause"),
        ("no don't continue", "pause"),
        ("why are you going left?", ""),
        ("go on, but not now", "pause"),
        ("go on?", ""),
        ("pausieren", "pause"),
        ("langsamer", "slower"),
        ("put the ball in the bowl", ""),
        ("what do you see", ""),
        ("hello", ""),
    ],
)
def test_what_is_said_about_a_motion(text: str, kind: str) -> None:
    said = interjection(text)
    assert (said.kind if said else "") == kind


def test_a_nudge_is_bounded() -> None:
    said = interjection("a bit to the left")
    assert said is not None
    assert (said.direction, said.metres) == ("left", AMOUNTS_M["a bit"])
    far = interjection("40 cm to the right")
    assert far is None or far.metres <= 0.05


def test_what_approves() -> None:
    assert approves("yes")
    assert approves("yes, that's right")
    assert not approves("no")
    assert not approves("pick up the cup")


def test_the_less_error_is_accepted_the_more_is_asked() -> None:
    asked = []
    for error in (0.001, 0.3):
        talk = Talk()
        talk.seen = (lying("red cup", 0.2, 0.7, confidence=0.95), lying("blue cup", 0.8, 0.7, confidence=0.3))
        talk.conversation = Conversation(doubt=doubt_for(error))
        asked.append(bool(talk.say("would you grab that cup for me").question))
    assert asked == [True, False]


def test_what_is_understood_anew_later_leaves_no_trace() -> None:
    talk = Talk()
    talk.say("push the red cup to the right")
    first = talk.count
    talk.say("pick up the blue cup")
    talk.conversation.forget(talk.count)
    talk.conversation.settle(first, True)
    assert steps(talk.say("again")) == ["push red cup right"]


def test_another_table_is_another_conversation() -> None:
    talk = Talk()
    talk.do("push the red cup to the right")
    talk.conversation.forget_all()
    for text in ("again", "undo that", "put it back"):
        assert not talk.say(text).steps, text


@pytest.mark.parametrize(
    "text", ["the rest is fine", "the house is big", "I need a rest", "with the others", "another 5"]
)
def test_what_names_no_motion_moves_nothing(text: str) -> None:
    understanding = Talk().say(text)
    assert not understanding.steps or understanding.confidence < SURE


@pytest.mark.parametrize("text", ["what happens if you pick up the red cup?", "is it safe to pick up the red cup?"])
def test_a_question_about_an_act_is_no_order(text: str) -> None:
    assert not Talk().say(text).steps


def test_a_resume_with_a_limit_clears_no_stop() -> None:
    assert Talk().say("go on, but not now").intent is not Intent.CONTROL


@pytest.mark.parametrize("text", ["go on", "resume", "continue please", "slower", "pause"])
@pytest.mark.parametrize("going", Going)
def test_control_words_move_nothing_by_themselves(text: str, going: Going) -> None:
    assert not Talk().say(text, going).steps


@pytest.mark.parametrize(
    "text",
    [
        "and then go home",
        "then go home",
        "after that, go home",
        "ok next: go home",
        "when that's done, go home",
        "go home afterwards",
        "and finally go home",
    ],
)
def test_what_comes_after_is_added_to_what_waits(text: str) -> None:
    talk = Talk()
    talk.say("put the red cup on the plate")
    added = talk.say(text, WAITING)
    assert steps(added) == ["place red cup white plate", "home"]
    assert added.confidence >= SURE


def test_it_in_what_is_added_is_what_was_moved_before() -> None:
    talk = Talk()
    talk.say("put the red cup on the plate")
    assert steps(talk.say("and after that push it left", WAITING)) == ["place red cup white plate", "push red cup left"]


@pytest.mark.parametrize(
    "text", ["put the blue one in as well", "you know what, put the blue one in too", "and the blue cup"]
)
def test_another_thing_is_added_to_what_waits(text: str) -> None:
    talk = Talk()
    talk.say("put the red cup on the plate")
    assert steps(talk.say(text, WAITING))[:1] == ["place red cup white plate"]
    assert len(talk.say("what do you see", WAITING).steps) == 0


@pytest.mark.parametrize("text", ["go home", "go home instead", "no, go home", "scratch that, go home"])
def test_what_is_not_added_takes_the_place_of_what_waits(text: str) -> None:
    talk = Talk()
    talk.say("put the red cup on the plate")
    assert steps(talk.say(text, WAITING)) == ["home"]


@pytest.mark.parametrize(
    ("first", "then", "manner"),
    [
        ("slowly", "faster", {"fast"}),
        ("fast", "slower", {"slow"}),
        ("carefully", "no, fast", {"fast"}),
        ("fast", "carefully", {"careful"}),
        ("slowly", "carefully", {"slow", "careful"}),
    ],
)
def test_a_manner_takes_the_place_of_its_opposite(first: str, then: str, manner: set[str]) -> None:
    talk = Talk()
    talk.say("put the red cup on the plate")
    talk.say(first, WAITING)
    assert talk.say(then, WAITING).manner == manner


@pytest.mark.parametrize(
    "text", ["done, go home", "ok, all done. Go home!", "you know what, go home", "right, I'm done, go home"]
)
def test_what_only_leads_over_is_left_out(text: str) -> None:
    assert steps(Talk().say(text)) == ["home"]


@pytest.mark.parametrize("text", ["put no cube in the bowl", "push no cup to the left", "put the cube in no bowl"])
@pytest.mark.parametrize("going", [IDLE, WAITING])
def test_none_of_the_things_is_not_one_of_them(text: str, going: Going) -> None:
    assert not Talk().say(text, going).steps


def test_a_no_that_corrects_still_does() -> None:
    for text in ("put the red cup, no the blue cup on the plate", "put the red, no, the blue cup on the plate"):
        assert steps(Talk().say(text)) == ["place blue cup white plate"], text


@pytest.mark.parametrize(
    "text",
    [
        "what can I say to you?",
        "what commands can I use?",
        "what can you do",
        "how do I use this",
        "give me some examples",
        "I don't know what to say",
        "help",
    ],
)
@pytest.mark.parametrize("going", [IDLE, ASKED, WAITING])
def test_help_is_given(text: str, going: Going) -> None:
    given = Talk().say(text, going)
    assert given.intent is Intent.QUESTION
    assert "\nPick up the red cup." in given.reason


@pytest.mark.parametrize("text", ["-5 cm left", "minus 5 cm left", "go -5 cm to the left", "minus a bit to the left"])
def test_a_negative_amount_moves_nothing(text: str) -> None:
    assert interjection(text) is None
    assert not Talk().say(text).steps


@pytest.mark.parametrize(
    "text", ["carry on my wayward son", "right on", "left behind", "move on up", "up and away", "right you are"]
)
def test_a_phrase_with_a_word_of_motion_in_it_adds_none(text: str) -> None:
    assert interjection(text) is None


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("a little bit more to the left", "left"),
        ("move your hand up a bit", "up"),
        ("go 3 cm higher please", "up"),
        ("left left left", "left"),
    ],
)
def test_a_nudge_in_its_own_words_is_one(text: str, direction: str) -> None:
    said = interjection(text)
    assert said is not None
    assert (said.kind, said.direction) == ("nudge", direction)


@pytest.mark.parametrize("text", ["stop", "halt", "no stop", "s t o p", "stoop", "stopt", "hlat"])
def test_a_slip_in_a_stop_still_stops_what_moves(text: str) -> None:
    assert interjection(f"please {text}") == Interjection("stop")


@pytest.mark.parametrize("text", ["shoes", "sport", "one step", "soup", "top"])
def test_a_word_that_is_not_near_a_stop_is_none(text: str) -> None:
    said = interjection(text)
    assert said is None or said.kind != "stop"
