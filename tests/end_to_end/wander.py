"""A policy of another package: it sees whatever is asked for and swings the hand from side to side until it is stopped.

Stop and kill tests need a motion that is under way whenever they come to it, also on a slow machine; and they show that
a policy of another package is found by its entry point. `install` makes that package.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np

from vla_assistant.registry import BackendConfig
from vla_assistant.types import (
    ActionChunk,
    Grounding,
    Judgement,
    Observation,
    PixelPoint,
    Plan,
    Reference,
    SeenThing,
    Step,
)

NAME = "wander"
REQUIRES = ()
BACKEND = "Wanderer"
HORIZON = 16
STEP_S = 0.1
STEP_M = 0.01
PERIOD_S = 5.0
SIDES = (np.array([0.5, -0.2, 0.3]), np.array([0.5, 0.2, 0.3]))
"""Where the hand swings between, in the base frame [m]."""


class Config(BackendConfig):
    """It has no options."""


class Wanderer:
    """See `policies.base.Policy`."""

    def __init__(self, config: Config) -> None:
        self.config = config

    def look(self, observation: Observation, named: Collection[Reference] = ()) -> tuple[SeenThing, ...]:
        return (SeenThing(Reference("cube", "blue"), PixelPoint("front", 0.5, 0.5, 1.0)),)

    def plan(self, steps: tuple[Step, ...], observation: Observation) -> Plan:
        things = [step.object for step in steps if step.object is not None]
        heat = np.full((24, 24), 1 / 24**2, np.float32)
        point = PixelPoint("front", 0.5, 0.5, 1.0)
        return Plan(steps, "swing the hand", 1.0, tuple(Grounding(thing, "front", heat, point) for thing in things))

    def act(self, observation: Observation, step: Step) -> ActionChunk:
        state = observation.state
        goal = SIDES[int(state.time_s / PERIOD_S) % 2]
        way = goal - state.T_base_command[:3, 3]
        far = float(np.linalg.norm(way))
        actions = np.zeros((HORIZON, 7), np.float32)
        actions[: int(far / STEP_M), :3] = way / max(far, STEP_M) * STEP_M
        actions[:, 6] = 1.0
        return ActionChunk(actions, STEP_S, state.time_s)

    def judge(self, step: Step, before: Observation, now: Observation) -> Judgement:
        return Judgement(False, 1.0, "swinging has no end")

    def close(self) -> None:
        """Nothing is held."""


def install(folder: Path) -> None:
    """Make `folder` a place from which the policy is found once it is on PYTHONPATH."""
    package = folder / "wander-1.0.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: wander\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text(f"[vla_assistant.policies]\n{NAME} = {__name__}\n")
