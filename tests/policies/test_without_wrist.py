"""An arm without a wrist camera."""

from __future__ import annotations

import numpy as np
import pytest

from tests.policies.conftest import observation
from vla_assistant.networks.senses import NO_PICTURE
from vla_assistant.policies.compact import CompactPolicy, Config, default_weights
from vla_assistant.types import Frame, Observation, Reference, Step

PICK = Step("pick", Reference("cube", "blue"))
pytestmark = pytest.mark.skipif(not default_weights().is_file(), reason="the weights are not trained yet")


def test_a_wrist_camera_that_is_not_there_is_grey() -> None:
    now = observation()
    wrist = Frame(np.full((64, 64, 3), NO_PICTURE, np.uint8), "wrist", 0, now.state.time_s)
    policy = CompactPolicy(Config(wrist_camera=False))
    without = policy.act(Observation({"front": now.frames["front"]}, now.state), PICK)
    grey = policy.act(Observation({"front": now.frames["front"], "wrist": wrist}, now.state), PICK)
    seeing = policy.act(now, PICK)
    np.testing.assert_array_equal(without.actions, grey.actions)
    assert np.abs(without.actions - seeing.actions).max() > 1e-4  # where there is one, it is used
