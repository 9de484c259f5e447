"""The dataset on disk: readable by pyarrow and PyAV alone, safe against a kill, exact in its numbers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import numpy as np
import pyarrow.parquet as parquet
import pytest

from tests.data.recordings import FEATURES, made_up_episode
from vla_assistant.data import cache, files
from vla_assistant.data.episode import Episode
from vla_assistant.data.features import ROBOT
from vla_assistant.data.reader import DatasetReader
from vla_assistant.data.shard import encode_shard
from vla_assistant.data.stats import Moments, read_stats
from vla_assistant.data.targets import make_targets
from vla_assistant.data.writer import DatasetWriter
from vla_assistant.errors import InputError


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    writer = DatasetWriter(tmp_path / "d", FEATURES)
    writer.append([made_up_episode(0), made_up_episode(1, length=5)])
    writer.append([made_up_episode(2, length=7)])
    return tmp_path / "d"


def test_layout_is_that_of_lerobot_v3(dataset: Path) -> None:
    info = json.loads((dataset / "meta/info.json").read_text())
    assert info["codebase_version"] == "v3.0"
    assert (info["total_episodes"], info["total_frames"], info["total_tasks"], info["fps"]) == (3, 24, 1, 10)
    place = {"chunk_index": 0, "file_index": 1}
    table = parquet.read_table(dataset / info["data_path"].format(**place))
    assert table["index"].to_pylist() == list(range(17, 24))
    assert table["episode_index"].to_pylist() == [2] * 7
    assert table["timestamp"].to_pylist() == pytest.approx(np.arange(7) / 10)
    assert set(table.column_names) == {n for n, f in info["features"].items() if f["dtype"] != "video"}
    with av.open(str(dataset / info["video_path"].format(video_key="observation.images.front", **place))) as video:
        frames = list(video.decode(video=0))
    assert len(frames) == 7
    assert float(frames[3].pts * frames[3].time_base) == pytest.approx(0.3)


def test_episode_rows_lead_to_data_and_video(dataset: Path) -> None:
    row = parquet.read_table(dataset / "meta/episodes/chunk-000/file-000.parquet").to_pylist()[1]
    assert (row["episode_index"], row["length"], row["tasks"]) == (1, 5, ["pick up the red cube"])
    assert (row["dataset_from_index"], row["dataset_to_index"]) == (12, 17)
    assert row["videos/observation.images.wrist/from_timestamp"] == pytest.approx(1.2)
    tasks = parquet.read_table(dataset / "meta/tasks.parquet")
    assert tasks.to_pydict() == {"task_index": [0], "task": ["pick up the red cube"]}
    assert json.loads(tasks.schema.metadata[b"pandas"])["index_columns"] == ["task"]


def test_pictures_survive_almost_unchanged(dataset: Path) -> None:
    wanted = made_up_episode(2, length=7).pictures["observation.images.front"]
    found = np.stack(list(DatasetReader(dataset).pictures(1, "observation.images.front")))
    assert np.abs(found.astype(int) - wanted).mean() < 2.0


def test_stats_are_those_of_all_shards(dataset: Path) -> None:
    stats = json.loads((dataset / "meta/stats.json").read_text())
    columns = [DatasetReader(dataset).columns(shard)["label.progress"] for shard in (0, 1)]
    everything = np.concatenate(columns)
    assert stats["label.progress"]["mean"] == pytest.approx(everything.mean(0))
    assert stats["label.progress"]["std"] == pytest.approx(everything.std(0))
    assert stats["label.progress"]["count"] == [24]
    assert np.shape(stats["observation.images.front"]["mean"]) == (3, 1, 1)


def test_moments_add_up() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(2, 3, (7, 2)), rng.normal(-1, 1, (13, 2))
    both, whole = Moments.of(a) + Moments.of(b), Moments.of(np.concatenate([a, b]))
    np.testing.assert_allclose(both.variance, whole.variance)
    np.testing.assert_allclose(both.mean, whole.mean)


def test_reopening_goes_on_and_removes_what_a_kill_left(dataset: Path) -> None:
    orphan = files.data_file(dataset, 2)
    orphan.write_bytes(b"half a shard")
    (dataset / ".drafts" / "half").mkdir(parents=True)
    writer = DatasetWriter(dataset, FEATURES)
    assert not orphan.exists()
    assert not (dataset / ".drafts").exists()
    assert writer.seeds == {0, 1, 2}
    writer.append([made_up_episode(3)])
    reader = DatasetReader(dataset)
    assert [row["episode_index"] for row in reader.episodes] == [0, 1, 2, 3]
    assert reader.shards == (0, 1, 2)


@pytest.mark.parametrize("left", ["those of the first shard", "those of half a shard", "none"])
def test_statistics_that_a_kill_kept_out_are_made_up_for_at_the_next_opening(dataset: Path, left: str) -> None:
    path = dataset / files.STATS_PATH
    wanted = read_stats(path)
    episodes = [made_up_episode(0), made_up_episode(1, length=5)]
    path.unlink()
    if left != "none":
        draft = encode_shard(episodes[: 2 if "first" in left else 1], dataset / "draft")
        (draft / "stats.json").rename(path)
    DatasetWriter(dataset, FEATURES).close()
    found = read_stats(path)
    assert {name: one.count for name, one in found.items()} == {name: one.count for name, one in wanted.items()}
    for name, one in found.items():  # the pictures come out of their videos, almost unchanged
        np.testing.assert_allclose(one.mean, wanted[name].mean, rtol=1e-9, atol=0.01 if "images" in name else 1e-9)
        np.testing.assert_allclose(one.variance, wanted[name].variance, rtol=1e-6, atol=0.01)


def test_one_writer_at_a_time(dataset: Path) -> None:
    writer = DatasetWriter(dataset, FEATURES)
    draft = writer.draft_folder("half")
    draft.mkdir(parents=True)
    with pytest.raises(InputError, match="at this moment"):
        DatasetWriter(dataset, FEATURES)
    assert draft.is_dir(), "who is refused removes nothing"
    assert len(DatasetReader(dataset).episodes) == 3, "reading goes on"
    writer.close()
    DatasetWriter(dataset, FEATURES).append([made_up_episode(3)])
    assert len(DatasetReader(dataset).episodes) == 4


def test_other_columns_are_refused(dataset: Path) -> None:
    with pytest.raises(InputError, match="other columns"):
        DatasetWriter(dataset, ROBOT)


def test_no_dataset_is_told_plainly(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="vla-assistant generate"):
        DatasetReader(tmp_path)


def test_episode_with_uneven_columns_is_refused() -> None:
    with pytest.raises(InputError, match="one length"):
        Episode("x", {"a": np.zeros((2, 1)), "b": np.zeros((3, 1))}, {})


def test_kill_leaves_finished_shards_readable(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tests.data.recordings import *;"
        "from vla_assistant.data.writer import DatasetWriter;"
        "w = DatasetWriter(Path(sys.argv[1]), FEATURES)\n"
        "for i in range(10_000): w.append([made_up_episode(i)])"
    )
    process = subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "d")], cwd=Path(__file__).parents[2])
    deadline = time.monotonic() + 30
    while len(list((tmp_path / "d").glob("meta/episodes/*/*.parquet"))) < 3 and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    reader = DatasetReader(tmp_path / "d")
    assert len(reader.shards) >= 3
    for shard in reader.shards:
        assert len(reader.columns(shard)["action"]) == 12
        assert len(list(reader.pictures(shard, "observation.images.wrist"))) == 12
    DatasetWriter(tmp_path / "d", FEATURES).append([made_up_episode(0)])
    rows = DatasetReader(tmp_path / "d").episodes
    assert [row["episode_index"] for row in rows] == list(range(len(rows)))


def test_the_disk_has_a_shard_before_it_counts(dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    replace, fsync = os.replace, os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (done.append("on disk"), fsync(fd)))
    monkeypatch.setattr(os, "replace", lambda a, b: (done.append(str(Path(b).relative_to(dataset))), replace(a, b)))
    writer = DatasetWriter(dataset, FEATURES)
    done.clear()
    writer.append([made_up_episode(3)])
    renamed = [index for index, what in enumerate(done) if what != "on disk"]
    assert all(done[index - 1] == done[index + 1] == "on disk" for index in renamed)
    order = [done[index].split("/")[0] for index in renamed]
    shard = [done[index] for index in renamed if "file-002" in done[index]]
    assert (order[0], shard[-1]) == ("meta", "meta/episodes/chunk-000/file-002.parquet")
    assert len(shard) == 4  # numbers, two videos, and last the list of episodes


def test_cache_gives_the_same_frames_and_grows(dataset: Path) -> None:
    reader = DatasetReader(dataset)
    assert [p.shards for p in cache.build(reader)] == [1, 2]
    store = cache.FrameStore(reader)
    assert len(store) == 24
    frames = np.array([3, 13, 20])
    wanted = list(reader.pictures(0, "observation.images.wrist"))[3]
    np.testing.assert_array_equal(store.pictures("observation.images.wrist", frames)[0], wanted)
    DatasetWriter(dataset, FEATURES).append([made_up_episode(9)])
    list(cache.build(DatasetReader(dataset)))
    assert len(cache.FrameStore(DatasetReader(dataset))) == 36


def test_what_is_decoded_of_a_shard_that_was_replaced_is_made_anew(tmp_path: Path) -> None:
    for seed, folder in ((1, "one"), (2, "other")):
        DatasetWriter(tmp_path / folder, FEATURES).append([made_up_episode(seed)])
    first = DatasetReader(tmp_path / "one")
    list(cache.build(first))
    (tmp_path / "one" / ".cache").rename(tmp_path / "other" / ".cache")
    other = DatasetReader(tmp_path / "other")
    list(cache.build(other))
    np.testing.assert_array_equal(
        cache.FrameStore(other).columns["observation.state"], other.columns(0)["observation.state"]
    )


def test_what_was_decoded_before_there_were_notes_stays(dataset: Path) -> None:
    reader = DatasetReader(dataset)
    list(cache.build(reader))
    decoded = sorted((dataset / ".cache").glob("*.np*"))
    for note in (dataset / ".cache").glob("*.of"):
        note.unlink()
    before = [path.stat().st_mtime_ns for path in decoded]
    list(cache.build(reader))
    assert [path.stat().st_mtime_ns for path in decoded] == before


def test_chunk_targets_end_at_noise_and_at_the_end() -> None:
    columns = dict(made_up_episode(0, length=6).columns)
    columns["episode_index"] = np.zeros((6, 1), np.int64)
    columns["label.noisy"] = np.array([[0], [0], [1], [0], [0], [0]])
    targets = make_targets(columns, horizon=4)
    assert targets.action_weight[0].tolist() == [1, 1, 1, 0]  # the label at the kicked frame itself is still right
    assert targets.action_weight[3].tolist() == [1, 1, 1, 1]  # the expert ended it: afterwards the arm stays
    np.testing.assert_allclose(targets.actions[3, :, 0], [0.5, 0.5, 0.5, 0.0])
    columns["label.done"] = np.zeros((6, 1), np.float32)
    assert make_targets(columns, horizon=4).action_weight[4].tolist() == [1, 1, 0, 0]
