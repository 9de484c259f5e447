"""Runs what is not in the logs yet, over all cores or over a Ray cluster, and keeps every episode as it comes in."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import JsonValue

from vla_assistant.data.files import write_whole
from vla_assistant.data.lock import lock
from vla_assistant.errors import AssistantError
from vla_assistant.evaluate.suite.contestants import Contestant
from vla_assistant.evaluate.suite.records import EpisodeLog, EpisodeRecord, LogHeader
from vla_assistant.evaluate.suite.working import Order, Performed, work
from vla_assistant.policies.execution import Attempts
from vla_assistant.session import progress
from vla_assistant.workers import in_processes

LARGEST_PART = 8
"""Episodes that a worker carries out before it reports; a kill loses no more of each worker's."""


@dataclass(frozen=True)
class Entry:
    """One policy of an evaluation, and on how many episodes of each split it runs."""

    contestant: Contestant
    episodes: int


@dataclass(frozen=True)
class EvaluationPlan:
    """What to measure.

    Attributes:
        splits: Names of the suite's splits.
        entries: Who takes part, those under test first.
        seed: Of the suite.
        tasks: Split -> only these of its tasks; all of those that are not in it.
        words: Read the instructions from their words; otherwise the meant steps are given.
        retries: Further attempts at a failed step.
        timeout_s: Simulated seconds for one attempt at a step.
        out: Folder for logs and films; None keeps nothing.
        films: Films of failures to keep at most, for each policy and split; None keeps all.
    """

    splits: tuple[str, ...]
    entries: tuple[Entry, ...]
    seed: int = 0
    tasks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words: bool = True
    retries: int = Attempts.retries
    timeout_s: float = Attempts.timeout_s
    out: Path | None = None
    films: int | None = None


@dataclass(frozen=True)
class Progress:
    """One more episode: whose, where, how it went, and how many of all are there now."""

    policy: str
    split: str
    record: EpisodeRecord
    done: int
    total: int


class Evaluation:
    """A plan with its logs: `run` what is missing, then read `logs`.

    Attributes:
        logs: (split, name of the policy) -> its episodes.
    """

    def __init__(self, plan: EvaluationPlan) -> None:
        """Open the logs, and keep other evaluations out of their folder until `close`.

        Raises:
            InputError: A log belongs to another run, or another evaluation writes into the folder.
            WeightsError: Weights are missing.
        """
        self.plan = plan
        self._made_of = {entry.contestant: entry.contestant.fingerprint() for entry in plan.entries}
        self._lock = None if plan.out is None else lock(plan.out, "evaluation")
        try:
            self.logs = self._opened()
        except AssistantError:
            self.close()
            raise

    def close(self) -> None:
        """Let others write into the folder; the lock also goes when nothing holds the evaluation any more."""
        if self._lock is not None:
            self._lock.close()

    def run(self, workers: int = 1, ray: str = "") -> Iterator[Progress]:
        """Carry out what the logs lack; each episode is in its log when it is yielded.

        Args:
            workers: Processes; 1 works in this one.
            ray: Address of a Ray cluster, "local" for one of this machine's; empty uses processes.
        """
        orders = self._orders(workers)
        total = sum(entry.episodes for entry in self.plan.entries) * len(self.plan.splits)
        done = total - sum(len(order.numbers) for order in orders)
        for order, performed in _carried_out(orders, workers, ray):
            for one in performed:
                self._keep(order, one)
                done += 1
                yield Progress(order.contestant.name, order.split, one.record, done, total)

    def records(self, split: str, policy: str) -> list[EpisodeRecord]:
        """The planned episodes of a policy on a split, in their order."""
        planned = next(entry.episodes for entry in self.plan.entries if entry.contestant.name == policy)
        kept = self.logs[split, policy].records
        return [kept[number] for number in range(planned) if number in kept]

    def film_file(self, split: str, policy: str, number: int) -> Path | None:
        """Where the film of an episode is; None when there is none."""
        if self.plan.out is None:
            return None
        return film_in(self.plan.out, split, policy, number)

    def _opened(self) -> dict[tuple[str, str], EpisodeLog]:
        return {
            (split, entry.contestant.name): EpisodeLog(self._header(split, entry), self._log_file(split, entry))
            for split in self.plan.splits
            for entry in self.plan.entries
        }

    def _orders(self, workers: int) -> list[Order]:
        """All missing episodes in parts, the splits one after the other and in each the policies in turn."""
        orders: list[Order] = []
        for split, entry in itertools.product(self.plan.splits, self.plan.entries):
            kept = self.logs[split, entry.contestant.name].records
            missing = [number for number in range(entry.episodes) if number not in kept]
            size = max(1, min(LARGEST_PART, len(missing) // (2 * workers)))
            parts = [tuple(missing[start : start + size]) for start in range(0, len(missing), size)]
            orders += [self._order(split, entry.contestant, part) for part in parts]
        return orders

    def _order(self, split: str, who: Contestant, numbers: tuple[int, ...]) -> Order:
        plan = self.plan
        films = plan.out is not None and plan.films != 0
        return Order(
            contestant=who,
            split=split,
            seed=plan.seed,
            numbers=numbers,
            tasks=plan.tasks.get(split, ()),
            words=plan.words,
            retries=plan.retries,
            timeout_s=plan.timeout_s,
            films=films,
            made_of=self._made_of[who],
        )

    def _keep(self, order: Order, performed: Performed) -> None:
        """The film before the line that tells of it."""
        name = order.contestant.name
        path = self.film_file(order.split, name, performed.record.number)
        if path is not None and performed.film and self._wants_film(path):
            write_whole(path, lambda draft: draft.write_bytes(performed.film))
        self.logs[order.split, name].add(performed.record)

    def _wants_film(self, path: Path) -> bool:
        """Whether there are fewer films of its policy and split than wanted; earlier runs may have made none."""
        return self.plan.films is None or len(list(path.parent.glob("*.mp4"))) < self.plan.films

    def _header(self, split: str, entry: Entry) -> LogHeader:
        plan, who = self.plan, entry.contestant
        words = plan.words and who.told and not who.is_expert
        return LogHeader(
            split=split,
            policy=who.name,
            weights=self._made_of[who],
            seed=plan.seed,
            tasks=plan.tasks.get(split, ()),
            instructions="words" if words else "steps",
            retries=plan.retries,
            settings=who.settings() | {"session.step_timeout_s": plan.timeout_s} | _rules_of_a_step(),
        )

    def _log_file(self, split: str, entry: Entry) -> Path | None:
        out = self.plan.out
        return None if out is None else log_in(out, split, entry.contestant.name)


def log_in(out: Path, split: str, policy: str) -> Path:
    """Where a run that writes to `out` keeps the episodes of a policy."""
    return out / "episodes" / split / f"{slug(policy)}.jsonl"


def film_in(out: Path, split: str, policy: str, number: int) -> Path:
    """Where it keeps the film of one of them."""
    return out / "films" / split / slug(policy) / f"{number:05d}.mp4"


def slug(name: str) -> str:
    """A policy's name as the name of a file."""
    return "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name).strip("-.")


def _rules_of_a_step() -> dict[str, JsonValue]:
    """What the program itself decides by, which no setting changes."""
    names = ("DONE_ABOVE", "DONE_CHUNKS", "DOUBTS", "REFUSALS", "GIVE_WAYS", "PRESSING")
    rules = {f"session.progress.{name}": getattr(progress, name) for name in names}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in rules.items()}


def _carried_out(orders: list[Order], workers: int, ray: str) -> Iterator[tuple[Order, list[Performed]]]:
    if ray:
        from vla_assistant.evaluate.suite.cluster import on_cluster

        return on_cluster(orders, ray)
    return in_processes(work, orders, workers)
