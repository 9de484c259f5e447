"""Recording from the simulator: clean labels under noise, honest supervision, DAgger, resuming."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.one_machine import OneMachine
from vla_assistant import cli
from vla_assistant.data.assignments import KINDS, Assignment, draw_assignment
from vla_assistant.data.demonstration import demonstrate, recording_table
from vla_assistant.data.disturbance import Disturbance
from vla_assistant.data.episode import Episode
from vla_assistant.data.features import MAX_THINGS
from vla_assistant.data.generate import GenerateProgress, generate
from vla_assistant.data.own_recordings import step_of
from vla_assistant.data.reader import DatasetReader
from vla_assistant.data.supervision import SIZES
from vla_assistant.data.table import Table
from vla_assistant.errors import BackendError, UnsupportedError
from vla_assistant.networks import tokens
from vla_assistant.networks.senses import policy_picture
from vla_assistant.policies.base import Policy
from vla_assistant.policies.compact import CompactPolicy
from vla_assistant.sim.expert import why_impossible
from vla_assistant.sim.scene import Drawer, Scene, Thing
from vla_assistant.types import ActionChunk, Observation, Reference, Step


@pytest.fixture(scope="module")
def table() -> Table:
    return Table()


def recorded(table: Table, seed: int, kind: str, policy: Policy | None = None) -> list[Episode]:
    return demonstrate(table, draw_assignment(seed, (kind,)), np.random.default_rng(seed), policy)


@pytest.mark.parametrize("kind", KINDS)
def test_assignments_are_possible_and_repeatable(kind: str) -> None:
    for seed in range(8):
        assignment = draw_assignment(seed, (kind,))
        assert assignment == draw_assignment(seed, (kind,))
        assert not any(map(why_impossible, assignment.steps))


def test_demonstration_reaches_its_aim_and_labels_it(table: Table) -> None:
    pick, place = recorded(table, 3, "pick_place")
    for episode in (pick, place):
        assert episode.success
        done = episode.columns["label.done"][:, 0]
        assert done[-1] == 1.0
        assert not done[0]
        assert np.abs(episode.columns["action"][:, :3]).max() <= 0.0351
        assert episode.columns["label.success"][-1, 0] == 1.0
    lifted = pick.columns["label.position"][:, 2]
    assert lifted[-1] - lifted[0] > 0.05
    assert place.columns["observation.state"][0, 9] < 0.9  # it begins with the thing in the gripper


def test_supervision_points_at_pixels_of_the_named_colour(table: Table) -> None:
    episode = next(e for e in recorded(table, 4, "pick"))
    code = episode.columns["step.code"][0]
    things_code = episode.columns["things.code"][0].reshape(MAX_THINGS, 2)
    (row,) = np.flatnonzero((things_code == code[[tokens.OBJECT_COLOUR, tokens.OBJECT_SHAPE]]).all(axis=1))
    u, v, share = episode.columns["things.front"][0].reshape(MAX_THINGS, 3)[row]
    assert share > 0
    picture = episode.pictures["observation.images.front"][0].astype(int)
    pixel = picture[int(v * 128), int(u * 128)]
    table_colour = picture[100, 64]
    assert np.abs(pixel - table_colour).max() > 25


def test_recorded_pictures_are_those_of_the_running_program(table: Table) -> None:
    scene = draw_assignment(6, ("place_in",)).scene
    cheaper = recording_table()
    for one in (table, cheaper):
        one.reset(scene)
    frames, cheap = table.observe().frames, cheaper.observe().frames
    cheaper.close()
    for camera, size in SIZES.items():
        pictures = [policy_picture(some[camera].image, size).astype(int) for some in (frames, cheap)]
        assert np.abs(pictures[0] - pictures[1]).mean() < 1.5


def test_drawer_is_the_last_thing_of_a_recording(table: Table) -> None:
    cube = Thing("cube", "red", 0.45, -0.15)
    scene = Scene((cube,), drawer=Drawer(0.45, 0.2, opening=0.5))
    (episode,) = demonstrate(table, Assignment((Step("pick", cube.reference),), scene), np.random.default_rng(1))
    code = episode.columns["things.code"][0].reshape(MAX_THINGS, 2)
    assert tuple(code[-1]) == tokens.encode_reference(Reference("drawer"))
    assert (code[1:-1] == -1).all()
    seen = episode.columns["things.front"].reshape(-1, MAX_THINGS, 3)[:, -1]
    handle = table.world.project("front", table.world.drawer_handle()[None])[0]
    assert seen[0, :2] == pytest.approx(handle[:2], abs=1e-3)
    assert (seen[:, 2] > 0).any(), "the arm may hide it for a while"


def test_noise_beside_the_drawer_is_gentle() -> None:
    label = np.zeros(7, np.float32)
    rough, gentle = (
        np.concatenate(
            [
                [some.disturb(label, gently=gently)[0][:3] for _ in range(40)]
                for some in (Disturbance(np.random.default_rng(seed)) for seed in range(10))
            ]
        )
        for gently in (False, True)
    )
    assert np.abs(gentle).max() < 0.5 * np.abs(rough).max()
    assert np.abs(gentle).max() > 0.001


def test_noise_leaves_the_label_alone() -> None:
    label = np.array([0.01, 0, 0, 0, 0, 0, 1], np.float32)
    rng = np.random.default_rng(0)
    executed = [Disturbance(rng).disturb(label)[0] for _ in range(50)]
    assert label.tolist() == pytest.approx([0.01, 0, 0, 0, 0, 0, 1])
    assert any(np.abs(action - label).max() > 1e-3 for action in executed)


def test_policy_that_drives_is_marked_and_corrected(table: Table) -> None:
    (episode,) = recorded(table, 4, "pick", CompactPolicy())
    noisy = episode.columns["label.noisy"][:, 0]
    assert noisy.any()
    assert np.abs(episode.columns["action"][:, :3]).max() <= 0.0351


def test_expert_alone_shows_what_the_policy_has_not_learnt(table: Table) -> None:
    class Unlearnt:
        def act(self, observation: Observation, step: Step) -> ActionChunk:
            raise UnsupportedError("These weights have not learnt it.")

    (episode,) = recorded(table, 4, "pick", Unlearnt())  # type: ignore[arg-type]
    assert episode.success
    assert not episode.columns["label.noisy"].any()


def test_generate_resumes_where_it_was(tmp_path: Path) -> None:
    (first,) = generate(tmp_path, 2, 42, workers=1, kinds=("pick",))
    assert (first.assignments, first.episodes) == (2, 2)
    assert list(generate(tmp_path, 2, 42, workers=1, kinds=("pick",))) == []
    (more,) = generate(tmp_path, 3, 42, workers=1, kinds=("pick",))
    assert (more.assignments, more.episodes) == (1, 3)
    rows = DatasetReader(tmp_path).episodes
    assert [row["seed"] for row in rows] == [42, 43, 44]
    assert all(step_of(row["tasks"][0]) == draw_assignment(row["seed"], ("pick",)).steps[0] for row in rows)


def test_kinds_may_have_spaces_between_and_every_core_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}

    def made(*_: object, **options: Any) -> Iterator[GenerateProgress]:
        seen.update(options)
        yield from ()

    monkeypatch.setattr("vla_assistant.data.generate.generate", made)
    with pytest.raises(SystemExit):
        cli.main(["generate", "--episodes", "1", "--out", str(tmp_path), "--kinds", "pick, stack"])
    assert (seen["kinds"], seen["workers"]) == (("pick", "stack"), os.cpu_count())


def test_shards_of_a_cluster_are_those_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ray = OneMachine()
    monkeypatch.setitem(sys.modules, "ray", ray)
    monkeypatch.setattr("vla_assistant.data.generate.SHARD_ASSIGNMENTS", 1)
    there, here = tmp_path / "there", tmp_path / "here"
    last = list(generate(there, 2, 42, kinds=("pick",), ray="head:6379"))[-1]
    list(generate(here, 2, 42, workers=1, kinds=("pick",)))
    assert (last.assignments, last.episodes) == (2, 2)
    assert ray.connected[0]["address"] == "head:6379"
    assert ray.down
    one, other = DatasetReader(there), DatasetReader(here)
    assert [row["seed"] for row in one.episodes] == [43, 42]
    for name in ("action", "label.done"):
        assert (one.columns(0)[name] == other.columns(1)[name]).all()
    front = "observation.images.front"
    pairs = zip(one.pictures(0, front), other.pictures(1, front), strict=True)
    assert all((ours == theirs).all() for ours, theirs in pairs)


def test_without_ray_it_is_told_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(BackendError, match="Ray is not installed"):
        list(generate(tmp_path, 1, 42, ray="auto"))


@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="ray is not installed: pip install ray")
@pytest.mark.timeout(400)  # a local cluster alone takes long to come up on a busy machine
def test_a_local_ray_makes_shards(tmp_path: Path) -> None:
    last = list(generate(tmp_path, 1, 42, kinds=("pick",), ray="local"))[-1]
    assert last.episodes == len(DatasetReader(tmp_path).episodes) == 1
