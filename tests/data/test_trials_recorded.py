"""A policy's own trials: what is recorded, what counts as success, what is kept, what was tried before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.data.recordings import FEATURES, made_up_episode
from tests.recording.made import made_store, own_episode
from vla_assistant.data import trials_kept
from vla_assistant.data.assignments import draw_assignment
from vla_assistant.data.demonstration import recording_table
from vla_assistant.data.features import MAX_THINGS
from vla_assistant.data.shard import encode_shard
from vla_assistant.data.table import Table
from vla_assistant.data.trials_kept import TrialOrder, Tried, expert_frames, limits, record_trials
from vla_assistant.data.trials_recorded import Trial, try_alone
from vla_assistant.data.writer import DatasetWriter
from vla_assistant.errors import InputError, UnsupportedError
from vla_assistant.sim.expert import expert_action
from vla_assistant.types import ActionChunk, Observation, Step


class Playing:
    """The expert in a policy's place; done from the start when it is to give up at once."""

    def __init__(self, table: Table, *, gives_up: bool = False, learnt: bool = True) -> None:
        self._table, self._gives_up, self._learnt = table, gives_up, learnt

    def act(self, observation: Observation, step: Step) -> ActionChunk:
        if not self._learnt:
            raise UnsupportedError("These weights have not learnt it.")
        action, ended = expert_action(self._table.world, step, observation.state.T_base_command)
        actions = np.repeat(action[None], 1, axis=0)
        return ActionChunk(actions, 0.1, observation.state.time_s, done=float(ended or self._gives_up))


@pytest.fixture(scope="module")
def table() -> Table:
    return recording_table()


def tried(table: Table, policy: Playing, noise: float = 0.0) -> list[Trial]:
    return try_alone(table, draw_assignment(4, ("pick",)), policy, np.random.default_rng(4), noise)  # type: ignore[arg-type]


def test_success_is_recorded_with_what_was_done(table: Table) -> None:
    (trial,) = tried(table, Playing(table))
    columns = trial.episode.columns
    assert trial.episode.success
    assert trial.skill == "pick"
    assert trial.frames < len(trial.episode)
    assert not columns["label.noisy"].any()
    assert columns["label.done"][-1] == columns["label.success"][-1] == 1.0
    assert not columns["label.done"][0]
    assert columns["things.code"].shape[1] == 2 * MAX_THINGS
    way = columns["action"][:-4, :3].astype(float).sum(axis=0)
    tool = columns["observation.state"][:, :3]
    assert way == pytest.approx(tool[-1] - tool[0], abs=0.02)
    assert np.abs(columns["action"][-2:, :6]).max() < 1e-3, "when it is done it stands still"


def test_giving_up_is_no_success_and_noise_is_part_of_the_action(table: Table) -> None:
    (trial,) = tried(table, Playing(table, gives_up=True))
    assert not trial.episode.success
    (calm,), (loud,) = tried(table, Playing(table)), tried(table, Playing(table), noise=1.0)
    first = [one.episode.columns["action"][0] for one in (calm, loud)]
    assert np.abs(first[0] - first[1])[:3].max() > 5e-4


def test_what_is_not_learnt_is_not_tried(table: Table) -> None:
    assert tried(table, Playing(table, learnt=False)) == []


def test_the_expert_s_pace_comes_from_demonstrations_alone(tmp_path: Path) -> None:
    driven = made_up_episode(2, length=40)
    driven.columns["label.noisy"][:30] = 1
    DatasetWriter(tmp_path, FEATURES).append([made_up_episode(0), made_up_episode(1, length=16), driven])
    assert expert_frames(tmp_path) == {"pick": 13.0}
    assert limits({"pick": 13.0}, 1.5) == {"pick": 19.5}


def test_what_was_tried_is_not_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def shard(order: TrialOrder) -> tuple[TrialOrder, Tried]:
        asked.extend(order.seeds)
        kept = [made_up_episode(seed) for seed in order.seeds if seed % 2]
        if kept:
            encode_shard(kept, order.folder)
        return order, Tried(len(order.seeds), len(order.seeds), len(kept), len(kept))

    monkeypatch.setattr(trials_kept, "try_shard", shard)
    order = TrialOrder((10, 11, 12), tmp_path, Path("weights"))
    assert [str(some) for some in record_trials(tmp_path, order, shard_assignments=1)][-1] == str(Tried(3, 3, 1, 1))
    assert list(record_trials(tmp_path, order, shard_assignments=1)) == [Tried(3, 3, 1, 1)]
    assert asked == [10, 11, 12]
    assert DatasetWriter(tmp_path, FEATURES).seeds == {11}
    with (tmp_path / trials_kept.TRIED_NAME).open("a") as log:
        log.write('{"first": 13, "assign')  # a kill came while it was written
    more = replace(order, seeds=(10, 13, 14))
    for _ in range(2):
        assert list(record_trials(tmp_path, more, shard_assignments=1))[-1] == Tried(3, 3, 1, 1)
    assert asked == [10, 11, 12, 13, 14]


def test_a_recording_of_a_real_table_shows_no_expert_s_pace(tmp_path: Path) -> None:
    made_store(tmp_path, own_episode("pick up the red cup", 8))
    with pytest.raises(InputError, match="none of the simulator"):
        expert_frames(tmp_path)
