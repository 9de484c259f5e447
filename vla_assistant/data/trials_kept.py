"""Datasets of successful trials: which are kept, who makes them, and what has been tried already."""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from vla_assistant.data import own_recordings
from vla_assistant.data.files import drop_cut_line
from vla_assistant.data.generate import features
from vla_assistant.data.reader import DatasetReader
from vla_assistant.data.writer import DatasetWriter
from vla_assistant.errors import InputError
from vla_assistant.networks import tokens
from vla_assistant.types import SKILLS
from vla_assistant.workers import in_processes, leave_if_orphaned

TRIED_NAME = "tried.jsonl"
SHARD_ASSIGNMENTS = 10
DRIVEN = 0.25
"""An episode in which more than this share of the frames was not the expert's shows no expert's pace."""


@dataclass(frozen=True)
class TrialOrder:
    """What a worker needs to know to make one shard of trials.

    Attributes:
        seeds: Of the assignments.
        folder: Where what is kept is encoded; it must not exist yet.
        weights: Of the policy that tries.
        kinds: Kinds of assignments; empty means all.
        noise: Strength of exploring, see `trials_recorded.try_alone`.
        longest: Skill -> most frames of a trial that is kept; others have no limit.
    """

    seeds: tuple[int, ...]
    folder: Path
    weights: Path
    kinds: tuple[str, ...] = ()
    noise: float = 0.0
    longest: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Tried:
    """What came of assignments: steps tried, those that succeeded, and those kept."""

    assignments: int = 0
    steps: int = 0
    successes: int = 0
    kept: int = 0

    def __add__(self, other: Tried) -> Tried:
        return Tried(*(a + b for a, b in zip(vars(self).values(), vars(other).values(), strict=True)))

    def __str__(self) -> str:
        return f"{self.assignments} assignments: {self.successes} of {self.steps} steps succeeded, {self.kept} kept"


def record_trials(
    out: Path, order: TrialOrder, workers: int = 1, shard_assignments: int = SHARD_ASSIGNMENTS
) -> Iterator[Tried]:
    """Try the assignments of the order and add what is kept to the dataset in `out`; what was tried is left out.

    Yields what came of all these assignments so far, at first of those tried before.
    """
    writer = DatasetWriter(out, features())
    drop_cut_line(out / TRIED_NAME)
    before = _tried(out)
    total = sum((tried for first, tried in before.items() if first in order.seeds), Tried())
    yield total
    starts = range(0, len(order.seeds), shard_assignments)
    parts = [order.seeds[i : i + shard_assignments] for i in starts]
    left = [part for part in parts if part[0] not in before]
    orders = [replace(order, seeds=part, folder=writer.draft_folder(f"{os.getpid()}-{part[0]}")) for part in left]
    for part_order, (_, tried) in in_processes(try_shard, orders, workers):
        if tried.kept and not writer.seeds.intersection(part_order.seeds):  # a kill may have come before the line
            writer.commit(part_order.folder)
        with (out / TRIED_NAME).open("a", encoding="utf-8") as log:
            log.write(json.dumps({"first": part_order.seeds[0]} | vars(tried)) + "\n")
        total += tried
        yield total


def try_shard(order: TrialOrder) -> tuple[TrialOrder, Tried]:
    """Try the assignments of an order and encode what is kept: runs in a worker."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from vla_assistant.data.assignments import draw_assignment
    from vla_assistant.data.demonstration import recording_table
    from vla_assistant.data.shard import encode_shard
    from vla_assistant.data.trials_recorded import Trial, try_alone
    from vla_assistant.policies.compact import CompactPolicy, Config

    policy = CompactPolicy(Config(weights=str(order.weights)))
    table = recording_table()
    trials: list[Trial] = []
    try:
        for seed in order.seeds:
            leave_if_orphaned()
            rng = np.random.default_rng([seed, 13])
            trials += try_alone(table, draw_assignment(seed, order.kinds), policy, rng, order.noise)
    finally:
        table.close()
    good = [trial for trial in trials if trial.episode.success]
    kept = [trial.episode for trial in good if trial.frames <= order.longest.get(trial.skill, math.inf)]
    if kept:
        shutil.rmtree(order.folder, ignore_errors=True)  # of a worker that died over it
        encode_shard(kept, order.folder)
    return order, Tried(len(order.seeds), len(trials), len(good), len(kept))


def expert_frames(data: Path) -> dict[str, float]:
    """Skill -> median of the frames that the expert took for it in a recording, as far as it shows the skill.

    Raises:
        InputError: There is no recording, or it is none of the simulator, which says when a step is done.
    """
    ways: dict[str, list[int]] = {}
    reader = DatasetReader(data)
    for shard in reader.shards:
        columns = reader.columns(shard)
        if own_recordings.lacks_supervision(columns):
            raise InputError(
                f"The recording in {data} is none of the simulator: it does not say how long the expert takes.",
                "Name one made by `vla-assistant generate` with --data.",
            )
        episode = columns["episode_index"].reshape(-1)
        for rows in np.split(np.arange(len(episode)), np.flatnonzero(np.diff(episode)) + 1):
            done = columns["label.done"][rows, 0] > 0.5
            noisy = columns["label.noisy"][rows, 0].astype(np.float64)
            if done.any() and noisy.mean() <= DRIVEN:
                skill = SKILLS[int(columns["step.code"][rows[0], tokens.SKILL])]
                ways.setdefault(skill, []).append(int(done.argmax()))
    return {skill: float(np.median(frames)) for skill, frames in ways.items()}


def limits(medians: Mapping[str, float], slower: float) -> dict[str, float]:
    """Skill -> most frames that a kept trial may have: `slower` times the expert's median."""
    return {skill: slower * frames for skill, frames in medians.items()}


def _tried(out: Path) -> dict[int, Tried]:
    """First seed of a shard -> what came of it."""
    path = out / TRIED_NAME
    lines: Sequence[str] = path.read_text("utf-8").splitlines() if path.is_file() else ()
    rows = [json.loads(line) for line in lines]
    return {row.pop("first"): Tried(**row) for row in rows}
