"""What holds for every test: own folders, no network, and a log line of level warning or above is a failure."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

import vla_assistant  # noqa: F401  before numpy: it says how many threads that may use

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
FOLDERS = ("DATA", "CONFIG", "CACHE", "LOGS")

# See `train.compiler`: triton's LLVM and that of Mesa crash each other, and tests draw and make optimizers in turns.
sys.modules.setdefault("triton", None)  # type: ignore[arg-type]


hypothesis.settings.register_profile("patient", deadline=None)  # machines are shared; the first example loads weights
hypothesis.settings.load_profile("patient")


def pytest_configure() -> None:
    """Hear the signals that end programs.

    Under `nohup`, or in the background of a script, they are ignored, and so in all processes that the tests start.
    """
    for name in ("SIGINT", "SIGHUP", "SIGTERM"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if name == "SIGINT" else signal.SIG_DFL)


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing a test does reaches the user's own journal, configuration or recordings."""
    root = tmp_path_factory.mktemp("home")
    for name in FOLDERS:
        monkeypatch.setenv(f"VLA_ASSISTANT_{name}", str(root / name.lower()))
    return root


@pytest.fixture(autouse=True)
def no_unexpected_log(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail the test when the program logged a warning or worse that the test did not announce.

    Source: the idea is qutebrowser's tests/helpers/logfail.py. A test that expects such a line is marked with
    `@pytest.mark.expects_log`.
    """
    yield
    if request.node.get_closest_marker("expects_log"):
        return
    records = [r for r in caplog.get_records("call") if r.levelno >= logging.WARNING]
    lines = [f"{r.name}: {r.getMessage()}" for r in records if r.name.startswith("vla_assistant")]
    assert not lines, f"unexpected log lines: {lines}"
