"""The ears come up in the background; what was chosen before holds when they are there."""

from __future__ import annotations

import pytest

from tests.runtime.conftest import until
from vla_assistant import config
from vla_assistant.runtime.ears import Ears


class Listener:
    """A listener that notes what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, object]] = []

    def mute(self, muted: bool) -> None:
        self.told.append(("mute", muted))

    def choose(self, mode: str) -> None:
        self.told.append(("choose", mode))

    def start(self) -> None:
        self.told.append(("start", None))

    def close(self) -> None:
        self.told.append(("close", None))


def test_a_mode_that_was_chosen_early_holds_when_the_listener_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    listener, events = Listener(), list[object]()
    settings = config.load(None, ["listening.mode=wake-word"])
    ears = Ears(settings, None, None, events.append, lambda reason: None, lambda: 0.0)  # type: ignore[arg-type]
    monkeypatch.setattr(ears, "_composed", lambda: listener)
    assert ears.mode == "wake-word"
    ears.choose_mode("push-to-talk")
    ears.start()
    assert until(lambda: ("start", None) in listener.told, 30.0)
    assert listener.told == [("mute", False), ("choose", "push-to-talk"), ("start", None)]
    ears.choose_mode("hands-free")
    assert ears.mode == "hands-free"
    ears.close()
    assert listener.told[3:] == [("choose", "hands-free"), ("close", None)]
