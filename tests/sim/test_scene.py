"""Scenes: seeded, with gaps, within reach, and settled before use."""

from __future__ import annotations

import math

import numpy as np
import pytest

from vla_assistant.errors import InputError
from vla_assistant.sim import things
from vla_assistant.sim.placing import GAP, REACH_X, REACH_Y
from vla_assistant.sim.relations import Relations
from vla_assistant.sim.sampling import sample_scene, scene_for_steps
from vla_assistant.sim.scene import MAX_THINGS, Scene, third
from vla_assistant.sim.world import SimWorld
from vla_assistant.types import Reference, Step

BLUE_CUBE, RED_BOWL = Reference("cube", "blue"), Reference("bowl", "red")
STEPS = (Step("pick", BLUE_CUBE), Step("place", BLUE_CUBE, RED_BOWL))


@pytest.mark.parametrize("seed", range(30))
def test_a_scene_has_gaps_reach_and_unique_things(seed: int) -> None:
    scene = scene_for_steps(STEPS, seed)
    kinds = [(t.shape, t.colour) for t in scene.things]
    assert len(set(kinds)) == len(kinds) <= MAX_THINGS
    for i, thing in enumerate(scene.things):
        assert REACH_X[0] <= thing.x <= REACH_X[1]
        assert REACH_Y[0] <= thing.y <= REACH_Y[1]
        for other in scene.things[:i]:
            gap = math.hypot(thing.x - other.x, thing.y - other.y)
            assert gap >= things.SHAPES[thing.shape].radius + things.SHAPES[other.shape].radius + GAP


@pytest.mark.parametrize("seed", range(30))
def test_distractors_share_colour_or_shape_with_a_named_thing(seed: int) -> None:
    scene = scene_for_steps(STEPS, seed)
    assert [t.reference for t in scene.things[:2]] == [BLUE_CUBE, RED_BOWL]
    assert len(scene.things) >= 5
    assert all(t.shape in ("cube", "bowl") or t.colour in ("blue", "red") for t in scene.things)


def test_the_same_seed_gives_the_same_scene_and_another_seed_another() -> None:
    assert scene_for_steps(STEPS, 5) == scene_for_steps(STEPS, 5)
    assert scene_for_steps(STEPS, 5) != scene_for_steps(STEPS, 6)


def test_a_thing_to_push_does_not_begin_in_the_third_it_goes_to() -> None:
    steps = (Step("push", Reference("ball", "purple"), Reference("left")),)
    assert {third(scene_for_steps(steps, seed).things[0].y) for seed in range(20)} == {"middle"}


def test_too_many_things_are_refused_with_what_fits() -> None:
    with pytest.raises(InputError, match=r"do not fit on the table; 8 do"):
        sample_scene(np.random.default_rng(0), (BLUE_CUBE,), distractors=8)


def picks(*names: str) -> tuple[Step, ...]:
    """One step for each thing, "red cube" or "cube"."""
    words = [name.split() for name in names]
    return tuple(Step("pick", Reference(named[-1], named[0] if len(named) > 1 else None)) for named in words)


def colours(shape: str, number: int) -> list[str]:
    """So many things of a shape, each of another colour."""
    return [f"{colour} {shape}" for colour in list(things.COLOURS)[:number]]


@pytest.mark.parametrize(
    ("named", "lacking"),
    [
        (["grey cube"], "no grey cube (its colours are red, green, blue, yellow, purple, orange, white, black"),
        (["golden bowl", "red cube"], "no golden bowl (its colours are red"),
        (colours("cube", 5), "no 5 cubes (it has 4)"),
        ([*colours("bowl", 3), "bowl"], "no 4 bowls (it has 3)"),
        (
            [*colours("cube", 4), *colours("ball", 3), *colours("cup", 2)],
            "no room for 9 things (8 fit)",
        ),
        ([*colours("cube", 8), "cube"], "no 9 cubes (it has 4), no room for 9 things (8 fit)"),
    ],
)
def test_what_the_simulator_lacks_is_told(named: list[str], lacking: str) -> None:
    with pytest.raises(InputError) as told:
        scene_for_steps(picks(*named), 0)
    assert str(told.value).startswith(f"The simulated table has {lacking}")


@pytest.mark.parametrize(
    "named",
    [
        [*colours("cube", 4), *colours("ball", 3), "red can"],
        [*colours("plate", 3), *colours("bowl", 3), "red cube"],
        ["cube", "ball", "can", "cup", "bowl", "plate"],
        ["red cube", "cube", "cup", "ball"],
    ],
)
@pytest.mark.parametrize("seed", range(5))
def test_as_many_things_as_there_are_can_be_laid(world: SimWorld, named: list[str], seed: int) -> None:
    scene = scene_for_steps(picks(*named), seed)
    assert [thing.shape for thing in scene.things[: len(named)]] == [name.split()[-1] for name in named]
    world.load(scene)


@pytest.mark.parametrize("seed", range(20))
def test_a_thing_named_without_its_colour_is_the_only_one_of_its_shape(seed: int) -> None:
    scene = scene_for_steps(picks("cube", "bowl"), seed)
    assert [thing.shape for thing in scene.things].count("cube") == 1
    assert scene.find(Reference("cube")) == 0
    assert scene.find(Reference("bowl")) == 1
    assert len(scene.things) >= 5, "others lie there all the same"


def test_a_reference_must_name_one_thing() -> None:
    scene = scene_for_steps(STEPS, 1)
    with pytest.raises(InputError, match="There is no pink cube on the table. On the table: blue cube, red bowl"):
        scene.find(Reference("cube", "pink"))


def test_scenes_settle_upright_on_the_table_and_do_not_contain_each_other(world: SimWorld) -> None:
    for seed in range(6):
        world.load(scene_for_steps(STEPS, seed))
        now = Relations(world)
        count = len(world.scene.things)
        assert all(now.on_table(i) and now.upright(i) and now.support_of(i) is None for i in range(count))
        assert now.speeds.max() < 0.005
        placed = np.array([[t.x, t.y] for t in world.scene.things])
        assert np.abs(now.positions[:, :2] - placed).max() < 0.005


def test_an_empty_table_is_a_scene(world: SimWorld) -> None:
    world.load(Scene(()))
    assert world.thing_poses.shape == (0, 7)
    assert world.touches() == frozenset()
