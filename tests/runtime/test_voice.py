"""The voice says what is worth saying: a stop at once, a question until it is settled, an answer while it is news."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.runtime.conftest import until
from vla_assistant import config, registry
from vla_assistant.events import Confirmed, Event, PartChanged, Said, Saying, Understood, Withdrawn
from vla_assistant.runtime.voice import QUESTION, Voice, sentence, settles_question
from vla_assistant.speech.sentences import Sentence
from vla_assistant.speech.speakers.silent import SilentSpeaker
from vla_assistant.types import Command, Intent, Source, Step, Understanding

COMMAND = Command(1, "pick up the cup", Source.VOICE, 0.0)


def understood(*steps: Step) -> Understood:
    return Understood(0.0, COMMAND, Understanding("pick up", Intent.COMMAND, steps))


class Noted(SilentSpeaker):
    """A speaker that notes what it is told."""

    def __init__(self, told: list[object]) -> None:
        super().__init__(config.load().backend("speakers", "silent"))
        self._told = told

    def speak(
        self, text: str, *, topic: str = "", ttl_s: float = 0.0, urgent: bool = False, language: str = "en"
    ) -> None:
        self._told.append(Sentence(text, topic, ttl_s, urgent, language))

    def forget(self, topic: str) -> None:
        self._told.append(f"forget {topic}")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What the speaker of a voice is told."""
    told: list[object] = []
    make: Callable[..., SilentSpeaker] = lambda backend, options, **parts: Noted(told)  # noqa: E731
    monkeypatch.setattr(registry.Backend, "create", make)
    return told


@pytest.mark.parametrize(
    ("saying", "expected"),
    [
        (Saying.ANSWER, Sentence("so", ttl_s=15.0)),
        (Saying.QUESTION, Sentence("so", QUESTION, 30.0)),
        (Saying.STOP, Sentence("so", ttl_s=3.0, urgent=True)),
    ],
)
def test_what_is_said_lives_as_long_as_it_is_news(saying: Saying, expected: Sentence) -> None:
    assert sentence(Said(0.0, "so", saying), 30.0) == expected


@pytest.mark.parametrize(
    ("event", "settles"),
    [
        (Confirmed(0.0, 1, "click"), True),
        (Withdrawn(0.0, 1, "you cancelled it"), True),
        (understood(Step("home")), True),
        (understood(), False),
        (Said(0.0, "so"), False),
    ],
)
def test_a_question_is_settled_by_its_answer(event: Event, settles: bool) -> None:
    assert settles_question(event) is settles


def test_what_was_said_before_the_speaker_came_is_said_unless_it_is_settled(told: list[object]) -> None:
    happened: list[Event] = []
    now = [0.0]
    voice = Voice(config.load(), happened.append, lambda: now[0])
    voice.note(Said(0.0, "Ready."))
    now[0] = 10.0
    voice.note(Said(10.0, "Shall I?", Saying.QUESTION))
    voice.note(Withdrawn(10.0, 1, "you cancelled it"))
    voice.note(Said(10.0, "Cancelled."))
    now[0] = 20.0
    voice.start()
    assert until(lambda: bool(told), 10.0)
    voice.note(Confirmed(20.0, 2, "click"))
    voice.close()
    assert told == [Sentence("Cancelled.", ttl_s=15.0), "forget question"]
    assert not [event for event in happened if not isinstance(event, PartChanged)]


def test_the_volume_is_that_of_the_speaker(told: list[object]) -> None:
    voice = Voice(config.load(), lambda event: None, lambda: 0.0)
    voice.set_volume(0.3)
    assert voice.volume == 0.0
    voice.note(Said(0.0, "Ready."))
    voice.start()
    assert until(lambda: bool(told), 10.0)
    voice.set_volume(0.3)
    assert voice.volume == 0.3
    assert voice.voices() == []
    voice.close()
