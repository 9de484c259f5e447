"""`record` and `trials` with everything behind them: real processes, the simulated arm, keys from a pipe."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO

from vla_assistant.data.reader import DatasetReader

PROGRAM = (sys.executable, "-m", "vla_assistant")
CALM = ("--set", "safety.heartbeat_timeout_s=10.0", "--set", "safety.stale_s=3.0")


def read_until(lines: IO[str], words: str) -> str:
    """The first line with these words."""
    for line in lines:
        if words in line:
            return line
    raise AssertionError(f"no line with {words!r}")


def test_ctrl_c_loses_nothing_that_was_kept(tmp_path: Path) -> None:
    out = tmp_path / "own"
    command = ("record", "--out", str(out), "--task", "go home", "--episodes", "5")
    running = subprocess.Popen(
        (*PROGRAM, *command, *CALM, "--set", "simulation.pace=lockstep"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdin is not None
    assert running.stdout is not None
    running.stdin.write("\n" + "ww\x1b[B\n" + "y" + "\n" + "w")  # one is kept, the next one has begun
    running.stdin.flush()
    told = read_until(running.stdout, "1/5 go home: done")
    assert told.endswith(f"{out} holds 1 episodes\n")
    read_until(running.stdout, "[2/5]")
    running.send_signal(signal.SIGINT)
    running.stdin.close()
    err = running.stderr.read() if running.stderr is not None else ""
    assert running.wait(timeout=100) == 130
    assert err == f"Stopped: you pressed Ctrl-C. What was kept is in {out}.\n"
    (row,) = DatasetReader(out).episodes
    assert row["tasks"] == ["go home"]
    running.stdout.close()


def test_a_trial_holds_the_claim_and_the_users_judgement(tmp_path: Path) -> None:
    out = tmp_path / "trials.jsonl"
    command = ("trials", "--task", "go home", "--n", "3", "--yes", "--out", str(out), *CALM)
    ran = subprocess.run((*PROGRAM, *command), input="\nperhaps\nn\nq\n", capture_output=True, text=True, timeout=150)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.endswith(
        "0/1 = 0 % succeeded (95 % interval 0-79 %); claimed wrongly 1, done but not claimed 0. "
        f"Every trial is in {out}.\n"
    )
    (line,) = map(json.loads, out.read_text().splitlines())
    assert (line["version"], line["trial"], line["task"]) == (1, 1, "go home")
    assert (line["claimed"], line["success"], line["outcome"]) == (True, False, "done")


def test_what_is_no_command_is_no_trial(tmp_path: Path) -> None:
    command = ("trials", "--task", "fold the towel", "--out", str(tmp_path / "t.jsonl"))
    ran = subprocess.run((*PROGRAM, *command), input="", capture_output=True, text=True, timeout=100)
    assert ran.returncode == 2
    assert "'fold the towel' is no command for the arm." in ran.stderr
    assert not (tmp_path / "t.jsonl").exists()
