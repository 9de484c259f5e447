"""Geometry on the picture, against the simulator's camera and by its own laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.language.table import lying
from vla_assistant.language import places
from vla_assistant.types import PixelPoint, SeenThing

SHARE = st.floats(0.0, 1.0)
POINTS = st.builds(lambda u, v: PixelPoint("front", u, v, 0.9), SHARE, SHARE)
OPPOSITES = {"left of": "right of", "behind": "in front of"}


def test_points_are_places_on_the_table_of_the_simulator() -> None:
    pytest.importorskip("mujoco")
    from vla_assistant.sim.world import SimWorld

    world = SimWorld()
    spots = [(x, y) for x in np.linspace(0.34, 0.62, 6) for y in np.linspace(-0.31, 0.31, 6)]
    seen = world.project("front", np.array([[x, y, 0.02] for x, y in spots]))
    world.close()
    for (x, y), (u, v, _) in zip(spots, seen, strict=True):
        across, near = places.on_table(PixelPoint("front", u, v, 1.0))
        assert math.hypot(across - y, near - x) < 0.001


@given(POINTS)
def test_picture_and_table_undo_each_other(point: PixelPoint) -> None:
    back = places.in_picture(*places.on_table(point), point)
    assert (back.u, back.v) == pytest.approx((point.u, point.v), abs=1e-9)


@given(POINTS, POINTS)
def test_left_is_the_opposite_of_right(first: PixelPoint, second: PixelPoint) -> None:
    one, other = (SeenThing(lying("red cup", 0, 0).reference, point) for point in (first, second))
    for relation, opposite in OPPOSITES.items():
        assert places.lies(relation, one, [other]) == pytest.approx(places.lies(opposite, other, [one]), abs=1e-6)
        assert not (places.lies(relation, one, [other]) and places.lies(opposite, one, [other]))


def test_in_a_bowl_is_what_is_seen_at_its_place() -> None:
    bowl = lying("blue bowl", 0.5, 0.56)
    assert places.lies("in", lying("red ball", 0.52, 0.55), [bowl]) == 1.0
    assert places.lies("in", lying("red ball", 0.64, 0.56), [bowl]) == 0.0
    assert places.lies("in", bowl, [bowl]) == 0.0
    assert places.lies("on", lying("red ball", 0.5, 0.55), [lying("green ball", 0.5, 0.56)]) == 0.0


def test_nearest_is_a_matter_of_metres_not_of_pixels() -> None:
    plate = lying("white plate", 0.5, 0.56)
    across, away = lying("red cup", 0.63, 0.56), lying("blue cup", 0.5, 0.44)
    assert places.lies("near", across, [plate]) > places.lies("near", away, [plate])


def test_between_needs_two_and_falls_off_sideways() -> None:
    ends = [lying("red can", 0.2, 0.56), lying("blue can", 0.8, 0.56)]
    assert places.lies("between", lying("red cup", 0.5, 0.56), ends) == pytest.approx(1.0, abs=0.01)
    assert places.lies("between", lying("red cup", 0.5, 0.8), ends) < 0.5
    assert places.lies("between", lying("red cup", 0.9, 0.56), ends) == 0.0
    assert places.lies("between", lying("red cup", 0.5, 0.56), ends[:1]) == 0.0


def test_a_close_call_stands_out_on_neither_side() -> None:
    clear = places.standing_out([lying("red cup", 0.3, 0.5), lying("red cup", 0.6, 0.5)], "left")
    close = places.standing_out([lying("red cup", 0.5, 0.5), lying("red cup", 0.51, 0.6)], "left")
    assert clear[0] == 1.0
    assert clear[1] < 0.1
    assert min(close) > 0.5


def test_the_second_from_the_left_and_the_middle() -> None:
    row = [lying("red cup", u, 0.5) for u in (0.8, 0.2, 0.5)]
    assert int(np.argmax(places.standing_out(row, "left", 2))) == 2
    assert int(np.argmax(places.standing_out(row, "middle"))) == 2
    assert places.standing_out(row, "left", 4) == [0.0, 0.0, 0.0]


def test_placed_and_pushed_things_come_to_lie_where_the_words_say() -> None:
    bowl = lying("blue bowl", 0.5, 0.56)
    for relation in ("left of", "right of", "in front of", "behind"):
        there = SeenThing(lying("red cup", 0, 0).reference, places.spot(relation, [bowl.point]))
        assert places.lies(relation, there, [bowl]) == 1.0
    pushed = places.shifted(bowl.point, "left", 0.1)
    assert places.gap(pushed, bowl.point) == pytest.approx(0.1, abs=1e-6)
    assert places.shifted(bowl.point, "up", 0.1) == bowl.point
