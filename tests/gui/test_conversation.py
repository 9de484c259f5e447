"""What the real session says of stop, cancel and resume: once in the window, and once in a terminal."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PyQt6.QtWidgets import QApplication

from vla_assistant import language
from vla_assistant.commands.telling import sentence_of
from vla_assistant.events import Event, Proposed
from vla_assistant.gui.conversation import Conversation
from vla_assistant.session import Rules, Session
from vla_assistant.session import messages as m
from vla_assistant.types import Command, Plan, Source, Step

HOME = (Step("home"),)
SHALL_I = "Shall I go home?"
STOPPED = ("Stopped: you pressed stop.", "The arm stands still.")
RESUMED = "Resumed. Nothing moves until you confirm something."


class Talk:
    """A session at work; what it asks for is answered at once, as if the arm and the models needed no time."""

    def __init__(self) -> None:
        self._session = Session(Rules(), language.describe)
        self._numbers = 0
        self.conversation = Conversation()
        self.events: list[Event] = []

    def feed(self, item: m.Input, now: float = 0.0) -> None:
        """What follows from it, and from that."""
        for effect in self._session.feed(item, now):
            if isinstance(effect, m.Publish):
                self.events.append(effect.event)
                self.conversation.handle(effect.event)
            elif isinstance(effect, m.Interpret):
                command = effect.command
                self.feed(m.Interpreted(command.id, language.understand(command.text)))
            elif isinstance(effect, m.Ground):
                self.feed(m.Planned(effect.command.id, m.Draft(Plan(effect.steps, "go home", 1.0), 1, 0.0)))
            elif isinstance(effect, m.Release):
                self.feed(m.Resume())
                self.feed(m.Released())

    def say(self, text: str) -> None:
        """Typed, as the window hands it over."""
        self._numbers += 1
        command = Command(self._numbers, text, Source.TYPED, 0.0)
        self.conversation.show_command(command)
        self.feed(m.Given(command, language.closed_intent(text)))


def stop(talk: Talk) -> None:
    talk.feed(m.Stop("you pressed stop"))
    talk.feed(m.Stood())


def stop_and_resume(talk: Talk) -> None:
    stop(talk)
    talk.say("resume")


def late(talk: Talk) -> None:
    talk.feed(m.Tick(), 1000.0)


CANCEL, NEW_TABLE = m.Cancel("key"), m.SceneChanged()


@pytest.mark.parametrize(
    ("happens", "in_window", "in_terminal"),
    [
        (stop, [*STOPPED], ["! Stopped: you pressed stop"]),
        (lambda talk: talk.say("stop"), ["stop", "Stopped: you said 'stop'."], ["! Stopped: you said 'stop'"]),
        (stop_and_resume, [*STOPPED, "resume", RESUMED], ["! Stopped: you pressed stop", "Ready again."]),
        (lambda talk: talk.say("resume"), ["resume", "Ready again."], ["Ready again."]),
        (lambda talk: talk.feed(CANCEL), ["You cancelled it (key)."], ["Cancelled."]),
        (lambda talk: talk.say("cancel"), ["cancel", "You cancelled it (typed)."], ["Cancelled."]),
        (late, ["Nobody confirmed it in time."], ["Nobody confirmed, so I leave it."]),
        (lambda talk: talk.feed(NEW_TABLE), ["The table has changed."], []),
    ],
)
def test_each_is_told_once(
    qapp: QApplication, happens: Callable[[Talk], None], in_window: list[str], in_terminal: list[str]
) -> None:
    talk = Talk()
    talk.say("go home")
    happens(talk)
    texts = talk.conversation.texts
    assert texts[1:3] == ["go home", SHALL_I]
    assert texts[3:] == in_window
    lines = [line for event in talk.events if (line := sentence_of(event))]
    assert lines == ["  1. go home", SHALL_I, *in_terminal]


def test_after_something_else_a_sentence_of_the_same_words_is_shown(qapp: QApplication) -> None:
    """Cancelled in motion: no proposal is withdrawn, so what is said is all there is."""
    talk = Talk()
    talk.say("go home")
    (proposal,) = [event.proposal for event in talk.events if isinstance(event, Proposed)]
    talk.feed(m.Confirm(proposal.id, "key"))
    talk.feed(m.Planned(proposal.command.id, m.Draft(proposal.plan, 2, 0.0)))
    talk.feed(CANCEL)
    assert talk.conversation.texts[-1] == "Cancelled."
