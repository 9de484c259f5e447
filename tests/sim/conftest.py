"""One compiled world for all tests of the simulation: scenes are loaded, nothing is compiled anew."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sim.cell import Cell
from vla_assistant.sim.world import SimWorld


@pytest.fixture(scope="session")
def shared_cell() -> Iterator[Cell]:
    cell = Cell()
    yield cell
    cell.close()


@pytest.fixture
def cell(shared_cell: Cell) -> Cell:
    return shared_cell


@pytest.fixture
def world(shared_cell: Cell) -> SimWorld:
    return shared_cell.world
