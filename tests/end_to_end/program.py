"""The real program in a process of its own, watched from outside: its journal, its children, the arm's own reports."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil

from tests.end_to_end import wander
from tests.virtual_sound import wait_for
from vla_assistant.runtime.motion_messages import MotionMemory, MotionReport
from vla_assistant.wire import unpack

REPOSITORY = Path(__file__).resolve().parents[2]
START_S = 60.0
COMMAND = (sys.executable, "-m", "vla_assistant")


class Program:
    """`vla-assistant` with a window on a display, with its own folders below `home`."""

    def __init__(self, home: Path, display: str, settings: str) -> None:
        folders = {name: home / name.lower() for name in ("DATA", "CONFIG", "CACHE", "LOGS")}
        folders["CONFIG"].mkdir(parents=True, exist_ok=True)
        (folders["CONFIG"] / "config.toml").write_text(settings, encoding="utf-8")
        env = {f"VLA_ASSISTANT_{name}": str(path) for name, path in folders.items()}
        wander.install(home / "packages")
        env |= {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "PYTHONPATH": f"{home / 'packages'}:{REPOSITORY}"}
        self._journal = folders["DATA"] / "journal.sqlite"
        self._output = home / "output.txt"
        self.logs = folders["LOGS"]
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(COMMAND, env=os.environ | env, stdout=output, stderr=output)
        self._family = psutil.Process(self.process.pid)

    @property
    def output(self) -> str:
        """What it printed, and its logs: for the message of a failed test."""
        texts = [self._output.read_text(errors="replace")]
        texts += [f"--- {file.name}\n{file.read_text(errors='replace')[-3000:]}" for file in self.logs.glob("*.log")]
        return "\n".join(texts)

    def events(self, name: str) -> list[dict[str, Any]]:
        """The journal's events of this name, oldest first."""
        if not self._journal.is_file():
            return []
        with closing(sqlite3.connect(f"file:{self._journal}?mode=ro", uri=True, timeout=5.0)) as connection:
            try:
                rows = connection.execute("SELECT body FROM events WHERE name = ? ORDER BY id", (name,)).fetchall()
            except sqlite3.OperationalError:  # the journal is being made
                return []
        return [json.loads(body) for (body,) in rows]

    def wait_for_event(self, name: str, timeout_s: float, **fields: Any) -> dict[str, Any]:
        """The first event of that name with these fields."""
        found: list[dict[str, Any]] = []

        def there() -> bool:
            assert self.process.poll() is None, f"the program ended\n{self.output}"
            found[:] = [e for e in self.events(name) if all(e.get(key) == value for key, value in fields.items())]
            return bool(found)

        try:
            wait_for(there, timeout_s, f"{name} {fields or ''}")
        except TimeoutError as error:
            seen = self.events(name)[-3:]
            raise AssertionError(f"{error}; the last of them: {seen}\n{self.output}") from None
        return found[0]

    def wait_until_ready(self, *parts: str) -> None:
        """Until these parts are ready."""
        for part in parts:
            self.wait_for_event("part_changed", START_S, part=part, state="ready")

    def child(self, module: str) -> psutil.Process | None:
        """The child process that runs this module."""
        for process in self._family.children(recursive=True):
            try:
                if module in " ".join(process.cmdline()):
                    return process
            except psutil.Error:
                continue
        return None

    def watch_arm(self) -> ArmWatch:
        """The arm's own reports, from the memory that the motion process writes them to."""
        motion = self.child("runtime.motion_main")
        assert motion is not None, self.output
        return ArmWatch(motion.pid)

    @property
    def has_torch(self) -> bool:
        """Is torch loaded into the process that has the window?"""
        return "libtorch" in Path(f"/proc/{self.process.pid}/maps").read_text()

    def end(self) -> int:
        """Ask it politely to end, as Ctrl-C does, and see that no child outlives it; its exit status."""
        family = self._family.children(recursive=True)
        self.process.send_signal(signal.SIGINT)
        status = self.process.wait(30)
        _, alive = psutil.wait_procs(family, timeout=5)
        assert not alive, f"left behind: {[process.cmdline() for process in alive]}"
        assert "Traceback" not in self.output, self.output
        return status

    def close(self) -> None:
        """End it and whatever it left."""
        family = self._family.children(recursive=True) if self.process.poll() is None else []
        self.process.kill()
        self.process.wait()
        for process in family:
            try:
                process.kill()
            except psutil.Error:
                continue


class ArmWatch:
    """Reads the reports of a motion process, also after it has ended."""

    def __init__(self, pid: int) -> None:
        self._memory = MotionMemory(str(_open_shared(pid)))

    @property
    def report(self) -> MotionReport:
        """The last report."""
        payload = self._memory.reports.read()
        assert payload is not None
        report: MotionReport = unpack(payload)
        return report

    @property
    def speed(self) -> float:
        """Largest joint speed of the last report [rad/s]."""
        return float(abs(self.report.state.velocities).max())

    def close(self) -> None:
        """Let go of the memory."""
        self._memory.close()


def _open_shared(pid: int) -> int:
    """Our own descriptor of the anonymous file that a process shares with its parent."""
    for link in Path(f"/proc/{pid}/fd").iterdir():
        if "memfd:vla-assistant" in os.readlink(link):
            return os.open(link, os.O_RDWR)
    raise AssertionError(f"process {pid} shares no memory")
