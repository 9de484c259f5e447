"""Opening and closing: the hooks, Ctrl-C, what is imported, the picture without a display, and how long things take."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from statistics import median

import pytest
from PyQt6.QtCore import QTimer, qWarning
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui import story
from tests.gui.double import Double
from vla_assistant.errors import BackendError
from vla_assistant.events import Acting
from vla_assistant.gui import platform, snapshot
from vla_assistant.gui.crash import CrashGuard
from vla_assistant.gui.window import Window

_PROGRAM = """
import sys, time
from vla_assistant import config
from vla_assistant.gui import app, theme
from vla_assistant.gui.replay import Replay

class Telling(Replay):
    def start_listening(self):
        heavy = [name for name in ("torch", "mujoco", "cv2", "whisper", "pyarrow") if name in sys.modules]
        print("up", time.process_time(), heavy, flush=True)

code = app.show(app.application(), Telling({}), config.load(), theme.LIGHT)
print("closed", code, flush=True)
"""

_FAULTY_PROGRAM = """
import sys
from PyQt6.QtCore import QTimer
from vla_assistant import config
from vla_assistant.gui import app, theme
from vla_assistant.gui.bug_dialog import BugDialog
from vla_assistant.gui.replay import Replay

class Faulty(Replay):
    ticks = 0

    def gui_tick(self):
        self.ticks += 1
        raise RuntimeError("a fault of ours")

def look():
    dialogs = [w for w in application.topLevelWidgets() if isinstance(w, BugDialog) and w.isVisible()]
    if dialogs and assistant.ticks > 3:
        dialogs[0].copy_button.click()
        once = dialogs[0].detailedText().count("RuntimeError: a fault")
        copied = "a fault of ours" in application.clipboard().text()
        print("dialog", once, "shown modal:", dialogs[0].isModal(), "stopped:", assistant.stopped, "copied:", copied)
        timer.stop()
        application.quit()

application = app.application()
assistant = Faulty({})
timer = QTimer()
timer.timeout.connect(look)
timer.start(20)
sys.exit(app.show(application, assistant, config.load(), theme.LIGHT))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_closes_in_good_order_and_nothing_heavy_was_imported(number: signal.Signals, tmp_path: Path) -> None:
    command = [sys.executable, "-c", _PROGRAM]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        word, cpu_s, heavy = program.stdout.readline().split(maxsplit=2)
        assert (word, heavy.strip()) == ("up", "[]")
        program.send_signal(number)
        out, err = program.communicate(timeout=100)
    assert (out.strip(), program.returncode) == ("closed 0", 0), err
    assert "Traceback" not in err
    assert float(cpu_s) < 3.0, "processor time until all parts are told to start; benchmarks/window_start has the wall"


@pytest.mark.expects_log
def test_a_bug_anywhere_is_reported_and_the_hooks_come_back(tmp_path: Path, qtbot: QtBot) -> None:
    bugs: list[str] = []
    before = (sys.excepthook, threading.excepthook)
    guard = CrashGuard(tmp_path, "info", bugs.append)
    try:
        error = ValueError("in a slot")
        sys.excepthook(ValueError, error, None)
        thread = threading.Thread(target=lambda: 1 / 0, name="unlucky")
        thread.start()
        thread.join()
        qWarning("from Qt")
        logging.getLogger("vla_assistant.gui").info("a line")
    finally:
        guard.close()
    assert "ValueError: in a slot" in bugs[0]
    assert "in thread unlucky" in bugs[1]
    assert "ZeroDivisionError" in bugs[1]
    log = guard.log_file.read_text()
    assert "from Qt" in log
    assert "a line" in log
    assert (sys.excepthook, threading.excepthook) == before


def test_a_bug_in_the_window_stops_the_arm_and_shows_one_dialog() -> None:
    done = subprocess.run([sys.executable, "-c", _FAULTY_PROGRAM], capture_output=True, text=True, timeout=100)
    assert done.stdout.split() == ["dialog", "1", "shown", "modal:", "False", "stopped:", "True", "copied:", "True"]
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_where_no_window_can_open_it_is_said_and_not_crashed() -> None:
    def missing(name: str) -> None:
        raise OSError(name)

    with pytest.raises(BackendError, match="DISPLAY is not set.*vla-assistant chat"):
        platform.require({}, "linux")
    with pytest.raises(BackendError, match="libxcb-cursor.so.0.*apt install libxcb-cursor0"):
        platform.require({"DISPLAY": ":0"}, "linux", missing)
    platform.require({"QT_QPA_PLATFORM": "offscreen"}, "linux", missing)
    platform.require({"WAYLAND_DISPLAY": "wayland-0"}, "linux", missing)
    platform.require({}, "darwin", missing)


@pytest.mark.parametrize("dark", [False, True])
def test_a_picture_of_the_window_needs_no_display(dressed: QApplication, tmp_path: Path, dark: bool) -> None:
    frames = {camera: story.picture(camera, time_s=113.0) for camera in ("front", "wrist")}
    path = snapshot.save(tmp_path / "pictures" / "window.png", frames, story.working(), (1280, 800), dark)
    picture = QImage(str(path))
    assert (picture.width(), picture.height()) == (1280, 800)
    shades = {picture.pixel(x, y) for x in range(0, 1280, 16) for y in range(0, 800, 16)}
    assert len(shades) > 20
    corner = picture.pixelColor(640, 4).lightness()
    assert corner < 60 if dark else corner > 200


def test_a_picture_that_cannot_be_written_is_told(dressed: QApplication, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError, match=r"file|exists"):
        snapshot.save(tmp_path / "file" / "window.png", {}, [])
    assert not [widget for widget in dressed.topLevelWidgets() if widget.isVisible()]


def test_following_a_motion_costs_little(window: Window, double: Double) -> None:
    costs = []
    for number in range(1, 21):
        double.frames = {camera: story.picture(camera, number) for camera in ("front", "wrist")}
        begun = time.process_time()
        window.handle(Acting(100.0, 0, story.chunk(number / 20), story.state(), story.plan()))
        window.tick()
        QApplication.processEvents()
        costs.append(time.process_time() - begun)
    assert median(costs) < 0.05, "one chunk with its pictures must fit between two ticks"


def test_the_timer_of_the_window_is_the_only_one(window: Window) -> None:
    active = [timer for timer in window.findChildren(QTimer) if timer.isActive() and timer.parent() is window]
    assert len(active) == 1
