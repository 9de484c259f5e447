"""Work on a Ray cluster: every machine has this program installed, and the same weights at the same place."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from vla_assistant.errors import BackendError

LOCAL = "local"
START_S = 180
"""A cluster on this machine may take so long to come up when all cores are busy."""
_ENVIRONMENT = {"env_vars": {"OMP_NUM_THREADS": "1"}}

Order = TypeVar("Order")
Result = TypeVar("Result")


def carried_out(
    work: Callable[[Order], Result], orders: Sequence[Order], address: str
) -> Iterator[tuple[Order, Result]]:
    """Orders with what came of them, in the order in which they are finished.

    Args:
        work: Carries out one order, on any machine.
        orders: What to do.
        address: Of the cluster, for example "auto" or "HOST:PORT"; "local" starts one on this machine.

    Raises:
        BackendError: Ray is not installed, or there is no cluster at that address.
    """
    ray = _connected(address)
    try:
        remote = ray.remote(num_cpus=1, max_retries=2)(work)
        waiting = {remote.remote(order): order for order in orders}
        while waiting:
            finished, _ = ray.wait(list(waiting), num_returns=1)
            for reference in finished:
                yield waiting.pop(reference), ray.get(reference)
    finally:
        ray.shutdown()


def _connected(address: str) -> Any:
    try:
        ray = importlib.import_module("ray")
    except ImportError as error:
        raise BackendError(
            "Ray is not installed.", "Install it with: pip install 'vla-assistant[cluster]'; or leave --ray out."
        ) from error
    os.environ.setdefault("RAY_raylet_start_wait_time_s", str(START_S))
    where: dict[str, Any] = {"include_dashboard": False} if address == LOCAL else {"address": address}
    try:
        ray.init(runtime_env=_ENVIRONMENT, log_to_driver=False, **where)
    except (ConnectionError, ValueError) as error:
        raise BackendError(f"There is no Ray cluster at {address!r} ({error}).", "Try --ray local.") from error
    return ray
