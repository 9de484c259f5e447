"""The gymnasium environment passes gymnasium's own checker and rewards success only."""

from __future__ import annotations

import warnings

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from vla_assistant.errors import InputError
from vla_assistant.sim.environment import NAME, averaged, register, sample_steps, words_for
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
    cell = environment.unwrapped._cell
    rewards, ended = [], False
    for _ in range(60):
        action, _ = expert_action(cell.world, steps[0], cell.servo.commanded_pose)
        _, reward, ended, _, info = environment.step(action)
        rewards.append(reward)
        if ended:
            break
    assert ended, info
    assert rewards[-1] == 1.0
    assert not any(rewards[:-1])


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
