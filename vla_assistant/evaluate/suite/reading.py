"""Where the steps of an episode come from: from the words as in the running program, as given, or without the words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from vla_assistant.errors import AssistantError, InputError
from vla_assistant.language import Conversation, Hand
from vla_assistant.sim.expert import why_impossible
from vla_assistant.sim.scene import Scene
from vla_assistant.types import DIRECTIONS, Going, Reference, SeenThing, Step

Look = Callable[[], tuple[SeenThing, ...]]
Feel = Callable[[], Hand | None]
_CARRIES_ON = ("place", "put_down", "give")
_DRAWS = 50
_NO_THINGS = (*DIRECTIONS, "table", "drawer")
_Plain = tuple[str, object, object, str, object]


@dataclass(frozen=True)
class Read:
    """The steps to carry out, and why there are none."""

    steps: tuple[Step, ...]
    reason: str = ""


class Reader(Protocol):
    """Says what to do, command by command."""

    def read(self, words: str, meant: tuple[Step, ...], look: Look, feel: Feel) -> Read:
        """The steps for a command that is said with `words` and means `meant`."""
        ...

    def ended(self, done: bool) -> None:
        """The command that was read last has ended; `done` as far as the policy believes."""
        ...


class GivenReader:
    """Takes the meant steps."""

    def read(self, words: str, meant: tuple[Step, ...], look: Look, feel: Feel) -> Read:
        return Read(meant)

    def ended(self, done: bool) -> None:
        """Nothing to remember."""


class WordsReader:
    """Understands the words as the running program does, with a look only where they leave something open."""

    def __init__(self) -> None:
        self._conversation = Conversation()
        self._number = 0

    def read(self, words: str, meant: tuple[Step, ...], look: Look, feel: Feel) -> Read:
        self._number += 1
        try:
            understood = self._conversation.understand(self._number, words, Going.IDLE, look, feel)
        except AssistantError as error:
            return Read((), str(error))
        if understood.question:
            return Read((), f"It was asked back: {understood.question}")
        missing = understood.reason or f"It was taken for a {understood.intent}."
        return Read(understood.steps, "" if understood.steps else missing)

    def ended(self, done: bool) -> None:
        self._conversation.settle(self._number, done)


class BlindReader:
    """The policy without the words: skills as meant, but every thing replaced by one drawn from those that would do.

    The named one may be drawn too: this is how often somebody succeeds who acts well and was not told on what. A zeroed
    embedding would measure instead how a network behaves on what it was never trained for.
    """

    def __init__(self, scene: Scene, rng: np.random.Generator) -> None:
        self._scene, self._rng = scene, rng

    def read(self, words: str, meant: tuple[Step, ...], look: Look, feel: Feel) -> Read:
        named = list(dict.fromkeys(reference for step in meant for reference in _things(step)))
        there = [thing.reference for thing in self._scene.things]
        if len(there) < len(named):
            return Read(meant)
        for _ in range(_DRAWS):
            drawn = self._rng.permutation(len(there))[: len(named)]
            instead = {reference: there[index] for reference, index in zip(named, drawn, strict=True)}
            steps = tuple(_replaced(step, instead) for step in meant)
            if not any(why_impossible(step) for step in steps):
                return Read(steps)
        return Read(meant)

    def ended(self, done: bool) -> None:
        """Nothing to remember."""


def same_meaning(read: Iterable[Step], meant: Iterable[Step], scene: Scene) -> bool:
    """Whether two lists of steps ask for the same: the same things of the scene, however they are named.

    Taking a thing and at once placing it is one motion, with or without the taking said. What is put down on the way
    to its place, and the order of the steps, are the program's to choose: "clear the table" names none.
    """
    return Counter(_plainly(read, scene)) == Counter(_plainly(meant, scene))


def _plainly(steps: Iterable[Step], scene: Scene) -> list[_Plain]:
    plain: list[_Plain] = []
    last: object = None
    for step in steps:
        last = last if step.object is None else _identity(step.object, scene)
        if step.skill in _CARRIES_ON and plain and plain[-1][:2] == ("pick", last):
            plain.pop()
        places = (_identity(step.destination, scene), step.relation, _identity(step.second, scene))
        plain.append((step.skill, None if step.skill == "home" else last, *places))
    return [step for index, step in enumerate(plain) if not _on_its_way(step, plain[index + 1 :])]


def _on_its_way(step: _Plain, later: Iterable[_Plain]) -> bool:
    """Whether the step only puts down what is placed later."""
    return step[0] == "put_down" and any(other[:2] == ("place", step[1]) for other in later)


def _identity(reference: Reference | None, scene: Scene) -> object:
    """The index of the one thing that is meant; the reference itself where it means no thing of the scene."""
    if reference is None or reference.name in _NO_THINGS:
        return reference and reference.name
    try:
        return scene.find(reference)
    except InputError:
        return reference


def _things(step: Step) -> tuple[Reference, ...]:
    named = (step.object, step.destination, step.second)
    return tuple(r for r in named if r is not None and r.name not in _NO_THINGS)


def _replaced(step: Step, instead: dict[Reference, Reference]) -> Step:
    def other(reference: Reference | None) -> Reference | None:
        return None if reference is None else instead.get(reference, reference)

    return replace(step, object=other(step.object), destination=other(step.destination), second=other(step.second))
