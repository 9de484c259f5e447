"""The journal: what happened is there afterwards, whatever happened."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from vla_assistant import events
from vla_assistant.errors import BackendError
from vla_assistant.runtime.journal import SCHEMA_VERSION, Journal
from vla_assistant.types import Command, Outcome, Result, Source

COMMAND = Command(3, "pick up the red cup", Source.VOICE, 1.0)
DONE = Outcome(Result.DONE, "Done.", "it is up", 2.5, True, True)


def rows(file: Path, query: str) -> list[tuple]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(query).fetchall()


def test_a_command_and_its_outcome_are_one_row(tmp_path: Path) -> None:
    file = tmp_path / "new" / "journal.sqlite"
    journal = Journal(file, "test")
    journal.note(events.Queued(1.0, COMMAND))
    journal.note(events.Confirmed(2.0, 1, "click"))
    journal.note(events.RunEnded(3.0, COMMAND, DONE))
    journal.close()
    query = "SELECT text, source, outcome, reason, evidence, seconds, claimed, success FROM commands"
    assert rows(file, query) == [("pick up the red cup", "voice", "done", "Done.", "it is up", 2.5, 1, 1)]
    names = [name for name, body in rows(file, "SELECT name, body FROM events ORDER BY id") if json.loads(body)]
    assert names == ["queued", "confirmed", "run_ended"]
    assert rows(file, "PRAGMA user_version") == [(SCHEMA_VERSION,)]


@pytest.mark.expects_log
def test_an_event_that_cannot_be_written_costs_no_other(tmp_path: Path) -> None:
    file = tmp_path / "journal.sqlite"
    journal = Journal(file, "test")
    journal.note(events.Said(1.0, object()))  # type: ignore[arg-type]
    journal.note(events.RunEnded(3.0, COMMAND, DONE))
    journal.close()
    assert rows(file, "SELECT name FROM events") == [("run_ended",)]


def test_runs_are_told_apart(tmp_path: Path) -> None:
    file = tmp_path / "journal.sqlite"
    for program in ("first", "second"):
        journal = Journal(file, program)
        journal.note(events.RunEnded(3.0, COMMAND, DONE))
        journal.close()
    assert rows(file, "SELECT program, text FROM runs JOIN commands ON run = runs.id") == [
        ("first", "pick up the red cup"),
        ("second", "pick up the red cup"),
    ]


def test_a_kill_leaves_finished_work_readable(tmp_path: Path) -> None:
    file = tmp_path / "journal.sqlite"
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from vla_assistant import events\n"
        "from vla_assistant.runtime.journal import Journal\n"
        "from vla_assistant.types import *\n"
        "journal = Journal(Path(sys.argv[1]), 'test')\n"
        "for number in range(1000):\n"
        "    command = Command(number, 'go home', Source.TYPED, 0.0)\n"
        "    journal.note(events.RunEnded(1.0, command, Outcome(Result.DONE, 'Done.')))\n"
        "    if number == 50: print('go', flush=True)\n"
        "    time.sleep(0.002)\n"
    )
    writer = subprocess.Popen([sys.executable, "-c", script, str(file)], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    writer.stdout.readline()
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    done = rows(file, "SELECT id FROM commands WHERE outcome = 'done' ORDER BY id")
    assert [number for (number,) in done] == list(range(len(done)))
    assert len(done) >= 40
    assert rows(file, "PRAGMA integrity_check") == [("ok",)]


def test_a_newer_journal_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "journal.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(BackendError, match="version 99; this program knows version 1"):
        Journal(file, "test")


def test_a_file_that_is_no_journal_is_told(tmp_path: Path) -> None:
    file = tmp_path / "journal.sqlite"
    file.write_bytes(b"this is no database" * 100)
    with pytest.raises(BackendError, match="cannot be used .* Move the file away"):
        Journal(file, "test")
