"""Real processes with a scripted policy from another package; nothing may be left behind."""

from __future__ import annotations

import importlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from vla_assistant import config
from vla_assistant.config import Settings

PLUGIN = Path(__file__).parent / "plugin"


@pytest.fixture(autouse=True)
def plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package with the scripted policy is installed for the test and its children."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(PLUGIN), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.syspath_prepend(str(PLUGIN))
    importlib.invalidate_caches()


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """Threads, child processes and shared memory of the test are gone at its end."""
    threads, blocks, children = set(threading.enumerate()), shared_blocks(), set(psutil.Process().children())
    yield
    until(lambda: set(psutil.Process().children()) <= children, 60.0)
    until(lambda: set(threading.enumerate()) <= threads, 60.0)
    assert set(psutil.Process().children()) <= children
    assert set(threading.enumerate()) <= threads
    assert shared_blocks() <= blocks


def shared_blocks() -> set[str]:
    return {f.name for f in Path("/dev/shm").iterdir() if "vla" in f.name} if sys.platform == "linux" else set()


def until(condition: Callable[[], bool], seconds: float = 60.0) -> bool:
    """Wait for something; False when it does not come."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def settings_with() -> Callable[..., Settings]:
    """Settings with the scripted policy, in lockstep, silent, with what the test changes."""

    def make(*overrides: str) -> Settings:
        quiet = ["use.policy=scripted", "use.speaker=silent", "simulation.pace=lockstep", "use.microphone=wav"]
        return config.load(None, [*quiet, *overrides])

    return make
