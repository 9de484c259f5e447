"""The suite `tabletop`: repeatable, apart from training, and possible on the table."""

from __future__ import annotations

import itertools

import pytest

from vla_assistant.errors import InputError
from vla_assistant.sim import table_tops, things
from vla_assistant.sim.scene import Look
from vla_assistant.sim.scene_model import POOL
from vla_assistant.sim.suite import SuiteEpisode, draw_training, episode, named_commands, seeds, splits, tasks
from vla_assistant.sim.suite.combinations import UNSEEN, contains_unseen, label
from vla_assistant.sim.suite.drafts import references
from vla_assistant.sim.suite.kinds import HELD_OUT_PAIRS, TRAINED_PAIRS
from vla_assistant.sim.suite.training import SHARES
from vla_assistant.types import Reference, Step

WORDED = [split for split in splits() if split != "unseen-wording"]  # its words are written by someone else


def some(split: str, count: int = 50) -> list[SuiteEpisode]:
    return [episode(split, number) for number in range(count)]


def things_of(steps: tuple[Step, ...]) -> list[Reference]:
    return [r for step in steps for r in references(step) if r.name in (*things.ALL_SHAPES, "thing")]


@pytest.mark.parametrize("split", WORDED)
def test_an_episode_is_the_same_whenever_it_is_asked_for(split: str) -> None:
    for number in (0, 7, 31):
        once, again = episode(split, number), episode(split, number)
        assert once == again
        if once.start_joints is not None:
            assert again.start_joints is not None
            assert (once.start_joints == again.start_joints).all()
        assert once.scene != episode(split, number, seed=1).scene


@pytest.mark.parametrize("split", WORDED)
def test_everything_named_is_there_once_and_something_else_too(split: str) -> None:
    for made in some(split):
        for reference in things_of(made.steps):
            made.scene.find(reference)
        needs_drawer = any(r == Reference("drawer") for step in made.steps for r in references(step))
        assert made.scene.drawer is not None or not needs_drawer
        assert 4 <= len(made.scene.things) <= (9 if split == "clutter" else 8)
        kinds = [(thing.shape, thing.colour) for thing in made.scene.things]
        assert len(set(kinds)) == len(kinds)
        assert all(sum(shape == kind for kind, _ in kinds) <= POOL[shape] for shape in POOL)


@pytest.mark.parametrize("split", WORDED)
def test_every_step_is_possible_by_its_shapes(split: str) -> None:
    for made in some(split):
        for step in made.steps:
            named = [made.scene.things[made.scene.find(r)].shape for r in things_of((step,))]
            if step.skill in ("pick", "place", "give", "put_down", "push") and named:
                assert not things.why_not_pick(named[0])
            if step.skill == "place" and not step.relation:
                assert step.destination is not None
                assert not things.why_not_place(named[0], step.destination.name)


@pytest.mark.parametrize("split", WORDED)
def test_the_words_say_what_the_steps_name(split: str) -> None:
    for made in some(split):
        assert len(made.instructions) == len(made.commands)
        assert "{" not in made.instruction
        if made.task not in ("sort", "clear") and split != "named":
            named = things_of(made.steps) if made.task != "swap" else [s.object for s in made.steps]
            assert all(str(r) in made.instruction for r in named)


def test_seeds_of_training_and_of_each_split_are_apart() -> None:
    ranges = [seeds.TRAINING, *(seeds.seeds_of(split) for split in splits() if split != "seen")]
    for one, other in itertools.combinations(ranges, 2):
        assert one.stop <= other.start or other.stop <= one.start
    assert seeds.seeds_of("seen") == seeds.TRAINING
    for split in WORDED:
        assert all(made.scene.seed in seeds.seeds_of(split) for made in some(split, 5))
    with pytest.raises(InputError, match="not one of training's"):
        draw_training(seeds.seeds_of("camera").start)


def test_training_shows_nothing_that_is_kept_for_the_tests() -> None:
    for seed in range(600):
        drawn = draw_training(seed)
        steps = tuple(step for command in drawn.commands for step in command)
        assert {(thing.shape, thing.colour) for thing in drawn.scene.things} <= set(TRAINED_PAIRS)
        assert not contains_unseen(steps)
        assert drawn.scene.look.table_top in ("", *table_tops.TRAINED)


def test_each_held_out_pair_leaves_its_shape_and_its_colour_to_training() -> None:
    for shape, colour in HELD_OUT_PAIRS:
        assert (shape, colour) not in TRAINED_PAIRS
        assert colour in ("pink", "brown") or shape == "marker"
        assert sum(kind[0] == shape for kind in TRAINED_PAIRS) >= 7
        assert sum(kind[1] == colour for kind in TRAINED_PAIRS) >= 4
    assert {shape for shape, _ in HELD_OUT_PAIRS} == set(things.SHAPES)


def test_unseen_pairs_name_a_held_out_pair_and_the_others_have_none() -> None:
    for made in some("unseen-pairs", 100):
        assert {(r.name, r.colour) for r in things_of(made.steps)} & set(HELD_OUT_PAIRS)
    for split in ("unseen-seeds", "camera", "clutter", "chain", "swap", "unseen-tasks"):
        for made in some(split):
            assert not {(thing.shape, thing.colour) for thing in made.scene.things} & set(HELD_OUT_PAIRS)


def test_unseen_objects_are_named_by_a_colour_that_nothing_else_has() -> None:
    for made in some("unseen-objects", 100):
        target = made.steps[0].object
        assert target is not None
        assert target.name == "thing"
        assert made.scene.things[made.scene.find(target)].shape in things.HELD_OUT
        assert [thing.colour for thing in made.scene.things].count(str(target.colour)) == 1


def test_unseen_tasks_are_the_combinations_that_training_never_has() -> None:
    for made in some("unseen-tasks"):
        assert contains_unseen(made.steps)
        found = tuple("push_" if label(step).startswith("push_") else label(step) for step in made.steps)
        assert found == UNSEEN[made.task]


def test_camera_light_texture_and_start_change_one_thing_each() -> None:
    for made in some("camera"):
        look = made.scene.look
        assert max(map(abs, look.camera_shift)) <= 0.05
        assert max(map(abs, look.camera_turn)) <= 0.0873
        assert look == Look(camera_shift=look.camera_shift, camera_turn=look.camera_turn) != Look()
    for made in some("light"):
        look = made.scene.look
        assert 0.6 <= look.lamp <= 1.4
        assert look == Look(lamp=look.lamp, lamp_turn=look.lamp_turn)
    assert {made.scene.look.table_top for made in some("texture")} == set(table_tops.UNSEEN)
    for made in some("start", 10):
        assert made.start_joints is not None
        assert 0.3 <= made.start_gripper <= 0.7
        assert made.scene.look == Look()


def test_swap_names_four_things_of_one_scene_in_turn() -> None:
    for row in range(12):
        four = [episode("swap", 4 * row + place) for place in range(4)]
        assert len({made.scene for made in four}) == 1
        assert len({made.task for made in four}) == 1
        assert tuple(made.steps[0].object for made in four) == four[0].candidates
        assert len(set(four[0].candidates)) == 4
        said = {made.instruction.replace(str(made.steps[0].object), "X") for made in four}
        assert len(said) == 1


def test_a_chain_has_five_commands_of_which_no_two_use_one_place() -> None:
    for made in some("chain"):
        assert len(made.commands) == 5
        held: Reference | None = None
        for step in made.steps:
            if held is not None and step.skill not in ("home", "open", "close"):
                assert step.object == held
            if step.skill == "pick":
                held = step.object
            elif step.skill != "home":
                held = None
        into = [s.destination for s in made.steps if s.skill == "place" and not s.relation]
        assert len(set(into)) == len(into)
        assert sum(step.skill == "give" for step in made.steps) <= 1


def test_the_tasks_take_turns_and_can_be_chosen() -> None:
    names = tasks("unseen-seeds")
    assert [made.task for made in some("unseen-seeds", len(names))] == list(names)
    long = tasks("unseen-seeds", long=True)
    assert long == ("swap", "tower", "sort", "clear")
    chosen = [episode("unseen-seeds", number, only=long) for number in range(8)]
    assert [made.task for made in chosen] == [*long, *long]
    assert all(made.long for made in chosen)
    with pytest.raises(InputError, match="no task 'dance'"):
        episode("unseen-seeds", 0, only=("dance",))
    with pytest.raises(InputError, match="no split 'spring'"):
        episode("spring", 0)
    with pytest.raises(InputError, match="numbered 0-"):
        episode("camera", -1)


def test_the_seven_named_commands_are_said_word_by_word() -> None:
    assert [" then ".join(command.sentences) for command in named_commands()] == [
        "pick up the red cup and place it on the table",
        "pick up the blue cube and place it in the red bowl",
        "pick up the red cube and place it on the blue block",
        "open the drawer and retrieve the marker",
        "pick up the red block then place it on the blue block then move back to home",
        "please bring me the red cup",
        "grasp the blue cube",
    ]
    drawer = episode("named", 3)
    assert drawer.steps[1] == Step("pick", Reference("marker"))
    assert drawer.scene.drawer is not None
    assert drawer.scene.drawer.opening == 0.0


def test_training_has_all_tasks_and_looks() -> None:
    drawn = [draw_training(seed) for seed in range(900)]
    assert {made.kind for made in drawn} == set(SHARES)
    changed = sum(made.scene.look != Look() for made in drawn) / len(drawn)
    assert 0.62 < changed < 0.78


def test_plain_training_is_of_the_same_kinds_in_the_world_as_shipped() -> None:
    for seed in range(40):
        plain = draw_training(seed, plain=True)
        assert plain.scene.look == Look()
        assert plain.kind == draw_training(seed).kind


@pytest.mark.parametrize("row", [11, 59, 281])
def test_a_scene_of_swap_is_found_where_no_other_thing_has_the_first_ones_shape(row: int) -> None:
    made = episode("swap", 4 * row, 47)
    assert len(set(made.candidates)) == 4
