"""The expert does every skill; what cannot be done is refused in words."""

from __future__ import annotations

import numpy as np
import pytest

from tests.sim.cell import Cell
from vla_assistant.data.aims import aim_reached
from vla_assistant.errors import InputError, UnsupportedError
from vla_assistant.sim import spots, suite
from vla_assistant.sim.expert import expert_action, why_impossible
from vla_assistant.sim.grasps import best_grasp_yaw
from vla_assistant.sim.hand import CLOSED, Hand
from vla_assistant.sim.relations import Relations
from vla_assistant.sim.sampling import scene_for_steps
from vla_assistant.sim.scene import Drawer, Scene, Thing
from vla_assistant.sim.tasks import TaskMonitor
from vla_assistant.types import Reference, Step

CUBE, BALL = Reference("cube", "red"), Reference("ball", "blue")
CAN, CUP = Reference("can", "red"), Reference("cup", "blue")
BOWL, PLATE = Reference("bowl", "green"), Reference("plate", "white")
MARKER, DRAWER = Reference("marker", "purple"), Reference("drawer")
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
SUITE_TASKS = (
    *("push_forward", "push_back", "next_to", "left_of", "right_of", "in_front_of", "behind", "between"),
    *("open_drawer", "close_drawer", "retrieve", "put_in_drawer", "give", "swap", "tower", "clear"),
)


def run(cell: Cell, steps: tuple[Step, ...], scene: Scene) -> TaskMonitor:
    cell.load(scene)
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
    monitor = run(cell, TASKS[name], scene_for_steps(TASKS[name], seed))
    assert monitor.success, monitor.reason


@pytest.mark.parametrize("name", SUITE_TASKS)
def test_the_expert_does_the_tasks_of_the_suite(cell: Cell, name: str) -> None:
    episode = suite.episode("seen", 3, only=(name,))
    monitor = run(cell, episode.steps, episode.scene)
    assert monitor.success, monitor.reason
    assert aim_reached(cell.world, episode.steps[-1])


def test_the_expert_opens_a_shut_drawer_before_it_puts_something_in(cell: Cell) -> None:
    scene = Scene((Thing("cube", "red", 0.52, 0.2), Thing("ball", "blue", 0.5, -0.28)), drawer=Drawer(0.30, 0.0))
    monitor = run(cell, (Step("place", CUBE, DRAWER),), scene)
    assert monitor.success, monitor.reason
    assert cell.world.drawer_opening() > 0.8


def test_a_marker_is_pushed_by_drawing_it_along(cell: Cell) -> None:
    scene = Scene((Thing("marker", "purple", 0.5, 0.0, 0.7), Thing("ball", "blue", 0.38, 0.25)))
    monitor = run(cell, (Step("push", MARKER, Reference("left")),), scene)
    assert monitor.success, monitor.reason


def test_a_thing_named_by_its_colour_is_judged_as_what_it_is(cell: Cell) -> None:
    cell.load(Scene((Thing("bowl", "green", 0.5, 0.0), Thing("prism", "red", 0.4, 0.2))))
    with pytest.raises(UnsupportedError, match="The bowl is wider"):
        expert_action(cell.world, Step("pick", Reference("thing", "green")))
    action, done = expert_action(cell.world, Step("pick", Reference("thing", "red")))
    assert not done
    assert action[1] > 0


def test_a_spot_beside_something_does_not_wander_with_the_hand(cell: Cell) -> None:
    scene = Scene((Thing("cube", "red", 0.5, 0.1), Thing("cup", "blue", 0.45, -0.1)))
    cell.load(scene)
    first, room = spots.beside(Relations(cell.world), cell.world, 0, "right_of", 1)
    cell.world.place_thing(0, np.array([0.4, -0.2, 0.15]), np.array([1.0, 0.0, 0.0, 0.0]))
    again, _ = spots.beside(Relations(cell.world), cell.world, 0, "right_of", 1)
    assert np.array_equal(first, again)
    assert room == 0.0
    cell.world.place_thing(0, np.array([*first, 0.02]), np.array([1.0, 0.0, 0.0, 0.0]))
    assert Relations(cell.world).beside(0, "right_of", 1)


def test_the_nearer_of_two_sides_is_chosen_and_stays_chosen_on_the_way(cell: Cell) -> None:
    cell.load(Scene((Thing("cube", "red", 0.5, 0.3), Thing("cup", "blue", 0.5, 0.0))))
    for side in (1.0, -1.0):
        for away in (0.3, 0.2, 0.1, 0.03):
            cell.world.place_thing(0, np.array([0.5, side * away, 0.15]), np.array([1.0, 0.0, 0.0, 0.0]))
            spot, _ = spots.beside(Relations(cell.world), cell.world, 0, "next_to", 1)
            assert np.sign(spot[1]) == side
    cell.world.place_thing(0, np.array([*spot, 0.02]), np.array([1.0, 0.0, 0.0, 0.0]))
    assert Relations(cell.world).beside(0, "next_to", 1)


def test_the_nearer_side_of_what_lies_in_a_dish_is_chosen(cell: Cell) -> None:
    things = Thing("ball", "red", 0.4, 0.3), Thing("plate", "white", 0.5, 0.0), Thing("cube", "blue", 0.3, -0.3)
    cell.load(Scene(things))
    cell.world.place_thing(2, np.array([0.5, 0.0, 0.026]), np.array([1.0, 0.0, 0.0, 0.0]))
    for side in (1.0, -1.0):
        cell.world.place_thing(0, np.array([0.5, side * 0.2, 0.15]), np.array([1.0, 0.0, 0.0, 0.0]))
        now = Relations(cell.world)
        assert now.on(2, 1)
        spot, _ = spots.in_a_dish(now, 0, 1)
        assert np.sign(spot[1]) == side


def test_fingers_that_close_a_little_high_over_a_flat_thing_go_down_instead_of_opening_again(cell: Cell) -> None:
    cell.load(Scene((Thing("marker", "purple", 0.5, 0.0, 0.7),)))
    hand = Hand(cell.world, None)
    goal, hand.heading, _ = hand.grasp_of(0)
    hand.tool = goal + np.array([0.0, 0.0, 0.007])
    hand.command = hand.now.tool.copy()
    hand.command[:3, 3] = hand.tool
    for opening, closes in ((1.0, False), (0.6, True), (0.1, False)):
        hand.opening = opening
        action = hand.grip(0)
        assert (action[6] == CLOSED) == closes
        assert action[2] < 0 or not closes


def test_a_grip_does_not_jump_where_two_headings_are_equally_good() -> None:
    for yaw in np.radians([44.0, 45.0, 46.0]):
        turned, _ = best_grasp_yaw("cube", 0.5, 0.0, float(yaw), (), present=0.6)
        assert turned == pytest.approx(yaw, abs=1e-9)


def test_a_grip_keeps_the_fingers_from_a_neighbour_and_the_hand_from_a_tall_one() -> None:
    neighbour = (0.5, 0.05, 0.02)
    assert abs(best_grasp_yaw("ball", 0.5, 0.0, 0.0, [neighbour])[0]) > 0.5
    tall = (0.5, 0.10, 0.02)
    assert abs(best_grasp_yaw("ball", 0.5, 0.0, 0.0, (), [tall])[0]) > 0.3


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
