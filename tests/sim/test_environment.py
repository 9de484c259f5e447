"""The gymnasium environment passes gymnasium's own checker and rewards success only."""

from __future__ import annotations

import warnings

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from vla_assistant.arms.simulated import WORKSPACE_LOWER
from vla_assistant.errors import InputError
from vla_assistant.sim.environment import NAME, TabletopEnvironment, averaged, register
from vla_assistant.sim.expert import expert_action
from vla_assistant.sim.suite import episode, tasks
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


@pytest.fixture(scope="module")
def blind() -> TabletopEnvironment:
    """An environment without pictures: the expert needs none."""
    made = TabletopEnvironment()
    made._observe = lambda: {"instruction": made._commands[min(made._done, len(made._commands) - 1)][1]}  # type: ignore[method-assign]
    yield made
    made.close()


def carried_out(environment: TabletopEnvironment, split: str, number: int) -> tuple[float, list[str]]:
    """The rewards that the expert earns in an episode, and what was said to it."""
    seen, _ = environment.reset(options={"split": split, "number": number})
    total, said = 0.0, [seen["instruction"]]
    for command in episode(split, number).commands:
        for step in command:
            ended, waits = False, 0
            while not ended or waits < 12:
                world, pose = environment._table.world, environment._table.arm.state.T_base_command
                action, ended = expert_action(world, step, pose)
                waits = waits + 1 if ended else 0
                seen, reward, over, cut, told = environment.step(action)
                assert told["guard"] == ()
                assert not cut
                total += reward
                if seen["instruction"] != said[-1]:
                    said.append(seen["instruction"])
                if reward or over:
                    break
    return total, said


@pytest.mark.parametrize(
    "task", ["pick", "place_in", "left_of", "between", "push_back", "retrieve", "give", "swap", "tower", "clear"]
)
def test_the_expert_succeeds_under_guard_and_is_never_clipped(task: str, blind: TabletopEnvironment) -> None:
    number = tasks("unseen-seeds").index(task)
    assert carried_out(blind, "unseen-seeds", number)[0] == 1.0


def test_an_episode_of_several_commands_says_one_after_the_other(blind: TabletopEnvironment) -> None:
    number = tasks("named").index("three_commands")
    earned, said = carried_out(blind, "named", number)
    assert earned == 3.0
    assert said == ["pick up the red block", "place it on the blue block", "move back to home"]


def test_a_reset_takes_the_suites_episodes(environment: gymnasium.Env) -> None:
    _, told = environment.reset(options={"split": "start", "number": 3})
    wanted = episode("start", 3)
    table = environment.unwrapped._table
    assert (told["task"], told["steps"]) == (wanted.task, wanted.steps)
    assert table.world.scene == wanted.scene
    assert wanted.start_joints is not None
    np.testing.assert_allclose(table.arm.state.joints, wanted.start_joints, atol=1e-6)
    assert table.arm.state.gripper == pytest.approx(wanted.start_gripper, abs=0.01)
    first = environment.reset(seed=5)[1]
    assert first == environment.reset(seed=5)[1] != environment.reset(seed=6)[1]
    with pytest.raises(InputError, match="no split 'dark'"):
        environment.reset(options={"split": "dark", "number": 3})


def test_an_episode_is_cut_off_after_twenty_seconds_a_step(blind: TabletopEnvironment) -> None:
    blind.reset(options={"split": "unseen-seeds", "number": 0})
    still = np.array([0, 0, 0, 0, 0, 0, 1], np.float32)
    cuts = [blind.step(still)[3] for _ in range(200)]
    assert cuts == [False] * 199 + [True]


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


def test_averaging_keeps_a_flat_picture_and_the_mean() -> None:
    flat = np.full((384, 384, 3), 77, np.uint8)
    assert (averaged(flat, 128) == 77).all()
    noise = np.random.default_rng(0).integers(0, 256, (128, 128, 3), dtype=np.uint8)
    assert averaged(noise, 64).mean() == pytest.approx(noise.mean(), abs=0.5)
