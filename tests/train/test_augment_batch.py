"""Pictures of the model family are changed in training, and only there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from tests.data.recordings import FEATURES, made_up_episode
from tests.train.test_family_training import TOY
from vla_assistant.data.writer import DatasetWriter
from vla_assistant.networks.family.model import VisionLanguageActionModel
from vla_assistant.train.augment_batch import augmented, shifted
from vla_assistant.train.loop import Options
from vla_assistant.train.preset import PictureChanges
from vla_assistant.train.trainer import VLATrainer

STILL = PictureChanges(brightness=0, tint=0, noise=0)
LIGHT = PictureChanges(brightness=0.3, tint=0.1, noise=0)


@pytest.fixture
def batch() -> dict[str, Any]:
    """Four samples of two moments; a white spot at row 10, column 20 of 40, in front of a grey gradient."""
    front = torch.linspace(0.2, 0.6, 40).expand(4, 2, 3, 40, 40).clone()
    front[..., 10, 20] = 1.0
    place, nan = torch.tensor([[20.5, 10.5], [39.5, 39.5], [0.0, 0.0]]) / 40, torch.nan
    return {
        "pictures": {"front": front, "wrist": torch.full((4, 2, 3, 16, 16), 0.5)},
        "texts": ["go home"] * 4,
        "phrases": [["red cube", "blue cube", ""]] * 4,
        "points": {"front": place.expand(4, 3, 2), "wrist": torch.full((4, 3, 2), 0.5)},
        "seen": {camera: torch.tensor([1.0, 1.0, nan]).expand(4, 3) for camera in ("front", "wrist")},
    }


def test_things_move_with_their_pictures(batch: dict[str, Any]) -> None:
    torch.manual_seed(3)
    result = augmented(batch, STILL, 0.2)
    spots = (result["pictures"]["front"][:, 0, 0] == 1).nonzero()
    assert len(spots.unique(dim=0)) == 4
    assert len(spots[:, 1:].unique(dim=0)) > 1
    torch.testing.assert_close((spots[:, [2, 1]] + 0.5) / 40, result["points"]["front"][:, 0])
    seen = result["seen"]["front"]
    assert seen[:, 0].tolist() == [1] * 4
    corner = result["points"]["front"][:, 1]
    assert seen[:, 1].tolist() == [float(bool((place < 1).all())) for place in corner]
    assert 0 < seen[:, 1].sum() < 4
    assert seen[:, 2].isnan().all()
    assert result["texts"] == batch["texts"]


def test_a_shift_repeats_the_border() -> None:
    row = torch.arange(4.0).expand(1, 1, 1, 4, 4)
    assert shifted(row, torch.tensor([[0.5, 0.25]]))[0, 0, 0, 0].tolist() == [0, 0, 0, 1]
    assert shifted(row, torch.tensor([[-0.5, 0.0]]))[0, 0, 0, 3].tolist() == [2, 3, 3, 3]


def test_all_moments_of_a_camera_have_the_same_light(batch: dict[str, Any]) -> None:
    torch.manual_seed(0)
    pictures = augmented(batch, LIGHT)["pictures"]["wrist"]
    assert torch.equal(pictures[:, 0], pictures[:, 1])
    assert len(pictures[:, 0, 0, 0, 0].unique()) == 4
    assert ((pictures - 0.5).abs() <= 0.5 * 0.44).all()
    noisy = augmented(batch, PictureChanges(brightness=0, tint=0, noise=0.05))["pictures"]["wrist"]
    assert 0 < noisy.std() < 0.05


def test_nothing_changes_where_nothing_is_to_change(batch: dict[str, Any]) -> None:
    result = augmented(batch, STILL)
    assert torch.equal(result["pictures"]["front"], batch["pictures"]["front"])
    assert torch.equal(result["points"]["front"], batch["points"]["front"])


def test_the_trainer_changes_pictures_in_training_and_not_in_validation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the seed of a step the same each time, so that a run goes on exactly."""
    shown: dict[bool, list[torch.Tensor]] = {True: [], False: []}
    loss = VisionLanguageActionModel.loss

    def noting(self: VisionLanguageActionModel, batch: Any) -> Any:
        shown[self.training].append(batch["pictures"]["front"])
        return loss(self, batch)

    monkeypatch.setattr(VisionLanguageActionModel, "loss", noting)
    DatasetWriter(tmp_path / "d", FEATURES).append([made_up_episode(seed, length=5) for seed in range(4)])
    (tmp_path / "toy.toml").write_text(TOY.replace("frames = 2", "frames = 1").replace("32, stem", "128, stem"))
    for run in ("one", "other"):
        VLATrainer(str(tmp_path / "toy.toml"), tmp_path / "d", Options(tmp_path / run)).train()
    for one, other in zip(shown[True][:3], shown[True][3:], strict=True):
        assert torch.equal(one, other)
    assert [is_recorded(pictures) for pictures in shown[True]] == [False] * 6
    assert [is_recorded(pictures) for pictures in shown[False]] == [True] * len(shown[False])
    assert shown[False]


def is_recorded(pictures: torch.Tensor) -> bool:
    """Whether each number is one that a picture of 256 levels has."""
    levels = pictures * 255
    return bool(torch.allclose(levels, levels.round(), atol=1e-3))
