"""A calibrated policy on the real table: it knows home from elsewhere, and says what its plans are worth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vla_assistant.data.table import Table
from vla_assistant.evaluate.calibrating import VIEWED
from vla_assistant.evaluate.strange import KINDS, strange_picture
from vla_assistant.networks.chances import CLUES, Calibration, Chances
from vla_assistant.networks.familiar import fit_familiarity
from vla_assistant.networks.weights import copy_weights
from vla_assistant.policies.compact import CompactPolicy, Config, default_weights
from vla_assistant.sim.suite import draw_training, episode
from vla_assistant.types import FloatArray, Frame, ImageArray, Observation, Plan, Reference, Step

NOTHING = Plan((), "", 1.0)
PICK = (Step("pick", Reference("cube")),)
SCENES = 40


@pytest.fixture(scope="module")
def table() -> Table:
    return Table({"front": 192, "wrist": 64})


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> CompactPolicy:
    file = tmp_path_factory.mktemp("bare") / "weights.safetensors"
    copy_weights(default_weights(), file, None)
    return CompactPolicy(Config(weights=str(file)))


@pytest.fixture(scope="module")
def policy(table: Table, bare: CompactPolicy, tmp_path_factory: pytest.TempPathFactory) -> CompactPolicy:
    """With what a few scenes teach of familiar pictures, and a chance of nine in ten for everything."""
    rng = np.random.default_rng(0)
    scenes: list[FloatArray] = []
    for number in range(SCENES):
        for joints in (None, table.random_joints(rng)):
            table.reset(draw_training(50_000_000 + number).scene, joints)
            scenes.append(bare.clues(NOTHING, table.observe()).scene)
    known = fit_familiarity(np.stack(scenes[: 3 * SCENES // 2]), np.stack(scenes[3 * SCENES // 2 :]))
    zeros, ones = np.zeros(len(CLUES)), np.ones(len(CLUES))
    calibration = Calibration(Chances(zeros, ones, zeros, float(np.log(9.0))), known, temperature=2.0)
    file = tmp_path_factory.mktemp("calibrated") / "weights.safetensors"
    copy_weights(default_weights(), file, calibration)
    return CompactPolicy(Config(weights=str(file)))


def showing(observation: Observation, image: ImageArray) -> Observation:
    front = Frame(image, "front", 1, observation.state.time_s)
    return Observation({**observation.frames, "front": front}, observation.state)


def test_the_suite_looks_like_home(policy: CompactPolicy, table: Table) -> None:
    plans = []
    for split in VIEWED:
        one = episode(split, 2, 5)
        table.reset(one.scene, one.start_joints, one.start_gripper)
        plans.append(policy.plan(PICK, table.observe()))
    assert {plan.chances for plan in plans} == {(0.9,)}
    assert {plan.chance for plan in plans} == {0.9}
    assert sum(plan.is_familiar for plan in plans) >= len(VIEWED) - 1  # few scenes were shown to it


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("mirrored", "zoomed")])
def test_elsewhere_does_not_look_like_home(policy: CompactPolicy, table: Table, kind: str) -> None:
    table.reset(episode("unseen-seeds", 0, 5).scene)
    observation = table.observe()
    strange = showing(observation, strange_picture(kind, np.random.default_rng(3), observation.frames["front"].image))
    plan = policy.plan(PICK, strange)
    assert not plan.is_familiar
    assert plan.confidence <= plan.familiar < 0.5


def test_without_a_calibration_nothing_is_claimed(bare: CompactPolicy, table: Table) -> None:
    table.reset(episode("unseen-seeds", 0, 5).scene)
    plan = bare.plan(PICK, table.observe())
    assert (plan.chances, plan.chance, plan.familiar) == ((), None, 1.0)


def test_the_way_home_needs_no_picture(policy: CompactPolicy, table: Table) -> None:
    plan = policy.plan((Step("home"),), Observation({}, table.observe().state))
    assert plan.is_familiar
    assert plan.chances == ()


def test_judgements_are_tempered_and_stay_on_their_side(
    policy: CompactPolicy, bare: CompactPolicy, table: Table
) -> None:
    table.reset(episode("unseen-seeds", 0, 5).scene)
    seen = table.observe()
    raw, tempered = bare.judge(PICK[0], seen, seen), policy.judge(PICK[0], seen, seen)
    assert (raw.done, raw.evidence) == (tempered.done, tempered.evidence)
    assert 0.5 <= tempered.confidence < raw.confidence


def test_a_calibrated_file_is_hardly_larger(policy: CompactPolicy) -> None:
    file = Path(policy.config.weights)
    assert file.stat().st_size < default_weights().stat().st_size + 300_000
