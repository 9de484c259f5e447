"""From the injected Space key to the arm standing still [ms], wall clock, in the real window on a display of its own.

The arm swings at the guard's top speed (0.45 m/s at the tool). xdotool presses the key in the X server; the program
hears of it as of any key. Still means what it means everywhere: the arm's own state says every joint < 0.01 rad/s and
the tool < 2 mm/s, in a report made after the stop was obeyed. A trial counts only when the stop stays latched and the
arm still for half a second more. `--level process` leaves out window and key: `MotionProcess.stop` to stillness.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.report import print_summary
from vla_assistant import config
from vla_assistant.runtime.motion import MotionProcess
from vla_assistant.runtime.motion_messages import MotionReport
from vla_assistant.types import ActionChunk

if TYPE_CHECKING:
    from tests.end_to_end.display import Display

QUIET = ("use.microphone=wav", "use.speaker=silent", "simulation.pace=realtime")
TURN_Y = 0.22  # m: the tool swings between y = -0.22 and +0.22
STEP_S = 0.1
FAST = 0.35  # m/s at the tool: slower than this it is turning round, and the trial waits
AFTERWARDS_S = 0.5
START_S = 90.0
STILL_S = 3.0


def swing(motion: MotionProcess) -> None:
    """Back and forth at top speed until stopped."""
    direction = 1.0
    while not motion.stopped:
        state = motion.state()
        y = float(state.T_base_command[1, 3])
        direction = -1.0 if y > TURN_Y else 1.0 if y < -TURN_Y else direction
        actions = np.zeros((3, 7), np.float32)
        actions[:, 1], actions[:, 6] = direction * 0.45 * STEP_S, state.gripper_command
        actions[:, 0] = np.clip(0.5 - state.T_base_command[0, 3], -0.01, 0.01)
        motion.submit(ActionChunk(actions, STEP_S, state.time_s), 3)
        time.sleep(0.05)


def tool_speed(report: MotionReport, before: MotionReport) -> float:
    """Between two reports [m/s]."""
    seconds = (report.at_ns - before.at_ns) / 1e9
    way = report.state.T_base_tool[:3, 3] - before.state.T_base_tool[:3, 3]
    return float(np.linalg.norm(way)) / seconds if seconds > 0 else 0.0


def trial(read: Callable[[], MotionReport], press: Callable[[], int], rng: np.random.Generator) -> tuple[float, float]:
    """One stop in full motion: milliseconds from `press` (which returns its own time) to stillness, and the speed."""
    time.sleep(float(rng.uniform(0.3, 1.3)))
    before, speed, deadline = read(), 0.0, time.monotonic() + STILL_S + 5.0
    while speed < FAST:
        time.sleep(0.02)
        report = read()
        speed, before = tool_speed(report, before), report
        require(time.monotonic() < deadline, "the arm does not swing")
    pressed_ns = press()
    report = first_still(read, pressed_ns)
    latency_ms = (report.at_ns - pressed_ns) / 1e6
    end = time.monotonic() + AFTERWARDS_S
    while time.monotonic() < end:
        later = read()
        require(bool(later.held), "the stop did not stay latched")
        time.sleep(0.01)
    require(later.still, "the arm did not stay still")
    return latency_ms, speed


def first_still(read: Callable[[], MotionReport], pressed_ns: int) -> MotionReport:
    """The first report after the stop that says the arm stands still; one is made every 20 ms, read every 2 ms."""
    deadline = time.monotonic() + STILL_S
    while True:
        report = read()
        if report.held and report.still and report.at_ns > pressed_ns:
            return report
        require(time.monotonic() < deadline, "the arm did not come to rest")
        time.sleep(0.002)


def require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise SystemExit(f"stop_latency: {otherwise}")


def process_level(trials: int) -> None:
    """Without window and key."""
    latencies, speeds = [], []
    rng = np.random.default_rng(0)
    with MotionProcess(config.load(overrides=QUIET)) as motion:

        def press() -> int:
            now_ns = time.monotonic_ns()
            motion.stop()
            return now_ns

        for _ in range(trials):
            swinging = threading.Thread(target=swing, args=(motion,))
            swinging.start()
            latency, speed = trial(motion.report, press, rng)
            swinging.join()
            latencies.append(latency)
            speeds.append(speed)
            motion.resume()
        report = motion.report()
        late_ms = round(1000 * report.late_p95_s, 3)
        loop = {"ticks": report.ticks, "overruns": report.overruns, "late_p95_ms": late_ms}
        drawing_ms = round(1000 * motion.drawing_cost_s(), 2)
    print_summary(
        "stop_latency_process",
        latencies,
        "ms",
        speed_m_s=round(float(np.median(speeds)), 3),
        drawing_ms=drawing_ms,
        **loop,
    )


def window_level(trials: int) -> None:
    """Key event to stillness in the real window."""
    from tests.end_to_end.display import Display

    with tempfile.TemporaryDirectory() as folder, Display() as display:
        names = ("DATA", "CONFIG", "CACHE", "LOGS")
        env = {f"VLA_ASSISTANT_{name}": str(Path(folder) / name.lower()) for name in names}
        env |= {"DISPLAY": display.name, "QT_QPA_PLATFORM": "xcb"}
        app = subprocess.Popen(
            [sys.executable, str(Path(__file__).resolve()), "--app"],
            env=os.environ | env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            latencies, speeds = _press_again_and_again(app, display, trials)
        finally:
            app.terminate()
            app.wait(30)
    print_summary("stop_latency", latencies, "ms", speed_m_s=round(float(np.median(speeds)), 3))


def _press_again_and_again(
    app: subprocess.Popen[str], display: Display, trials: int
) -> tuple[list[float], list[float]]:
    from tests.end_to_end.program import ArmWatch
    from vla_assistant.gui.window import TITLE

    assert app.stdin is not None
    assert app.stdout is not None
    require(app.stdout.readline().strip() == "ready", "the window did not come up")
    display.focus(TITLE)
    display.key("Tab")  # out of the text box, where a space is a letter while no command runs
    family = psutil.Process(app.pid).children(recursive=True)
    watch = ArmWatch(next(child.pid for child in family if "motion_main" in " ".join(child.cmdline())))
    keyboard = subprocess.Popen(["xdotool", "-"], env=os.environ | {"DISPLAY": display.name}, stdin=subprocess.PIPE)
    keys = keyboard.stdin
    assert keys is not None

    def press() -> int:
        now_ns = time.monotonic_ns()
        keys.write(b"key space\n")
        keys.flush()
        return now_ns

    latencies, speeds = [], []
    rng = np.random.default_rng(0)
    try:
        for _ in range(trials):
            app.stdin.write("swing\n")
            app.stdin.flush()
            latency, speed = trial(lambda: watch.report, press, rng)
            latencies.append(latency)
            speeds.append(speed)
    finally:
        keys.close()
        keyboard.wait(10)
        watch.close()
    return latencies, speeds


def run_app() -> None:
    """The program with its window; each line on stdin resumes after the last stop and lets the arm swing again."""
    from vla_assistant.gui import theme
    from vla_assistant.gui.app import application, show
    from vla_assistant.runtime.assistant import Assistant

    settings = config.load(overrides=QUIET)
    app = application()
    palette = theme.system_palette()
    theme.apply(app, palette)
    with_window = Assistant(settings)
    threading.Thread(target=_drive, args=(with_window,), daemon=True).start()
    try:
        show(app, with_window, settings, palette)
    finally:
        with_window.close()


def _drive(assistant: object) -> None:
    motion: MotionProcess = assistant._motion  # type: ignore[attr-defined]
    deadline = time.monotonic() + START_S
    while motion.latest_frame("front") is None and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(3.0)  # the model process is still reading its libraries; trials shall not share the cores with that
    print("ready", flush=True)
    for _ in sys.stdin:
        assistant.resume()  # type: ignore[attr-defined]
        while motion.stopped:
            time.sleep(0.01)
        swing(motion)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=50, metavar="N")
    parser.add_argument("--level", choices=("window", "process"), default="window")
    parser.add_argument("--app", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.app:
        run_app()
    elif arguments.level == "process":
        process_level(arguments.trials)
    else:
        window_level(arguments.trials)


if __name__ == "__main__":
    main()
