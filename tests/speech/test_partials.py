"""Glimpses of an utterance: is it a whole command, which pause ends it, and no work twice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vla_assistant.config import ListeningSection
from vla_assistant.events import Event, PartialHeard
from vla_assistant.speech.audio import RATE_HZ
from vla_assistant.speech.partials import Partials, pause_s
from vla_assistant.speech.recognizers.partial import Partial, judged
from vla_assistant.speech.segments import Segment
from vla_assistant.types import Audio, Utterance

OPTIONS = ListeningSection()


def whole(text: str) -> Utterance:
    return Utterance(text, 0.9, "sphinx")


@pytest.mark.parametrize(
    ("so_far", "ended", "pause"),
    [
        ("put the red cup in the green bowl", "put the red cup in the green bowl", OPTIONS.pause_complete_s),
        ("push the green ball to the left", "push the green ball to the left", OPTIONS.pause_complete_s),
        ("go home", "go home", OPTIONS.pause_complete_s),
        ("stop", "stop", OPTIONS.pause_complete_s),
        ("stack the", "stop", OPTIONS.pause_complete_s),  # the free end was about to become another word
        ("yes", "yes", OPTIONS.pause_complete_s),
        ("no", "no", OPTIONS.pause_s),  # ... the blue one
        ("pick up the red cup", "pick up the red cup", OPTIONS.pause_s),  # ... and put it in the bowl
        ("put the red cup", "put the red cup down", OPTIONS.pause_incomplete_s),
        ("pick up the red", "pick up the red can", OPTIONS.pause_incomplete_s),
        ("put the red cup in the", "", OPTIONS.pause_incomplete_s),
        ("put the red cup in the", "put the red cup in the", OPTIONS.pause_incomplete_s),
        ("put the red cup", "put the red cup", OPTIONS.pause_incomplete_s),
        ("stack the red cube on the blue", "stack the red cube on the blue", OPTIONS.pause_s),  # ... one
        ("my sister called yesterday", "my sister called yesterday", OPTIONS.pause_s),
        ("my sister called from the", "my sister called from the", OPTIONS.pause_incomplete_s),
        ("what do you see", "what do you see", OPTIONS.pause_complete_s),
        ("pick up the red cap", "pick up the red cup", OPTIONS.pause_s),  # two readings, which disagree
        ("put the red cup in the", "put the red cap in the", OPTIONS.pause_incomplete_s),
        ("", "never mind the rest of it", OPTIONS.pause_s),  # the words fit the sound badly: nothing is known
        ("", "", OPTIONS.pause_s),
    ],
)
def test_what_was_said_so_far_says_which_pause_ends_it(so_far: str, ended: str, pause: float) -> None:
    assert pause_s(judged(so_far, whole(ended)), OPTIONS) == pause


def test_the_pauses_keep_their_order_whatever_is_configured() -> None:
    options = ListeningSection(pause_s=0.2, pause_complete_s=0.5, pause_incomplete_s=0.1)
    assert pause_s(judged("go home", whole("go home")), options) == 0.2
    assert pause_s(judged("put the", whole("")), options) == 0.2


class Glimpsing:
    """A recognizer with glimpses, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def transcribe(self, audio: Audio, grammar: str | None = None) -> Utterance:
        self.asked.append("whole")
        return whole("go home")

    def partial(self, audio: Audio, grammar: str | None = None) -> Partial:
        self.asked.append("partial")
        return judged("go home", whole("go home"))


def segment(**changes: object) -> Segment:
    audio = Audio(np.zeros(320, np.float32), RATE_HZ)
    made = Segment(7, audio, 1.0, 1.02, np.ones(1, bool), 1.02, final=False)
    return replace(made, **changes)  # type: ignore[arg-type]


def test_the_words_of_a_glimpse_are_those_of_the_utterance_that_adds_nothing() -> None:
    recognizer, events, advice = Glimpsing(), list[Event](), list[float]()
    partials = Partials(OPTIONS, events.append, lambda glimpse, pause: advice.append(pause), lambda: 5.0)
    assert partials.transcribe(recognizer, segment(), None).text == "go home"
    assert events == [PartialHeard(5.0, "go home")]
    assert advice == [OPTIONS.pause_complete_s]
    assert partials.transcribe(recognizer, segment(final=True, end_s=1.3), None).text == "go home"
    assert recognizer.asked == ["partial"]


@pytest.mark.parametrize("changes", [{"spoken_until_s": 1.5}, {"id": 8}])
def test_an_utterance_that_went_on_is_decoded(changes: dict[str, object]) -> None:
    recognizer = Glimpsing()
    partials = Partials(OPTIONS, lambda event: None)
    partials.transcribe(recognizer, segment(), None)
    partials.transcribe(recognizer, segment(final=True, **changes), None)
    partials.transcribe(recognizer, segment(final=True), "another grammar")
    assert recognizer.asked == ["partial", "whole", "whole"]


def test_a_glimpse_in_the_middle_of_a_word_settles_nothing() -> None:
    recognizer, advice = Glimpsing(), list[float]()
    partials = Partials(OPTIONS, lambda event: None, lambda glimpse, pause: advice.append(pause))
    partials.transcribe(recognizer, segment(running=True), None)
    partials.transcribe(recognizer, segment(final=True), None)
    assert recognizer.asked == ["partial", "whole"]
    assert advice == []


def test_nobody_is_shown_what_was_said_to_a_sleeping_program() -> None:
    events: list[Event] = []
    Partials(OPTIONS, events.append).transcribe(Glimpsing(), segment(), None, shown=False)
    assert events == []
