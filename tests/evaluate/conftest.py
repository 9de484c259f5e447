"""Work that costs nothing, for tests of what is made of it."""

from __future__ import annotations

import pytest

from tests.evaluate.examples import record
from vla_assistant.evaluate.suite import running
from vla_assistant.evaluate.suite.working import Order, Performed


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> list[Order]:
    """Work that ends at once: odd episodes fail, with a film if films are wanted. The orders that were given."""
    orders: list[Order] = []

    def work(order: Order) -> list[Performed]:
        orders.append(order)
        made = [record(number, success=number % 2 == 0) for number in order.numbers]
        return [Performed(one, b"" if one.success or not order.films else b"film") for one in made]

    monkeypatch.setattr(running, "work", work)
    return orders
