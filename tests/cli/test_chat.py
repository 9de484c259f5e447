"""`chat`: its own commands, Ctrl-C, and its end when it is killed or the terminal is closed."""

from __future__ import annotations

import os
import pty
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.cli.test_processes import PROGRAM
from tests.runtime.conftest import until
from vla_assistant.commands.chat import BAD_SCENE, COMMANDS, HELP, Screen, take_line

SLOW = ("--set", "safety.heartbeat_timeout_s=10.0", "--set", "safety.speed_scale=0.1")


class Told:
    """An assistant that only remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments: self.asked.append((name, *arguments))


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        ("/nonsense", f"! There is no command /nonsense. {COMMANDS}"),
        ("/quit now", f"! There is no command /quit now. {COMMANDS}"),
        ("/scenery 4", f"! There is no command /scenery 4. {COMMANDS}"),
        ("/", f"! There is no command /. {COMMANDS}"),
        ("/help", HELP),
        *((f"/scene{seed}", f"! {BAD_SCENE}") for seed in ("", " -3", " x", " 1 2", " 1.5", " ²", f" {2**31}")),
        (f"/scene {'9' * 5000}", f"! {BAD_SCENE}"),
    ],
)
def test_what_is_no_command_of_the_conversation_is_told(line: str, printed: str, capsys: Any) -> None:
    told = Told()
    take_line(told, line, Screen())  # type: ignore[arg-type]
    assert capsys.readouterr().out == f"{printed}\n"
    assert told.asked == []


@pytest.mark.parametrize("seed", [0, 4, 2**31 - 1])
def test_a_scene_is_laid(seed: int) -> None:
    told = Told()
    take_line(told, f"/scene {seed}", Screen())  # type: ignore[arg-type]
    assert told.asked == [("new_scene", seed)]


class Terminal:
    """`chat` in a terminal of its own."""

    def __init__(self, *options: str) -> None:
        self._master, slave = pty.openpty()
        self.process = subprocess.Popen(
            (*PROGRAM, "chat", "--set", "use.speaker=pyttsx3", *SLOW, *options),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            preexec_fn=lambda: os.login_tty(0),
        )
        os.close(slave)
        self.text = ""

    def wait_for(self, words: str) -> None:
        while words not in self.text:
            self.text += os.read(self._master, 4096).decode().replace("\r\n", "\n")

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def close(self) -> None:
        if self._master >= 0:
            os.close(self._master)
            self._master = -1


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Terminal]:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    opened = Terminal()
    yield opened
    opened.process.kill()
    opened.process.wait()
    opened.close()


def outcomes(folder: Path) -> list[tuple[str, str]]:
    """Of all commands in the journal: outcome and reason."""
    with sqlite3.connect(folder / "data" / "journal.sqlite") as journal:
        return journal.execute("SELECT outcome, reason FROM commands").fetchall()


@pytest.mark.parametrize(
    ("how", "reasons"),
    [
        (signal.SIGTERM, ("the program was told to end (SIGTERM)",)),
        (signal.SIGHUP, ("the terminal was closed (SIGHUP)",)),
        ("closed", ("the terminal was closed (SIGHUP)", "the program was closed")),  # the end of the input may be first
    ],
)
def test_a_kill_and_a_closed_terminal_are_a_stop_and_leave_nothing(
    terminal: Terminal, tmp_path: Path, own_folders: Path, how: Any, reasons: tuple[str, ...]
) -> None:
    terminal.wait_for("ends.")
    terminal.type("go home\n")
    terminal.wait_for("Shall I go home?")
    terminal.type("yes\n")
    terminal.wait_for("[1]")
    assert until(lambda: list(tmp_path.glob("vla-voice-*")) != [], 60.0)
    children = psutil.Process(terminal.process.pid).children(recursive=True)
    assert any("vla_assistant.runtime.motion_main" in child.cmdline() for child in children)
    if how == "closed":
        terminal.close()
    else:
        terminal.process.send_signal(how)
        terminal.process.send_signal(how)
    terminal.process.wait(timeout=60)
    assert until(lambda: not any(child.is_running() for child in children), 60.0)
    assert list(tmp_path.glob("vla-voice-*")) == []
    command, yes = outcomes(own_folders)
    assert command in [("stopped", f"Stopped: {reason}.") for reason in reasons]
    assert yes == ("done", "Confirmed.")


def test_ctrl_c_stops_and_twice_ends_each_on_a_line_of_its_own(terminal: Terminal) -> None:
    terminal.wait_for("ends.")
    terminal.type("\x03")
    terminal.wait_for("Ctrl-C again ends the conversation.")
    terminal.wait_for("! Stopped: you pressed Ctrl-C\n")
    terminal.type("\x03")
    assert terminal.process.wait(timeout=60) == 0
    after = terminal.text.split("^C\n", 1)[1].splitlines()
    assert sorted(after[:2]) == ["! Stopped: you pressed Ctrl-C", "Ctrl-C again ends the conversation."]
