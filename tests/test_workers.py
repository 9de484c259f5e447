"""Work in several processes: what comes of it, and what a process that dies costs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from vla_assistant.errors import ProcessError
from vla_assistant.workers import ATTEMPTS, in_processes

Errand = tuple[Path, int, int]
"""A folder for notes, the number, and how often it kills the one who does it."""


def squared(errand: Errand) -> int:
    folder, number, deadly = errand
    note = folder / str(number)
    begun = len(note.read_text()) if note.exists() else 0
    note.write_text("x" * (begun + 1))
    if begun < deadly:
        os._exit(1)
    if number < 0:
        raise ValueError(f"no root: {number}")
    return number**2


def errands(folder: Path, deadly: dict[int, int]) -> Iterator[Errand]:
    return ((folder, number, deadly.get(number, 0)) for number in range(9))


def test_every_order_is_done_once_whoever_does_it(tmp_path: Path) -> None:
    for workers in (1, 2):
        folder = tmp_path / str(workers)
        folder.mkdir()
        done = dict(in_processes(squared, errands(folder, {}), workers))
        assert {number: made for (_, number, _), made in done.items()} == {n: n * n for n in range(9)}
        assert all(note.read_text() == "x" for note in folder.iterdir())


@pytest.mark.expects_log
def test_what_a_dead_worker_did_is_begun_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    done = [made for _, made in in_processes(squared, errands(tmp_path, {0: 1, 7: 1}), 2)]
    assert sorted(done) == [n * n for n in range(9)]
    assert set(caplog.messages) == {"a worker died; what it did is begun again"}
    assert len(caplog.messages) <= 2  # one where both died before either was noticed


@pytest.mark.expects_log
def test_what_kills_its_worker_each_time_is_not_begun_for_ever(tmp_path: Path) -> None:
    with pytest.raises(ProcessError, match="Workers died 3 times over the same work"):
        list(in_processes(squared, errands(tmp_path, {4: 99}), 2))
    assert (tmp_path / "4").read_text() == "x" * ATTEMPTS


def test_an_error_in_the_work_is_not_the_workers(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no root: -1"):
        list(in_processes(squared, [(tmp_path, -1, 0), (tmp_path, 2, 0)], 2))
