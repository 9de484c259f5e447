"""The shipped weights: they see, plan, act and judge, fast enough, and succeed on scenes they never saw."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vla_assistant.data.table import Table
from vla_assistant.errors import BackendError, InputError, UnsupportedError, WeightsError
from vla_assistant.evaluate.suite.stage import Stage
from vla_assistant.networks.weights import read_card
from vla_assistant.policies.compact import CompactPolicy, Config, default_weights
from vla_assistant.policies.controller import VLAController
from vla_assistant.policies.execution import run_step
from vla_assistant.sim.sampling import scene_for_steps
from vla_assistant.types import Reference, Result, Step

BLUE_CUBE = Reference("cube", "blue")
TWO_STEPS = (Step("pick", BLUE_CUBE), Step("place", BLUE_CUBE, Reference("bowl", "red")))


@pytest.fixture(scope="module")
def policy() -> CompactPolicy:
    return CompactPolicy()


@pytest.fixture(scope="module")
def table() -> Table:
    return Table()


def test_weights_are_small_and_carry_their_card() -> None:
    assert default_weights().stat().st_size < 11_000_000
    assert read_card(default_weights())["frames"] > 500_000


def test_missing_weights_are_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"missing: there is no file .*nothing\.safetensors"):
        CompactPolicy(Config(weights=str(tmp_path / "nothing.safetensors")))


@pytest.mark.parametrize("seed", [1001, 1004])
def test_sees_what_is_on_the_table(policy: CompactPolicy, table: Table, seed: int) -> None:
    scene = scene_for_steps(TWO_STEPS, seed)
    table.reset(scene)
    found = {thing.reference for thing in policy.look(table.observe())}
    there = {thing.reference for thing in scene.things}
    assert len(found & there) >= len(there) - 1
    assert len(found - there) <= 1
    assert {Reference("cube", "blue"), Reference("bowl", "red")} <= found


def test_plan_points_at_the_named_things(policy: CompactPolicy, table: Table) -> None:
    table.reset(scene_for_steps(TWO_STEPS, 1002))
    plan = policy.plan(TWO_STEPS, table.observe())
    assert plan.confidence > 0.5
    for grounding in plan.groundings:
        index = table.world.find(grounding.reference)
        u, v, _ = table.world.project("front", table.world.thing_poses[index : index + 1, :3])[0]
        assert np.hypot(grounding.point.u - u, grounding.point.v - v) < 0.05
        assert grounding.heat.sum() == pytest.approx(1.0, abs=1e-3)


def test_what_is_not_there_lowers_the_confidence_and_brings_alternatives(policy: CompactPolicy, table: Table) -> None:
    scene = scene_for_steps(TWO_STEPS, 1003)
    table.reset(scene)
    absent = next(r for r in (Reference("cube", c) for c in ("purple", "orange", "white")) if not _fits(scene, r))
    plan = policy.plan((Step("pick", absent),), table.observe())
    assert plan.confidence < 0.5
    assert plan.alternatives


def _fits(scene: object, reference: Reference) -> bool:
    return any(thing.reference == reference for thing in scene.things)  # type: ignore[attr-defined]


def test_same_observation_same_answer_and_fast(policy: CompactPolicy, table: Table) -> None:
    table.reset(scene_for_steps(TWO_STEPS, 1005))
    observation = table.observe()
    one, other = policy.act(observation, TWO_STEPS[0]), policy.act(observation, TWO_STEPS[0])
    np.testing.assert_array_equal(one.actions, other.actions)
    assert one.actions.shape == (8, 7)
    assert set(np.unique(one.actions[:, 6])) <= {0.0, 1.0}


@pytest.mark.parametrize(("steps", "seed"), [((Step("pick", Reference("can", "green")),), 5000), (TWO_STEPS, 1000)])
def test_does_what_it_is_told(policy: CompactPolicy, table: Table, steps: tuple[Step, ...], seed: int) -> None:
    stage = Stage(table)
    stage.begin(scene_for_steps(steps, seed))
    stage.command(steps)
    judged = [run_step(policy, stage, step).judgement.done for step in steps]
    stage.settle()
    assert stage.monitor.success, stage.monitor.reason
    assert all(judged)


def test_controller_understands_grounds_and_acts(policy: CompactPolicy, table: Table) -> None:
    table.reset(scene_for_steps(TWO_STEPS, 1006))
    controller = VLAController(policy, table)
    image = table.observe().frames["front"].image
    answer = controller.process_command(image, "pick up the blue cube and place it in the red bowl")
    assert answer.understanding.steps == TWO_STEPS
    assert answer.plan.confidence > 0.5
    assert np.abs(answer.chunk.actions[:, :3]).max() <= 0.06
    with pytest.raises(UnsupportedError):
        controller.process_command(image, "pick up the elephant")
    with pytest.raises(InputError):
        controller.process_command(image, "stop")


def test_controller_carries_out_a_task(policy: CompactPolicy, table: Table) -> None:
    table.reset(scene_for_steps(TWO_STEPS, 1007))
    image = table.observe().frames["front"].image
    outcome = VLAController(policy, table).execute_task(image, "pick up the blue cube")
    assert outcome.result in (Result.DONE, Result.FAILED)
    assert outcome.claimed == (outcome.result == Result.DONE)
    assert str(outcome)


def test_controller_without_an_arm_says_so(policy: CompactPolicy) -> None:
    with pytest.raises(BackendError, match="no arm"):
        VLAController(policy).execute_task(np.zeros((384, 384, 3), np.uint8), "pick up the blue cube")
