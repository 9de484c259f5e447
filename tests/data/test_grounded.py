"""Names and places of things in recordings, as the model family learns them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.data.recordings import FEATURES, made_up_episode
from vla_assistant.data.features import MAX_THINGS
from vla_assistant.data.grounded import ABSENT, NAMES, GroundedDataset, absent_names
from vla_assistant.data.writer import DatasetWriter
from vla_assistant.networks import tokens
from vla_assistant.types import Reference, Step

RED_CUBE, BLUE_BOWL, DRAWER = (
    tokens.encode_reference(r) for r in (Reference("cube", "red"), Reference("bowl", "blue"), Reference("drawer"))
)
NOTHING = (-1, -1)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recordings") / "ours"
    episodes = [made_up_episode(seed, length=4) for seed in range(3)]
    episodes[0].columns["things.code"][:, 2:4] = BLUE_BOWL  # hidden in both pictures: its share is 0
    DatasetWriter(folder, FEATURES).append(episodes)
    return folder


def test_every_thing_has_its_name_its_place_and_whether_it_is_seen(recording: Path) -> None:
    dataset = GroundedDataset(recording, size=0)
    item = dataset[0]
    row = dataset.recorded.files.columns(0)["things.front"][0]
    assert item["plan"].tolist() == tokens.encode_step(Step("pick", Reference("cube", "red"))).tolist()
    assert item["phrases"][:2] == ["red cube", "blue bowl"]
    assert item["phrases"][MAX_THINGS:] == ["red bowl", "blue cube"]
    assert len(item["phrases"]) == NAMES
    np.testing.assert_allclose(item["points"]["front"][0], row[:2])
    assert item["seen"]["wrist"][:2].tolist() == [1.0, 0.0]
    assert item["seen"]["front"][2:MAX_THINGS].isnan().all()
    assert item["seen"]["front"][MAX_THINGS:].tolist() == [0.0, 0.0]
    batch = dataset.collate([item, dataset[5]])
    assert [len(names) for names in batch["phrases"]] == [NAMES, NAMES]
    assert batch["points"]["front"].shape == (2, NAMES, 2)
    assert batch["seen"]["wrist"].shape == (2, NAMES)


def test_absent_names_mix_up_what_is_there() -> None:
    assert absent_names(np.array([RED_CUBE, NOTHING])) == []
    assert absent_names(np.array([RED_CUBE, BLUE_BOWL, DRAWER])) == ["red bowl", "blue cube"]
    many = [tokens.encode_reference(Reference("cup", colour)) for colour in tokens.COLOURS]
    assert len(absent_names(np.array([*many, RED_CUBE]))) == ABSENT


def test_a_model_learns_from_them_where_the_cube_is(recording: Path) -> None:
    import torch

    from vla_assistant.networks.family.config import FamilyConfig
    from vla_assistant.networks.family.model import VisionLanguageActionModel

    torch.manual_seed(4)
    small = {"vision": {"size": 64, "stem": 8, "channels": 16, "width": 32}, "fusion": {"width": 16, "heads": 2}}
    model = VisionLanguageActionModel(FamilyConfig.model_validate(small))
    dataset = GroundedDataset(recording, size=0)
    batch = dataset.collate([dataset[4], dataset[8]])
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(25):
        optimizer.zero_grad()
        loss, parts = model.loss(batch)
        loss.backward()
        optimizer.step()
    assert {"action", "done", "progress", "success", "plan_tokens", "grounding", "visible"} == set(parts)
    with torch.inference_mode():
        sight = model.eval().ground(model.encode_image(batch["pictures"]), [["red cube"]] * 2)["front"]
    assert (sight.uv[:, 0] - batch["points"]["front"][:, 0]).abs().max() < 0.1
