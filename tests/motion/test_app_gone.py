"""The app freezes, is interrupted or killed in mid-motion: the arm holds, and nothing is left."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.motion.moves import until

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def app(own_folders: Path) -> Iterator[subprocess.Popen[str]]:
    """A program whose arm is in full motion, in a process group of its own as in a terminal."""
    app = subprocess.Popen(
        [sys.executable, "-m", "tests.motion.app"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        start_new_session=True,
    )
    yield app
    app.kill()
    app.communicate()


def heard(app: subprocess.Popen[str]) -> dict:
    assert app.stdout is not None
    line = app.stdout.readline()
    assert line, app.stderr.read() if app.stderr else ""
    return json.loads(line)


def say(app: subprocess.Popen[str]) -> None:
    assert app.stdin is not None
    app.stdin.write("\n")
    app.stdin.flush()


def log_of(folders: Path) -> str:
    return (folders / "logs" / "motion.log").read_text(encoding="utf-8")


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_killed_app_leaves_a_standing_arm_and_no_process(app: subprocess.Popen[str], own_folders: Path) -> None:
    motion = heard(app)["motion"]
    app.kill()
    until(lambda: gone(motion), 60.0)
    assert "the app is gone" in log_of(own_folders)
    assert "the arm stands still: True" in log_of(own_folders)


def test_ctrl_c_reaches_the_app_only_and_the_arm_holds_first(app: subprocess.Popen[str], own_folders: Path) -> None:
    motion = heard(app)["motion"]
    os.killpg(app.pid, signal.SIGINT)
    assert app.wait(20.0) != 0
    until(lambda: gone(motion), 60.0)
    assert "the arm stands still: True" in log_of(own_folders)


def test_sigint_to_the_motion_process_itself_is_ignored(app: subprocess.Popen[str]) -> None:
    motion = heard(app)["motion"]
    os.kill(motion, signal.SIGINT)
    time.sleep(0.3)
    assert not gone(motion)


def test_a_frozen_app_is_a_hold_and_resume_never_moves(app: subprocess.Popen[str]) -> None:
    heard(app)
    os.kill(app.pid, signal.SIGSTOP)
    time.sleep(0.7)
    os.kill(app.pid, signal.SIGCONT)
    say(app)
    frozen = heard(app)
    assert frozen["stopped"]
    assert frozen["still"]
    assert "no sign of life" in frozen["why"]
    say(app)
    resumed = heard(app)
    assert not resumed["stopped"]
    assert resumed["still"]
    assert resumed["y"] == pytest.approx(frozen["y"], abs=1e-3)
    assert app.wait(20.0) == 0
