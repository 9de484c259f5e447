"""A policy that thinks while the arm moves on: where its chunks take over, neither place nor speed jumps."""

from collections.abc import Iterator

import numpy as np
import pytest

from vla_assistant.arms.base import PERIOD_S
from vla_assistant.arms.guarded import GuardedArm, guarded
from vla_assistant.arms.simulated import Config, SimulatedArm
from vla_assistant.types import ActionChunk

HORIZON, STEP_S = 8, 0.1
MOST_LATE = {1: 5, 2: 8}
"""Actions between two looks, and how late their chunks come at most [ticks of 20 ms]: a look later the next is due."""
DISAGREES = 0.03
"""Two chunks in a row want speeds that differ by up to this, each way [m/s]."""
TOOL_ACCELERATION = 5.0
"""What the commanded tool may do at a border [m/s^2]; the joints alone would allow about 12, and catching
up within one action made up to 22."""


@pytest.fixture
def arm() -> Iterator[GuardedArm]:
    arm = guarded(SimulatedArm(Config()))
    arm.connect()
    yield arm
    arm.close()


def late_chunk(arm: GuardedArm, rng: np.random.Generator) -> ActionChunk:
    """What a policy wants that leads the tool around a circle and is never quite of its own former opinion."""
    times = arm.state.time_s + STEP_S * np.arange(HORIZON)
    speeds = 0.12 * np.stack([np.sin(1.5 * times), np.cos(1.5 * times), 0 * times], axis=1)
    actions = np.zeros((HORIZON, 7), np.float32)
    actions[:, :3] = (speeds + rng.uniform(-DISAGREES, DISAGREES, 3)) * STEP_S
    actions[:, 5] = rng.uniform(-0.02, 0.02)
    actions[:, 6] = 1.0
    return ActionChunk(actions, STEP_S, arm.state.time_s)


def drive(arm: GuardedArm, rng: np.random.Generator, execute: int, rounds: int = 15) -> tuple[np.ndarray, np.ndarray]:
    """Ask, move on while the policy thinks, take over: tool places (n, 3) commanded, and the borders."""
    places, borders = [arm.state.T_base_command[:3, 3]], []
    for _ in range(rounds):
        chunk = late_chunk(arm, rng)
        late = int(rng.integers(1, MOST_LATE[execute] + 1))
        places += [arm.tick().T_base_command[:3, 3] for _ in range(late)]
        assert arm.submit(chunk).allowed
        borders.append(len(places) - 1)
        left = max(1, round(execute * STEP_S / PERIOD_S) - late)
        places += [arm.tick().T_base_command[:3, 3] for _ in range(left)]
    return np.array(places), np.array(borders)


@pytest.mark.parametrize("execute", MOST_LATE)
@pytest.mark.parametrize("seed", range(6))
def test_speed_does_not_jump_where_a_late_chunk_takes_over(arm: GuardedArm, seed: int, execute: int) -> None:
    """Also where the next chunk comes before the last one has led the tool into its own path."""
    places, borders = drive(arm, np.random.default_rng(seed), execute)
    speeds = np.diff(places, axis=0) / PERIOD_S
    changes = np.linalg.norm(np.diff(speeds, axis=0), axis=1)
    assert not arm.refusal
    assert np.linalg.norm(speeds, axis=1).max() < arm._guard.limits.tool_speed
    assert changes[borders - 1].max() < TOOL_ACCELERATION * PERIOD_S


@pytest.mark.parametrize("execute", MOST_LATE)
def test_the_joints_are_never_asked_for_more_than_they_may(
    arm: GuardedArm, monkeypatch: pytest.MonkeyPatch, execute: int
) -> None:
    """What is sent, after everything that smooths: speeds of the joints and how they change."""
    sent = []
    monkeypatch.setattr(arm._arm, "send", lambda command, send=arm._arm.send: sent.append(command) or send(command))
    drive(arm, np.random.default_rng(7), execute)
    limits = arm._servo.limits
    speeds = np.array([command.velocities for command in sent])
    assert (np.abs(speeds) <= limits.velocity * 1.001).all()
    assert (np.abs(np.diff(speeds, axis=0)) <= limits.acceleration * PERIOD_S * 1.001).all()
    steps = np.diff([command.joints for command in sent], axis=0)
    assert (np.abs(steps) <= limits.velocity * PERIOD_S * 1.001).all()
