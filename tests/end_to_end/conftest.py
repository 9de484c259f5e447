"""A display and a virtual sound card for one test, and a program that ends with it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.end_to_end.display import PROGRAMS, Display
from tests.end_to_end.program import Program
from tests.virtual_sound import sound_card

__all__ = ["sound_card"]

Launch = Callable[[str], Program]


@pytest.fixture
def display() -> Iterator[Display]:
    """Skips where there is no X server for tests."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} is not installed")
    with Display() as made:
        yield made


@pytest.fixture
def launch(display: Display, tmp_path: Path) -> Iterator[Launch]:
    """Starts the program with the text of a config.toml; it is gone after the test, whatever happened."""
    running: list[Program] = []

    def start(settings: str) -> Program:
        running.append(Program(tmp_path / "home", display.name, settings))
        return running[-1]

    yield start
    for program in running:
        program.close()
