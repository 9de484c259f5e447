"""The drawer as furniture: where it stands, how it slides, what lies in it; scenes without it are as before."""

from __future__ import annotations

import numpy as np
import pytest

from vla_assistant.errors import InputError
from vla_assistant.sim.drawer_model import TRAVEL
from vla_assistant.sim.relations import Relations
from vla_assistant.sim.scene import Drawer, Look, Scene, Thing
from vla_assistant.sim.table_tops import PATTERNS, TRAINED, UNSEEN
from vla_assistant.sim.world import SimWorld

OPEN, SHUT = Drawer(0.33, 0.26, 1.0), Drawer(0.33, 0.26, 0.0)
INSIDE = Thing("marker", "red", 0.47, 0.26, 0.1, 0.011)


@pytest.fixture(scope="module")
def world() -> SimWorld:
    return SimWorld()


def test_a_scene_without_drawer_has_none(world: SimWorld) -> None:
    world.load(Scene((Thing("cube", "red", 0.45, 0.0),)))
    assert world.drawer_opening() == 0.0
    assert world.visible_share("front")[-1] == 0.0
    with pytest.raises(InputError, match="no drawer"):
        world.drawer_handle()


def test_it_stands_where_the_scene_says_and_stays_as_open(world: SimWorld) -> None:
    world.load(Scene((), drawer=OPEN))
    far = world.drawer_handle()
    world.load(Scene((), drawer=SHUT))
    near = world.drawer_handle()
    np.testing.assert_allclose(far - near, (TRAVEL, 0, 0), atol=1e-3)
    assert near[1] == pytest.approx(0.26, abs=1e-3)
    world.hold(50)
    assert world.drawer_opening() < 0.01
    assert world.drawer_speed() < 1e-3


def test_its_handle_is_seen_in_the_front_picture(world: SimWorld) -> None:
    world.load(Scene((), drawer=SHUT))
    assert world.visible_share("front")[-1] > 0.0005
    u, v, depth = world.project("front", world.drawer_handle()[None])[0]
    assert 0 < u < 1
    assert 0 < v < 1
    assert depth > 0


def test_what_lies_in_it_is_in_it_and_hidden_when_shut(world: SimWorld) -> None:
    world.load(Scene((INSIDE, Thing("cube", "blue", 0.45, -0.1)), drawer=OPEN))
    now = Relations(world)
    assert now.in_drawer(0)
    assert not now.in_drawer(1)
    assert not now.on_table(0)
    assert world.visible_share("front")[0] > 0
    shut_in = Thing("marker", "red", 0.325, 0.26, 0.1, 0.011)
    world.load(Scene((shut_in,), drawer=SHUT))
    assert Relations(world).in_drawer(0)
    assert world.visible_share("front")[0] == 0


def test_things_start_on_what_they_stand_on(world: SimWorld) -> None:
    bowl, ball = Thing("bowl", "blue", 0.45, 0.0), Thing("ball", "red", 0.45, 0.0, z=0.006)
    world.load(Scene((bowl, ball)))
    assert Relations(world).on(1, 0)


@pytest.mark.parametrize("shape", ["prism", "dome", "brick", "marker"])
def test_the_new_shapes_rest_on_the_table_upright(world: SimWorld, shape: str) -> None:
    world.load(Scene((Thing(shape, "pink", 0.45, 0.1, 0.4),)))
    world.hold(25)
    now = Relations(world)
    assert now.on_table(0)
    assert now.upright(0)
    assert now.still(0)


def test_relations_of_place_are_as_the_user_sees_them(world: SimWorld) -> None:
    cube = Thing("cube", "red", 0.45, 0.0)
    others = (Thing("can", "blue", 0.45, -0.1), Thing("ball", "blue", 0.55, 0.0), Thing("cup", "blue", 0.45, 0.28))
    world.load(Scene((cube, *others)))
    now = Relations(world)
    assert now.beside(1, "left_of", 0)
    assert now.beside(1, "next_to", 0)
    assert not now.beside(1, "right_of", 0)
    assert now.beside(2, "in_front_of", 0)
    assert not now.beside(2, "behind", 0)
    assert not now.beside(3, "right_of", 0), "too far"
    assert now.beside(0, "between", 1, 3), "33 % of the way, 0 cm off"
    assert not now.beside(2, "between", 1, 3)


def test_the_marked_place_is_the_users(world: SimWorld) -> None:
    world.load(Scene((Thing("cube", "red", 0.68, 0.03), Thing("cube", "blue", 0.55, 0.0))))
    now = Relations(world)
    assert now.at_user(0)
    assert not now.at_user(1)


@pytest.mark.parametrize(
    "look", [*(Look(table_top=name) for name in PATTERNS), Look(camera_turn=(0.05, 0, 0)), Look(lamp_turn=(1.0, 0.4))]
)
def test_every_look_changes_the_picture_and_is_forgotten_by_the_next_scene(world: SimWorld, look: Look) -> None:
    things = (Thing("can", "blue", 0.45, -0.1),)
    world.load(Scene(things))
    plain = world.render("front", 96, 96).astype(int)
    world.load(Scene(things, look=look))
    assert np.abs(world.render("front", 96, 96).astype(int) - plain).mean() > 0.5
    world.load(Scene(things))
    np.testing.assert_array_equal(world.render("front", 96, 96), plain)


def test_no_table_top_of_the_texture_split_is_trained_with() -> None:
    assert not set(TRAINED) & set(UNSEEN)
