"""The journal: every command, plan, confirmation and outcome in SQLite; a kill leaves all finished work readable.

WAL mode, one transaction for each event. `commands` holds one row for each command with its outcome; `events` holds the
public JSON line of everything that happened, but for action chunks and progress, which would fill the disk.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

from vla_assistant import events
from vla_assistant.errors import BackendError
from vla_assistant.events import Event

log = logging.getLogger(__name__)

SCHEMA_VERSION = 1
BUSY_TIMEOUT_S = 5.0
_LEFT_OUT = (events.Acting, events.SceneSeen, events.SpeechStarted, events.PartialHeard, events.ListeningChanged)
_SCHEMA = """
CREATE TABLE runs (id INTEGER PRIMARY KEY, started TEXT NOT NULL, program TEXT NOT NULL);
CREATE TABLE commands (
  run INTEGER NOT NULL REFERENCES runs(id), id INTEGER NOT NULL, text TEXT NOT NULL, source TEXT NOT NULL,
  given TEXT NOT NULL, ended TEXT, outcome TEXT, reason TEXT, evidence TEXT, seconds REAL, claimed INTEGER,
  success INTEGER, PRIMARY KEY (run, id));
CREATE TABLE events (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs(id), at TEXT NOT NULL, name TEXT NOT NULL,
  body TEXT NOT NULL);
CREATE INDEX events_by_run ON events(run, name);
"""


class Journal:
    """Writes events from an own thread; `note` never waits for the disk."""

    def __init__(self, file: Path, program: str) -> None:
        """`program` says what runs, for example "vla-assistant do".

        Raises:
            BackendError: the file cannot be opened, is no journal, or was written by a newer version.
        """
        self._file = file
        with _told(file):
            file.parent.mkdir(parents=True, exist_ok=True)
            with _connection(file) as connection:
                _upgrade(connection, file)
                query = "INSERT INTO runs (started, program) VALUES (?, ?)"
                self._run = connection.execute(query, (_now(), program)).lastrowid
                connection.commit()
        self._queue: SimpleQueue[Event | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="journal", daemon=True)
        self._thread.start()

    def note(self, event: Event) -> None:
        """Write the event soon."""
        if not isinstance(event, _LEFT_OUT):
            self._queue.put(event)

    def close(self) -> None:
        """Write what is left and close the file; may be called twice."""
        self._queue.put(None)
        self._thread.join(timeout=BUSY_TIMEOUT_S)

    def _write(self) -> None:
        with _connection(self._file) as connection:
            while (event := self._queue.get()) is not None:
                try:
                    self._insert(connection, event)
                    connection.commit()
                except sqlite3.Error as error:
                    log.error("the journal %s could not be written: %s", self._file, error)
                except Exception:  # a bug in one event must not cost all that follow
                    log.exception("writing %s into the journal", type(event).__name__)

    def _insert(self, connection: sqlite3.Connection, event: Event) -> None:
        line = (self._run, _now(), events.name_of(event), events.to_json(event))
        connection.execute("INSERT INTO events (run, at, name, body) VALUES (?, ?, ?, ?)", line)
        if not isinstance(event, (events.Queued, events.RunEnded)):
            return
        command = event.command
        connection.execute(
            "INSERT OR IGNORE INTO commands (run, id, text, source, given) VALUES (?, ?, ?, ?, ?)",
            (self._run, command.id, command.text, str(command.source), _now()),
        )
        if isinstance(event, events.RunEnded):
            end = event.outcome
            values = (_now(), str(end.result), end.reason, end.evidence, end.seconds, end.claimed, end.success)
            connection.execute(
                "UPDATE commands SET ended = ?, outcome = ?, reason = ?, evidence = ?, seconds = ?, claimed = ?, "
                "success = ? WHERE run = ? AND id = ?",
                (*values, self._run, command.id),
            )


@contextmanager
def _connection(file: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(file, timeout=BUSY_TIMEOUT_S)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        yield connection
    finally:
        connection.close()


@contextmanager
def _told(file: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise BackendError(
            f"The journal {file} cannot be used ({error}).",
            "Move the file away, or set VLA_ASSISTANT_DATA to another folder.",
        ) from error


def _upgrade(connection: sqlite3.Connection, file: Path) -> None:
    connection.execute("BEGIN IMMEDIATE")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > SCHEMA_VERSION:
        raise BackendError(
            f"The journal {file} has version {version}; this program knows version {SCHEMA_VERSION}.",
            "Use the newer program, or move the file away.",
        )
    if version == 0:
        for statement in _SCHEMA.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.commit()


def _now() -> str:
    """Wall-clock time in UTC: the journal is read on other days than it is written."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
