"""The world: deterministic, still when nothing is asked, and looking as its projection says."""

from __future__ import annotations

import numpy as np
import pytest

from tests.sim.cell import Cell
from vla_assistant.sim.sampling import scene_for_steps
from vla_assistant.sim.scene import Look, Scene, Thing
from vla_assistant.sim.world import SimWorld
from vla_assistant.types import Reference, Step

STEPS = (Step("pick", Reference("cube", "blue")),)
WIGGLE = [np.array([0.02 * np.sin(i), 0.03 * np.cos(i), -0.01, 0.0, 0.0, 0.05, i % 2]) for i in range(12)]


def _run(cell: Cell) -> np.ndarray:
    cell.load(scene_for_steps(STEPS, 3))
    for action in WIGGLE:
        cell.act(action)
    return np.concatenate([cell.world.data.qpos, cell.world.data.qvel])


def test_equal_scenes_and_commands_give_equal_states_to_the_bit(cell: Cell) -> None:
    first = _run(cell)
    cell.load(scene_for_steps(STEPS, 4))
    assert np.array_equal(_run(cell), first)
    fresh = Cell()
    assert np.array_equal(_run(fresh), first)


def test_a_zero_action_moves_nothing(cell: Cell) -> None:
    cell.load(scene_for_steps(STEPS, 3))
    things, tool = cell.world.thing_poses, cell.world.tool_pose()
    for _ in range(20):
        cell.act(np.array([0, 0, 0, 0, 0, 0, 1.0]))
    assert np.abs(cell.world.thing_poses - things).max() < 2e-4
    assert np.abs(cell.world.tool_pose() - tool).max() < 2e-4


def test_a_snapshot_can_be_gone_back_to(cell: Cell) -> None:
    cell.load(scene_for_steps(STEPS, 3))
    saved, pose, time_s = cell.world.get_state(), cell.world.tool_pose(), cell.world.time_s
    cell.act(WIGGLE[0])
    assert np.abs(cell.world.tool_pose() - pose).max() > 1e-3
    cell.world.set_state(saved)
    np.testing.assert_allclose(cell.world.tool_pose(), pose, atol=1e-9)
    assert cell.world.time_s == time_s


def test_a_moved_sleeping_thing_falls(world: SimWorld) -> None:
    world.load(Scene((Thing("cube", "red", 0.5, 0.0),)))
    world.hold(50)
    world.place_thing(0, np.array([0.5, 0.1, 0.2]), np.array([1.0, 0.0, 0.0, 0.0]))
    world.hold(50)
    assert world.thing_poses[0, 2] == pytest.approx(0.02, abs=0.002)


@pytest.mark.parametrize("camera", ["front", "wrist"])
def test_things_appear_where_the_projection_says(world: SimWorld, camera: str) -> None:
    world.load(Scene((Thing("ball", "red", 0.45, 0.04),)))
    picture = world.render(camera, 120, 120).astype(int)
    rows, columns = np.nonzero((picture[..., 0] > 110) & (picture[..., 1] < 60))
    u, v, depth = world.project(camera, world.thing_poses[:, :3])[0]
    assert depth > 0
    assert (columns.mean() + 0.5) / 120 == pytest.approx(u, abs=0.012)
    assert (rows.mean() + 0.5) / 120 == pytest.approx(v, abs=0.012)


def test_left_in_the_front_picture_is_the_users_left_which_is_minus_y(world: SimWorld) -> None:
    world.load(Scene(()))
    u = world.project("front", np.array([[0.5, -0.2, 0.0], [0.5, 0.2, 0.0]]))[:, 0]
    assert u[0] < 0.5 < u[1]


def test_visibility_counts_pixels_and_hidden_things_have_none(world: SimWorld) -> None:
    world.load(Scene((Thing("bowl", "white", 0.5, 0.0), Thing("ball", "red", 0.45, 0.2))))
    share = world.visible_share("front")
    assert share[0] > share[1] > 0
    world.place_thing(1, np.array([0.5, 0.0, -0.3]), np.array([1.0, 0.0, 0.0, 0.0]))
    assert world.visible_share("front")[1] == 0


def test_wrist_camera_sees_the_fingers(world: SimWorld) -> None:
    world.load(Scene(()))
    rows = world.render("wrist", 128, 128)[88:112]  # the open fingers hang left and right of the middle
    darker = rows.mean(axis=2) < 110
    assert darker[:, 20:40].sum() > 20
    assert darker[:, 90:106].sum() > 20


def test_every_colour_looks_different(world: SimWorld) -> None:
    from vla_assistant.sim.things import COLOURS

    seen = {}
    for colour in COLOURS:
        world.load(Scene((Thing("cube", colour, 0.5, 0.0),)))
        u, v, _ = world.project("front", world.thing_poses[:, :3])[0]
        seen[colour] = world.render("front", 200, 200)[int(v * 200), int(u * 200)].astype(int)
    names = list(seen)
    for i, a in enumerate(names):
        for b in names[:i]:
            assert np.abs(seen[a] - seen[b]).max() > 45, (a, b, seen[a], seen[b])


def test_a_look_changes_the_picture_but_not_the_physics(world: SimWorld) -> None:
    things = (Thing("cube", "red", 0.5, 0.0),)
    world.load(Scene(things))
    picture, pose = world.render("front", 64, 64), world.thing_poses
    world.load(Scene(things, look=Look((0.01, 0.0, 0.0), lamp=0.9, table=(0.9, 0.9, 0.9))))
    assert np.abs(world.render("front", 64, 64).astype(int) - picture).max() > 10
    assert np.array_equal(world.thing_poses, pose)
    world.load(Scene(things))
    assert np.array_equal(world.render("front", 64, 64), picture)
