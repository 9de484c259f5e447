"""The gymnasium environment passes gymnasium's own checker and rewards success only."""

from __future__ import annotations

import warnings

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from vla_assistant.arms.simulated import WORKSPACE_LOWER
from vla_assistant.errors import InputError
from vla_assistant.sim.environment import (
    LONGEST_EPISODE,
    NAME,
    TabletopEnvironment,
    averaged,
    register,
    sample_steps,
    words_for,
)
from vla_assistant.sim.expert import expert_action, why_impossible
from vla_assistant.types import Reference, Step


@pytest.fixture(scope="module")
def environment() -> gymnasium.Env:
    register()
    register()
    made = gymnasium.make(NAME, render_mode="rgb_array")
    yield made
    made.close()


def test_gymnasiums_checker_is_content(environment: gymnasium.Env) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # advice on the action's scale; ours is in metres on purpose
        check_env(environment.unwrapped, skip_render_check=True)


def test_the_expert_earns_the_reward(environment: gymnasium.Env) -> None:
    steps = (Step("pick", Reference("cube", "red")),)
    seen, info = environment.reset(seed=3, options={"steps": steps})
    assert seen["instruction"] == "pick up the red cube"
    assert info["steps"] == steps
    table = environment.unwrapped._table
    rewards, ended = [], False
    for _ in range(60):
        action, _ = expert_action(table.world, steps[0], table.arm.state.T_base_command)
        _, reward, ended, _, info = environment.step(action)
        rewards.append(reward)
        if ended:
            break
    assert ended, info
    assert rewards[-1] == 1.0
    assert not any(rewards[:-1])


@pytest.mark.parametrize("skill", ["pick", "place"])
def test_the_expert_succeeds_under_guard_and_is_never_clipped(skill: str, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = TabletopEnvironment()
    monkeypatch.setattr(environment, "_observe", dict)  # the expert needs no pictures
    rng, rewards = np.random.default_rng(7), []
    for seed in range(20):
        while (steps := sample_steps(rng))[0].skill != skill:
            continue
        environment.reset(seed=seed, options={"steps": steps})
        ended, actions = False, 0
        while not ended and actions < LONGEST_EPISODE:
            world, pose = environment._table.world, environment._table.arm.state.T_base_command
            _, reward, ended, _, told = environment.step(expert_action(world, steps[0], pose)[0])
            assert told["guard"] == ()
            actions += 1
        rewards.append(reward)
    environment.close()
    assert sum(rewards) >= 19, rewards


def test_the_guard_keeps_the_tool_above_the_table_and_says_so(environment: gymnasium.Env) -> None:
    environment.reset(seed=0)
    down = np.array([0, 0, -0.04, 0, 0, 0, 1], np.float32)
    lowest, said = 1.0, set()
    for _ in range(40):
        *_, told = environment.step(down)
        said.update(told["guard"])
        lowest = min(lowest, environment.unwrapped._table.arm.state.T_base_tool[2, 3])
    assert said
    assert all("workspace" in reason or "within" in reason for reason in said)
    assert lowest > WORKSPACE_LOWER[2] - 0.004


def test_what_is_refused_moves_nothing_and_takes_its_time(environment: gymnasium.Env) -> None:
    environment.reset(seed=0)
    arm = environment.unwrapped._table.arm
    before = arm.state
    absurd = np.full(7, np.nan, np.float32)
    with pytest.raises(InputError, match="finite"):
        environment.step(absurd)
    arm.hold("Joint 1 pushes too hard")
    _, reward, ended, _, told = environment.step(np.array([0.04, 0, 0, 0, 0, 0, 1], np.float32))
    assert (reward, ended) == (0.0, True)
    assert "Joint 1 pushes too hard" in told["guard"][-1]
    assert arm.state.time_s - before.time_s == pytest.approx(0.1)
    np.testing.assert_allclose(arm.state.joints, before.joints, atol=1e-3)
    environment.reset(seed=0)
    assert environment.step(np.array([0.04, 0, 0, 0, 0, 0, 1], np.float32))[4]["guard"] == ()


def test_an_action_of_the_wrong_shape_is_refused(environment: gymnasium.Env) -> None:
    environment.reset(seed=0)
    with pytest.raises(InputError, match="An action has 7 numbers"):
        environment.unwrapped.step(np.zeros(6, np.float32))


def test_sampled_tasks_are_possible_and_have_words() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        (step,) = sample_steps(rng)
        assert not why_impossible(step)
        assert str(step.object) in words_for(step)


def test_averaging_keeps_a_flat_picture_and_the_mean() -> None:
    flat = np.full((384, 384, 3), 77, np.uint8)
    assert (averaged(flat, 128) == 77).all()
    noise = np.random.default_rng(0).integers(0, 256, (128, 128, 3), dtype=np.uint8)
    assert averaged(noise, 64).mean() == pytest.approx(noise.mean(), abs=0.5)
