"""A model of the family is trained by the same trainer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.data.recordings import FEATURES, made_up_episode
from vla_assistant.data.writer import DatasetWriter
from vla_assistant.errors import ConfigError
from vla_assistant.networks import tokens
from vla_assistant.networks.family.storage import from_folder, read_card
from vla_assistant.train.family import load_family_preset, samples
from vla_assistant.train.loop import Options
from vla_assistant.train.trainer import VLATrainer
from vla_assistant.types import Reference, Step

TOY = """
steps = 3
batch = 4
log_steps = 1
threads = 1
validation_share = 0.4
validation_steps = 3
warm_up = 0
[family]
frames = 2
history = 2
vision = { size = 32, stem = 8, channels = 8, width = 16 }
language = { width = 16, heads = 2, layers = 1 }
fusion = { kind = "concat", width = 16, hidden = 32 }
action = { horizon = 3, hidden = 16 }
"""


def test_a_family_preset_is_trained_and_goes_on(tmp_path: Path) -> None:
    DatasetWriter(tmp_path / "d", FEATURES).append([made_up_episode(seed, length=5) for seed in range(4)])
    (tmp_path / "toy.toml").write_text(TOY)
    out = tmp_path / "out"
    reports = list(VLATrainer(str(tmp_path / "toy.toml"), tmp_path / "d", Options(out)).steps())
    assert [report.step for report in reports] == [1, 2, 3]
    assert {"action", "done", "progress", "success", "grounding", "visible"} <= set(reports[0].parts)
    assert reports[-1].validation is not None
    model = from_folder(out)
    assert model.has_learnt("action")
    assert read_card(out)["steps"] == 3
    frozen = Options(tmp_path / "next", start_from=out, freeze=("cameras", "language"))
    VLATrainer(str(tmp_path / "toy.toml"), tmp_path / "d", frozen).train()
    after = from_folder(tmp_path / "next").state_dict()
    same = {name for name, value in model.state_dict().items() if torch.allclose(value, after[name], atol=2e-3)}
    assert {name for name in after if name.startswith(("cameras.", "language."))} <= same


PLANNING = """
steps = 60
batch = 8
learning_rate = 0.003
decay_share = 0.2
average = 0
log_steps = 1
threads = 1
validation_share = 0
warm_up = 0
[family]
cameras = ["front"]
vision = { size = 32, stem = 8, channels = 8, width = 16 }
language = { width = 32, heads = 2, layers = 1 }
fusion = { kind = "concat", width = 32, hidden = 32, dropout = 0 }
action = { horizon = 3, hidden = 16 }
loss = { plan = 1 }
"""


def test_the_trainer_teaches_what_step_an_instruction_means(tmp_path: Path) -> None:
    """Only the words differ: pictures, states and actions are those of the same episode."""
    steps = {"go home": Step("home"), "pick up the red cube": Step("pick", Reference("cube", "red"))}
    codes = {text: tokens.encode_step(step) for text, step in steps.items()}
    episodes = [replace(made_up_episode(0, length=5), task=text) for text in codes]
    for episode, code in zip(episodes, codes.values(), strict=True):
        episode.columns["step.code"][:] = code
    DatasetWriter(tmp_path / "d", FEATURES).append(episodes)
    (tmp_path / "toy.toml").write_text(PLANNING)
    out = tmp_path / "out"
    reports = list(VLATrainer(str(tmp_path / "toy.toml"), tmp_path / "d", Options(out)).steps())
    assert reports[-1].parts["plan_tokens"] < 0.2 < reports[0].parts["plan_tokens"]
    model = from_folder(out)
    assert model.has_learnt("plan_tokens")
    assert not model.has_learnt("plan")
    dataset = samples(tmp_path / "d", model.config)
    batch = dataset.collate([dataset[2], dataset[7]])
    logits = model.predict(*(batch[name] for name in ("pictures", "texts", "state"))).plan_logits
    assert logits is not None
    assert logits.argmax(-1).tolist() == [code.tolist() for code in codes.values()]


@pytest.mark.parametrize("plan", ["{ tokens = 5 }", "{ vocabulary = 9 }"])
def test_a_plan_without_place_for_a_step_is_refused(tmp_path: Path, plan: str) -> None:
    DatasetWriter(tmp_path / "d", FEATURES).append([made_up_episode(0, length=5)])
    (tmp_path / "toy.toml").write_text(TOY + f"plan = {plan}\n")
    with pytest.raises(ConfigError, match=r"cannot be learnt .*tokens = 8 and vocabulary = 11 or more"):
        VLATrainer(str(tmp_path / "toy.toml"), tmp_path / "d", Options(tmp_path / "out")).train()


def test_mistakes_in_a_family_preset_are_told(tmp_path: Path) -> None:
    (tmp_path / "toy.toml").write_text("stepz = 3\n[family]\n")
    with pytest.raises(ConfigError, match="stepz"):
        load_family_preset(str(tmp_path / "toy.toml"))
    assert load_family_preset("debug") is None
