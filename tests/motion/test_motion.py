"""The motion process from the app's side, in real time and in lockstep."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from tests.motion.moves import chunk, until
from vla_assistant.config import load
from vla_assistant.errors import BackendError, InputError, ProcessError
from vla_assistant.runtime.motion import MotionProcess
from vla_assistant.types import Reference, Step

PICK = (Step("pick", Reference("cube", "blue")),)


@pytest.fixture(scope="module", params=["realtime", "lockstep"])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MotionProcess]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VLA_ASSISTANT_LOGS", str(tmp_path_factory.mktemp("logs")))
        with MotionProcess(load(), steps_in_scene=PICK, seed=3, pace=request.param) as motion:
            yield motion


@pytest.fixture
def motion(running: MotionProcess) -> MotionProcess:
    """At home, resumed, nothing under way."""
    if running.stopped:
        running.resume()
    running.new_scene(3, PICK)
    return running


@pytest.fixture
def realtime(motion: MotionProcess) -> MotionProcess:
    if motion.lockstep:
        pytest.skip("in real time only")
    return motion


@pytest.fixture
def lockstep(motion: MotionProcess) -> MotionProcess:
    if not motion.lockstep:
        pytest.skip("in lockstep only")
    return motion


def test_pictures_and_state_are_of_one_instant(motion: MotionProcess) -> None:
    seen = motion.observe()
    assert seen.frames["front"].image.shape == (384, 384, 3)
    assert seen.frames["wrist"].image.shape == (128, 128, 3)
    assert seen.frames["front"].image.std() > 10
    assert {frame.time_s for frame in seen.frames.values()} == {seen.state.time_s}
    assert len({frame.id for frame in seen.frames.values()}) == 1
    newest = motion.latest_frame("front")
    assert newest is not None
    assert newest.id >= seen.frames["front"].id
    assert motion.latest_frame("nowhere") is None


def test_pictures_keep_coming_in_real_time(realtime: MotionProcess) -> None:
    first = realtime.observe()
    later = realtime.observe(after_s=first.state.time_s + 0.5)
    count = later.frames["front"].id - first.frames["front"].id
    assert 4 <= count <= 14


def test_exactly_the_wanted_actions_then_time_stands_still(lockstep: MotionProcess) -> None:
    before = lockstep.state()
    assert lockstep.submit(chunk(lockstep, (0.0, 0.1, 0.0)), 3).allowed
    after = lockstep.state()
    assert after.time_s - before.time_s == pytest.approx(0.3)
    moved = after.T_base_command[:3, 3] - before.T_base_command[:3, 3]
    np.testing.assert_allclose(moved, [0, 0.03, 0], atol=1e-6)
    time.sleep(0.1)
    assert lockstep.state().time_s == after.time_s
    assert lockstep.observe().state.time_s == after.time_s
    assert not lockstep.moving


def test_a_newer_chunk_replaces_the_rest(realtime: MotionProcess) -> None:
    start = realtime.state().T_base_command[1, 3]
    first = chunk(realtime, (0.0, 0.1, 0.0))
    assert realtime.submit(first, 3).allowed
    assert realtime.wait(first, 3)
    assert realtime.submit(chunk(realtime, (0.0, -0.05, 0.0), actions=4), 4).allowed
    until(lambda: not realtime.moving)
    assert realtime.state().T_base_command[1, 3] - start == pytest.approx(0.03 - 0.02, abs=0.012)


def test_a_stale_chunk_is_refused_with_a_reason(realtime: MotionProcess) -> None:
    old = chunk(realtime, (0.0, 0.1, 0.0))
    time.sleep(0.6)
    verdict = realtime.submit(old, 3)
    assert not verdict.allowed
    assert "s old" in verdict.reasons[0]
    assert not realtime.moving


def test_stop_in_full_motion_latches_and_resume_never_moves(motion: MotionProcess) -> None:
    verdict = motion.submit(chunk(motion, (0.0, 0.4, 0.0)), 3)
    assert verdict.allowed
    if not motion.lockstep:
        motion.wait(chunk(motion, (0.0, 0.4, 0.0)), 3)
    motion.stop("you pressed stop")
    assert motion.stopped
    until(lambda: motion.still)
    place = motion.state().joints
    assert motion.why_stopped == "you pressed stop"
    refused = motion.submit(chunk(motion, (0.0, 0.1, 0.0)), 3)
    assert not refused.allowed
    assert "stopped" in refused.reasons[0]
    with pytest.raises(InputError, match="stopped"):
        motion.go_home()
    time.sleep(0.3)
    assert motion.stopped
    assert motion.still
    motion.resume()
    assert not motion.stopped
    motion.rest(0.5)
    assert motion.still
    assert not motion.moving
    np.testing.assert_allclose(motion.state().joints, place, atol=1e-3)


def test_a_stop_during_resume_is_not_lost(motion: MotionProcess) -> None:
    """The user resumes what he saw, and presses stop again before the motion process hears of the resume."""
    motion.stop("first")
    until(lambda: bool(motion.report().held))
    first = motion._memory.control.stop_number
    motion.stop("second")
    until(lambda: motion.report().stop_number != first)
    motion._call("resume", first)
    motion._resumed = first
    assert motion.stopped
    assert motion.report().held
    assert motion.why_stopped == "second"
    assert not motion.submit(chunk(motion, (0.0, 0.1, 0.0)), 3).allowed
    motion.resume()
    assert not motion.stopped


def test_stop_from_many_threads_at_once(motion: MotionProcess) -> None:
    threads = [threading.Thread(target=motion.stop) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert motion.stopped
    until(lambda: motion.still)
    motion.resume()
    assert not motion.stopped


def test_it_goes_home(motion: MotionProcess) -> None:
    home = motion.state().joints
    motion.submit(chunk(motion, (0.1, 0.2, -0.2), actions=5), 5)
    until(lambda: not motion.moving)
    assert np.abs(motion.state().joints - home).max() > 0.05
    motion.go_home()
    assert motion.moving
    until(lambda: not motion.moving, 60.0)
    np.testing.assert_allclose(motion.state().joints, home, atol=5e-3)


def test_a_frozen_window_holds_the_arm(realtime: MotionProcess) -> None:
    realtime.gui_tick()
    assert not realtime.stopped
    realtime.submit(chunk(realtime, (0.0, 0.1, 0.0)), 20)
    held_after = until(lambda: realtime.stopped, 60.0)
    assert held_after > 0.9
    until(lambda: realtime.still)
    assert "window has not moved" in realtime.why_stopped
    realtime.gui_tick()
    time.sleep(0.1)
    assert realtime.stopped
    realtime.gui_tick()
    time.sleep(0.06)
    realtime.resume()
    assert not realtime.stopped
    assert realtime.still
    realtime._gui_tick_ns = 0
    time.sleep(0.1)


def test_the_simulators_verdict(motion: MotionProcess) -> None:
    motion.begin_task(PICK)
    done, why = motion.task_verdict(settle_s=0.2)
    assert not done
    assert "blue cube" in why
    motion.begin_task((Step("pick", Reference("bowl", "brown")),))
    assert motion.task_verdict() == (False, "There is no brown bowl on the table.")


def test_another_scene_looks_different_and_a_stop_stays(motion: MotionProcess) -> None:
    before = motion.observe().frames["front"].image
    motion.stop()
    motion.new_scene(4, PICK)
    after = motion.observe().frames["front"].image
    assert np.abs(after.astype(int) - before).mean() > 1.0
    assert motion.stopped


def test_time_can_pass_without_motion(lockstep: MotionProcess) -> None:
    before = lockstep.state()
    lockstep.rest(1.0)
    after = lockstep.state()
    assert after.time_s - before.time_s == pytest.approx(1.0)
    np.testing.assert_allclose(after.joints, before.joints, atol=1e-3)


def test_the_loop_keeps_its_rate(realtime: MotionProcess) -> None:
    before, started = realtime.report(), time.monotonic()
    time.sleep(1.0)
    after, seconds = realtime.report(), time.monotonic() - started
    rate = (after.ticks - before.ticks) / seconds
    assert 40 < rate < 52


def test_calling_the_dead(tmp_path: Path) -> None:
    motion = MotionProcess(load(), pace="realtime")
    assert motion.stopped
    motion.stop()
    with pytest.raises(ProcessError, match="not started"):
        motion.go_home()
    motion.close()


def test_the_process_dies_and_everything_says_so() -> None:
    motion = MotionProcess(load(), pace="lockstep")
    motion.start()
    assert motion.pid is not None
    psutil.Process(motion.pid).kill()
    until(lambda: not motion.alive)
    assert motion.stopped
    assert "not running" in motion.why_stopped
    assert not motion.moving
    with pytest.raises(ProcessError):
        motion.go_home()
    with pytest.raises(ProcessError):
        motion.state()
    motion.close()


def test_nothing_is_left_after_close(own_folders: Path) -> None:
    children = {child.pid for child in psutil.Process().children(recursive=True)}
    threads = set(threading.enumerate())
    fds = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    with MotionProcess(load(), pace="realtime") as motion:
        motion.submit(chunk(motion, (0.0, 0.3, 0.0)), 20)
        time.sleep(0.2)
        mine = motion.pid
    motion.close()
    assert not psutil.pid_exists(mine)
    assert {child.pid for child in psutil.Process().children(recursive=True)} <= children
    assert set(threading.enumerate()) <= threads
    if fds:
        assert len(os.listdir("/proc/self/fd")) == fds
    assert "stands still" in (own_folders / "logs" / "motion.log").read_text(encoding="utf-8")


def test_an_unknown_arm_is_a_clear_error() -> None:
    settings = load(overrides=["use.arm=nonsuch"])
    with pytest.raises(BackendError, match="back end 'nonsuch'"):
        MotionProcess(settings).start()
