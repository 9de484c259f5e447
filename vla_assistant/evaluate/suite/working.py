"""What a worker does: a part of the episodes of one policy, with everything heavy kept for the next part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vla_assistant.errors import WeightsError
from vla_assistant.evaluate.suite.contestants import Contestant
from vla_assistant.evaluate.suite.records import EpisodeRecord
from vla_assistant.policies.base import forget
from vla_assistant.policies.execution import Attempts, execute_of
from vla_assistant.types import Step
from vla_assistant.workers import leave_if_orphaned

if TYPE_CHECKING:
    from vla_assistant.data.table import Table
    from vla_assistant.evaluate.suite.observed import ObservedPolicy
    from vla_assistant.evaluate.suite.performing import CommandResult
    from vla_assistant.evaluate.suite.reading import Reader
    from vla_assistant.evaluate.suite.stage import Stage
    from vla_assistant.policies.base import Policy
    from vla_assistant.sim.suite import SuiteEpisode

BLIND_STREAM = 23
_LEAVE_THEM = "Copy weights that are still being trained to a file of their own, and evaluate that."


@dataclass(frozen=True)
class Order:
    """Some episodes of one policy on one split.

    Attributes:
        contestant: Who acts.
        split: Name of the split.
        seed: Of the suite.
        numbers: Of the episodes.
        tasks: Only these of the split's tasks; empty for all.
        words: The instruction is read from its words; otherwise the meant steps are given.
        retries: Further attempts at a failed step.
        timeout_s: Simulated seconds for one attempt at a step.
        films: Make a film of each failure.
        made_of: Fingerprint that the policy must have; empty takes any.
    """

    contestant: Contestant
    split: str
    seed: int
    numbers: tuple[int, ...]
    tasks: tuple[str, ...] = ()
    words: bool = True
    retries: int = Attempts.retries
    timeout_s: float = Attempts.timeout_s
    films: bool = False
    made_of: str = ""


@dataclass(frozen=True)
class Performed:
    """One episode, with the film (MP4) if it failed and films are wanted."""

    record: EpisodeRecord
    film: bytes = b""


def work(order: Order) -> list[Performed]:
    """Carry out an order, in a worker process or in this one."""
    from vla_assistant.sim.suite import episode

    workplace = own_workplace()
    done = []
    for number in order.numbers:
        leave_if_orphaned()
        done.append(workplace.perform(order, episode(order.split, number, order.seed, order.tasks), number))
    return done


class Workplace:
    """One table and the policies that have been used on it. One owner thread."""

    def __init__(self, table: Table | None = None) -> None:
        from vla_assistant.data.table import Table

        self.table = table or Table()
        self._policies: dict[tuple[Contestant, str], Policy] = {}

    def perform(self, order: Order, episode: SuiteEpisode, number: int) -> Performed:
        """One episode from its first look to its last verdict."""
        from vla_assistant.evaluate.suite.observed import ObservedPolicy
        from vla_assistant.evaluate.suite.performing import Performance
        from vla_assistant.evaluate.suite.stage import Stage

        who, policy = order.contestant, self.policy(order.contestant, order.made_of)
        forget(policy)
        observed = ObservedPolicy(policy, self.table.world)
        stage = Stage(self.table, sees=not who.is_expert, films=order.films)
        stage.begin(episode.scene, episode.start_joints, episode.start_gripper)
        attempts = Attempts(execute_of(policy), order.timeout_s, order.retries)
        performance = Performance(
            stage, observed, reader_for(order, episode, number), episode.scene, attempts, who.told
        )
        results: list[CommandResult] = []
        for words, steps in said(episode):
            results.append(performance.command(words, steps))
            if not results[-1].success:
                break
        record = recorded(number, episode, results, stage, observed, performance.attempts)
        film = stage.film.mp4() if stage.film is not None and not record.success else b""
        return Performed(record, film)

    def policy(self, who: Contestant, made_of: str = "") -> Policy:
        """The policy, loaded once.

        Raises:
            WeightsError: Its fingerprint is not `made_of`: its weights have changed since the evaluation began.
        """
        if (who, made_of) not in self._policies:
            policy = who.create(self.table.world)
            if made_of and who.fingerprint() != made_of:
                policy.close()
                raise WeightsError(f"The weights of {who.name} are not those with which this run began.", _LEAVE_THEM)
            self._policies[who, made_of] = policy
        return self._policies[who, made_of]

    def use(self, who: Contestant, policy: Policy) -> None:
        """Let this policy, made already, act for that name in orders that take any."""
        self._policies[who, ""] = policy

    def close(self) -> None:
        """Free the policies and the table."""
        for policy in self._policies.values():
            policy.close()
        self.table.close()


_kept: list[Workplace] = []


def own_workplace() -> Workplace:
    """The one of this process, kept for all the work that it does."""
    if not _kept:
        _kept.append(Workplace())
    return _kept[0]


def said(episode: SuiteEpisode) -> tuple[tuple[str, tuple[Step, ...]], ...]:
    """The commands of an episode: words and what they mean. All splits but `chain` have one."""
    return tuple(zip(episode.instructions, episode.commands, strict=True))


def reader_for(order: Order, episode: SuiteEpisode, number: int) -> Reader:
    """The expert and a policy without language need no words; the others read them if they are to."""
    from vla_assistant.evaluate.suite.reading import BlindReader, GivenReader, WordsReader

    if not order.contestant.told:
        return BlindReader(episode.scene, np.random.default_rng([order.seed, number, BLIND_STREAM]))
    return WordsReader() if order.words and not order.contestant.is_expert else GivenReader()


def recorded(
    number: int,
    episode: SuiteEpisode,
    results: list[CommandResult],
    stage: Stage,
    observed: ObservedPolicy,
    attempts: int,
) -> EpisodeRecord:
    """What is written down of an episode that ended with the last of these results."""
    last = results[-1]
    return EpisodeRecord(
        number=number,
        task=episode.task,
        instruction=" / ".join(words for words, _ in said(episode)),
        success=last.success,
        claimed=last.claimed,
        failure=last.failure,
        reason=last.reason,
        commands=len(said(episode)),
        fulfilled=sum(result.success for result in results),
        acted=last.acted,
        attempts=attempts,
        seconds=round(stage.time_s, 2),
        path_m=round(stage.trace.path_m, 4),
        jerk=round(stage.trace.jerk, 3),
        clipped=stage.guard.clipped,
        refused=stage.guard.refused,
        held=stage.guard.held,
        gave_way=stage.guard.gave_way,
        plan_confidence=round(observed.plan_confidence, 4),
        act_ms=tuple(observed.act_ms),
        judged=tuple(observed.judged),
    )
