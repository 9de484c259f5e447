"""Demonstrations with the simulated arm, driven by scripted keys and by a scripted policy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.recording.made import columns_of
from vla_assistant import config
from vla_assistant.commands.record import _columns, _sizes
from vla_assistant.data.own_recordings import RESTING_FRAMES
from vla_assistant.data.reader import DatasetReader
from vla_assistant.data.recording_store import RecordingStore
from vla_assistant.errors import InputError, UnsupportedError
from vla_assistant.runtime.recording import Mark, RecordProgress, Start, Task, record
from vla_assistant.runtime.recording_cell import RecordingCell, with_safe_speed
from vla_assistant.runtime.recording_drivers import Driver, HandDriver, KeyboardDriver, PolicyDriver
from vla_assistant.types import ActionChunk, Observation, Step

QUIET = ["simulation.pace=lockstep", "safety.heartbeat_timeout_s=10.0", "safety.stale_s=3.0"]


@pytest.fixture(scope="module")
def cell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordingCell]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VLA_ASSISTANT_LOGS", str(tmp_path_factory.mktemp("logs")))
        with RecordingCell(config.load(overrides=QUIET)) as cell:
            yield cell
    cell.close()


class Script:
    """A user who does what stands in the script: starts, keys of each demonstration, marks."""

    def __init__(self, starts: list[Start], keys: list[str], marks: list[Mark]) -> None:
        self._starts, self._keys, self._marks = iter(starts), iter(keys), iter(marks)
        self.told: list[str] = []
        self.at_start: list[int] = []

    def start(self, task: Task, number: int, total: int) -> Start:
        self.at_start.append(number)
        return next(self._starts, Start.END)

    def keys(self, by_keys: bool) -> tuple[str, ...]:
        return (next(self._keys),) if by_keys else ()

    def mark(self, task: Task) -> Mark:
        return next(self._marks)

    def tell(self, sentence: str) -> None:
        self.told.append(sentence)


def recorded(
    cell: RecordingCell, driver: Driver, user: Script, out: Path, *texts: str, total: int = 1
) -> list[RecordProgress]:
    sizes = _sizes(cell, 0)
    store = RecordingStore(out, _columns(sizes), "simulated")
    tasks = [Task.of(text) for text in texts]
    return list(record(cell, driver, store, tasks, total, user, sizes=sizes, seed=3))


def keyboard(cell: RecordingCell) -> KeyboardDriver:
    return KeyboardDriver(cell.time_s, cell.tool_speed)


def test_keys_move_the_arm_and_every_frame_says_how(cell: RecordingCell, tmp_path: Path) -> None:
    keys = ["down", "down", "s", "?", "?", "?", "?", "?", "?", "g", "?", "a", "enter"]
    made = recorded(cell, keyboard(cell), Script([Start.BEGIN], keys, [Mark.SUCCESS]), tmp_path, "pick up the red cup")
    assert [(one.kept, one.success, one.episodes) for one in made] == [(1, True, 1)]
    reader = DatasetReader(tmp_path)
    (row,) = reader.episodes
    assert (row["tasks"], row["success"], row["seed"]) == (["pick up the red cup"], True, 3)
    columns = columns_of(reader)
    action, state = columns["action"], columns["observation.state"]
    assert action[0, :3] == pytest.approx([0.016, 0, 0], abs=1e-4)
    assert action[2, :3] == pytest.approx([0, 0, -0.016], abs=1e-4)
    assert len(action) < len(keys) + RESTING_FRAMES  # where nothing moved, there is no frame
    closing = np.flatnonzero(action[:, 6] == 0.0)[0]
    assert (action[closing:, 6] == 0).all()
    assert action[:, 5].max() == pytest.approx(0.08, abs=1e-3)
    np.testing.assert_allclose(action[-RESTING_FRAMES:, :6], 0, atol=1e-6)
    reached = state[-1, :3] - state[0, :3]
    np.testing.assert_allclose(reached, action[:-1, :3].sum(axis=0), atol=0.004)
    front, wrist = (next(reader.pictures(0, f"observation.images.{camera}")) for camera in ("front", "wrist"))
    assert front.shape[0] > wrist.shape[0]
    assert front.std() > 10


def test_discard_redo_and_taking_back(cell: RecordingCell, tmp_path: Path) -> None:
    user = Script(
        [Start.BEGIN, Start.BEGIN, Start.DROP_LAST, Start.BEGIN, Start.BEGIN],
        ["w", "enter", "up", "enter", "left", "x", "right", "enter"],
        [Mark.DISCARD, Mark.FAILURE, Mark.SUCCESS],
    )
    made = recorded(cell, keyboard(cell), user, tmp_path, "go home", total=1)
    assert [one.success for one in made] == [False]  # the failed one was kept, and that was all that was wanted
    assert user.at_start == [1, 1]
    made = recorded(cell, keyboard(cell), user, tmp_path, "go home", total=1)
    assert "There is nothing to throw away." in user.told  # it was kept in an earlier run
    assert "Nothing is kept of it." in user.told  # the one that was given up
    assert [row["success"] for row in DatasetReader(tmp_path).episodes] == [False, True]


def test_taking_back_makes_room_for_another_one(cell: RecordingCell, tmp_path: Path) -> None:
    user = Script(
        [Start.BEGIN, Start.DROP_LAST, Start.BEGIN, Start.BEGIN],
        ["w", "enter", "up", "enter", "left", "enter"],
        [Mark.FAILURE, Mark.SUCCESS, Mark.SUCCESS],
    )
    made = recorded(cell, keyboard(cell), user, tmp_path, "go home", "pick up the red cup", total=2)
    assert [(one.kept, one.task) for one in made] == [(1, "go home"), (1, "go home"), (2, "pick up the red cup")]
    assert [row["success"] for row in DatasetReader(tmp_path).episodes] == [True, True]


def test_a_task_of_two_steps_becomes_two_episodes(cell: RecordingCell, tmp_path: Path) -> None:
    user = Script([Start.BEGIN], ["s", "g", "enter", "w", "w", "enter"], [Mark.FAILURE])
    recorded(cell, keyboard(cell), user, tmp_path, "pick up the red cup and place it in the blue bowl")
    rows = DatasetReader(tmp_path).episodes
    assert [row["tasks"][0] for row in rows] == ["pick up the red cup", "place the red cup in the blue bowl"]
    assert [row["success"] for row in rows] == [True, False]  # who goes on to the second step has done the first


def test_space_stops_until_it_is_resumed(cell: RecordingCell, tmp_path: Path) -> None:
    keys = ["w", " ", "w", "w", "r", "w", "enter"]
    user = Script([Start.BEGIN], keys, [Mark.SUCCESS])
    recorded(cell, keyboard(cell), user, tmp_path, "go home")
    assert user.told.count("The arm is stopped: you pressed Space.") == 1
    rise = columns_of(DatasetReader(tmp_path))["action"][:, 2]
    assert (rise > 0.01).sum() == 2  # before the stop and after the resume; nothing in between
    assert not cell.held


class Downward:
    """A policy that goes down three times and is done."""

    def __init__(self) -> None:
        self.looks = 0

    def act(self, observation: Observation, step: Step) -> ActionChunk:
        self.looks += 1
        rows = np.zeros((4, 7), np.float32)
        rows[:, 2], rows[:, 6] = -0.01, 1.0
        return ActionChunk(rows, 0.1, observation.state.time_s, done=float(self.looks > 3))


def test_a_policy_drives_as_in_the_running_program(cell: RecordingCell, tmp_path: Path) -> None:
    policy = Downward()
    user = Script([Start.BEGIN], [], [Mark.SUCCESS])
    recorded(cell, PolicyDriver(policy, execute=2), user, tmp_path, "pick up the red cup")  # type: ignore[arg-type]
    action = columns_of(DatasetReader(tmp_path))["action"]
    assert policy.looks == 5  # three times two actions, then done; done counts when it is said twice
    np.testing.assert_allclose(action[:8, 2], -0.01, atol=1e-5)
    np.testing.assert_allclose(action[-RESTING_FRAMES:, 2], 0, atol=1e-5)
    assert len(action) <= 8 + 2 + RESTING_FRAMES


def test_a_policy_needs_words_that_are_understood(cell: RecordingCell, tmp_path: Path) -> None:
    user = Script([Start.BEGIN], [], [])
    with pytest.raises(InputError, match="only demonstrate what the program understands"):
        recorded(cell, PolicyDriver(Downward(), execute=1), user, tmp_path, "fold the towel")  # type: ignore[arg-type]


def test_the_simulated_arm_has_no_hand_to_take_it_by(cell: RecordingCell) -> None:
    with pytest.raises(UnsupportedError, match=r"cannot be guided by hand.*--by keyboard"):
        HandDriver(cell)


def test_a_real_arm_records_at_a_quarter_of_its_speed_at_most() -> None:
    simulated = config.load(overrides=["safety.speed_scale=0.8"])
    assert with_safe_speed(simulated) is simulated
    real = config.load(overrides=["use.arm=somebodys", "safety.speed_scale=0.8"])
    assert with_safe_speed(real).safety.speed_scale == 0.25
    slower = config.load(overrides=["use.arm=somebodys", "safety.speed_scale=0.1"])
    assert with_safe_speed(slower).safety.speed_scale == 0.1
