"""The commands with everything behind them: real processes, the simulated arm, the shipped weights."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.cameras.videos import write_video
from tests.runtime.conftest import until

PROGRAM = (sys.executable, "-m", "vla_assistant")
PICK = "pick up the blue cube and place it in the red bowl"
SHIPPED = Path(__file__).parents[2] / "assets" / "weights" / "compact" / "compact.safetensors"


class Started:
    """A command in a process of its own."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            (*PROGRAM, *arguments), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.lines: list[dict[str, Any]] = []

    def line(self, event: str) -> dict[str, Any]:
        """Read until the next line of this event."""
        assert self.process.stdout is not None
        for text in self.process.stdout:
            self.lines.append(json.loads(text))
            if self.lines[-1]["event"] == event:
                return self.lines[-1]
        raise AssertionError(f"no {event}: {self.lines}")

    def end(self) -> tuple[int, dict[str, Any], str]:
        """Exit status, last line and stderr."""
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.lines += [json.loads(text) for text in self.process.stdout]  # `communicate` would lose what was read ahead
        err = self.process.stderr.read()
        return self.process.wait(timeout=150), self.lines[-1], err


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """No process of the program outlives it, and no temporary file of its."""
    before = {process.pid for process in ours()}
    yield
    assert until(lambda: {process.pid for process in ours()} <= before, 60.0)


def ours() -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter(["cmdline"]):
        command = " ".join(process.info["cmdline"] or [])
        if "vla_assistant.runtime." in command and process.ppid() in (1, os.getpid()):
            found.append(process)
    return found


def test_ctrl_c_in_the_middle_is_a_stop_and_leaves_nothing() -> None:
    command = Started("do", "go home", "--json", "--yes", "--set", "safety.heartbeat_timeout_s=10.0", "--realtime")
    command.line("part_changed")
    time.sleep(0.5)
    children = psutil.Process(command.process.pid).children(recursive=True)
    command.process.send_signal(signal.SIGINT)
    status, last, err = command.end()
    assert (last["event"], last["outcome"], status) in [("run_ended", "stopped", 3), ("run_ended", "done", 0)]
    assert "Traceback" not in err
    assert until(lambda: not any(child.is_running() for child in children), 60.0)


def test_without_a_yes_and_without_a_terminal_it_cancels() -> None:
    status, last, err = Started("do", "go home", "--json").end()
    assert (status, last["outcome"], last["claimed"]) == (3, "cancelled", False)
    assert err == "Nobody can answer here, so nothing moves: confirm beforehand with --yes.\n"


@pytest.mark.parametrize("content", [None, b"this is no safetensors file"])
def test_missing_and_corrupt_weights_are_one_sentence(tmp_path: Path, content: bytes | None) -> None:
    weights = tmp_path / "own.safetensors"
    if content is not None:
        weights.write_bytes(content)
    command = Started("do", PICK, "--json", "--yes", "--set", f"policies.compact.weights={weights}")
    status, last, err = command.end()
    assert (status, last["outcome"]) == (1, "failed")
    assert "weights" in last["reason"]
    assert str(weights) in last["reason"]
    assert not [line for line in command.lines if line["event"] == "acting"]
    assert err == ""


@pytest.mark.skipif(not SHIPPED.is_file(), reason="the weights are not trained yet")
def test_the_main_job_with_the_shipped_weights() -> None:
    """The policy may fail on a scene, so there are three; it must not claim what it has not done."""
    for seed in ("1001", "1002", "1003"):
        command = Started("do", PICK, "--json", "--yes", "--seed", seed)
        status, last, err = command.end()
        assert last["event"] == "run_ended"
        assert err == ""
        assert last["success"] or not last["claimed"], last
        if last["success"]:
            break
    assert (status, last["outcome"], last["claimed"]) == (0, "done", True), last
    proposed = next(line for line in command.lines if line["event"] == "proposed")["proposal"]
    assert [step["skill"] for step in proposed["plan"]["steps"]] == ["pick", "place"]
    assert proposed["frame_id"] > 0


def test_a_camera_file_that_is_missing_or_ends_is_a_sentence(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    camera = ("--set", "use.camera=opencv", "--set", f"cameras.opencv.source={film}", "--set", "cameras.opencv.loop=no")
    command = Started("do", PICK, "--json", "--yes", *camera)
    status, last, err = command.end()
    assert (status, last["outcome"], err) == (1, "failed", "")
    assert f"There is no video file {film}." in last["reason"]
    write_video(film, frames=10)  # half a second, shorter than everything else takes to come up
    command = Started("do", PICK, "--json", "--yes", *camera)
    _, last, err = command.end()
    assert last["outcome"] != "done"
    assert err == ""
    told = [line for line in command.lines if line["event"] == "part_changed" and line["part"] == "camera"]
    assert f"The video file {film} has ended." in [line["detail"] for line in told]


def test_a_stop_resumed_before_the_arm_is_up_is_told_once() -> None:
    """The arm takes seconds to come up; what was resumed by then must not stop it again."""
    quiet = ("--set", "use.speaker=silent", "--set", "safety.heartbeat_timeout_s=10.0")
    lines = "stop\nresume\ngo home\nyes\n"
    chat = subprocess.run((*PROGRAM, "chat", *quiet), input=lines, capture_output=True, text=True, timeout=150)
    assert chat.stdout.count("! Stopped") == 1
    assert chat.stdout.splitlines()[-1] == "Done: go home."
    assert (chat.returncode, chat.stderr) == (0, "")


def test_a_conversation_from_a_pipe() -> None:
    """Each line waits for what the one before has led to, so that the yes meets its proposal."""
    quiet = ("--set", "use.speaker=silent", "--set", "safety.heartbeat_timeout_s=10.0")
    lines = "go home\nyes\nyes\npick up the elephant\n"
    chat = subprocess.run((*PROGRAM, "chat", *quiet), input=lines, capture_output=True, text=True, timeout=150)
    said = [line for line in chat.stdout.splitlines() if not line.startswith((" ", "Type", "/"))]
    assert said[:2] == ["Shall I go home?", "Done: go home."]
    assert said[2] == "There is nothing to confirm."
    assert said[3].startswith("I do not know an elephant")
    assert (chat.returncode, chat.stderr) == (0, "")
