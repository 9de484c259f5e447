"""What a replay offers to say is what every policy has learnt: it has none that could be asked."""

from __future__ import annotations

from vla_assistant.events import SceneSeen
from vla_assistant.gui.replay import Replay
from vla_assistant.types import PixelPoint, Reference, SeenThing


def test_a_replay_offers_nothing_that_the_policy_may_refuse() -> None:
    names = (("cube", "blue"), ("cup", "red"), ("bowl", "green"))
    things = tuple(SeenThing(Reference(*name), PixelPoint("front", 0.5, 0.5, 1.0)) for name in names)
    offered = Replay({}, [SceneSeen(1.0, things=things, frame_id=1)]).examples()
    assert "pick up the blue cube" in offered
    assert not any(word in text for text in offered for word in ("hand over", "next to", "drawer"))
