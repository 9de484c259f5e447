"""packaging/train_weights.sh with a made-up program: a training that fails, or a signal, ends it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "packaging" / "train_weights.sh"
STUB = """#!/bin/sh
echo "$1" >> "$CALLS"
if [ "$1" = calibrate ]; then
  while [ "$1" != --policy ]; do shift; done
  cp "$2" "$4"
  exit 0
fi
[ "$1" = evaluate ] && exit "${EVALUATED:-0}"
[ "$1" = train ] || exit 0
mkdir -p "$RUN_FOLDER/trained"
echo weights > "$RUN_FOLDER/trained/compact.safetensors"
{training}
"""

pytestmark = pytest.mark.skipif(shutil.which("sh") is None, reason="a shell script")


def start(folder: Path, training: str) -> subprocess.Popen[str]:
    program = folder / "program"
    program.write_text(STUB.replace("{training}", training))
    program.chmod(0o755)
    env = os.environ | {"VLA": str(program), "CALLS": str(folder / "calls"), "RUN_FOLDER": str(folder / "run")}
    env |= {"WEIGHTS": str(folder / "weights.safetensors"), "POLL_S": "0.02"}
    pipe = subprocess.PIPE
    return subprocess.Popen(["sh", str(SCRIPT), str(folder / "run")], env=env, text=True, stdout=pipe, stderr=pipe)


def calls(folder: Path) -> list[str]:
    return (folder / "calls").read_text().split()


def test_a_training_that_fails_ends_it_with_its_status(tmp_path: Path) -> None:
    process = start(tmp_path, "exit 3")
    process.communicate(timeout=30)
    assert process.returncode == 3
    assert calls(tmp_path) == ["generate", "train"]
    assert not (tmp_path / "weights.safetensors").exists()


def test_a_training_that_ends_is_measured(tmp_path: Path) -> None:
    process = start(tmp_path, "exit 0")
    _, said = process.communicate(timeout=30)
    assert process.returncode == 0, said
    assert calls(tmp_path)[-2:] == ["calibrate", "evaluate"]
    assert (tmp_path / "weights.safetensors").read_text() == "weights\n"


def test_what_fails_its_evaluation_is_not_put_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVALUATED", "5")
    process = start(tmp_path, "exit 0")
    process.communicate(timeout=30)
    assert process.returncode == 5
    assert not (tmp_path / "weights.safetensors").exists()


def test_a_signal_ends_the_training_too(tmp_path: Path) -> None:
    process = start(
        tmp_path, 'echo "$$" > "$RUN_FOLDER/pid.part"; mv "$RUN_FOLDER/pid.part" "$RUN_FOLDER/pid"; exec sleep 60'
    )
    pid = tmp_path / "run" / "pid"
    while not pid.exists():
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)  # also waits for the training, which holds the pipe
    assert process.returncode == 130
    assert calls(tmp_path) == ["generate", "train"]
