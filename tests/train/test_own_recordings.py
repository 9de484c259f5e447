"""Training on recordings of a real table, alone and beside simulated ones."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet as parquet
import pytest
import torch

from tests.data.recordings import FEATURES, made_up_episode
from tests.recording.made import made_store, own_episode
from vla_assistant.data import files
from vla_assistant.data.episode import Episode
from vla_assistant.data.features import Feature
from vla_assistant.data.writer import DatasetWriter
from vla_assistant.errors import ConfigError, InputError
from vla_assistant.networks import tokens
from vla_assistant.networks.compact import CompactVLA
from vla_assistant.networks.learnt import Learnt
from vla_assistant.networks.weights import read_learnt
from vla_assistant.train.loop import Options
from vla_assistant.train.losses import total_loss
from vla_assistant.train.mixture import Mix, joined, open_mix
from vla_assistant.train.objective import WEIGHTS_NAME
from vla_assistant.train.preset import load_preset
from vla_assistant.train.recordings import Recordings
from vla_assistant.train.trainer import VLATrainer

PRESET = load_preset("debug")


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("simulated") / "d"
    DatasetWriter(root, FEATURES).append([made_up_episode(seed) for seed in range(4)])
    return root


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five demonstrations with one large camera and none at the wrist."""
    root = tmp_path_factory.mktemp("own") / "d"
    sizes = {"front": 160}
    made_store(
        root, *(own_episode("push the green ball to the left", 9 + i, sizes=sizes) for i in range(5)), sizes=sizes
    )
    return root


def test_a_batch_without_room_for_both_recordings_is_refused(simulated: Path, own: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="one frame in all") as refused:
        VLATrainer(PRESET, Mix(simulated, own, 0.3), Options(tmp_path)).train(batch_size=1)
    assert "at least 2 frames" in refused.value.hint


def test_own_pictures_have_the_networks_size_and_a_missing_camera_is_grey(own: Path) -> None:
    batch = Recordings(own, PRESET.model_copy(update={"noise": 0.0, "brightness": 0.0, "tint": 0.0}), seed=1).draw(0)
    front, wrist = batch.pictures
    assert front.shape[-2:] == (128, 128)
    assert wrist.shape[-2:] == (64, 64)
    assert front.std() > 0.1
    assert wrist.abs().max() < 0.01


@pytest.mark.parametrize(
    ("state", "action", "camera", "fps", "said"),
    [
        (6, 7, "front", 10, "observation.state of 17 numbers"),
        (17, 6, "front", 10, "action of 7 numbers"),
        (17, 7, "top", 10, "videos observation.images.front"),
        (17, 7, "front", 30, "10 frames a second"),
        (17, 7, "front", 10, ""),
    ],
)
def test_recordings_of_other_programs_are_read_or_refused_in_a_sentence(
    tmp_path: Path, state: int, action: int, camera: str, fps: int, said: str
) -> None:
    """Their columns are lists of any length, and one holds words."""
    write_foreign(tmp_path, state, action, camera, fps)
    if not said:
        assert Recordings(tmp_path, PRESET, seed=1).frames == 12
        return
    with pytest.raises(InputError, match=said):
        Recordings(tmp_path, PRESET, seed=1)


def write_foreign(root: Path, state: int, action: int, camera: str, fps: int) -> None:
    key, count = f"observation.images.{camera}", 12
    video = {key: Feature("video", (32, 32, 3))}
    features = {"observation.state": Feature("float32", (state,)), "action": Feature("float32", (action,))} | video
    columns = {
        name: np.zeros((count, feature.shape[0]), np.float32) for name, feature in features.items() if name != key
    }
    pictures = {key: np.zeros((count, 32, 32, 3), np.uint8)}
    DatasetWriter(root, features, fps=fps).append([Episode("pick up the red cup", columns, pictures, success=True)])
    path = files.data_file(root, 0)
    table = parquet.read_table(path)
    for name in ("observation.state", "action"):
        lists = pyarrow.array(table[name].to_pylist(), pyarrow.list_(pyarrow.float32()))
        table = table.set_column(table.column_names.index(name), name, lists)
    parquet.write_table(table.append_column("note", pyarrow.array(["word"] * count)), path)


def test_what_is_unknown_gives_no_gradient(own: Path) -> None:
    batch = Recordings(own, PRESET, seed=1).draw(0)
    output = CompactVLA(PRESET.network)(batch.pictures, batch.state, batch.step, batch.queries)
    _, parts = total_loss(output, batch, PRESET.loss)
    assert {name for name, part in parts.items() if float(part.detach()) == 0.0} == {"grounding", "visible", "position"}
    (gradient,) = torch.autograd.grad(parts["success"], output.success, retain_graph=True)
    assert (gradient[batch.success_weight == 0] == 0).all()
    assert (gradient[batch.success_weight > 0] != 0).all()


def test_each_batch_holds_the_wanted_share(simulated: Path, own: Path) -> None:
    mixture = open_mix(Mix(simulated, own, 0.3), PRESET, seed=1)
    first, again = mixture.draw(3), mixture.draw(3)
    np.testing.assert_array_equal(first.scene_weight, [1] * 6 + [0] * 2)  # of eight frames
    assert all(
        torch.equal(getattr(first, f.name), getattr(again, f.name)) for f in fields(first) if f.name != "pictures"
    )
    assert first.queries.shape[0] == 8
    assert (first.queries[6:, :, 1] == tokens.NO_SHAPE).all()  # nothing is asked where nothing is known
    output = CompactVLA(PRESET.network)(first.pictures, first.state, first.step, first.queries)
    assert torch.isfinite(total_loss(output, first, PRESET.loss)[0])
    skills = {"pick", "push"}
    assert set(mixture.learnt().skills) == skills


def test_a_share_of_each_batch_comes_from_what_was_recorded_last(simulated: Path) -> None:
    last = Recordings(simulated, PRESET.model_copy(update={"newest_frames": 1, "newest_share": 0.5}), seed=1).draw(0)
    assert len(last.progress) == PRESET.batch == 8
    assert (last.progress[4:] == 1.0).all(), "the last frame of an episode"
    assert (last.progress[:4] < 1.0).any()
    anywhere = Recordings(simulated, PRESET.model_copy(update={"newest_frames": 1}), seed=1).draw(0)
    assert (anywhere.progress[4:] < 1.0).any()


def test_joining_one_batch_changes_nothing(simulated: Path) -> None:
    batch = Recordings(simulated, PRESET, seed=1).draw(0)
    one = joined([batch])
    assert torch.equal(one.queries, batch.queries)
    assert torch.equal(one.pictures[0], batch.pictures[0])


def test_fine_tuning_keeps_what_was_learnt_before(simulated: Path, own: Path, tmp_path: Path) -> None:
    short = PRESET.model_copy(update={"steps": 4})
    VLATrainer(short, simulated, Options(tmp_path / "base")).train()
    base = read_learnt(tmp_path / "base" / WEIGHTS_NAME)
    assert base.skills == ("pick",)
    VLATrainer(short, own, Options(tmp_path / "tuned", start_from=tmp_path / "base" / WEIGHTS_NAME)).train()
    tuned = read_learnt(tmp_path / "tuned" / WEIGHTS_NAME)
    assert set(tuned.skills) == {"pick", "push"}
    assert set(tuned.colours) >= {"red", "green"}
    last = VLATrainer(
        short, Mix(simulated, own, 0.5), Options(tmp_path / "mixed", start_from=tmp_path / "base")
    ).train()
    assert last is not None
    assert last.step == 4


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1, 3.0])
def test_a_share_that_mixes_nothing_is_refused(share: float) -> None:
    with pytest.raises(ConfigError, match=r"between 0 and 1.*--data"):
        Mix(Path("a"), Path("b"), share)


def test_what_either_knows_is_known_in_the_order_of_the_words() -> None:
    one = Learnt(("push",), ("ball",), ("green",), ("", "left"))
    other = Learnt(("pick", "push"), ("cube",), ("red",), ("",))
    assert one | other == Learnt(("pick", "push"), ("cube", "ball"), ("red", "green"), ("", "left"))
