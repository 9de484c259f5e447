"""The simulated table in lockstep, as an environment in which steps are carried out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from vla_assistant.data.table import Table
from vla_assistant.errors import UnsafeError
from vla_assistant.policies.posture import is_home
from vla_assistant.sim.scene import Scene


@pytest.fixture(scope="module")
def table() -> Iterator[Table]:
    made = Table()
    yield made
    made.close()


def test_goes_home_from_anywhere(table: Table) -> None:
    table.reset(Scene(()), table.random_joints(np.random.default_rng(3)))
    assert not is_home(table.arm.state)
    assert table.go_home()
    assert is_home(table.arm.state)


def test_a_held_arm_does_not_go_home(table: Table) -> None:
    table.reset(Scene(()))
    table.arm.hold("it hit something")
    with pytest.raises(UnsafeError, match="it hit something"):
        table.go_home()
