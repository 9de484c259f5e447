"""What is said for the steps: templates of assets/suite_en.toml with the things' names put in."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache

import numpy as np

from vla_assistant import paths
from vla_assistant.errors import InputError
from vla_assistant.sim.suite.combinations import label
from vla_assistant.types import Step

SEEN, UNSEEN = "seen", "unseen"
_FILE = "suite_en.toml"
_TOLD_APART = {"put_down": "release"}
"""The task `put_down` picks up first; the step alone only lets go."""


@cache
def templates(name: str, kind: str = SEEN) -> tuple[str, ...]:
    """All wordings of a task, or of a single step of a sequence.

    Raises:
        InputError: There is none of this kind.
    """
    with (paths.assets() / _FILE).open("rb") as file:
        listed = tomllib.load(file).get(name, {}).get(kind, [])
    if not listed:
        raise InputError(f"There is no {kind} wording of {name} in {_FILE}.")
    return tuple(listed)


def say_task(rng: np.random.Generator, task: str, steps: Sequence[Step], kind: str = SEEN) -> str:
    """One sentence for the whole task."""
    template = templates(task, kind)
    return template[int(rng.integers(len(template)))].format(**names(task, steps))


def say_steps(rng: np.random.Generator, steps: Sequence[Step], kind: str = SEEN) -> str:
    """The steps one after the other, each in its own words."""
    return " then ".join(say_task(rng, _TOLD_APART.get(label(step), label(step)), (step,), kind) for step in steps)


def plain(steps: Sequence[Step]) -> str:
    """The steps one after the other, each in the first of its wordings."""
    tasks = [_TOLD_APART.get(label(step), label(step)) for step in steps]
    said = (templates(task)[0].format(**names(task, (step,))) for task, step in zip(tasks, steps, strict=True))
    return " then ".join(said)


def names(task: str, steps: Sequence[Step]) -> dict[str, str]:
    """What the templates' slots stand for."""
    if task == "swap":
        return {"object": str(steps[0].object), "second": str(steps[1].object)}
    if task == "tower":
        return {
            "destination": str(steps[0].destination),
            "second": str(steps[0].object),
            "object": str(steps[1].object),
        }
    step = steps[-1]
    named = {"object": step.object or steps[0].object, "destination": step.destination, "second": step.second}
    return {slot: str(reference) for slot, reference in named.items() if reference is not None}
