"""What a task asks for before anything has a place: steps, and what the scene must hold for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from vla_assistant.errors import InputError
from vla_assistant.sim import things
from vla_assistant.sim.scene_model import POOL
from vla_assistant.sim.suite.kinds import LIFTED, PUSHED, TRAINED_PAIRS, Kind, kind_of
from vla_assistant.types import Reference, Step

DRAWER = Reference("drawer")
IN_DRAWER: Kind = ("drawer", "")
"""Where a thing starts that lies in the drawer."""

Choice = TypeVar("Choice")


@dataclass(frozen=True)
class Draft:
    """Steps and what they need.

    Attributes:
        commands: Steps of each command; most drafts have one command.
        starts: What a thing starts in or on, by kind; `IN_DRAWER` for the drawer; all others start on the table.
        drawer: How far the drawer is open at the start (0-1); None when none is needed.
        others: Things that must be there though no step names them.
        banned: Kinds that no distractor may have.
    """

    commands: tuple[tuple[Step, ...], ...]
    starts: Mapping[Kind, Kind] = field(default_factory=dict)
    drawer: float | None = None
    others: tuple[Kind, ...] = ()
    banned: frozenset[Kind] = frozenset()

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(step for command in self.commands for step in command)

    @property
    def named(self) -> tuple[Kind, ...]:
        """Kinds of all named things, each once, in the order in which they are named."""
        found = (kind_of(r) for step in self.steps for r in references(step) if r.name in things.ALL_SHAPES)
        return tuple(dict.fromkeys(found))

    @property
    def required(self) -> tuple[Kind, ...]:
        """Kinds that the scene must hold."""
        held = (place for place in self.starts.values() if place != IN_DRAWER)
        return tuple(dict.fromkeys((*self.named, *self.starts, *held, *self.others)))

    @property
    def moves_drawer(self) -> bool:
        """Whether the drawer is opened, closed or reached into, so that the space before it must be free."""
        drawn = any(DRAWER in references(step) for step in self.steps)
        return drawn or bool(self.drawer) or any(place == IN_DRAWER for place in self.starts.values())


def references(step: Step) -> Iterator[Reference]:
    """Everything that a step names."""
    yield from (r for r in (step.object, step.destination, step.second) if r is not None)


class Draw:
    """Random choices of things, without repeating one within a draft.

    Args:
        rng: The only source of randomness.
        pairs: Kinds that may be chosen.
        lifted: Shapes that may be moved.
        favoured: Kinds that are chosen in half of the cases in which they could be.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        pairs: Sequence[Kind] = TRAINED_PAIRS,
        lifted: Sequence[str] = LIFTED,
        favoured: Sequence[Kind] = (),
    ) -> None:
        self.rng = rng
        self._pairs = tuple(pairs)
        self._lifted = tuple(lifted)
        self._favoured = tuple(favoured)
        self._used: list[Kind] = []

    def thing(self, shapes: Sequence[str], colours: Sequence[str] = ()) -> Reference:
        """A thing of one of these shapes (and colours, when given) that was not drawn before.

        Raises:
            InputError: There is none left.
        """
        stock = [k for k in self._pairs if k[0] in shapes and k not in self._used and self._left(k[0])]
        free = [kind for kind in stock if not colours or kind[1] in colours]
        favoured = [kind for kind in free if kind in self._favoured]
        if favoured and self.chance(0.5):
            free = favoured
        if not free:
            raise InputError(f"There is no {' or '.join(shapes)} left to draw.")
        shape = self.one_of(tuple(dict.fromkeys(name for name, _ in free)))
        kind = self.one_of([k for k in free if k[0] == shape])
        self._used.append(kind)
        return Reference(*kind)

    def moved(self, onto: str = "", colours: Sequence[str] = ()) -> Reference:
        """A thing that can be picked up, and stays in or on the thing named `onto`."""
        fitting = [name for name in self._lifted if not onto or things.can_place(name, onto)]
        return self.thing(fitting, colours)

    def pushed(self) -> Reference:
        """A thing that can be pushed."""
        return self.thing([name for name in self._lifted if name in PUSHED])

    def holder(self, shapes: Sequence[str]) -> Reference:
        """A thing in or on which something that may be moved stays."""
        return self.thing([s for s in shapes if any(things.can_place(name, s) for name in self._lifted)])

    def _left(self, shape: str) -> bool:
        """Whether the simulator has one more of this shape."""
        return sum(used == shape for used, _ in self._used) < POOL[shape]

    def one_of(self, options: Sequence[Choice]) -> Choice:
        return options[int(self.rng.integers(len(options)))]

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def fresh(self) -> Draw:
        """The same choices with nothing drawn yet."""
        return Draw(self.rng, self._pairs, self._lifted, self._favoured)
