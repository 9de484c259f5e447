"""The success tests cannot be fooled."""

from __future__ import annotations

import numpy as np
import pytest

from vla_assistant.sim.regions import PUSH_GOALS, where_pushed
from vla_assistant.sim.scene import Drawer, Scene, Thing
from vla_assistant.sim.tasks import TaskMonitor
from vla_assistant.sim.world import SimWorld
from vla_assistant.types import Reference, Step

CUBE, BOWL, BALL = Reference("cube", "red"), Reference("bowl", "blue"), Reference("ball", "green")
SCENE = Scene((Thing("cube", "red", 0.5, 0.0), Thing("bowl", "blue", 0.45, 0.2), Thing("ball", "green", 0.45, -0.2)))
LEVEL = np.array([1.0, 0.0, 0.0, 0.0])
PLACE = (Step("place", CUBE, BOWL),)


def _pass(world: SimWorld, monitor: TaskMonitor, seconds: float) -> None:
    for _ in range(round(seconds / 0.02)):
        world.hold()
        monitor.update()


def _begin(world: SimWorld, *steps: Step) -> TaskMonitor:
    world.load(SCENE)
    return TaskMonitor(world, steps)


def test_nothing_has_succeeded_at_the_start(world: SimWorld) -> None:
    for step in (*PLACE, Step("pick", CUBE), Step("push", CUBE, Reference("left"))):
        monitor = _begin(world, step)
        _pass(world, monitor, 1.5)
        assert not monitor.success


def test_lying_in_the_bowl_counts_only_after_one_second(world: SimWorld) -> None:
    monitor = _begin(world, *PLACE)
    world.place_thing(0, np.array([0.45, 0.2, 0.027]), LEVEL)
    _pass(world, monitor, 0.8)
    assert monitor.reason == "It has not lasted 1 s."
    _pass(world, monitor, 0.6)
    assert monitor.success, monitor.reason


def test_beside_or_above_the_bowl_is_not_in_it(world: SimWorld) -> None:
    for place in ([0.45, 0.115, 0.02], [0.45, 0.2, 0.12]):
        monitor = _begin(world, *PLACE)
        world.place_thing(0, np.array(place), LEVEL)
        monitor.update()
        assert "is not in or on the blue bowl" in monitor.reason


def test_a_thing_still_between_the_fingers_is_not_placed(world: SimWorld) -> None:
    from vla_assistant.sim.kinematics import Kinematics

    monitor = _begin(world, *PLACE)
    kinematics = Kinematics()
    target = kinematics.forward(kinematics.home_joints)
    target[:3, 3] = [0.45, 0.2, 0.045]
    joints = kinematics.solve(target, kinematics.home_joints, iterations=60)
    world.place_arm(joints, gripper=0.55)
    world.place_thing(0, np.array([0.45, 0.2, 0.035]), LEVEL)
    for _ in range(100):
        world.step(joints, np.zeros(7), 0.0)
        monitor.update()
    assert monitor.reason == "The red cube is not released."


def test_a_thing_lifted_without_the_gripper_is_not_picked(world: SimWorld) -> None:
    monitor = _begin(world, Step("pick", CUBE))
    world.place_thing(0, np.array([0.45, 0.2, 0.2]), LEVEL)
    monitor.update()
    assert monitor.reason == "The red cube is not in the gripper."


@pytest.mark.parametrize(("y", "where"), [(-0.13, "middle"), (0.2, "right")])
def test_pushed_means_the_named_third_as_the_user_sees_it(world: SimWorld, y: float, where: str) -> None:
    monitor = _begin(world, Step("push", CUBE, Reference("left")))
    world.place_thing(0, np.array([0.55, y, 0.02]), LEVEL)
    _pass(world, monitor, 1.3)
    assert monitor.reason == f"The red cube is in the {where} third of the table."
    world.place_thing(0, np.array([0.55, -0.16, 0.02]), LEVEL)
    _pass(world, monitor, 1.3)
    assert monitor.success, monitor.reason


def test_moving_something_else_spoils_it_even_when_it_is_put_back(world: SimWorld) -> None:
    monitor = _begin(world, *PLACE)
    world.place_thing(2, np.array([0.45, -0.17, 0.02]), LEVEL)
    monitor.update()
    world.place_thing(2, np.array([0.45, -0.2, 0.02]), LEVEL)
    world.place_thing(0, np.array([0.45, 0.2, 0.027]), LEVEL)
    _pass(world, monitor, 1.5)
    assert monitor.statuses[0].holds
    assert monitor.reason == "The green ball was moved by 3.0 cm."


def test_in_a_sequence_the_last_effect_counts_and_earlier_ones_may_be_superseded(world: SimWorld) -> None:
    monitor = _begin(world, Step("pick", CUBE), *PLACE)
    world.place_thing(0, np.array([0.45, 0.2, 0.027]), LEVEL)
    _pass(world, monitor, 1.4)
    assert monitor.success, monitor.reason
    assert not monitor.statuses[0].achieved


def test_home_means_the_joints(world: SimWorld) -> None:
    monitor = _begin(world, Step("home"))
    _pass(world, monitor, 1.1)
    assert monitor.success
    joints = world.data.qpos[:7].copy()
    joints[0] += 0.2
    world.place_arm(joints)
    monitor.update()
    assert monitor.reason == "A joint is 0.20 rad from home."


WITH_DRAWER = Scene(
    (Thing("cube", "red", 0.55, 0.25), Thing("ball", "green", 0.30, 0.0, z=0.01)), drawer=Drawer(0.30, 0.0, 0.0)
)
DRAWER = Reference("drawer")


def _slide(world: SimWorld, opening: float) -> None:
    joint = world.model.joint("drawer_slide")
    world.data.qpos[joint.qposadr[0]] = opening * 0.15


def test_an_open_drawer_counts_after_one_second_and_what_rides_in_it_is_not_disturbed(world: SimWorld) -> None:
    world.load(WITH_DRAWER)
    monitor = TaskMonitor(world, (Step("open", DRAWER),))
    assert monitor.reason == "The drawer is open by 0 % only."
    _slide(world, 0.95)
    inside = world.thing_poses[1, :3] + np.array([0.1425, 0.0, 0.0])
    world.place_thing(1, inside, LEVEL)
    _pass(world, monitor, 0.6)
    assert monitor.reason == "It has not lasted 1 s."
    _pass(world, monitor, 0.8)
    assert monitor.success, monitor.reason


def test_a_drawer_that_nobody_named_must_stay_as_it_is(world: SimWorld) -> None:
    world.load(WITH_DRAWER)
    monitor = TaskMonitor(world, (Step("home"),))
    _slide(world, 0.5)
    _pass(world, monitor, 1.2)
    assert "was moved" in monitor.reason


def test_what_lies_in_the_drawer_counts_also_once_it_is_shut(world: SimWorld) -> None:
    world.load(WITH_DRAWER)
    steps = (Step("place", CUBE, DRAWER), Step("close", DRAWER))
    monitor = TaskMonitor(world, steps)
    _pass(world, monitor, 1.2)
    assert monitor.reason == "The red cube is not in the drawer."
    world.place_thing(0, world.drawer_inside() + np.array([0.04, 0.04, 0.021]), LEVEL)
    _pass(world, monitor, 1.3)
    assert monitor.success, monitor.reason


@pytest.mark.parametrize(("x", "y", "reason"), [(0.68, 0.05, ""), (0.60, 0.0, "is not on the marked place.")])
def test_giving_is_laying_on_the_marked_place(world: SimWorld, x: float, y: float, reason: str) -> None:
    monitor = _begin(world, Step("give", CUBE))
    world.place_thing(0, np.array([x, y, 0.02]), LEVEL)
    _pass(world, monitor, 1.3)
    assert monitor.reason.endswith(reason)
    assert monitor.success == (not reason)


@pytest.mark.parametrize(
    ("relation", "second", "place", "fits"),
    [
        ("next_to", None, (0.45, 0.06), True),
        ("next_to", None, (0.45, 0.0), False),
        ("left_of", None, (0.45, 0.06), True),
        ("right_of", None, (0.45, 0.06), False),
        ("in_front_of", None, (0.59, 0.2), True),
        ("behind", None, (0.59, 0.2), False),
        ("between", BALL, (0.45, 0.01), True),
        ("between", BALL, (0.50, 0.01), False),
    ],
)
def test_relations_are_as_the_user_sees_them(
    world: SimWorld, relation: str, second: Reference | None, place: tuple[float, float], fits: bool
) -> None:
    monitor = _begin(world, Step("place", CUBE, BOWL, relation, second))
    world.place_thing(0, np.array([*place, 0.02]), LEVEL)
    _pass(world, monitor, 1.3)
    assert monitor.success == fits
    assert fits or monitor.reason == f"The red cube is not {relation.replace('_', ' ')} the blue bowl."


@pytest.mark.parametrize("direction", PUSH_GOALS)
def test_the_expert_stops_pushing_well_inside_of_what_counts(direction: str) -> None:
    goal = PUSH_GOALS[direction]
    end, short = [0.5, 0.0], [0.5, 0.0]
    end[goal.axis], short[goal.axis] = goal.end - goal.sign * 0.01, goal.border - goal.sign * 0.005
    assert where_pushed(*end, direction)
    assert not where_pushed(*short, direction)


def test_pushed_forward_is_away_from_the_user(world: SimWorld) -> None:
    monitor = _begin(world, Step("push", CUBE, Reference("forward")))
    world.place_thing(0, np.array([0.60, 0.0, 0.02]), LEVEL)
    _pass(world, monitor, 1.3)
    assert monitor.reason == "The red cube is not far enough forward."
    world.place_thing(0, np.array([0.40, 0.0, 0.02]), LEVEL)
    _pass(world, monitor, 1.3)
    assert monitor.success, monitor.reason


def test_of_two_swapped_things_both_must_lie_where_they_went_last(world: SimWorld) -> None:
    steps = (Step("put_down", CUBE, Reference("table")), Step("place", BALL, BOWL), Step("place", CUBE, BOWL))
    monitor = _begin(world, *steps)
    world.place_thing(0, np.array([0.45, 0.17, 0.027]), LEVEL)
    _pass(world, monitor, 1.3)
    assert monitor.reason == "The green ball is not in or on the blue bowl."
    world.place_thing(2, np.array([0.47, 0.22, 0.027]), LEVEL)
    _pass(world, monitor, 2.0)
    assert monitor.success, monitor.reason


def test_home_between_other_steps_counts_once_it_was_reached_after_what_comes_before(world: SimWorld) -> None:
    push = Step("push", CUBE, Reference("left"))
    for home_again in (False, True):
        monitor = _begin(world, push, Step("home"), Step("put_down", BALL, Reference("table")))
        joints = world.data.qpos[:7].copy()
        world.place_arm(joints + np.array([0.2, 0, 0, 0, 0, 0, 0]))
        world.place_thing(0, np.array([0.55, -0.16, 0.02]), LEVEL)
        _pass(world, monitor, 0.3)
        if home_again:
            world.place_arm(joints)
            _pass(world, monitor, 0.3)
            world.place_arm(joints + np.array([0.2, 0, 0, 0, 0, 0, 0]))
        _pass(world, monitor, 1.3)
        assert monitor.success == home_again, monitor.reason
