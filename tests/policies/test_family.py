"""The policy that runs a model of the family: its memory, what it does not pretend, and what it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.policies.conftest import observation, write_family
from vla_assistant import registry
from vla_assistant.errors import InputError, WeightsError
from vla_assistant.networks import tokens
from vla_assistant.policies.family import UNGROUNDED, Config, FamilyPolicy
from vla_assistant.policies.moments import Moments
from vla_assistant.types import Observation, Reference, Step

PICK = Step("pick", Reference("cup", "red"))


def test_actions_are_the_last_ones_of_this_step() -> None:
    moments = Moments(("front",), 16, frames=3, history=5)
    for index in range(4):
        moments.remember(observation(index, 0.2 * index, commanded_x=0.01 * index**2), PICK)
    now = observation(9, 0.8, commanded_x=0.16)
    wanted = [0.005, 0.015, 0.015, 0.025, 0.025, 0.035, 0.035][-5:]
    np.testing.assert_allclose(moments.actions(now, PICK)[:, 0] * 0.04, wanted, atol=1e-6)


@pytest.mark.parametrize(("seconds", "count"), [(0.0, 0), (0.1, 1), (0.12, 1), (0.2, 2), (0.8, 8), (1.5, 12)])
def test_what_was_carried_out_is_what_there_was_time_for(seconds: float, count: int) -> None:
    """Also where the policy is asked by somebody who looks more often, or more rarely, than its settings say."""
    moments = Moments(("front",), 16, frames=1, history=12)
    moments.remember(observation(0, 5.0), PICK)
    way = 0.01 * round(seconds / 0.1)
    now = observation(1, 5.0 + seconds, commanded_x=way)
    assert len(moments.actions(now, PICK)) == count
    moments.remember(now, PICK)
    later = moments.actions(observation(2, 5.1 + seconds, commanded_x=way + 0.02), PICK)
    np.testing.assert_allclose(later[:, 0] * 0.04, [0.01] * min(count, 11) + [0.02], atol=1e-6)


def test_nothing_is_lost_where_the_policy_is_asked_more_often_than_it_acts() -> None:
    moments = Moments(("front",), 16, frames=1, history=8)
    for index in range(11):
        moments.remember(observation(0, 0.04 * index, commanded_x=0.01 * index), PICK)
    found = moments.actions(observation(0, 0.4, commanded_x=0.1), PICK)
    assert found[:, 0].sum() * 0.04 == pytest.approx(0.1, abs=1e-6)


def test_running_remembers_the_actions_that_a_recording_of_it_holds(tmp_path: Path) -> None:
    """The guard halved some of them and refused one: what was commanded counts, in both."""
    from tests.data.recordings import FEATURES, made_up_episode
    from vla_assistant.data.dataset import VLADataset
    from vla_assistant.data.writer import DatasetWriter
    from vla_assistant.networks.senses import state_vector

    commanded = np.cumsum([0.0, 0.02, 0.01, 0.0, 0.02, 0.01, 0.02, 0.02])
    looks = [observation(0, 0.1 * index, commanded_x=x) for index, x in enumerate(commanded)]
    episode = made_up_episode(0, length=len(looks))
    episode.columns["observation.state"][:] = [state_vector(look.state) for look in looks]
    DatasetWriter(tmp_path / "d", FEATURES).append([episode])
    moments = Moments(("front",), 16, frames=1, history=5)
    for look in looks[:-1]:
        moments.remember(look, PICK)
    recorded = VLADataset(tmp_path / "d", history=5)[len(looks) - 1]["history"]
    np.testing.assert_allclose(moments.actions(looks[-1], PICK), recorded, atol=1e-5)
    np.testing.assert_allclose(recorded[:, 0] * 0.04, np.diff(commanded)[-5:], atol=1e-6)


@pytest.mark.parametrize("frames", [1, 3, 10])
def test_training_and_running_see_the_same_moments_of_a_step(tmp_path: Path, frames: int) -> None:
    """From its beginning on, uniformly, and as many of them from its first frame on."""
    from tests.data.recordings import FEATURES, made_up_episode
    from vla_assistant.data.dataset import VLADataset
    from vla_assistant.data.writer import DatasetWriter

    episode = made_up_episode(0, length=25)
    for camera in ("front", "wrist"):
        pictures = episode.pictures[f"observation.images.{camera}"]
        pictures[:] = (10 * np.arange(25, dtype=np.uint8)).reshape(25, 1, 1, 1)
    DatasetWriter(tmp_path / "d", FEATURES).append([episode])
    dataset = VLADataset(tmp_path / "d", frames=frames)
    moments = Moments(("front",), 128, frames=frames, history=0)
    for index in range(25):
        image = np.full((128, 128, 3), 10 * index, np.uint8)
        now = observation(0, 0.1 * index, image)
        seen = moments.look(now, PICK)["front"]
        moments.remember(now, PICK)
        shown = dataset[index]["pictures"]["front"].numpy() * 255
        assert shown.shape == (frames, 3, 128, 128)
        np.testing.assert_allclose(shown.mean((1, 2, 3)), seen.mean((1, 2, 3)), atol=3)


@pytest.mark.parametrize(("step", "time_s"), [(Step("home"), 0.2), (PICK, 60.0), (PICK, -1.0)])
def test_another_step_a_pause_and_an_earlier_time_empty_the_memory(step: Step, time_s: float) -> None:
    moments = Moments(("front",), 16, frames=3, history=5)
    moments.remember(observation(), PICK)
    now = observation(1, time_s)
    pictures = moments.look(now, step)["front"]
    np.testing.assert_array_equal(pictures, [moments.now(now)["front"]] * 3)
    assert moments.actions(now, step).shape == (0, 7)


def test_earlier_moments_change_what_it_does(family_folder: Path) -> None:
    policy = FamilyPolicy(Config(weights=str(family_folder)))
    fresh = policy.act(observation(1, 0.2), PICK)
    policy.act(observation(0, 100.0), PICK)
    assert not np.array_equal(policy.act(observation(1, 100.2), PICK).actions, fresh.actions)


def test_fingers_open_in_part_where_the_expert_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = FamilyPolicy(Config(weights=str(write_family(tmp_path, ("actions",)))))
    shares = np.array([0.1, 0.4, 0.6, 0.7, 0.8, 0.9, 1.1, -0.2])
    output = policy._run(observation(), PICK)
    actions = torch.zeros(1, 8, 7)
    actions[0, :, 6] = torch.from_numpy(2 * shares - 1)
    monkeypatch.setattr(policy, "_run", lambda *_: output._replace(actions=actions))
    found = policy.act(observation(), PICK).actions[:, 6]
    np.testing.assert_allclose(found, [0, 0, 0.65, 0.65, 0.65, 1, 1, 0], rtol=1e-6)


def test_what_it_was_not_taught_it_does_not_pretend(tmp_path: Path) -> None:
    policy = FamilyPolicy(Config(weights=str(write_family(tmp_path, ("actions",)))))
    now = observation()
    assert policy.look(now) == ()
    plan = policy.plan((PICK,), now)
    assert (plan.confidence, plan.groundings) == (UNGROUNDED, ())
    assert policy.act(now, PICK).done == 0
    judgement = policy.judge(PICK, now, now)
    assert not judgement.done
    assert "never taught to judge" in judgement.evidence


def test_a_plan_is_as_sure_as_the_models_own_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Step("home")
    policy = FamilyPolicy(Config(weights=str(write_family(tmp_path, ("actions", "plan")))))
    output = policy._run(observation(), home)
    logits = torch.zeros(1, tokens.CODE_WIDTH, policy._model.config.plan.vocabulary)
    logits[0, range(tokens.CODE_WIDTH), tokens.encode_step(home)] = 12
    monkeypatch.setattr(policy, "_run", lambda *_: output._replace(plan_logits=logits))
    assert policy.plan((home,), observation()).confidence > 0.99
    assert policy.plan((home, Step("put_down")), observation()).confidence < 0.01
    assert policy.plan((Step("pick", Reference("spoon")),), observation()).confidence == UNGROUNDED


def test_a_real_set_up_has_the_front_picture_alone(tmp_path: Path) -> None:
    """As docs/own-robot.md says: a model of two cameras refuses to act there, one of the front camera acts."""
    now = observation()
    alone = Observation({"front": now.frames["front"]}, now.state)
    taught = ("actions", "phrases")
    with pytest.raises(InputError, match="needs a picture of the wrist camera"):
        FamilyPolicy(Config(weights=str(write_family(tmp_path / "two", taught)))).act(alone, PICK)
    policy = FamilyPolicy(Config(weights=str(write_family(tmp_path / "one", taught, cameras=["front"]))))
    assert policy.act(alone, PICK).actions.shape == (8, 7)
    assert policy.plan((PICK,), alone).groundings[0].camera == "front"


@pytest.mark.parametrize(
    ("taught", "changes", "sentence"),
    [
        (("success",), {}, "never learnt actions"),
        (("actions",), {"state_width": 5}, "a state of 5 numbers, and the arm reports 17"),
        (("actions",), {"depth": True}, "depth pictures, and no camera gives any"),
    ],
)
def test_models_that_cannot_act_here_are_refused(
    tmp_path: Path, taught: tuple[str, ...], changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(WeightsError, match=sentence):
        FamilyPolicy(Config(weights=str(write_family(tmp_path, taught, **changes))))


def test_missing_weights_are_told_before_anything_is_loaded(tmp_path: Path) -> None:
    found = registry.backend("policies", "family")
    assert "ships none" in found.trouble(Config())
    assert "there is no file" in found.trouble(Config(weights=str(tmp_path)))
    with pytest.raises(WeightsError, match="ships none"):
        FamilyPolicy()


TRAINED = """
steps = 2
batch = 2
log_steps = 1
[family]
vision = { size = 32, stem = 8, channels = 8, width = 16 }
language = { width = 16, heads = 2, layers = 1 }
fusion = { kind = "concat", width = 16, hidden = 32 }
action = { hidden = 16 }
"""


def test_what_the_trainer_leaves_behind_acts_points_and_judges(tmp_path: Path) -> None:
    from tests.data.recordings import FEATURES, made_up_episode
    from vla_assistant.data.writer import DatasetWriter
    from vla_assistant.train.loop import Options
    from vla_assistant.train.trainer import VLATrainer

    DatasetWriter(tmp_path / "data", FEATURES).append([made_up_episode(seed, length=4) for seed in range(2)])
    (tmp_path / "toy.toml").write_text(TRAINED, "utf-8")
    VLATrainer(str(tmp_path / "toy.toml"), tmp_path / "data", Options(tmp_path / "out", tensorboard=False)).train()
    policy = FamilyPolicy(Config(weights=str(tmp_path / "out"), min_visible=0.0))
    now = observation()
    assert policy.act(now, PICK).actions.shape == (8, 7)
    assert [grounding.reference for grounding in policy.plan((PICK,), now).groundings] == [PICK.object]
    assert policy.look(now)
    assert "never taught" not in policy.judge(PICK, now, now).evidence
