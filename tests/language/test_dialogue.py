"""Conversations: turns that refer to each other, corrections, undoing, questions, and what must never be acted on."""

import random
from dataclasses import replace

import pytest

from vla_assistant.language.dialogue import Dialogue
from vla_assistant.language.tasks import RETURN, landing
from vla_assistant.language.turn import WITH_ACTS
from vla_assistant.types import PixelPoint, Reference, SeenThing

PLACES = {
    "red cube": (0.2, 0.75),
    "blue cube": (0.8, 0.3),
    "white plate": (0.5, 0.5),
    "red cup": (0.2, 0.3),
    "blue cup": (0.8, 0.75),
    "green bowl": (0.5, 0.25),
    "yellow ball": (0.5, 0.8),
}


def seen(places=None):
    found = []
    for name, (u, v) in (places or PLACES).items():
        colour, noun = name.split()
        found.append(SeenThing(Reference(noun, colour), PixelPoint("front", u, v, 0.97)))
    return found


class Talk:
    """A conversation in which what is proposed is carried out before the next turn, unless a phase is given."""

    def __init__(self, things=None):
        self.dialogue = Dialogue()
        self.seen = seen(things)
        self.planned = ()

    def say(self, text, phase="idle"):
        if phase == "idle":
            self._carry_out()
            self.dialogue.ended(done=True)
        self.turn = self.dialogue.hear(text, tuple(self.seen), phase)
        if self.turn.kind in WITH_ACTS:
            self.planned = self.turn.acts
        elif self.turn.kind == "cancel":
            self.planned = ()
        return self.turn

    def acts(self, text, phase="idle"):
        """The acts of the turn in words."""
        self.say(text, phase)
        return "; ".join(map(str, self.turn.acts))

    def _carry_out(self):
        for act in self.planned:
            if act.object is not None:
                at = self.seen.index(next(t for t in self.seen if t.reference == act.object.reference))
                self.seen[at] = SeenThing(act.object.reference, landing(act, self.seen[at].point))
        self.planned = ()


def kinds(*lines):
    talk = Talk()
    return [talk.say(text, phase).kind for text, phase in lines]


def test_three_commands_make_one_job():
    talk = Talk()
    assert talk.acts("pick up the red block") == "pick(red cube)"
    assert talk.acts("place it on the blue block") == "place(red cube, on blue cube)"
    assert talk.acts("move back to home") == "home()"


def test_again_and_a_bit_more():
    talk = Talk()
    assert talk.acts("push the yellow ball left") == "push(yellow ball, left)"
    assert talk.acts("once more") == "push(yellow ball, left)"
    assert talk.acts("and a tiny bit more, please") == "push(yellow ball, left, a bit)"
    assert talk.acts("another 5 cm") == "push(yellow ball, left, 5 cm)"
    assert talk.acts("now the other way") == "push(yellow ball, right, 5 cm)"
    assert talk.acts("once more, but 3 cm") == "push(yellow ball, right, 3 cm)"


def test_the_same_with_another_thing():
    talk = Talk()
    talk.say("put the red cube on the plate")
    assert talk.acts("the same with the blue one") == "place(blue cube, on white plate)"
    assert talk.acts("put the yellow ball there too") == "place(yellow ball, on white plate)"
    assert talk.acts("and the red cup as well") == "place(red cup, on white plate)"


@pytest.mark.parametrize(
    "text", ["the blue one should go there too", "now do that with the blue one", "add the blue one"]
)
def test_more_wordings_of_the_same_with_another(text):
    talk = Talk()
    talk.say("put the red cube on the plate")
    assert talk.acts(text) == "place(blue cube, on white plate)"


def test_another_thing_by_another_amount():
    talk = Talk()
    talk.say("push the red cube right 4 cm")
    assert talk.acts("and the blue one, but only 2 cm") == "push(blue cube, right, 2 cm)"
    assert talk.acts("once more") == "push(blue cube, right, 2 cm)"


@pytest.mark.parametrize(
    ("text", "acts"),
    [
        ("same operation with the blue cube, but left of the bowl", "place(blue cube, left of green bowl)"),
        ("and the same with the cube, the blue one I mean", "place(blue cube, on white plate)"),
        ("blue one, same again", "place(blue cube, on white plate)"),
        ("blue cube, same plate", "place(blue cube, on white plate)"),
        ("and the rest too", "place(blue cube, on white plate)"),
        ("put the yellow ball where the red cube is", "place(yellow ball, on white plate)"),
        ("put the blue cube in with the red one", "place(blue cube, on white plate)"),
        ("put the blue cube with the yellow ball", "place(blue cube, next to yellow ball)"),
        ("the red cube put back where it was", "return(red cube)"),
        ("put back please", "return(red cube)"),
        ("take it off again", "pick(red cube)"),
    ],
)
def test_what_goes_on_from_a_place(text, acts):
    talk = Talk()
    talk.say("put the red cube on the plate")
    assert talk.acts(text) == acts


def test_a_number_alone_is_of_the_unit_before():
    talk = Talk()
    talk.say("push the red cube right 4 cm")
    assert talk.acts("another 5") == "push(red cube, right, 5 cm)"
    talk.say("push the red cube right 20 mm")
    assert talk.acts("another ten") == "push(red cube, right, 1 cm)"
    talk.say("pick up the red cube")
    assert talk.say("another 5").kind == "unsupported"


def test_what_is_held_is_raised_by_the_hand_alone():
    talk = Talk()
    talk.say("pick up the red cube")
    assert talk.acts("lift it a little higher") == "move(up, a bit)"
    assert talk.acts("put it on the plate") == "place(red cube, on white plate)"


def test_what_must_not_be_touched_is_not_it():
    talk = Talk()
    talk.say("pick up the red cube")
    turn = talk.say("set it on the plate without touching the yellow ball")
    assert [str(act.object.reference) for act in turn.acts] == ["red cube"]


def test_a_thing_that_is_only_named_is_spoken_of():
    talk = Talk()
    assert talk.say("the yellow ball").kind == "nothing"
    assert talk.acts("in the bowl") == "place(yellow ball, in green bowl)"


def test_what_was_undone_can_be_done_again():
    talk = Talk()
    talk.say("pick up the red cup")
    talk.say("push the red cube right")
    talk.say("undo")
    assert talk.acts("do it again") == "push(red cube, right)"


def test_it_is_what_the_sentence_began_with():
    assert Talk().acts("right then, let's start with the red cup, it goes into the bowl") == (
        "place(red cup, in green bowl)"
    )


def test_after_one_was_put_back_another_is_too():
    talk = Talk()
    talk.say("put the red cube on the plate")
    talk.say("put the blue cube on the plate")
    assert talk.acts("put the red one back") == "return(red cube)"
    assert talk.acts("and the blue one too") == "return(blue cube)"


def test_both_are_put_back_that_were_moved_one_by_one():
    talk = Talk()
    talk.say("put the red cube on the plate")
    talk.say("put the blue cube in the bowl")
    assert talk.acts("put both back") == "return(red cube); return(blue cube)"


def test_it_is_nothing_that_only_a_remark_names():
    talk = Talk()
    talk.say("put the red cube on the plate")
    assert talk.acts("put it in the bowl, I see the plate is all dirty") == "place(red cube, in green bowl)"


def test_two_alike_on_one_plate_stay_two():
    talk = Talk({"red can": (0.2, 0.75), "white plate": (0.5, 0.25)})
    talk.seen.insert(1, SeenThing(Reference("can", "red"), PixelPoint("front", 0.8, 0.75, 0.97)))
    talk.dialogue.hear("put both cans on the plate", talk.seen, "idle")
    talk.dialogue.ended(done=True)
    left, right, plate = talk.seen
    lying = [replace(can, point=replace(plate.point, u=plate.point.u + off)) for can, off in ((left, 0), (right, 0.07))]
    turn = talk.dialogue.hear("put them back", [*lying, plate], "idle")
    assert {act.anchors[0].point for act in turn.acts} == {left.point, right.point}


def test_the_other_one():
    talk = Talk()
    talk.say("pick up the red cup")
    talk.say("put it on the plate")
    assert talk.acts("now the other one") == "place(blue cup, on white plate)"


@pytest.mark.parametrize(
    "text",
    [
        "put it back",
        "put the cube back where it was",
        "no, put it back, I changed my mind",
        "would you mind putting it back where you found it",
        "put it back I changed my mind",
        "I want the cube back in its old place",
        "take it off the plate and put it back",
        "return the red cube to its initial position",
        "the cube belongs back where it was",
    ],
)
def test_put_it_back_goes_where_it_was(text):
    talk = Talk()
    talk.say("put the red cube on the plate")
    assert talk.say(text).kind == "return"
    (act,) = talk.turn.acts
    assert (act.skill, str(act.object.reference)) == (RETURN, "red cube")
    assert (act.anchors[0].point.u, act.anchors[0].point.v) == PLACES["red cube"]


def test_it_can_be_put_back_with_care():
    talk = Talk()
    talk.say("put the red cube on the plate")
    turn = talk.say("put it back gently")
    assert (turn.kind, turn.manner) == ("return", {"careful"})


def test_what_was_never_moved_cannot_be_put_back():
    turn = Talk().say("put the red cube back")
    assert (turn.kind, turn.says) == (
        "unsupported", "I do not know where the red cube was before; I have not moved it."
    )  # fmt: skip


def test_undo_goes_back_turn_by_turn():
    talk = Talk()
    talk.say("put the red cube on the plate")
    talk.say("move the hand left 5 cm")
    talk.say("close the gripper")
    assert talk.acts("undo") == "open()"
    assert talk.acts("undo") == "move(right, 5 cm)"
    assert talk.acts("undo that") == "return(red cube)"
    assert talk.say("undo").says == "There is nothing to undo."


def test_an_undo_and_a_request_in_one_breath():
    talk = Talk()
    talk.say("push the red cube right")
    assert talk.acts("undo that and go home") == "return(red cube); home()"


def test_corrections_while_a_proposal_waits():
    talk = Talk()
    talk.say("put the red cube on the plate")
    assert talk.acts("no, the blue one", "waiting") == "place(blue cube, on white plate)"
    assert talk.turn.kind == "wait-corrected"
    assert talk.acts("not on the plate, next to it", "waiting") == "place(blue cube, next to white plate)"
    assert talk.acts("I meant the green bowl", "waiting") == "place(blue cube, next to green bowl)"
    assert talk.acts("take the red one instead", "waiting") == "place(red cube, next to green bowl)"
    assert talk.say("gently", "waiting").manner == {"careful"}
    assert talk.say("yes, go", "waiting").kind == "confirm"


def test_corrections_of_amount_and_direction():
    talk = Talk()
    talk.say("push the red cube right 6 cm")
    assert talk.acts("no, 3 cm", "waiting") == "push(red cube, right, 3 cm)"
    assert talk.acts("no, to the left", "waiting") == "push(red cube, left, 3 cm)"


def test_what_is_contrasted_corrects_what_was_done():
    talk = Talk()
    talk.say("put the red cube on the plate")
    assert talk.acts("not the red one, the blue one") == "place(blue cube, on white plate)"


def test_the_blue_one_too_joins_what_waits():
    talk = Talk()
    talk.say("put the red cube on the plate")
    assert talk.acts("and the blue one too", "waiting") == (
        "place(red cube, on white plate); place(blue cube, on white plate)"
    )  # fmt: skip


def test_while_the_arm_moves():
    talk = Talk()
    talk.say("put the red cube in the bowl")
    assert talk.say("not so fast!", "moving").kind == "slower"
    turn = talk.say("a bit to the left", "moving")
    assert (turn.kind, turn.direction, turn.amount) == ("nudge", "left", "a bit")
    assert talk.say("pause, my phone", "moving").kind == "pause"
    assert talk.say("ok you can go on", "moving").kind == "resume"
    assert talk.acts("no no, on the plate", "moving") == "place(red cube, on white plate)"
    assert talk.turn.kind == "instead"
    assert talk.say("wait, the blue one", "moving").kind == "instead"
    assert talk.say("stop, stop", "moving").kind == "stop"


def test_a_new_command_while_the_arm_moves_comes_after():
    talk = Talk()
    talk.say("pick up the red cube")
    turn = talk.say("put it on the plate", "moving")
    assert (turn.kind, str(turn.acts[0])) == ("steps", "place(red cube, on white plate)")


@pytest.mark.parametrize(
    ("text", "kind", "acts"),
    [
        ("oh wait no, the blue one, silly me", "wait-corrected", "push(blue cube, left)"),
        ("pardon me, to the right, I meant", "wait-corrected", "push(red cube, right)"),
        ("to the right, not to the left", "wait-corrected", "push(red cube, right)"),
        ("it's the blue one I want moved", "wait-corrected", "push(blue cube, left)"),
        ("noooo the blue one", "wait-corrected", "push(blue cube, left)"),
        ("I'd prefer the blue one", "wait-corrected", "push(blue cube, left)"),
        ("not to the left", "cancel", ""),
        ("push the blue one, just kidding", "cancel", ""),
    ],
)
def test_more_corrections_while_a_proposal_waits(text, kind, acts):
    talk = Talk()
    talk.say("push the red cube left")
    turn = talk.say(text, "waiting")
    assert turn.kind == kind
    assert "; ".join(map(str, turn.acts)) == acts


def test_a_question_and_its_answer():
    talk = Talk()
    turn = talk.say("pick up the cup")
    assert turn.kind == "ask"
    assert [str(choice.thing.reference) for choice in turn.question.choices] == ["red cup", "blue cup"]
    assert talk.acts("the left one", "asked") == "pick(red cup)"


def test_a_question_can_be_left():
    assert kinds(("pick up the cup", "idle"), ("oh, never mind", "asked")) == ["ask", "cancel"]
    talk = Talk()
    talk.say("pick up the cup")
    assert talk.acts("put the yellow ball in the green bowl", "asked") == "place(yellow ball, in green bowl)"


def test_what_failed_is_not_undone():
    talk = Talk()
    talk.say("put the red cube on the plate")
    talk.dialogue.ended(done=False)
    assert talk.say("undo", "waiting").kind == "cancel"
    talk.planned = ()
    assert talk.say("undo").says == "There is nothing to undo."


def test_a_text_while_idle_settles_nothing():
    dialogue = Dialogue()
    dialogue.hear("put the red cube on the plate", seen(), "idle")
    assert dialogue.hear("undo", seen(), "idle").says == "There is nothing to undo."


def test_the_late_end_of_what_was_replaced_changes_nothing():
    dialogue = Dialogue()
    dialogue.hear("put the red cube on the plate", seen(), "idle")
    assert dialogue.hear("no, in the bowl", seen(), "moving").kind == "instead"
    dialogue.ended(done=False)  # of the cube on the plate
    assert dialogue.hear("what did you understand?", seen(), "waiting").says == (
        "I understood: place(red cube, in green bowl)."
    )
    dialogue.ended(done=True)
    assert str(dialogue.hear("undo", seen(), "idle").acts[0].skill) == RETURN


def test_a_turn_tells_the_request_behind_its_acts():
    talk = Talk()
    assert str(talk.say("put the red cube on the plate").wanted) == "place(red cube, on plate)"
    assert talk.say("undo").wanted is None


def test_help_and_repeating():
    talk = Talk()
    assert talk.say("I'm new here, what can I say?").kind == "help"
    said = talk.turn.says
    assert said
    assert talk.say("say that again please").says == said
    assert talk.say("what did you understand?").says == "Nothing is planned."
    talk.say("pick up the red cube")
    assert talk.say("what did you understand?", "waiting").says == "I understood: pick(red cube)."


@pytest.mark.parametrize(
    "text",
    [
        "hello again",
        "I have never seen the other one again",
        "it's the same with my brother",
        "my mother brother bothers another again and again",
        "she put it back in the drawer yesterday",
        "I would rather not undo my shoes",
        "there is more to life than cubes",
        "thank you, that was great",
        "no more please",
        "not again",
        "don't do that again",
        "please do not put it back",
        "never undo that",
        "don't do the same with the blue one",
        "the other one is not mine",
        "the ball is yellow",
        "what's next",
        "please do not put it back to the place before",
        "never push it again like that",
        "you don't have to put it back",
        "don't undo that I like it",
    ],
)
def test_words_of_turns_inside_other_sentences_move_nothing(text):
    talk = Talk()
    talk.say("push the red cube right")
    assert talk.say(text).acts == ()


@pytest.mark.parametrize(
    "text", ["right?", "yes but slowly", "yes, my cat is on the table", "no", "yes, the blue one", "ok wait"]
)
def test_only_a_plain_yes_confirms(text):
    talk = Talk()
    talk.say("put the red cube on the plate")
    assert talk.say(text, "waiting").kind != "confirm"


@pytest.mark.parametrize("phase", ["idle", "asked", "waiting", "moving"])
def test_stop_stops_in_every_phase(phase):
    assert Talk().say("Stop!", phase).kind == "stop"
    assert Talk().say("stop, you hit the cup", phase).kind == "stop"


@pytest.mark.parametrize(
    "text", ["can you stop please", "stop the movement", "whatever, I said stop", "oh no, do stop it"]
)
def test_the_word_stop_stops_a_motion_in_any_sentence(text):
    talk = Talk()
    talk.say("put the red cube on the plate")
    assert talk.say(text, "moving").kind == "stop"


@pytest.mark.parametrize(("phase", "kind"), [("asked", "cancel"), ("waiting", "cancel"), ("moving", "stop")])
@pytest.mark.parametrize("text", ["don't", "no, don't do that"])
def test_dont_refuses_what_waits_and_stops_what_moves(text, phase, kind):
    talk = Talk()
    talk.say("put the red cube on the plate")
    assert talk.say(text, phase).kind == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("right, carry on", "resume"),
        ("raise it a bit", "nudge"),
        ("no need to hurry", "slower"),
        ("a short break please", "pause"),
    ],
)
def test_more_wordings_while_the_arm_moves(text, kind):
    talk = Talk()
    talk.say("pick up the red cube")
    assert talk.say(text, "moving").kind == kind


@pytest.mark.parametrize("text", ["use the blue one instead", "no, I want the blue one", "take the blue one"])
def test_a_wish_for_another_thing_corrects_what_waits(text):
    talk = Talk()
    talk.say("put the red cube on the plate")
    assert talk.acts(text, "waiting") == "place(blue cube, on white plate)"


def test_an_order_about_something_unknown_does_not_move_what_was_spoken_of():
    talk = Talk()
    talk.say("pick up the red cup")
    assert talk.say("screwdriver, in the bowl").kind == "unsupported"
    assert talk.say("bananna, next to the plate").kind == "unsupported"


def test_asked_for_and_told():
    talk = Talk()
    assert talk.say("could you iron my shirt?").kind == "unsupported"
    assert talk.say("solder the wire to pin 3").kind == "unsupported"
    assert talk.say("my teddy is called Bruno").kind == "nothing"
    assert talk.say("Tommy, sweep the floor!").kind == "nothing"


SAID = (
    "again , the other one too",
    "undo the same with a bit more",
    "put it back in there on that",
    "yes no not stop pause go never mind please slowly instead",
    "what did you say understand",
    "red blue cube cup plate left right",
    "give me home open close push 5 cm hello and",
)
WORDS = sorted({word for line in SAID for word in line.split()})


def test_random_words_never_crash_and_never_move_before_anything_was_done():
    rng = random.Random(7)
    verbs = {"put", "give", "home", "open", "close", "push", "go", "in", "on", "left", "right", "there", "back"}
    for _ in range(1500):
        talk = Talk()
        words = rng.choices(WORDS, k=rng.randint(1, 9))
        for phase in ("idle", "waiting", "moving"):
            turn = talk.say(" ".join(words), phase)
            if phase == "idle" and not verbs & set(words):
                assert not turn.acts, words


def picked_up(*raised):
    """A conversation with two red cups after the left one was picked up, which is seen where `raised` says, or not."""
    left, right = seen({"red cup": (0.2, 0.75)})[0], seen({"red cup": (0.8, 0.3)})[0]
    dialogue = Dialogue()
    dialogue.hear("pick up the left red cup", (left, right), "idle")
    hand = tuple(SeenThing(left.reference, PixelPoint("front", u, v, 0.9)) for u, v in raised)
    dialogue.ended(done=True)
    return dialogue, left, (*hand, right)


@pytest.mark.parametrize("raised", [[(0.3, 0.55)], []], ids=["seen in the hand", "hidden by the hand"])
def test_what_the_hand_holds_is_known_wherever_it_is_seen(raised):
    dialogue, before, now = picked_up(*raised)
    turn = dialogue.hear("put it back", now, "idle")
    assert turn.kind == "return"
    assert turn.acts[0].anchors[0].point.u == before.point.u
    assert turn.acts[0].object != now[-1]


@pytest.mark.parametrize(
    "text",
    [
        "yes, that's what I meant",
        "lovely, that's exactly what I want",
        "Yes, now you've got it",
        "right, go on then",
        "yes yes",
    ],
)
def test_a_yes_may_say_more_of_the_same(text):
    talk = Talk()
    talk.say("put the red cube on the plate")
    assert talk.say(text, "waiting").kind == "confirm"


@pytest.mark.parametrize("text", ["yes, that's the wrong one", "yes, in a minute", "maybe yes", "yes, when I am back"])
def test_a_limited_yes_is_none(text):
    talk = Talk()
    talk.say("put the red cube on the plate")
    assert talk.say(text, "waiting").kind != "confirm"


@pytest.mark.parametrize(
    ("first", "text", "acts"),
    [
        ("move up 10 cm", "an additional 20 millimetres in the same direction", "move(up, 2 cm)"),
        ("move up 2 cm", "same distance to the left now", "move(left, 2 cm)"),
        ("move up 2 cm", "same motion one more time", "move(up, 2 cm)"),
        ("put the red cube on the plate", "I do apologise, I'd like that undone", "return(red cube)"),
        ("put the red cube on the plate", "could the last step be reversed", "return(red cube)"),
        ("put the red cube in the bowl", "fish it out", "pick(red cube)"),
        ("pick up the red cube", "the bowl now", "place(red cube, in green bowl)"),
        ("pick up the red cube", "that one can live on the plate", "place(red cube, on white plate)"),
        ("go home", "the red cube can go in the bowl", "place(red cube, in green bowl)"),
        (
            "go home",
            "take both cups and put them on the plate",
            "place(red cup, on white plate); place(blue cup, on white plate)",
        ),
        ("pick up the red cube", "phew, that was close", ""),
        ("pick up the red cube", "weld the bowl to the table", ""),
    ],
)
def test_more_ways_to_go_on(first, text, acts):
    talk = Talk()
    talk.say(first)
    assert talk.acts(text) == acts


@pytest.mark.parametrize(
    ("text", "phase", "kind"),
    [
        ("too quick, more slowly please", "moving", "slower"),
        ("reduce the velocity", "moving", "slower"),
        ("increase velocity", "moving", "faster"),
        ("wait a sec, freeze", "moving", "stop"),
        ("continue the interrupted motion", "moving", "resume"),
        ("that is quite correct, please proceed", "waiting", "confirm"),
        ("may I ask what sort of things I can tell you?", "idle", "help"),
        ("I seem to have forgotten what I may ask of you; could you remind me?", "idle", "help"),
        ("read out your last message once more", "idle", "repeat"),
        ("alignment error looks to be below a millimetre", "idle", "nothing"),
    ],
)
def test_more_wordings_of_turns(text, phase, kind):
    talk = Talk()
    talk.say("pick up the red cube")
    assert talk.say(text, phase).kind == kind
