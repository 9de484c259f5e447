"""Makes datasets: workers carry out assignments and encode shards, one process numbers them and moves them in."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vla_assistant.data.features import ROBOT, SUPERVISION, Feature, picture_feature, picture_key
from vla_assistant.data.shard import encode_shard, read_notes
from vla_assistant.data.writer import DatasetWriter

SHARD_ASSIGNMENTS = 20


@dataclass(frozen=True)
class GenerateProgress:
    """How far it is: assignments carried out of those to do now, and what the dataset holds."""

    assignments: int
    total: int
    episodes: int
    frames: int
    successes: int
    seconds: float


@dataclass(frozen=True)
class _Order:
    """What a worker needs to know to make one shard."""

    seeds: tuple[int, ...]
    folder: Path
    kinds: tuple[str, ...]
    policy: Path | None


def features() -> dict[str, Feature]:
    """The columns of a simulated recording."""
    from vla_assistant.data.demonstration import SIZES

    pictures = {picture_key(camera): picture_feature(size, size) for camera, size in SIZES.items()}
    return ROBOT | SUPERVISION | pictures


def generate(
    out: Path,
    episodes: int,
    seed: int,
    *,
    workers: int = 2,
    policy: Path | None = None,
    kinds: tuple[str, ...] = (),
) -> Iterator[GenerateProgress]:
    """Carry out the assignments `seed`, `seed + 1`, ...; those that the dataset holds already are left out.

    Args:
        out: Folder of the dataset, new or to be added to.
        episodes: How many assignments; those of two steps have two episodes.
        seed: Of the first assignment.
        workers: Processes.
        policy: Weights of a policy that drives in part and is corrected by the expert.
        kinds: Kinds of `data.assignments.KINDS`; empty means all in their shares.
    """
    began = time.monotonic()
    writer = DatasetWriter(out, features())
    seeds = [s for s in range(seed, seed + episodes) if s not in writer.seeds]
    parts = [tuple(seeds[i : i + SHARD_ASSIGNMENTS]) for i in range(0, len(seeds), SHARD_ASSIGNMENTS)]
    orders = [_Order(part, writer.draft_folder(f"{os.getpid()}-{part[0]}"), kinds, policy) for part in parts]
    made = successes = 0
    for order in _in_workers(orders, workers):
        successes += sum(note.success for note in read_notes(order.folder))
        writer.commit(order.folder)
        made += len(order.seeds)
        elapsed = time.monotonic() - began
        yield GenerateProgress(made, len(seeds), writer.episodes, writer.frames, successes, elapsed)


def _in_workers(orders: list[_Order], workers: int) -> Iterator[_Order]:
    """Orders in the order in which they are finished; only a few wait at a time."""
    if workers == 1:
        yield from map(_make_shard, orders)
        return
    context = multiprocessing.get_context("spawn")
    waiting = iter(orders)
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        running: set[Future[_Order]] = {pool.submit(_make_shard, o) for o in itertools.islice(waiting, workers)}
        while running:
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            running |= {pool.submit(_make_shard, order) for order in itertools.islice(waiting, len(finished))}
            for future in finished:
                yield future.result()


def _make_shard(order: _Order) -> _Order:
    """Carry out the assignments of an order and encode them: runs in a worker."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from vla_assistant.data.assignments import draw_assignment
    from vla_assistant.data.demonstration import demonstrate, recording_table

    policy = None
    if order.policy is not None:
        from vla_assistant.policies.compact import CompactPolicy, Config

        policy = CompactPolicy(Config(weights=str(order.policy)))
    table = recording_table()
    try:
        episodes = []
        parent = multiprocessing.parent_process()
        for seed in order.seeds:
            if parent is not None and not parent.is_alive():
                raise SystemExit("The process that wanted this shard is gone.")
            rng = np.random.default_rng([seed, 11])
            episodes += demonstrate(table, draw_assignment(seed, order.kinds), rng, policy)
        encode_shard(episodes, order.folder)
    finally:
        table.close()
    return order
