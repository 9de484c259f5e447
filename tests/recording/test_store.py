"""Demonstrations are kept one by one, and the last can be taken back."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from tests.recording.made import columns_of, made_store, own_episode, picture_columns
from vla_assistant.data import cache
from vla_assistant.data.reader import DatasetReader
from vla_assistant.data.recording_store import RecordingStore


def test_what_was_kept_last_is_taken_back_whole(tmp_path: Path) -> None:
    store = made_store(tmp_path, own_episode("pick up the red cup", 8), own_episode("go home", 5))
    stats = json.loads((tmp_path / "meta" / "stats.json").read_text())
    store.keep([own_episode("pick up the blue cube", 6), own_episode("go home", 7)])
    reader = DatasetReader(tmp_path)
    for _ in cache.build(reader):
        pass
    assert store.drop_last()
    reader = DatasetReader(tmp_path)
    assert [row["length"] for row in reader.episodes] == [8, 5]
    assert reader.info["total_frames"] == 13
    assert json.loads((tmp_path / "meta" / "stats.json").read_text()) == stats
    assert store.episodes == 2
    store.keep([own_episode("push the ball to the left", 9)])
    reader = DatasetReader(tmp_path)
    assert [row["tasks"][0] for row in reader.episodes] == [
        "pick up the red cup",
        "go home",
        "push the ball to the left",
    ]
    np.testing.assert_array_equal(columns_of(reader)["index"][:, 0], np.arange(22))
    for _ in cache.build(reader):
        pass
    assert len(cache.FrameStore(reader)) == 22  # nothing of what was taken back is left in the decoded pictures


def test_only_what_was_kept_since_it_was_opened_can_be_taken_back(tmp_path: Path) -> None:
    made_store(tmp_path, own_episode("go home", 5))
    again = RecordingStore(tmp_path, picture_columns(), "simulated")  # type: ignore[arg-type]
    assert not again.drop_last()
    again.keep([own_episode("go home", 6)])
    assert again.drop_last()
    assert not again.drop_last()
    assert [row["length"] for row in DatasetReader(tmp_path).episodes] == [5]


def test_everything_can_be_taken_back_and_recorded_anew(tmp_path: Path) -> None:
    store = made_store(tmp_path, own_episode("go home", 5))
    assert store.drop_last()
    store.keep([own_episode("go home", 6)])
    assert [row["length"] for row in DatasetReader(tmp_path).episodes] == [6]
