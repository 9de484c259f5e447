"""What is laid on the simulated table for a command: everything that it names, and else a sentence why not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vla_assistant import config, language
from vla_assistant.runtime.table import ADVICE, Wanted, wanted_on_table
from vla_assistant.sim.sampling import scene_for_steps
from vla_assistant.sim.suite.for_steps import scene_for_steps as suite_scene

SETTINGS = config.load(None, [])


def laid(text: str, seed: int = 0) -> list[str]:
    """Shapes on the table, those that were asked for and others."""
    wanted = wanted_on_table(language.understand(text), SETTINGS)
    assert not wanted.refusal
    return [thing.shape for thing in scene_for_steps(wanted.steps, seed).things]


@pytest.mark.parametrize(
    ("text", "begins", "only"),
    [
        ("put the red cube in the bowl", ["cube", "bowl"], {"bowl": 1}),
        ("both cups on the plate", ["cup", "cup", "plate"], {"cup": 2, "plate": 1}),
        ("put all cans on the plate", ["can", "can", "plate"], {"can": 2, "plate": 1}),
        (
            "pick up the cube next to the ball and put it on the plate",
            ["cube", "ball", "plate"],
            {"cube": 1, "ball": 1, "plate": 1},
        ),
        ("put the three cups on the plate", ["cup", "cup", "cup", "plate"], {"cup": 3, "plate": 1}),
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_what_the_words_name_lies_there(text: str, begins: list[str], only: dict[str, int], seed: int) -> None:
    shapes = laid(text, seed)
    assert shapes[: len(begins)] == begins
    assert {shape: shapes.count(shape) for shape in only} == only


@pytest.mark.parametrize("seed", range(3))
def test_what_is_to_be_swapped_stands_on_two_plates(seed: int) -> None:
    wanted = wanted_on_table(language.understand("swap the red cube and the blue ball"), SETTINGS)
    assert not wanted.refusal
    things = suite_scene(wanted.steps, seed).things
    cube, ball = (
        next(t for t in things if (t.shape, t.colour) == kind) for kind in (("cube", "red"), ("ball", "blue"))
    )
    plates = [thing for thing in things if thing.shape == "plate"]
    below = [
        [plate.colour for plate in plates if np.hypot(plate.x - thing.x, plate.y - thing.y) < 0.02]
        for thing in (cube, ball)
    ]
    assert sorted(map(len, below)) == [1, 1]
    assert below[0] != below[1]


@pytest.mark.parametrize("text", ["go home", "stop", "what do you see", "pick up the banana"])
def test_who_names_nothing_known_gets_the_table_of_the_seed(text: str) -> None:
    wanted = wanted_on_table(language.understand(text), SETTINGS)
    assert not wanted.refusal
    assert scene_for_steps(wanted.steps, 7) == scene_for_steps((), 7)


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        ("put both red cubes in the bowl", "no 2 red cubes: no two things are alike."),
        ("put the four cups on the plate", "no 4 cups (it has 3)."),
    ],
)
def test_what_cannot_lie_there_is_told_with_what_to_do(text: str, lacking: str) -> None:
    refusal = wanted_on_table(language.understand(text), SETTINGS).refusal
    assert refusal.startswith(
        f"The table cannot be laid with what the command names. The simulated table has {lacking}"
    )
    assert refusal.endswith(ADVICE)


def test_on_a_real_table_nothing_is_laid() -> None:
    real = SETTINGS.sections.model_copy(update={"use": SETTINGS.use.model_copy(update={"arm": "metal"})})
    meaning = language.understand("pick up the pink cube")
    assert wanted_on_table(meaning, replace(SETTINGS, sections=real)) == Wanted()


@pytest.mark.parametrize(
    ("text", "opening", "shapes"),
    [
        ("open the drawer and retrieve the marker", 0.0, {"marker"}),
        ("take the red cube out of the drawer", 0.0, {"cube"}),
        ("put the blue ball in the drawer", 1.0, {"ball"}),
        ("clear the table", 1.0, {"cube", "ball"}),
        ("close the drawer", 1.0, set()),
    ],
)
def test_the_drawer_stands_there_as_the_words_need_it(text: str, opening: float, shapes: set[str]) -> None:
    wanted = wanted_on_table(language.interpret(text, tuple), SETTINGS)
    scene = suite_scene(wanted.steps, 7)
    assert not wanted.refusal
    assert scene.drawer is not None
    assert scene.drawer.opening == opening
    assert shapes <= {thing.shape for thing in scene.things}


@pytest.mark.parametrize("text", ["push the red cup away from me", "put the red cup between the can and the blue bowl"])
def test_what_is_pushed_or_put_beside_has_room(text: str) -> None:
    wanted = wanted_on_table(language.interpret(text, tuple), SETTINGS)
    assert not wanted.refusal
    assert "red cup" in {str(thing.reference) for thing in suite_scene(wanted.steps, 3).things}
