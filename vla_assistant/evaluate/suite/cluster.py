"""The same work on a Ray cluster: see `vla_assistant.cluster`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vla_assistant.cluster import carried_out
from vla_assistant.evaluate.suite.working import Order, Performed, work


def on_cluster(orders: Sequence[Order], address: str) -> Iterator[tuple[Order, list[Performed]]]:
    """Orders in the order in which they are finished; `address` is that of the cluster, or "local".

    Raises:
        BackendError: Ray is not installed, or there is no cluster at that address.
    """
    return carried_out(work, orders, address)
