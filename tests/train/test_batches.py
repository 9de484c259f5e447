"""Batches: which words are left out, what is asked for, and how pictures are changed."""

from __future__ import annotations

import numpy as np
import pytest

from tests.data.recordings import made_up_episode
from vla_assistant.data.targets import Targets, make_targets
from vla_assistant.errors import InputError
from vla_assistant.networks import tokens
from vla_assistant.train.augment import as_input, shifted
from vla_assistant.train.batches import drop_colours, drop_shapes
from vla_assistant.train.preset import Preset
from vla_assistant.train.queries import Kinds
from vla_assistant.types import Reference, Step

RED_CUBE, RED_BALL, BLUE_BOWL, DRAWER = (
    Reference("cube", "red"),
    Reference("ball", "red"),
    Reference("bowl", "blue"),
    Reference("drawer"),
)


def codes(*references: Reference) -> np.ndarray:
    """One scene (1, k, 2) with a place left free."""
    return np.array([[*map(tokens.encode_reference, references), (-1, -1)]])


def coded(step: Step) -> np.ndarray:
    return tokens.encode_step(step)[None]


def test_shape_is_left_out_only_where_the_colour_tells_what_is_meant() -> None:
    rng, step = np.random.default_rng(0), Step("place", RED_CUBE, BLUE_BOWL)
    alone = drop_shapes(coded(step), codes(RED_CUBE, BLUE_BOWL, DRAWER), 1.0, rng)
    assert alone.tolist() == coded(Step("place", Reference("thing", "red"), Reference("thing", "blue"))).tolist()
    beside = drop_shapes(coded(step), codes(RED_CUBE, RED_BALL, BLUE_BOWL), 1.0, rng)
    assert beside.tolist() == coded(Step("place", RED_CUBE, Reference("thing", "blue"))).tolist()
    assert drop_shapes(coded(step), codes(RED_CUBE, BLUE_BOWL), 0.0, rng).tolist() == coded(step).tolist()
    opened = coded(Step("place", RED_CUBE, DRAWER))
    assert drop_shapes(opened, codes(RED_CUBE, RED_BALL, DRAWER), 1.0, rng).tolist() == opened.tolist()


def test_colour_is_left_out_only_where_the_shape_tells_what_is_meant() -> None:
    rng, step = np.random.default_rng(0), Step("place", RED_CUBE, BLUE_BOWL, "between", RED_BALL)
    scene = codes(RED_CUBE, BLUE_BOWL, RED_BALL, Reference("bowl", "red"))
    dropped = Step("place", Reference("cube"), BLUE_BOWL, "between", Reference("ball"))
    assert drop_colours(coded(step), scene, 1.0, rng).tolist() == coded(dropped).tolist()


def test_only_what_some_recording_shows_is_asked_for() -> None:
    scenes = np.concatenate([codes(RED_CUBE, BLUE_BOWL), codes(RED_BALL, DRAWER)])
    kinds = Kinds(scenes)
    asked = {tuple(code) for seed in range(20) for code in kinds.queries(scenes, np.random.default_rng(seed))[0]}
    things = (RED_CUBE, RED_BALL, BLUE_BOWL, DRAWER)
    loose = [Reference(name) for name in ("cube", "ball", "bowl")]
    loose += [Reference("thing", colour) for colour in ("red", "blue")]
    assert asked == {tokens.encode_reference(reference) for reference in (*things, *loose)}
    first = kinds.queries(scenes, np.random.default_rng(0))
    assert (first[0, :2] == scenes[0, :2]).all()


def targets() -> Targets:
    episode = made_up_episode(1)
    return make_targets(dict(episode.columns) | {"episode_index": np.zeros((len(episode), 1))}, 4)


def test_targets_name_three_things_at_most() -> None:
    made = targets()
    assert made.step.shape == (12, 8)
    assert made.position_weight.tolist() == [[1, 0, 0]] * 12
    assert made.position[0, 0, 2] == pytest.approx(0.02)


def test_recordings_of_another_version_are_refused() -> None:
    columns = dict(made_up_episode(1).columns)
    columns["step.code"] = columns["step.code"][:, :6]
    with pytest.raises(InputError, match="6 numbers.*needs 8"):
        make_targets(columns, 4)


def test_shifted_picture_and_place_stay_together() -> None:
    episode, made = made_up_episode(1), targets()
    pictures = episode.pictures["observation.images.front"]
    moved, there = shifted(pictures, made, 9, np.random.default_rng(3))
    assert not np.array_equal(moved, pictures)
    for picture, (u, v) in zip(moved, there.uv[:, 0, 0], strict=True):
        assert picture[int(v * 128), int(u * 128)].tolist() == [200, 20, 20]
    np.testing.assert_array_equal(there.uv[:, :, 1], made.uv[:, :, 1])  # the wrist camera's stay
    np.testing.assert_allclose(there.place_uv - made.place_uv, there.uv[:, 0, 0] - made.uv[:, 0, 0], atol=1e-6)


def test_changed_pictures_stay_in_range_and_repeat() -> None:
    pictures = made_up_episode(1).pictures["observation.images.wrist"]
    one, same = (as_input(pictures, Preset(), np.random.default_rng(5)).numpy() for _ in range(2))
    np.testing.assert_array_equal(one, same)
    assert one.min() >= -1.0
    assert one.max() <= 1.0
    plain = as_input(pictures, Preset(brightness=0, tint=0, noise=0), np.random.default_rng(5)).numpy()
    assert 0.005 < np.abs(one - plain).mean() < 0.2
