"""Episodes of the suite `tabletop`: the same scene, words and start for the same split, number and seed, always."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from vla_assistant.errors import InputError
from vla_assistant.sim.scene import Look, Scene
from vla_assistant.sim.suite import kinds, looks, obedience, poses, seeds, words
from vla_assistant.sim.suite.combinations import COMBINATIONS
from vla_assistant.sim.suite.drafts import Draft, Draw
from vla_assistant.sim.suite.named import named_commands
from vla_assistant.sim.suite.scenes import Commands, Stock, called_by_shape, called_things, draw_scene, renamed
from vla_assistant.sim.suite.series import draw_series
from vla_assistant.sim.suite.tasks import TASKS
from vla_assistant.sim.suite.training import draw_training
from vla_assistant.types import PoseArray, Reference, Step

CHAIN = 5
"""Commands of an episode of the split `chain`."""
OBJECT_TASKS = (
    *("pick", "place_in", "place_on", "put_down", "push_left", "push_right", "push_forward", "push_back"),
    *("next_to", "left_of", "right_of", "in_front_of", "behind", "between", "give"),
)
_PLAIN = Stock()
_CLUTTER = Stock(least=8, most=9, keep=True)
_ANY_PAIR = Stock((*kinds.TRAINED_PAIRS, *kinds.HELD_OUT_PAIRS))
_WITH_OBJECTS = Stock((*kinds.TRAINED_PAIRS, *kinds.UNSEEN_OBJECTS))


@dataclass(frozen=True)
class SuiteEpisode:
    """One episode to be carried out and judged.

    Attributes:
        task: Name of the task, of the combination, of the named command, or of what training calls its kind.
        split: Name of the split.
        number: Of the episode in its split.
        seed: Of the evaluation.
        commands: Steps of each command; all splits but `chain` and `named` have one command.
        instructions: What is said for each command.
        scene: What stands where and how it looks.
        start_joints: Joint angles (7,) [rad] to start from; None is home.
        start_gripper: Opening to start with, 0 closed to 1 open.
        candidates: In the split `swap` everything that could have been meant; else empty.
    """

    task: str
    split: str
    number: int
    seed: int
    commands: Commands
    instructions: tuple[str, ...]
    scene: Scene
    start_joints: PoseArray | None = field(default=None, compare=False)
    start_gripper: float = 1.0
    candidates: tuple[Reference, ...] = ()

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of all commands."""
        return tuple(step for command in self.commands for step in command)

    @property
    def instruction(self) -> str:
        """Everything that is said."""
        return " then ".join(self.instructions)

    @property
    def long(self) -> bool:
        """Whether it is one of the long tasks."""
        return self.task in TASKS and TASKS[self.task].long


def splits() -> tuple[str, ...]:
    """Names of all splits."""
    return seeds.SPLITS


def tasks(split: str = "unseen-seeds", *, long: bool | None = None) -> tuple[str, ...]:
    """Names of a split's tasks, in the order in which its episodes ask for them.

    Args:
        split: Name of the split; `seen` has what training draws and `chain` has the task `chain` only.
        long: Only the long tasks, or only the others.

    Raises:
        InputError: There is no such split.
    """
    seeds.seeds_of(split)
    names = _TASKS_OF.get(split, tuple(TASKS))
    return tuple(n for n in names if long is None or long == (n in TASKS and TASKS[n].long))


def episode(split: str, number: int, seed: int = 0, only: Sequence[str] = ()) -> SuiteEpisode:
    """The episode of this number, the same whenever it is asked for.

    Args:
        split: Name of the split.
        number: 0, 1, ...; the tasks take turns.
        seed: Of the evaluation: other seeds have other scenes.
        only: Tasks that take turns, when not all of the split's do.

    Raises:
        InputError: There is no such split or task, or number or seed is out of range.
    """
    strange = [name for name in only if name not in tasks(split)]
    if strange:
        raise InputError(f"The split {split} has no task {strange[0]!r}.", f"Its tasks: {', '.join(tasks(split))}.")
    names = tuple(only) or tasks(split)
    if split == "swap":
        return _obedience(number, seed, names)
    if split == "seen":
        return _seen(number, seed, tuple(only))
    task = names[number % len(names)]
    return _BUILDERS.get(split, _ordinary)(task, split, number, seed)


def _ordinary(task: str, split: str, number: int, seed: int) -> SuiteEpisode:
    """A task of the table, in words that training uses, or does not."""
    rng = _rng(split, number, seed)
    stock = {"clutter": _CLUTTER}.get(split, _PLAIN)
    draft, scene = _drawn(rng, split, number, seed, lambda: TASKS[task].draft(Draw(rng)), stock)
    kind = words.UNSEEN if split == "unseen-wording" else words.SEEN
    said = words.say_task(rng, task, draft.steps, kind)
    joints, gripper = poses.other_pose(rng) if split == "start" else (None, 1.0)
    return SuiteEpisode(task, split, number, seed, draft.commands, (said,), scene, joints, gripper)


def _seen(number: int, seed: int, only: tuple[str, ...]) -> SuiteEpisode:
    drawn = draw_training(seeds.scene_seed("seen", number, seed), only)
    rng = _rng("seen", number, seed)
    steps = tuple(step for command in drawn.commands for step in command)
    known = drawn.kind in TASKS
    said = words.say_task(rng, drawn.kind, steps) if known else words.say_steps(rng, steps)
    return SuiteEpisode(drawn.kind, "seen", number, seed, (steps,), (said,), drawn.scene)


def _pairs(task: str, split: str, number: int, seed: int) -> SuiteEpisode:
    """At least one of the named things has a colour that its shape never had in training."""
    rng = _rng(split, number, seed)

    def draft() -> Draft:
        while not set(
            (drawn := TASKS[task].draft(Draw(rng, _ANY_PAIR.pairs, favoured=kinds.HELD_OUT_PAIRS))).named
        ) & set(kinds.HELD_OUT_PAIRS):
            continue
        return drawn

    drawn, scene = _drawn(rng, split, number, seed, draft, _ANY_PAIR)
    said = words.say_task(rng, task, drawn.steps)
    return SuiteEpisode(task, split, number, seed, drawn.commands, (said,), scene)


def _objects(task: str, split: str, number: int, seed: int) -> SuiteEpisode:
    """What is moved has a shape that training never showed, and is called by its colour, which nothing else has."""
    rng = _rng(split, number, seed)

    def draft() -> Draft:
        drawn = TASKS[task].draft(Draw(rng, _WITH_OBJECTS.pairs, tuple(kinds.things.HELD_OUT)))
        colours = {colour for shape, colour in drawn.named if shape in kinds.things.HELD_OUT}
        alone = frozenset(kind for kind in _WITH_OBJECTS.pairs if kind[1] in colours)
        clash = sum(colour in colours for _, colour in drawn.named) > len(colours)
        return draft() if clash else replace(drawn, banned=alone)

    drawn, scene = _drawn(rng, split, number, seed, draft, _WITH_OBJECTS)
    commands = renamed(drawn.commands, called_things(drawn))
    said = words.say_task(rng, task, commands[0])
    return SuiteEpisode(task, split, number, seed, commands, (said,), scene)


def _combined(task: str, split: str, number: int, seed: int) -> SuiteEpisode:
    rng = _rng(split, number, seed)
    draft, scene = _drawn(rng, split, number, seed, lambda: COMBINATIONS[task](Draw(rng)), _PLAIN)
    said = words.say_steps(rng, draft.steps)
    return SuiteEpisode(task, split, number, seed, draft.commands, (said,), scene)


def _chain(task: str, split: str, number: int, seed: int) -> SuiteEpisode:
    rng = _rng(split, number, seed)
    draft, scene = _drawn(rng, split, number, seed, lambda: draw_series(Draw(rng), CHAIN), _PLAIN)
    said = tuple(words.say_steps(rng, command) for command in draft.commands)
    return SuiteEpisode(task, split, number, seed, draft.commands, said, scene)


def _obedience(number: int, seed: int, names: tuple[str, ...]) -> SuiteEpisode:
    """Four episodes one after the other have the same scene and the same sentence but for the thing that is named."""
    row, place = divmod(number, obedience.CANDIDATES)
    task, rng = names[row % len(names)], _rng("swap", row, seed)
    draft, scene = _drawn(rng, "swap", row, seed, lambda: obedience.obedience_draft(Draw(rng), task), _PLAIN)
    command = draft.commands[place]
    said = words.say_task(rng, task, command)
    candidates = tuple(other[0].object for other in draft.commands if other[0].object is not None)
    return SuiteEpisode(task, "swap", number, seed, (command,), (said,), scene, candidates=candidates)


def _named(task: str, split: str, number: int, seed: int) -> SuiteEpisode:
    rng = _rng(split, number, seed)
    wanted = next(command for command in named_commands() if command.name == task)
    draft, scene = _drawn(rng, split, number, seed, lambda: wanted.draft(number // len(named_commands())), _PLAIN)
    by_shape = called_by_shape(draft, scene) if task == "drawer_marker" else {}
    commands = renamed(draft.commands, by_shape)
    return SuiteEpisode(task, split, number, seed, commands, wanted.sentences, scene)


def _rng(split: str, number: int, seed: int) -> np.random.Generator:
    return np.random.default_rng([seeds.scene_seed(split, number, seed), 31])


def _drawn(
    rng: np.random.Generator, split: str, number: int, seed: int, draft: Callable[[], Draft], stock: Stock
) -> tuple[Draft, Scene]:
    return draw_scene(rng, draft, stock, _LOOKS.get(split, looks.plain), seeds.scene_seed(split, number, seed))


_LOOKS: dict[str, Callable[[np.random.Generator], Look]] = {
    "camera": looks.camera,
    "light": looks.light,
    "texture": looks.texture,
}
_BUILDERS: dict[str, Callable[[str, str, int, int], SuiteEpisode]] = {
    "unseen-pairs": _pairs,
    "unseen-objects": _objects,
    "unseen-tasks": _combined,
    "chain": _chain,
    "named": _named,
}
_TASKS_OF: dict[str, tuple[str, ...]] = {
    "unseen-pairs": tuple(name for name, task in TASKS.items() if task.names),
    "unseen-objects": OBJECT_TASKS,
    "unseen-tasks": tuple(COMBINATIONS),
    "clutter": tuple(name for name in TASKS if name != "clear"),
    "chain": ("chain",),
    "swap": obedience.SKILLS,
    "named": tuple(command.name for command in named_commands()),
}
