"""Makes datasets: workers carry out assignments and encode shards, one process numbers them and moves them in."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from vla_assistant.cluster import carried_out
from vla_assistant.data.features import ROBOT, SUPERVISION, Feature, picture_feature, picture_key
from vla_assistant.data.shard import encode_shard, read_notes
from vla_assistant.data.writer import DatasetWriter
from vla_assistant.workers import in_processes, leave_if_orphaned

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
class Order:
    """What a worker needs to know to make one shard.

    Attributes:
        seeds: Of the assignments.
        folder: Where the shard is encoded; it must not exist yet.
        kinds: Kinds of `data.assignments.KINDS`; empty means all.
        policy: Weights of a policy that drives in part.
        plain: Without changes of camera, light and table.
    """

    seeds: tuple[int, ...]
    folder: Path
    kinds: tuple[str, ...]
    policy: Path | None
    plain: bool = False


def features() -> dict[str, Feature]:
    """The columns of a simulated recording."""
    from vla_assistant.data.supervision import SIZES

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
    plain: bool = False,
    ray: str = "",
) -> Iterator[GenerateProgress]:
    """Carry out the assignments `seed`, `seed + 1`, ...; those that the dataset holds already are left out.

    Args:
        out: Folder of the dataset, new or to be added to.
        episodes: How many assignments; those of two steps have two episodes.
        seed: Of the first assignment.
        workers: Processes.
        policy: Weights of a policy that drives in part and is corrected by the expert.
        kinds: Kinds of `data.assignments.KINDS`; empty means all in their shares.
        plain: Without changes of camera, light and table.
        ray: Address of a Ray cluster, "local" for one of this machine's; empty uses processes.

    Raises:
        BackendError: Ray is wanted and not installed, or there is no such cluster.
    """
    began = time.monotonic()
    writer = DatasetWriter(out, features())
    seeds = [s for s in range(seed, seed + episodes) if s not in writer.seeds]
    parts = [tuple(seeds[i : i + SHARD_ASSIGNMENTS]) for i in range(0, len(seeds), SHARD_ASSIGNMENTS)]
    weights = None if policy is None else policy.resolve()  # workers may stand in another folder
    orders = [Order(part, writer.draft_folder(f"{os.getpid()}-{part[0]}"), kinds, weights, plain) for part in parts]
    made = successes = 0
    here = (order for order, _ in in_processes(_make_shard, orders, workers))
    for order in _on_cluster(orders, ray) if ray else here:
        successes += sum(note.success for note in read_notes(order.folder))
        writer.commit(order.folder)
        made += len(order.seeds)
        elapsed = time.monotonic() - began
        yield GenerateProgress(made, len(seeds), writer.episodes, writer.frames, successes, elapsed)


def _on_cluster(orders: Sequence[Order], address: str) -> Iterator[Order]:
    """Orders whose shards were made on a Ray cluster, and now lie in their folders here."""
    for order, shard in carried_out(shard_bytes, orders, address) if orders else ():
        order.folder.mkdir(parents=True)
        for name, content in shard.items():
            (order.folder / name).write_bytes(content)
        yield order


def shard_bytes(order: Order) -> dict[str, bytes]:
    """The files of the order's shard, made in a folder of this machine: runs anywhere on a cluster."""
    with tempfile.TemporaryDirectory() as folder:
        made = _make_shard(replace(order, folder=Path(folder) / "shard"))
        return {file.name: file.read_bytes() for file in made.folder.iterdir()}


def _make_shard(order: Order) -> Order:
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
        for seed in order.seeds:
            leave_if_orphaned()
            rng = np.random.default_rng([seed, 11])
            episodes += demonstrate(table, draw_assignment(seed, order.kinds, plain=order.plain), rng, policy)
        shutil.rmtree(order.folder, ignore_errors=True)  # of a worker that died over it
        encode_shard(episodes, order.folder)
    finally:
        table.close()
    return order
