"""What an episode is about: one or two steps drawn at random, and a scene in which they can be done."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vla_assistant.sim import things
from vla_assistant.sim.scene import Scene, sample_look, scene_for_steps
from vla_assistant.types import Reference, Step

# Shares of the episodes. Stacking and cups need the finest positions and get more than their share of use.
KINDS = {
    "pick": 0.16,
    "place": 0.22,
    "stack": 0.20,
    "cup": 0.05,
    "pick_place": 0.16,
    "pick_stack": 0.05,
    "pick_put_down": 0.06,
    "push": 0.08,
    "home": 0.02,
}
CHANGED_LOOKS = 0.6
"""Share of the episodes with a slightly different light, table and camera."""


@dataclass(frozen=True)
class Assignment:
    """Steps to be done one after the other in a scene."""

    steps: tuple[Step, ...]
    scene: Scene


def draw_assignment(seed: int, kinds: tuple[str, ...] = ()) -> Assignment:
    """The assignment of this seed, of one of these kinds (default: all, in their shares)."""
    rng = np.random.default_rng([seed, 7])
    names = kinds or tuple(KINDS)
    shares = np.array([KINDS[name] for name in names])
    kind = names[int(rng.choice(len(names), p=shares / shares.sum()))]
    steps = _steps(kind, rng)
    look = sample_look(rng) if rng.random() < CHANGED_LOOKS else None
    return Assignment(steps, scene_for_steps(steps, seed, look=look))


def _steps(kind: str, rng: np.random.Generator) -> tuple[Step, ...]:
    if kind == "home":
        return (Step("home"),)
    if kind == "push":
        return (Step("push", _thing(rng, things.EVERYDAY_LIFTED), Reference(str(rng.choice(["left", "right"])))),)
    if kind == "pick":
        return (Step("pick", _thing(rng, things.EVERYDAY_LIFTED)),)
    if kind == "pick_put_down":
        target = _thing(rng, things.EVERYDAY_LIFTED)
        released = None if rng.random() < 0.4 else target
        return Step("pick", target), Step("put_down", released, Reference("table"))
    return _place_steps(kind, rng)


def _place_steps(kind: str, rng: np.random.Generator) -> tuple[Step, ...]:
    if kind == "cup":
        destination = _thing(rng, ("cup",))
    elif kind in ("stack", "pick_stack"):
        destination = _thing(rng, ("cube",))
    else:
        destination = _thing(rng, ("bowl", "plate"))
    fitting = tuple(name for name in things.EVERYDAY_LIFTED if things.can_place(name, destination.name))
    if kind in ("stack", "pick_stack") and rng.random() < 0.7:
        fitting = ("cube",)
    target = _thing(rng, fitting)
    while target == destination:
        target = _thing(rng, fitting)
    place = Step("place", target, destination)
    return (Step("pick", target), place) if kind.startswith("pick") else (place,)


def _thing(rng: np.random.Generator, shapes: tuple[str, ...]) -> Reference:
    return Reference(str(rng.choice(shapes)), str(rng.choice(list(things.EVERYDAY_COLOURS))))
