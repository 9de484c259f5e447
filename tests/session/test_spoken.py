"""What is spoken, through the session and the conversation as the program joins them: words in, sentences out."""

from __future__ import annotations

import numpy as np
import pytest

from tests.language.table import table
from vla_assistant import events, language
from vla_assistant.session import Rules, Session
from vla_assistant.session import messages as m
from vla_assistant.types import Command, Grounding, Judgement, PixelPoint, Plan, Source, Step

THINGS = "red cup @ left near; blue cup @ right near; blue cube @ left far; white plate @ middle near"
PLACE = "put the red cup on the plate"
SHALL = "Shall I place the red cup on the white plate?"
DONE = "Done: place the red cup on the white plate."


def plan(steps: tuple[Step, ...]) -> Plan:
    """All things of the steps seen where they are."""
    point = PixelPoint("front", 0.5, 0.5, 0.9)
    named = {step.object for step in steps} | {step.destination for step in steps}
    known = tuple(Grounding(thing, "front", np.ones((1, 1), np.float32), point) for thing in named if thing)
    return Plan(steps, "", 0.9, known)


class Program:
    """The session with the real words, and a policy that always succeeds once it may act."""

    def __init__(self, spoken: str = "en") -> None:
        self.session = Session(Rules(), language.describe, language.interjection, language.means_less, spoken)
        self.conversation = language.Conversation("auto")
        self.seen = table(THINGS)
        self.count = 0
        self.acts: list[m.Act] = []
        self.held: list[m.Hold] = []
        self.volumes: list[bool] = []

    def say(self, text: str) -> list[str]:
        """What the program says to that."""
        self.count += 1
        command = Command(self.count, text, Source.TYPED, 0.0)
        return self.feed(m.Given(command, language.closed_intent(text, "auto")))

    def work(self) -> list[str]:
        """What is said until the motion has ended."""
        said = []
        while self.acts:
            ticket = self.acts.pop(0).ticket
            said += self.feed(m.Acted(ticket, 0.9, 0.0)) + self.feed(m.Acted(ticket, 0.9, 0.0))
        return said

    @property
    def steps(self) -> tuple[Step, ...]:
        """What is proposed."""
        return self.session.proposal.plan.steps if self.session.proposal else ()

    def feed(self, item: m.Input) -> list[str]:
        """What is said to that input."""
        said: list[str] = []
        for effect in self.session.feed(item, 0.0):
            match effect:
                case m.Publish(event=events.VolumeAsked(louder=louder)):
                    self.volumes.append(louder)
                case m.Publish(event=events.Said(text=text)):
                    said.append(text)
                case m.Interpret(command, going):
                    meant = self.conversation.understand(
                        command.id, command.text, going, lambda: self.seen, lambda: language.Hand()
                    )
                    said += self.feed(m.Interpreted(command.id, meant))
                case m.Ground(command, steps):
                    said += self.feed(m.Planned(command.id, m.Draft(plan(steps), 1, 0.0)))
                case m.Recheck(proposal):
                    said += self.feed(m.Planned(proposal.command.id, m.Draft(proposal.plan, 1, 0.0)))
                case m.Act():
                    self.acts.append(effect)
                case m.Judge(ticket):
                    said += self.feed(m.Judged(ticket, Judgement(True, 0.9, "seen")))
                case m.Settle(command_id, done):
                    self.conversation.settle(command_id, done)
                case m.Forget(command_id):
                    self.conversation.forget(command_id)
                case m.Hold():
                    self.held.append(effect)
        return said


REPEATING = ("repeat", "say that again", "repeat that, please", "could you repeat that?", "pardon?", "please repeat")


@pytest.mark.parametrize("text", REPEATING)
def test_repeat_says_the_last_words_again_and_moves_nothing(text: str) -> None:
    program = Program()
    assert program.say(PLACE) == [SHALL]
    assert program.say(text) == [SHALL]
    program.say("yes")
    assert len(program.acts) == 1
    assert program.say(text) == ["Shall I place the red cup on the white plate?"]
    assert program.work() == [DONE]
    assert program.say(text) == [DONE]
    (question,) = program.say("pick up the cup")
    assert program.say(text) == [question]
    assert program.say("the blue one") == ["Shall I pick up the blue cup?"]


@pytest.mark.parametrize("text", ["again", "do that again", "repeat that move", "repeat the last action", "once more"])
def test_again_is_the_motion_again(text: str) -> None:
    program = Program()
    program.say(PLACE)
    program.say("yes")
    program.work()
    assert program.say(text) == [SHALL]


def test_what_is_added_to_what_waits_is_proposed_with_it() -> None:
    program = Program()
    program.say(PLACE)
    assert program.say("and then go home") == ["Shall I place the red cup on the white plate, then go home?"]
    program.say("yes")
    program.work()
    assert program.say("again") == ["Shall I place the red cup on the white plate, then go home?"]


def test_a_question_about_what_is_added_is_answered_for_it() -> None:
    program = Program()
    program.say("put the blue cube on the plate")
    (question,) = program.say("and then pick up the cup")
    assert "or" in question
    assert program.say("yes") == ["Please say which one; a yes is no answer to what I asked."]
    assert not program.acts
    assert program.say("the red one") == ["Shall I place the blue cube on the white plate, then pick up the red cup?"]


def test_what_is_no_answer_is_said_to_the_proposal_that_waits() -> None:
    program = Program()
    program.say("put the blue cube on the plate")
    program.say("and then pick up the cup")
    assert program.say("slowly please") == ["Shall I place the blue cube on the white plate, slowly?"]


def test_it_is_picked_up() -> None:
    program = Program()
    program.say(PLACE)
    assert program.say("and then pick it up") == ["Shall I place the red cup on the white plate, then pick it up?"]


@pytest.mark.parametrize("before", ["slowly", "carefully"])
def test_the_later_manner_is_the_one_asked(before: str) -> None:
    program = Program()
    program.say(PLACE)
    assert program.say(before) == ["Shall I place the red cup on the white plate, slowly?"]
    assert program.say("faster") == [SHALL]


@pytest.mark.parametrize(
    "text", ["what can I say to you?", "help", "give me some examples", "I don't know what to say"]
)
def test_help_is_a_list_of_sentences(text: str) -> None:
    program = Program()
    program.say(PLACE)
    (said,) = program.say(text)
    first, *examples = said.splitlines()
    assert first.endswith("You can say:")
    assert "Pick up the red cup." in examples
    assert all(line.endswith(".") for line in examples)
    assert program.steps


@pytest.mark.parametrize(
    "text", ["good catch", "nice pick!", "good job putting that down", "well done picking that up"]
)
def test_praise_changes_nothing(text: str) -> None:
    program = Program()
    program.say(PLACE)
    assert program.say(text) == ["Thank you."]
    assert program.steps
    program.say("yes")
    program.say(text)
    assert not program.held
    assert program.work()[0] == DONE


@pytest.mark.parametrize("text", ["s t o p", "S.T.O.P!", "stooop", "stopp", "sto p", "stpo", "es reicht", "arrêtez ça"])
def test_a_stop_in_other_letters_stops(text: str) -> None:
    program = Program()
    program.say(PLACE)
    program.say("yes")
    program.say(text)
    assert program.held
    assert program.session.stopped


def test_long_talk_with_a_stop_in_it_stops() -> None:
    for stop in (", stop, ", " stop ", ". Halt! "):
        program = Program()
        program.say(PLACE)
        program.say("yes")
        program.say(
            f"{'so I was telling her about the sea and the walks on the beach ' * 4}{stop}{'and it rained ' * 9}"
        )
        assert program.session.stopped


def test_a_stop_behind_any_amount_of_talk_stops() -> None:
    program = Program()
    program.say(PLACE)
    program.say("yes")
    program.say(f"{'so I was telling her about the sea ' * 200}, stop")
    assert program.session.stopped


def test_what_is_given_up_for_something_else_ends_at_once() -> None:
    program = Program()
    program.say(PLACE)
    program.say("yes")
    assert program.say("scratch that, push the blue cube to the left") == ["Shall I push the blue cube to the left?"]
    assert program.held
    assert not program.session.stopped


def test_a_foreign_stop_in_long_talk_stops() -> None:
    program = Program()
    program.say(PLACE)
    program.say("yes")
    talk = "so I was telling her about the sea, " * 6
    program.say(f"{talk} arrêtez, {talk}")
    assert program.session.stopped
