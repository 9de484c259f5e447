"""Whichever engine runs it, the compact policy gives the same answers, and asks the network once where it can."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.policies.conftest import observation
from vla_assistant.cli import main
from vla_assistant.errors import WeightsError
from vla_assistant.policies.compact import CompactPolicy, Config, default_weights
from vla_assistant.types import Reference, Step

CUBE, BOWL = Reference("cube", "blue"), Reference("bowl", "red")
STEPS = (Step("pick", CUBE), Step("place", CUBE, BOWL))


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    path = tmp_path_factory.mktemp("exported") / "compact.onnx"
    main_ends_well(["export", "--out", str(path), "--weights", str(default_weights())])
    return path


def main_ends_well(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0


def test_both_engines_see_plan_act_and_judge_alike(exported: Path) -> None:
    one, other = CompactPolicy(), CompactPolicy(Config(engine="onnx", onnx=str(exported)))
    for seed in range(3):
        now = observation(seed)
        assert [thing.reference for thing in one.look(now)] == [thing.reference for thing in other.look(now)]
        plans = one.plan(STEPS, now), other.plan(STEPS, now)
        assert plans[0].confidence == pytest.approx(plans[1].confidence, abs=1e-3)
        for mine, theirs in zip(plans[0].groundings, plans[1].groundings, strict=True):
            np.testing.assert_allclose(mine.heat, theirs.heat, atol=1e-3)
        chunks = one.act(now, STEPS[0]), other.act(now, STEPS[0])
        np.testing.assert_allclose(chunks[0].actions, chunks[1].actions, atol=1e-3)
        assert chunks[0].done == pytest.approx(chunks[1].done, abs=1e-3)
        assert one.judge(STEPS[0], now, now).evidence == other.judge(STEPS[0], now, now).evidence


def test_to_look_to_plan_to_act_and_to_judge_take_one_pass_over_the_pictures() -> None:
    policy, passes = CompactPolicy(), list[int]()
    policy._engine._network.trunks[0].register_forward_hook(lambda *_: passes.append(0))  # type: ignore[attr-defined]
    now = observation(0)
    policy.look(now)
    policy.plan(STEPS, now)
    policy.act(now, STEPS[0])
    policy.judge(STEPS[0], now, now)
    assert len(passes) == 1
    policy.act(observation(1), STEPS[0])
    assert len(passes) == 2


def test_what_was_asked_before_changes_no_answer() -> None:
    fresh, used = CompactPolicy(), CompactPolicy()
    used.look(observation(0))
    used.plan(STEPS, observation(1))
    np.testing.assert_array_equal(
        fresh.act(observation(1), STEPS[0]).actions, used.act(observation(1), STEPS[0]).actions
    )


def test_without_an_exported_network_it_is_said_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"nothing\.onnx.*vla-assistant export --out"):
        CompactPolicy(Config(engine="onnx", onnx=str(tmp_path / "nothing.onnx")))
