"""Scenes of the suite: room for what is asked, nothing falls, nothing that is asked holds from the start."""

from __future__ import annotations

import numpy as np
import pytest

from vla_assistant.errors import InputError
from vla_assistant.sim import things
from vla_assistant.sim.placing import GAP
from vla_assistant.sim.relations import Relations
from vla_assistant.sim.scene import Look, Thing
from vla_assistant.sim.suite import SuiteEpisode, draw_training, episode, looks, words
from vla_assistant.sim.suite.zones import Disc, drawer_box, lane
from vla_assistant.sim.tasks import TaskMonitor
from vla_assistant.sim.world import SimWorld
from vla_assistant.types import Reference, Step

TASKS = 25


def disc(thing: Thing) -> Disc:
    return Disc(thing.x, thing.y, things.ALL_SHAPES[thing.shape].radius)


@pytest.mark.parametrize("split", ["unseen-seeds", "clutter", "swap", "chain"])
def test_things_on_the_table_keep_their_gaps(split: str) -> None:
    for number in range(40):
        made = episode(split, number)
        standing = [thing for thing in made.scene.things if thing.z == 0.0]
        for i, thing in enumerate(standing):
            assert all(disc(thing).gap(disc(other)) >= GAP - 1e-9 for other in standing[:i])
            if made.scene.drawer is not None:
                assert drawer_box(made.scene.drawer, moves=False).gap(disc(thing)) >= GAP - 1e-9


def test_nothing_stands_on_the_way_of_what_is_pushed() -> None:
    for number in range(40):
        made = episode("unseen-seeds", number, only=("push_left", "push_right", "push_forward", "push_back"))
        (step,) = made.steps
        assert step.object is not None
        assert step.destination is not None
        pushed = made.scene.things[made.scene.find(step.object)]
        swept = lane(disc(pushed), step.destination.name)
        assert all(swept.gap(disc(thing)) >= 0.0 for thing in made.scene.things if thing != pushed)


def test_nothing_stands_before_a_drawer_that_is_opened() -> None:
    for number in range(20):
        scene = episode("unseen-seeds", number, only=("open_drawer", "retrieve")).scene
        assert scene.drawer is not None
        swept = drawer_box(scene.drawer, moves=True)
        assert all(swept.gap(disc(thing)) >= 0.0 for thing in scene.things if thing.z == 0.0)


def loaded(world: SimWorld, made: SuiteEpisode) -> Relations:
    world.load(made.scene)
    return Relations(world)


def test_everything_stays_where_it_was_laid_and_nothing_holds_from_the_start(world: SimWorld) -> None:
    for number in range(2 * TASKS):
        made = episode("unseen-seeds", number)
        now = loaded(world, made)
        laid = np.array([(thing.x, thing.y) for thing in made.scene.things])
        assert np.abs(now.positions[:, :2] - laid).max() < 0.004
        np.testing.assert_allclose(now.bottoms, [thing.z for thing in made.scene.things], atol=0.003)
        monitor = TaskMonitor(world, made.steps)
        world.hold(60)
        monitor.update()
        assert not monitor.success or made.task == "home"


def test_what_is_retrieved_lies_in_the_shut_drawer_unseen(world: SimWorld) -> None:
    for number in range(4):
        made = episode("unseen-seeds", number, only=("retrieve",))
        now = loaded(world, made)
        (marker,) = (made.scene.find(step.object) for step in made.steps if step.skill == "pick" and step.object)
        assert now.in_drawer(marker)
        assert now.drawer_opening < 0.02
        assert world.visible_share("front")[marker] == 0.0


def test_swapped_things_stand_in_or_on_their_dishes(world: SimWorld) -> None:
    for number in range(4):
        made = episode("unseen-seeds", number, only=("swap",))
        now = loaded(world, made)
        _, second, first = made.steps
        for moved, dish in ((first.object, second.destination), (second.object, first.destination)):
            assert moved is not None
            assert dish is not None
            assert now.on(world.find(moved), world.find(dish))


def test_training_begins_in_the_middle_now_and_then(world: SimWorld) -> None:
    plain = [draw_training(seed, ("pick", "place_on", "give")) for seed in range(200)]
    raised = [drawn for drawn in plain if any(thing.z for thing in drawn.scene.things)]
    assert 0.08 < len(raised) / len(plain) < 0.22
    for drawn in raised[:8]:
        world.load(drawn.scene)
        now = Relations(world)
        for index, thing in enumerate(drawn.scene.things):
            assert (now.support_of(index) is not None) == (thing.z > 0)


def test_the_camera_moves_no_thing_out_of_the_picture(world: SimWorld) -> None:
    for number in range(12):
        made = episode("camera", number)
        world.load(made.scene)
        seen = world.project("front", world.thing_poses[:, :3])[:, :2]
        assert (seen > 0.0).all()
        assert (seen < 1.0).all()
    away = Look(camera_turn=(0.0, 0.5, 0.0))
    assert not looks.shows_all(away, made.scene)


def test_words_of_a_kind_that_is_not_there_are_named() -> None:
    with pytest.raises(InputError, match="no sung wording of pick"):
        words.templates("pick", "sung")
    cube, bowl = Reference("cube", "red"), Reference("bowl", "blue")
    steps = (Step("pick", cube), Step("put_down", cube, Reference("table")), Step("place", cube, bowl, "behind"))
    said = "pick up the red cube then put the red cube down then put the red cube behind the blue bowl"
    assert words.plain(steps) == said


def test_putting_down_what_was_never_picked_up_is_no_success(world: SimWorld) -> None:
    made = episode("unseen-seeds", 0, only=("put_down",))
    world.load(made.scene)
    monitor = TaskMonitor(world, made.steps)
    world.hold(60)
    monitor.update()
    assert monitor.statuses[1].holds
    assert monitor.reason == "The effect of pick was never seen."
