"""The expert does every skill; what cannot be done is refused in words."""

from __future__ import annotations

import numpy as np
import pytest

from tests.sim.cell import Cell
from vla_assistant.errors import InputError, UnsupportedError
from vla_assistant.sim.expert import expert_action, why_impossible
from vla_assistant.sim.relations import Relations
from vla_assistant.sim.scene import scene_for_steps
from vla_assistant.sim.tasks import TaskMonitor
from vla_assistant.types import Reference, Step

CUBE, BALL = Reference("cube", "red"), Reference("ball", "blue")
CAN, CUP = Reference("can", "red"), Reference("cup", "blue")
BOWL, PLATE = Reference("bowl", "green"), Reference("plate", "white")
TASKS = {
    "pick": (Step("pick", CUP),),
    "place in a bowl": (Step("pick", CUBE), Step("place", CUBE, BOWL)),
    "place on a plate": (Step("place", CAN, PLATE),),
    "place in a cup": (Step("place", BALL, CUP),),
    "stack": (Step("place", Reference("cube", "green"), CUBE),),
    "put down": (Step("pick", BALL), Step("put_down", None, Reference("table"))),
    "push left": (Step("push", BALL, Reference("left")),),
    "push right": (Step("push", PLATE, Reference("right")),),
    "home": (Step("pick", CAN), Step("home")),
}


def run(cell: Cell, steps: tuple[Step, ...], seed: int) -> TaskMonitor:
    cell.load(scene_for_steps(steps, seed))
    monitor = TaskMonitor(cell.world, steps)
    for step in steps:
        for _ in range(150):
            action, done = expert_action(cell.world, step, cell.servo.commanded_pose)
            if done:
                break
            cell.act(action)
            monitor.update()
    for _ in range(12):
        cell.act(expert_action(cell.world, steps[-1], cell.servo.commanded_pose)[0])
        monitor.update()
    return monitor


@pytest.mark.parametrize("seed", [100, 101])
@pytest.mark.parametrize("name", TASKS)
def test_the_expert_succeeds(cell: Cell, name: str, seed: int) -> None:
    monitor = run(cell, TASKS[name], seed)
    assert monitor.success, monitor.reason


def test_the_expert_recovers_from_a_dropped_thing(cell: Cell) -> None:
    steps = (Step("place", CUBE, BOWL),)
    cell.load(scene_for_steps(steps, 7))
    monitor, dropped = TaskMonitor(cell.world, steps), False
    for _ in range(200):
        action, done = expert_action(cell.world, steps[0], cell.servo.commanded_pose)
        if done:
            break
        if not dropped and Relations(cell.world).bottoms[0] > 0.05:
            action, dropped = np.array([0, 0, 0, 0, 0, 0, 1.0], dtype=np.float32), True
        cell.act(action)
        monitor.update()
    assert dropped
    for _ in range(12):
        cell.act(np.array([0, 0, 0, 0, 0, 0, 1.0]))
        monitor.update()
    assert monitor.success, monitor.reason


def test_actions_are_bounded_and_the_same_state_gives_the_same_action(cell: Cell) -> None:
    step = Step("pick", CUBE)
    cell.load(scene_for_steps((step,), 1))
    first, _ = expert_action(cell.world, step)
    again, _ = expert_action(cell.world, step)
    assert np.array_equal(first, again)
    assert np.linalg.norm(first[:3]) <= 0.035 + 1e-6
    assert np.linalg.norm(first[3:6]) <= 0.15 + 1e-6
    assert 0 <= first[6] <= 1


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (Step("pick", BOWL), "The bowl is wider than the gripper opens"),
        (Step("place", CUBE, CUP), "A cube does not stay in or on a cup; a cup takes ball"),
        (Step("place", BALL, CUBE), "A ball does not stay in or on a cube"),
    ],
)
def test_the_impossible_is_refused_in_words(cell: Cell, step: Step, words: str) -> None:
    cell.load(scene_for_steps((step,), 0))
    assert words in why_impossible(step)
    with pytest.raises(UnsupportedError, match=words):
        expert_action(cell.world, step)


def test_a_thing_that_is_not_there_is_named_with_what_is(cell: Cell) -> None:
    cell.load(scene_for_steps((Step("pick", CUBE),), 0))
    with pytest.raises(InputError, match="On the table: red cube"):
        expert_action(cell.world, Step("pick", Reference("cube", "purple")))
