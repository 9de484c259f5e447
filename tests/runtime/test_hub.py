"""One stream, many subscribers."""

from __future__ import annotations

import pytest

from vla_assistant.events import Event, Resumed, Warned
from vla_assistant.runtime.hub import Hub


def test_everybody_hears_everything_in_order_until_the_end() -> None:
    hub = Hub()
    heard: list[Event] = []
    stream = hub.events()
    leave = hub.subscribe(heard.append)
    first, second = Warned(1.0, "a"), Resumed(2.0)
    hub.publish(first)
    leave()
    hub.publish(second)
    hub.close()
    hub.publish(Resumed(3.0))
    assert heard == [first]
    assert list(stream) == [first, second]
    assert list(hub.events()) == []


def test_a_subscriber_may_publish_and_unsubscribe_from_within() -> None:
    hub = Hub()
    heard: list[str] = []

    def echo(event: Event) -> None:
        heard.append(type(event).__name__)
        leave()
        hub.publish(Resumed(2.0))

    leave = hub.subscribe(echo)
    hub.subscribe(lambda event: heard.append(type(event).__name__))
    hub.publish(Warned(1.0, "a"))
    assert heard == ["Warned", "Resumed", "Warned"]


@pytest.mark.expects_log
def test_a_subscriber_that_fails_keeps_nothing_from_the_others() -> None:
    hub = Hub()
    heard: list[Event] = []

    def fail(event: Event) -> None:
        raise RuntimeError("a bug")

    hub.subscribe(fail)
    hub.subscribe(heard.append)
    hub.publish(Resumed(1.0))
    assert heard == [Resumed(1.0)]
