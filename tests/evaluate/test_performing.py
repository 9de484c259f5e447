"""Episodes on the real table: the expert succeeds, and what goes wrong is told by its kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from tests.evaluate.examples import BLUE_CUBE, GREEN_CUP, PICK, RED_BALL, SCENE, Example
from vla_assistant.data.video import read_video
from vla_assistant.errors import UnsupportedError
from vla_assistant.evaluate.suite.contestants import Contestant
from vla_assistant.evaluate.suite.expert_policy import ExpertPolicy
from vla_assistant.evaluate.suite.failures import Failure
from vla_assistant.evaluate.suite.film import LARGEST_BYTES
from vla_assistant.evaluate.suite.stage import Stage
from vla_assistant.evaluate.suite.working import Order, Performed, Workplace
from vla_assistant.policies.execution import SETTLE_S
from vla_assistant.policies.posture import begins_well
from vla_assistant.sim.arm_model import HOME_JOINTS
from vla_assistant.types import ActionChunk, Grounding, Judgement, Observation, PixelPoint, Plan, Step

EXPERT = Contestant("expert", "expert")
TEST = Contestant("test", "test")


@pytest.fixture(scope="module")
def workplace() -> Iterator[Workplace]:
    place = Workplace()
    yield place
    place.close()


def perform(workplace: Workplace, policy: ExpertPolicy, example: Example, **changed: object) -> Performed:
    """The episode with this policy in the place of a learnt one."""
    workplace.use(TEST, policy)
    order = replace(Order(TEST, "seen", 0, (0,), words=False, retries=0), **changed)  # type: ignore[arg-type]
    return workplace.perform(order, example, 0)  # type: ignore[arg-type]


class Scripted(ExpertPolicy):
    """The expert with something wrong; looks like a learnt policy from outside."""

    config = type("Config", (), {"execute_steps": 1})()

    def __init__(self, workplace: Workplace) -> None:
        super().__init__(workplace.table.world)


class Lazy(Scripted):
    """Does nothing and says that it is done."""

    def act(self, observation: Observation, step: Step) -> ActionChunk:
        return ActionChunk(np.tile(np.eye(7, dtype=np.float32)[6], (2, 1)), 0.1, observation.state.time_s, done=1.0)

    def judge(self, step: Step, before: Observation, now: Observation) -> Judgement:
        return Judgement(True, 0.9, "It looks fine.")


class Mistaken(Scripted):
    """Takes the ball for everything."""

    def act(self, observation: Observation, step: Step) -> ActionChunk:
        return super().act(observation, replace(step, object=RED_BALL))


class Careful(Scripted):
    """Does not see what it is asked for."""

    def plan(self, steps: tuple[Step, ...], observation: Observation) -> Plan:
        point = PixelPoint("front", 0.5, 0.5, 0.1)
        return Plan(steps, "", 0.1, (Grounding(BLUE_CUBE, "front", np.ones((1, 1), np.float32), point),))


class Hindered(Scripted):
    """Sees nothing while the arm is away from home."""

    def plan(self, steps: tuple[Step, ...], observation: Observation) -> Plan:
        if begins_well(observation.state):
            return super().plan(steps, observation)
        return Careful.plan(self, steps, observation)  # type: ignore[arg-type]


class Ignorant(Scripted):
    """Does not know the words."""

    def plan(self, steps: tuple[Step, ...], observation: Observation) -> Plan:
        raise UnsupportedError("I know no cube.")


class Wild(Scripted):
    """Asks for a thousand times the speed."""

    def act(self, observation: Observation, step: Step) -> ActionChunk:
        action = np.array([[9.0, 0, 0, 0, 0, 0, 1]], np.float32)
        return ActionChunk(action, 0.1, observation.state.time_s)


class Remembering(Careful):
    """Counts the tables it was told of."""

    tables = 0

    def forget(self) -> None:
        self.tables += 1


def test_each_episode_begins_with_nothing_remembered(workplace: Workplace) -> None:
    policy = Remembering(workplace)
    for number in (1, 2):
        perform(workplace, policy, Example())
        assert policy.tables == number


def test_an_arm_in_the_way_goes_home_and_looks_again(workplace: Workplace) -> None:
    away = HOME_JOINTS + np.array([0.4, 0, 0, 0, 0, 0, 0])
    record = perform(workplace, Hindered(workplace), Example(start_joints=away)).record
    assert record.success, record.reason
    record = perform(workplace, Careful(workplace), Example(start_joints=away)).record
    assert (record.success, record.failure, record.reason) == (False, Failure.REFUSED, "I do not see the blue cube.")


def test_expert_succeeds_and_needs_no_pictures(workplace: Workplace) -> None:
    record = workplace.perform(Order(EXPERT, "seen", 0, (0,)), Example(), 0).record  # type: ignore[arg-type]
    assert (record.success, record.claimed, record.failure) == (True, True, Failure.NONE), record.reason
    assert record.acted == "named"
    assert (record.fulfilled, record.commands, record.attempts) == (1, 1, 1)
    assert 0.1 < record.path_m < 2.0
    assert record.jerk > 0
    assert 2.0 < record.seconds < 15.0
    assert [j.reached for j in record.judged] == [True]


@pytest.mark.parametrize(
    ("kind", "failure", "acted", "claimed"),
    [
        (Lazy, Failure.NEVER_GRASPED, "", True),
        (Mistaken, Failure.WRONG_THING, "other", False),
        (Careful, Failure.REFUSED, "", False),
        (Ignorant, Failure.REFUSED, "", False),
    ],
)
def test_what_goes_wrong_is_told_by_its_kind(
    workplace: Workplace, kind: type[Scripted], failure: Failure, acted: str, claimed: bool
) -> None:
    record = perform(workplace, kind(workplace), Example()).record
    assert (record.success, record.failure, record.acted, record.claimed) == (False, failure, acted, claimed)
    assert record.reason


def test_what_the_guard_refuses_moves_nothing_and_five_in_a_row_end_an_attempt(workplace: Workplace) -> None:
    record = perform(workplace, Wild(workplace), Example()).record
    assert (record.refused, record.clipped, record.judged) == (5, 0, ())
    assert record.seconds == 0.0
    assert record.path_m < 0.01
    assert record.failure is Failure.NEVER_GRASPED
    assert perform(workplace, Wild(workplace), Example(), retries=1).record.attempts == 2


def test_the_guard_sees_a_whole_chunk_and_what_it_cuts_is_counted_where_it_is_carried_out(workplace: Workplace) -> None:
    stage = Stage(workplace.table, sees=False)
    stage.begin(SCENE)
    stage.command(PICK)
    actions = np.tile(np.eye(7, dtype=np.float32)[6], (3, 1))
    actions[1:, 0] = -0.06  # faster than allowed
    assert stage.run(ActionChunk(actions, 0.1, stage.time_s), 1).allowed
    assert stage.guard.clipped == 0
    stage.run(ActionChunk(actions, 0.1, stage.time_s), 3)
    assert stage.guard.clipped == 2
    actions[2, 0] = 9.0
    began_s = stage.time_s
    assert not stage.run(ActionChunk(actions, 0.1, stage.time_s), 1).allowed
    assert stage.time_s == began_s


def test_the_last_judgement_is_of_a_world_that_went_on_while_the_arm_rested(workplace: Workplace) -> None:
    seen: list[float] = []

    class Patient(Scripted):
        def judge(self, step: Step, before: Observation, now: Observation) -> Judgement:
            seen.append(now.state.time_s - self.said_s)
            return super().judge(step, before, now)

        def act(self, observation: Observation, step: Step) -> ActionChunk:
            chunk = super().act(observation, step)
            self.said_s = observation.state.time_s
            return chunk

    assert perform(workplace, Patient(workplace), Example()).record.success
    assert seen[-1] == pytest.approx(0.1 + SETTLE_S)


def test_settling_after_the_end_is_no_time_and_no_way_of_the_policy(workplace: Workplace) -> None:
    stage = Stage(workplace.table, sees=False)
    stage.begin(SCENE)
    stage.command(PICK)
    stage.run(ActionChunk(np.array([[0.03, 0, 0, 0, 0, 0, 1]], np.float32), 0.1, stage.time_s), 1)
    before = (stage.time_s, stage.trace.path_m, stage.trace.jerk)
    stage.settle()
    assert (stage.time_s, stage.trace.path_m, stage.trace.jerk) == before
    assert workplace.table.arm.state.time_s == pytest.approx(before[0] + SETTLE_S)


def test_words_read_as_something_else_are_misread(workplace: Workplace) -> None:
    told = Example(instructions=("pick up the red ball",))
    record = perform(workplace, Scripted(workplace), told, words=True).record
    assert (record.success, record.failure) == (False, Failure.MISREAD)
    assert "red ball" in record.reason


def test_chain_counts_until_the_first_miss(workplace: Workplace) -> None:
    commands = (PICK, (Step("place", RED_BALL, GREEN_CUP),), (Step("home"),))
    chain = Example(("pick up the blue cube", "put the red ball in the green cup", "go home"), commands, "chain")
    record = perform(workplace, Mistaken(workplace), chain).record
    assert (record.commands, record.fulfilled, record.success) == (3, 0, False)
    put_down = (Step("put_down", BLUE_CUBE),)
    possible = Example(("a", "b", "c"), (PICK, put_down, (Step("home"),)), "chain")
    record = perform(workplace, Scripted(workplace), possible).record
    assert (record.fulfilled, record.success) == (3, True), record.reason


def test_what_is_in_the_hand_goes_home_with_it(workplace: Workplace) -> None:
    carried = Example(("a", "b"), (PICK, (Step("home"),)), "chain")
    record = perform(workplace, Scripted(workplace), carried).record
    assert (record.fulfilled, record.success) == (2, True), record.reason


def test_only_failures_are_filmed_and_the_film_is_small(workplace: Workplace, tmp_path: object) -> None:
    assert perform(workplace, Scripted(workplace), Example(), films=True).film == b""
    film = perform(workplace, Mistaken(workplace), Example(), films=True).film
    assert 1000 < len(film) <= LARGEST_BYTES
    file = tmp_path / "film.mp4"  # type: ignore[operator]
    file.write_bytes(film)
    pictures = list(read_video(file))
    assert len(pictures) > 20
    assert pictures[0].shape == (160, 320, 3)
    assert np.abs(pictures[0].astype(int) - pictures[-1]).mean() > 1.0
