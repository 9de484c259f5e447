"""Datasets that read recordings frame by frame: ours, and one that looks as another program writes it."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet as parquet
import pytest
import torch

from tests.data.recordings import FEATURES, made_up_episode
from tests.recording.made import made_store, own_episode
from vla_assistant.data.dataset import ColumnMap, RobotActionDataset, VLADataset
from vla_assistant.data.displacement import displacement
from vla_assistant.data.executed import executed
from vla_assistant.data.video import write_video
from vla_assistant.data.writer import DatasetWriter
from vla_assistant.errors import InputError
from vla_assistant.networks.senses import normal_action, normal_state, real_action, state_vector
from vla_assistant.sim.kinematics import rotation_matrix
from vla_assistant.types import RobotState

LENGTHS = (6, 4)
"""Frames of the foreign recording's episodes."""
FOREIGN = ColumnMap(cameras={"front": "observation.images.top"}, action="action.delta", labels={})


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    writer = DatasetWriter(tmp_path / "ours", FEATURES)
    writer.append([made_up_episode(0, length=5), made_up_episode(1, length=7)])
    writer.append([made_up_episode(2, length=6)])
    return tmp_path / "ours"


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """Two episodes in one file at 25 frames a second, state of six joints, pictures 48 x 64, other names and paths."""
    root, count = tmp_path / "foreign", sum(LENGTHS)
    features = {
        "observation.images.top": {"dtype": "video", "shape": [48, 64, 3]},
        "observation.state": {"dtype": "float32", "shape": [6]},
        "action.delta": {"dtype": "float32", "shape": [7]},
        "next.reward": {"dtype": "float32", "shape": [1]},
        **{name: {"dtype": "int64", "shape": [1]} for name in ("episode_index", "index", "task_index")},
    }
    info = {"codebase_version": "v3.0", "fps": 25, "features": features}
    info["data_path"] = "numbers/part-{chunk_index:02d}-{file_index:02d}.parquet"
    info["video_path"] = "film/{video_key}/{chunk_index:02d}-{file_index:02d}.mp4"
    for folder in ("meta/episodes/chunk-000", "numbers", "film/observation.images.top"):
        (root / folder).mkdir(parents=True)
    (root / "meta/info.json").write_text(json.dumps(info))
    rows = []
    for episode, (begin, length) in enumerate(zip((0, LENGTHS[0]), LENGTHS, strict=True)):
        row = {"episode_index": episode, "length": length, "tasks": [f"task {episode}"]}
        row |= {"data/chunk_index": 0, "data/file_index": 3}
        video = {"chunk_index": 0, "file_index": 1, "from_timestamp": begin / 25}
        rows.append(row | {f"videos/observation.images.top/{name}": value for name, value in video.items()})
    parquet.write_table(pyarrow.Table.from_pylist(rows), root / "meta/episodes/chunk-000/file-000.parquet")
    tasks = {"task_index": [0, 1], "__index_level_0__": ["fold the towel", "open the door"]}
    parquet.write_table(pyarrow.table(tasks), root / "meta/tasks.parquet")
    table = {
        "observation.state": [[float(i)] * 6 for i in range(count)],
        "action.delta": [[0.001 * i] * 7 for i in range(count)],
        "next.reward": [0.0] * count,
        "episode_index": np.repeat([0, 1], LENGTHS),
        "index": np.arange(count),
        "task_index": np.repeat([1, 0], LENGTHS),
    }
    parquet.write_table(pyarrow.table(table), root / "numbers/part-00-03.parquet")
    pictures = [np.full((48, 64, 3), 20 * i, np.uint8) for i in range(count)]
    write_video(root / "film/observation.images.top/00-01.mp4", pictures, 25)
    return root


def test_every_frame_of_ours_is_what_was_recorded(ours: Path) -> None:
    dataset = RobotActionDataset(ours)
    assert len(dataset) == 18
    recorded = made_up_episode(1, length=7)
    item = dataset[5 + 3]
    assert (item["episode"], item["frame"], item["text"]) == (1, 3, "pick up the red cube")
    np.testing.assert_allclose(item["state"], recorded.columns["observation.state"][3], rtol=1e-6)
    assert item["progress"] == pytest.approx(recorded.columns["label.progress"][3, 0])
    assert {camera: tuple(one.shape) for camera, one in item["pictures"].items()} == {
        "front": (3, 128, 128),
        "wrist": (3, 64, 64),
    }
    wanted = recorded.pictures["observation.images.front"][3].transpose(2, 0, 1)
    assert np.abs(item["pictures"]["front"].numpy().astype(int) - wanted).mean() < 2
    assert dataset[-1]["frame"] == 5
    with pytest.raises(IndexError):
        dataset[18]


def test_a_sample_holds_what_came_before_and_what_comes_after(ours: Path) -> None:
    dataset = VLADataset(ours, horizon=4, frames=3, history=2, size=32)
    first, last = dataset[0], dataset[4]
    assert tuple(first["pictures"]["front"].shape) == (3, 3, 32, 32)
    assert first["pictures"]["front"].max() <= 1
    assert torch.equal(first["pictures"]["front"][0], first["pictures"]["front"][2])
    assert first["history"].tolist() == np.zeros((2, 7)).tolist()
    episode = made_up_episode(0, length=5)
    actions = normal_action(episode.columns["action"].astype(np.float64))
    done = normal_action(executed(episode.columns["observation.state"][2:]).astype(np.float64))
    np.testing.assert_allclose(last["history"], done, rtol=1e-5)
    np.testing.assert_allclose(first["actions"], actions[:4], rtol=1e-6)
    np.testing.assert_allclose(last["state"], normal_state(episode.columns["observation.state"][4]), rtol=1e-6)
    assert last["action_weight"].tolist() == [1, 1, 1, 1]  # it was done: from there on the arm stays
    assert last["actions"][1, :6].tolist() == [0] * 6


def test_nothing_is_learnt_from_behind_a_disturbance(tmp_path: Path) -> None:
    episode = made_up_episode(0, length=6)
    episode.columns["label.noisy"][2] = 1
    DatasetWriter(tmp_path / "d", FEATURES).append([episode])
    dataset = VLADataset(tmp_path / "d", horizon=4)
    assert [dataset[index]["action_weight"].tolist() for index in (0, 2, 3)] == [
        [1, 1, 1, 0],
        [1, 0, 0, 0],
        [1, 1, 1, 1],
    ]


def test_history_is_what_was_executed_not_what_the_expert_would_have_done(tmp_path: Path) -> None:
    """The commanded pose moves by 3 cm towards -x and turns by 0.1 rad, while the label says 2 cm towards +x."""
    episode = made_up_episode(0, length=4)
    state = episode.columns["observation.state"]
    for frame, row in enumerate(state):
        angle = 0.1 * frame
        row[:] = [0.5, 0, 0.2, 1, 0, 0, 0, 1, 0, 0.3, 0.2 * frame, -0.03 * frame, 0, 0, 0, 0, angle]
    episode.columns["label.noisy"][:] = 1
    DatasetWriter(tmp_path / "d", FEATURES).append([episode])
    history = real_action(VLADataset(tmp_path / "d", history=2)[3]["history"].numpy())
    wanted = [[-0.03, 0, 0, 0, 0, 0.1, 0.4], [-0.03, 0, 0, 0, 0, 0.1, 0.6]]
    np.testing.assert_allclose(history, wanted, atol=1e-6)


def test_what_a_live_state_says_of_an_action_is_read_back_from_the_recorded_ones() -> None:
    rng = np.random.default_rng(3)
    poses = [rotation_matrix(rng.normal(0, 0.5, 3)) for _ in range(3)]
    states = [moving_state(pose, rng) for pose in poses]
    wanted = [displacement(one, other) for one, other in pairwise(states)]
    np.testing.assert_allclose(executed(np.stack([state_vector(state) for state in states])), wanted, atol=1e-5)


def moving_state(rotation: np.ndarray, rng: np.random.Generator) -> RobotState:
    """An arm that lags behind its command."""
    command = np.eye(4)
    command[:3, :3], command[:3, 3] = rotation, rng.uniform(0.2, 0.5, 3)
    measured = command.copy()
    measured[:3, :3] = rotation_matrix(rng.normal(0, 0.05, 3)) @ rotation
    measured[:3, 3] += rng.normal(0, 0.01, 3)
    return RobotState(np.zeros(7), np.zeros(7), 0.5, measured, command, float(rng.random()), np.zeros(7), 0.0)


def test_what_came_before_ends_where_the_instruction_changes(foreign: Path) -> None:
    """As another step empties the memory of the running policy."""
    path = foreign / "numbers/part-00-03.parquet"
    table = parquet.read_table(path)
    changed = pyarrow.array([1, 1, 1, 0, 0, 0, 0, 0, 0, 0])
    parquet.write_table(table.set_column(table.schema.get_field_index("task_index"), "task_index", changed), path)
    dataset = VLADataset(foreign, FOREIGN, horizon=2, frames=2, history=3, size=32)
    sample = dataset[4]
    assert sample["pictures"]["front"].mean((1, 2, 3)).numpy() * 255 == pytest.approx([60, 80], abs=3)
    assert (sample["history"][:, 0] * 0.04).tolist() == pytest.approx([0, 0, 0.003])


def test_a_demonstration_marked_as_failed_teaches_no_actions(tmp_path: Path) -> None:
    made_store(tmp_path, own_episode("go home", 6), own_episode("go home", 5, success=False))
    dataset = VLADataset(tmp_path, horizon=2)
    weights = [dataset[index]["action_weight"].tolist() for index in range(11)]
    assert weights[:5] == [[1, 1]] * 5
    assert weights[6:] == [[0, 0]] * 5


def test_a_foreign_recording_is_read_by_naming_its_columns(foreign: Path) -> None:
    dataset = VLADataset(foreign, FOREIGN, horizon=2, size=32)
    assert len(dataset) == sum(LENGTHS)
    for index in (9, 0, 6, 5, 7):  # in no order: the video is searched
        sample = dataset[index]
        assert sample["text"] == ("open the door" if index < 6 else "fold the towel")
        assert sample["pictures"]["front"].mean() * 255 == pytest.approx(20 * index, abs=3)
        assert sample["state"].tolist() == [index] * 6
        assert sample["actions"][0, 0] == pytest.approx(0.001 * index / 0.04)
        assert not {"done", "progress", "success", "plan"} & set(sample)


def test_a_batch_says_what_is_unknown(foreign: Path) -> None:
    plan = torch.arange(4.0)
    dataset = VLADataset(foreign, FOREIGN, horizon=2, size=32, plans={"open the door": plan})
    batch = dataset.collate([dataset[0], dataset[9]])
    assert batch["texts"] == ["open the door", "fold the towel"]
    assert tuple(batch["pictures"]["front"].shape) == (2, 1, 3, 32, 32)
    assert tuple(batch["actions"].shape) == (2, 2, 7)
    assert batch["action_weight"].tolist() == [[1, 1], [1, 0]]
    assert torch.equal(batch["plan"][0], plan)
    assert batch["plan"][1].isnan().all()
    assert "done" not in batch


def test_a_batch_says_which_plan_tokens_are_unknown(foreign: Path) -> None:
    dataset = VLADataset(foreign, FOREIGN, horizon=2, size=32, plans={"open the door": torch.tensor([3, 1])})
    assert dataset.collate([dataset[9], dataset[0]])["plan"].tolist() == [[-100, -100], [3, 1]]


def test_held_out_frames_are_those_of_whole_episodes(ours: Path) -> None:
    held_out = RobotActionDataset(ours).held_out(0.5)
    parts = np.split(held_out, [5, 12])
    assert all(part.all() or not part.any() for part in parts)


def test_what_does_not_fit_is_told(ours: Path, foreign: Path) -> None:
    with pytest.raises(InputError, match=r"no column .*front.*It has .*images.top"):
        RobotActionDataset(foreign)
    with pytest.raises(InputError, match="rows of 6 numbers; actions need 7"):
        VLADataset(foreign, ColumnMap(cameras={}, action="observation.state"))
    (foreign / "film/observation.images.top/00-01.mp4").unlink()
    with pytest.raises(InputError, match="cannot be read"):
        VLADataset(foreign, FOREIGN)[0]
