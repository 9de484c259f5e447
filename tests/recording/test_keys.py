"""Keys of a terminal and of a script in its place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vla_assistant.commands.terminal_keys import TerminalKeys, split_keys

pty = pytest.importorskip("pty")


def test_arrows_are_one_key() -> None:
    assert split_keys("\x1b[A\x1b[Bw\n\x1bOC\x1b[D ") == ("up", "down", "w", "enter", "right", "left", " ")
    assert split_keys("\x1b") == ("escape",)


def test_a_script_is_read_key_by_key_and_only_when_one_is_waited_for(tmp_path: Path) -> None:
    script = tmp_path / "keys"
    script.write_bytes(b"\x1b[Ay\n")
    with script.open() as file:
        keys = TerminalKeys(file)
        assert not keys.live
        assert keys.pressed() == ()
        assert [keys.wait() for _ in range(3)] == [("up",), ("y",), ("enter",)]
        with pytest.raises(EOFError):
            keys.wait()


def test_a_terminal_gives_all_that_was_pressed() -> None:
    theirs, ours = pty.openpty()
    try:
        with os.fdopen(ours, "r", closefd=False) as file:
            keys = TerminalKeys(file)
            assert keys.live
            assert keys.pressed() == ()
            os.write(theirs, b"w\x1b[C\n")  # a terminal hands over whole lines unless it is told otherwise
            assert keys.wait() == ("w", "right", "enter")
            assert keys.pressed() == ()
    finally:
        os.close(theirs)
        os.close(ours)
