"""Work for several processes of this machine; one that dies (a fault in a driver, no memory left) is replaced."""

from __future__ import annotations

import itertools
import logging
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Generic, TypeVar

from vla_assistant.errors import ProcessError

ATTEMPTS = 3
"""How often an order is begun at most: what kills its worker each time is not begun for ever."""

Given = TypeVar("Given")
Made = TypeVar("Made")

log = logging.getLogger(__name__)


@dataclass(eq=False)
class _Task(Generic[Given]):
    order: Given
    begun: int = 0


def in_processes(work: Callable[[Given], Made], orders: Iterable[Given], workers: int) -> Iterator[tuple[Given, Made]]:
    """Orders with what came of them, in the order in which they are finished.

    Args:
        work: Carries out one order; begun again where a worker died, so it must not mind what it left behind.
        orders: What to do; only a few are taken ahead, one that waits for each worker.
        workers: Processes; 1 works in this one.

    Raises:
        ProcessError: Workers died over the same order again and again.
    """
    if workers == 1:
        yield from ((order, work(order)) for order in orders)
        return
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # before the workers start: theirs is read when numpy is imported
    waiting = (_Task(order) for order in orders)
    unfinished: list[_Task[Given]] = []
    while True:
        yield from _until_one_dies(work, itertools.chain(unfinished.copy(), waiting), workers, unfinished)
        if not unfinished:
            return
        if max(task.begun for task in unfinished) >= ATTEMPTS:
            raise ProcessError(
                f"Workers died {ATTEMPTS} times over the same work.",
                "Run the same command again; it goes on. Fewer --workers need less memory.",
            )
        log.warning("a worker died; what it did is begun again")


def leave_if_orphaned() -> None:
    """Call it now and then in long work: ends a worker whose parent was killed.

    Raises:
        SystemExit: Nobody wants the work any more.
    """
    parent = multiprocessing.parent_process()
    if parent is not None and not parent.is_alive():
        raise SystemExit("The process that wanted this work is gone.")


def _until_one_dies(
    work: Callable[[Given], Made], waiting: Iterator[_Task[Given]], workers: int, unfinished: list[_Task[Given]]
) -> Iterator[tuple[Given, Made]]:
    """What comes of the tasks; `unfinished` is left with those that were begun, none unless a worker died."""
    unfinished.clear()
    running: dict[Future[Made], _Task[Given]] = {}
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:

        def begin(count: int) -> None:
            for task in itertools.islice(waiting, count):
                task.begun += 1
                unfinished.append(task)  # also when the pool does not take it any more
                running[pool.submit(work, task.order)] = task

        try:
            begin(2 * workers)
            while running:
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    made, task = future.result(), running.pop(future)
                    unfinished.remove(task)
                    yield task.order, made
                    begin(1)
        except BrokenProcessPool:
            return
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
