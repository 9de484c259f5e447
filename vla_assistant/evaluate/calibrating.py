"""Roll-outs of a policy for its calibration: what it noticed when it planned, and what then became of each step.

Episodes come from several splits of the suite, so that hard cases occur; beside them pictures are gathered of what is
familiar, of every split, and of what is not the table at all.
"""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vla_assistant.errors import ProcessError
from vla_assistant.evaluate.strange import KINDS, strange_picture
from vla_assistant.evaluate.suite.contestants import Contestant, contestant
from vla_assistant.evaluate.suite.records import EpisodeRecord, last_attempts
from vla_assistant.evaluate.suite.working import Order, Workplace, own_workplace
from vla_assistant.networks.chances import Clues
from vla_assistant.types import (
    ActionChunk,
    FloatArray,
    Frame,
    ImageArray,
    Judgement,
    Observation,
    Plan,
    Reference,
    SeenThing,
    Step,
)
from vla_assistant.workers import in_processes, leave_if_orphaned

if TYPE_CHECKING:
    from vla_assistant.data.table import Table
    from vla_assistant.policies.compact import CompactPolicy

log = logging.getLogger(__name__)

SPLITS = ("unseen-seeds", "camera", "seen", "light", "clutter", "texture")
"""Where the roll-outs come from, in turns."""
VIEWED = ("unseen-pairs", "unseen-objects", "unseen-tasks", "start", "chain", "swap", "named", *SPLITS)
"""Splits whose pictures must look familiar; that of wordings has the pictures of `unseen-seeds`."""
VIEWED_SEED = 1
"""Added to the seed for the pictures of the splits: scenes that the roll-outs do not have."""
TRAINING_SCENES = 2
"""Training's scenes for each roll-out, each seen twice: at home and with the arm anywhere."""
FIRST_TRAINING_SEED = 50_000_000


@dataclass(frozen=True, eq=False)
class Trial:
    """One roll-out and the pictures gathered with it.

    Attributes:
        number: Of the roll-out.
        split: Where its episode comes from.
        steps: Steps that were tried, or refused, in order; clues (n, k) without strangeness and whether each succeeded.
        scene: Pooled features (d,) of the picture that was planned on; None when there was no plan.
        confidences, right: Of each judgement of a finished step.
        training: Pooled features (m, d) of training's scenes.
        viewed: Of the start of an episode of another split (1, d).
        strange: Of one picture of each of `strange.KINDS` (len(KINDS), d).
    """

    number: int
    split: str
    steps: FloatArray
    reached: tuple[bool, ...]
    scene: FloatArray | None
    confidences: tuple[float, ...]
    right: tuple[bool, ...]
    training: FloatArray
    viewed: FloatArray
    strange: FloatArray


class _Watched:
    """The policy, with its plans and their clues kept. See `policies.base.Policy`."""

    def __init__(self, policy: CompactPolicy) -> None:
        self._policy = policy
        self.config = policy.config
        self.planned: list[tuple[Plan, Clues]] = []

    def look(self, observation: Observation, named: Collection[Reference] = ()) -> tuple[SeenThing, ...]:
        return self._policy.look(observation, named)

    def plan(self, steps: tuple[Step, ...], observation: Observation) -> Plan:
        plan = self._policy.plan(steps, observation)
        self.planned.append((plan, self._policy.clues(plan, observation)))
        return plan

    def act(self, observation: Observation, step: Step) -> ActionChunk:
        return self._policy.act(observation, step)

    def judge(self, step: Step, before: Observation, now: Observation) -> Judgement:
        return self._policy.judge(step, before, now)

    def forget(self) -> None:
        self._policy.forget()

    def scene(self, observation: Observation) -> FloatArray:
        """Pooled features of the front picture (d,)."""
        return self._policy.clues(Plan((), "", 1.0), observation).scene

    def close(self) -> None:
        self._policy.close()


def trials(
    weights: Path, episodes: int, seed: int, workers: int = 1, until: float | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Trial]:  # fmt: skip
    """The roll-outs as they are finished; fewer when the time is over or workers keep dying.

    Args:
        weights: A file that holds no calibration.
        episodes: How many.
        seed: Of the suite.
        workers: Processes; 1 works in this one.
        until: No further roll-out begins after this time of the clock [s].
        clock: Monotonic seconds.
    """
    orders = itertools.takewhile(
        lambda _: until is None or clock() < until, ((str(weights), number, seed) for number in range(episodes))
    )
    try:
        yield from (made for _, made in in_processes(_work, orders, workers))
    except ProcessError as error:
        log.warning("%s No further roll-outs are made.", error)


def trial(workplace: Workplace, who: Contestant, number: int, seed: int) -> Trial:
    """One roll-out, and its pictures."""
    from vla_assistant.sim.suite import episode

    policy = _watched(workplace, who)
    split, place = SPLITS[number % len(SPLITS)], number // len(SPLITS)
    policy.planned.clear()
    order = Order(who, split, seed, (place,), words=False)
    record = workplace.perform(order, episode(split, place, seed), place).record
    clues = policy.planned[0][1] if policy.planned else None
    steps, reached = labelled(policy.planned[0] if policy.planned else None, record)
    training, viewed, strange = _pictures(workplace.table, policy, number, seed)
    return Trial(
        number=number,
        split=split,
        steps=steps,
        reached=reached,
        scene=None if clues is None else clues.scene,
        confidences=tuple(judged.confidence for judged in record.judged),
        right=tuple(judged.done == judged.reached for judged in record.judged),
        training=training,
        viewed=viewed,
        strange=strange,
    )


def labelled(planned: tuple[Plan, Clues] | None, record: EpisodeRecord) -> tuple[FloatArray, tuple[bool, ...]]:
    """Clues of the steps that were tried, and whether each succeeded in its last attempt.

    A step that ended without a judgement, by the guard or by refusals, failed. A plan that is refused because a thing
    is not seen fails at its first step. `home` is no matter of chance.
    """
    if planned is None:
        return np.zeros((0, 0), np.float32), ()
    plan, clues = planned
    ends = list(last_attempts(record))
    reached = [last.reached for last in ends]
    if not record.claimed and all(last.done for last in ends):
        reached.append(False)
    tried = [row for step, row in zip(plan.steps, clues.steps, strict=True) if step.skill != "home"]
    count = min(len(reached), len(tried))
    return np.array(tried[:count], np.float32).reshape(count, clues.steps.shape[1]), tuple(reached[:count])


def _pictures(table: Table, policy: _Watched, number: int, seed: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Pooled features of training's scenes, of an episode of any split, and of strange pictures."""
    from vla_assistant.sim.suite import draw_training, episode

    rng = np.random.default_rng([seed, number, 41])
    training = []
    for scene_number in range(TRAINING_SCENES):
        scene = draw_training(FIRST_TRAINING_SEED + seed * 1000 + number * TRAINING_SCENES + scene_number).scene
        for joints in (None, table.random_joints(rng)):
            table.reset(scene, joints)
            training.append(policy.scene(table.observe()))
    other = episode(VIEWED[number % len(VIEWED)], number, seed + VIEWED_SEED)
    table.reset(other.scene, other.start_joints, other.start_gripper)
    seen = table.observe()
    view = seen.frames["front"].image
    strange = [policy.scene(_instead(seen, strange_picture(kind, rng, view))) for kind in KINDS]
    return np.stack(training), policy.scene(seen)[None], np.stack(strange)


def _instead(observation: Observation, image: ImageArray) -> Observation:
    front = Frame(image, "front", 0, observation.state.time_s)
    return Observation({**observation.frames, "front": front}, observation.state)


def _watched(workplace: Workplace, who: Contestant) -> _Watched:
    policy = workplace.policy(who)
    if not isinstance(policy, _Watched):
        policy = _Watched(policy)  # type: ignore[arg-type]
        workplace.use(who, policy)
    return policy


def _work(order: tuple[str, int, int]) -> Trial:
    """One roll-out in a worker process or in this one; the heavy things are kept for the next."""
    weights, number, seed = order
    leave_if_orphaned()
    return trial(own_workplace(), contestant(f"compact={weights}"), number, seed)
