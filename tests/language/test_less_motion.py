"""Less motion wins: what may mean no, stop or not now is taken so, whatever else is said. Found by a review."""

from __future__ import annotations

import pytest

from tests.language.test_conversation import Talk
from vla_assistant.language import approves, interjection, means_less

RESERVED = """
pick up the red cup only if it is empty
put the red cup on the white plate if it is empty
unless it's hot pick up the red cup
pick up the red cup on my signal
wait for me, then pick up the red cup
if you see a dog, pick up the red cup
pick up the red cup twice
before you put the red cup on the white plate, ask me
no one should pick up the red cup
I forbid you to pick up the red cup
pick up the red cup, no stop
pick up the red cup, cancel that last one
pick up the red cup, on second thought leave it
pick up the red cup, April fools
I wish you had put the red cup on the white plate
you put the red cup on the white plate, didn't you
Tom, put the red cup on the white plate
I told Tom to pick up the red cup
throw the red cup to the left
pick up the red cup's lid
take a seat
stop picking up the red cup
pick up the red cup and stop
""".strip().splitlines()


@pytest.mark.parametrize("text", RESERVED)
def test_what_asks_for_nothing_now_is_not_proposed_for_sure(text: str) -> None:
    understanding = Talk().say(text)
    assert not understanding.steps or not understanding.is_sure


@pytest.mark.parametrize(
    "remark",
    [
        "it is on fire",
        "this is dangerous",
        "it's John on the phone",
        "that's bad",
        "that's a bad plan",
        "its unsafe",
        "it's cancelled",
        "that's a mistake",
        "this one is broken",
        "it's impossible",
        "you broke it",
        "you missed it",
        "lets do something else",
        "good bye",
        "great danger",
        "it's time to quit",
    ],
)
@pytest.mark.parametrize("yes", ["ok", "yes"])
def test_a_yes_with_a_remark_that_may_be_a_reason_against_it_is_none(yes: str, remark: str) -> None:
    assert not approves(f"{yes}, {remark}")


@pytest.mark.parametrize("text", ["yes", "ok, that's fine", "yes please, thank you", "yes, go ahead"])
def test_a_yes_with_a_harmless_remark_is_one(text: str) -> None:
    assert approves(text)


@pytest.mark.parametrize(
    "text",
    [
        "wait, the blue one",
        "hold on, the blue one",
        "wait, it's the blue one",
        "wait, put it in the bowl",
        "can you wait",
        "I said wait",
        "could we pause here",
        "quit",
        "cease",
        "terminate",
        "shut down",
        "power off",
        "kill it",
        "cut it out",
        "stay still",
        "woah",
        "too far",
        "you're hurting me",
        "my hand is in the way",
        "watch out",
        "let go",
        "stpo",
        "kannst du anhalten",
        "stoppen",
        "es reicht",
        "nicht weiter",
        "ne continue pas",
        "arrêtez ça",
        "zu schnell",
        "get away",
        "back off",
        "calm down",
        "wake up",
        "the left hand hurts",
        "left over pizza",
        "faster? no",
        "no faster",
    ],
)
def test_what_may_mean_less_holds_what_moves(text: str) -> None:
    said = interjection(text)
    assert said is not None
    assert said.kind in ("pause", "stop", "cancel")


@pytest.mark.parametrize(
    "text",
    [
        "absolutely not",
        "not yet",
        "ok but wait",
        "yes yes no",
        "that's not right",
        "I said no",
        "quit",
        "reject",
        "bad idea",
    ],
)
def test_what_may_be_a_no_is_none_of_the_yeses(text: str) -> None:
    assert means_less(text)
    assert not approves(text)


@pytest.mark.parametrize("text", ["1" * 400, "not " * 200, "cup " * 250, "yes " * 250, "½" * 50])
def test_endless_texts_end(text: str) -> None:
    assert not Talk().say(text).steps
