"""What a recording is about: steps drawn from what training may show, and a scene in which they can be done."""

from __future__ import annotations

from dataclasses import dataclass

from vla_assistant.sim.scene import Scene
from vla_assistant.sim.suite import draw_training
from vla_assistant.sim.suite.training import SHARES
from vla_assistant.types import Step

KINDS = SHARES
"""Kinds of assignments and their shares: the tasks of the suite, and sequences of steps."""


@dataclass(frozen=True)
class Assignment:
    """Steps to be done one after the other in a scene; `kind` is a name of `KINDS`."""

    steps: tuple[Step, ...]
    scene: Scene
    kind: str = ""


def draw_assignment(seed: int, kinds: tuple[str, ...] = (), *, plain: bool = False) -> Assignment:
    """The assignment of this seed, of one of these kinds (default: all, in their shares).

    `plain`: without changes of camera, light and table.

    Raises:
        InputError: The seed belongs to a test of the suite.
    """
    drawn = draw_training(seed, kinds, plain=plain)
    return Assignment(tuple(step for command in drawn.commands for step in command), drawn.scene, drawn.kind)
