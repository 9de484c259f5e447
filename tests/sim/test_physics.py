"""Motions in which the usual solver fails, and ways back to a snapshot."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from vla_assistant.sim import physics
from vla_assistant.sim.scene import Drawer, Scene, Thing
from vla_assistant.sim.world import SimWorld

SQUEEZED = json.loads(Path(__file__).with_name("squeezed.json").read_text("utf-8"))
"""A held marker comes down on a cube in the drawer: poses, then commands of 20 ms (joints, velocities, opening)."""
THROWN = 2.0  # m/s: nothing on the table is ever that fast by itself


def fastest_of_a_squeeze(world: SimWorld) -> float:
    """Top speed of any thing [m/s]."""
    laid = SQUEEZED["things"]
    things = tuple(Thing(thing["shape"], thing["colour"], *thing["pose"][:2]) for thing in laid)
    world.load(Scene(things, drawer=Drawer(**SQUEEZED["drawer"])))
    for index, thing in enumerate(laid):
        world.place_thing(index, np.array(thing["pose"][:3]), np.array(thing["pose"][3:]))
    world.place_arm(np.array(SQUEEZED["arm"]["joints"]), SQUEEZED["arm"]["opening"])
    top = 0.0
    for command in SQUEEZED["commands"]:
        world.step(np.array(command[:7]), np.array(command[7:14]), command[14])
        top = max(top, float(world.thing_speeds().max()))
    return top


def test_what_is_squeezed_is_not_thrown_off(world: SimWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fastest_of_a_squeeze(world) < 0.5
    monkeypatch.setattr(physics, "JOLT", np.full(6, np.inf))
    if fastest_of_a_squeeze(world) < THROWN:
        pytest.fail("MuJoCo's own solver is right here by now: `sim.physics` may go.")


def test_a_motion_done_again_ends_when_and_where_it_would_have(
    world: SimWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The slower solver agrees with the usual one where that is right."""
    ends = []
    for jolt in (np.full(6, np.inf), np.zeros(6)):
        monkeypatch.setattr(physics, "JOLT", jolt)
        world.load(Scene((Thing("cube", "red", 0.5, 0.0),)))
        world.place_thing(0, np.array([0.5, 0.0, 0.1]), np.array([1.0, 0.0, 0.0, 0.0]))
        world.hold(40)
        ends.append((world.time_s, *world.thing_poses[0], *world.tool_pose().ravel()))
    np.testing.assert_allclose(ends[0], ends[1], atol=1e-3)
