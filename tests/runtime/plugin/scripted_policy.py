"""A policy from another package, without weights: it sees what it is asked for, rises, and is pleased with itself."""

from __future__ import annotations

import os
import time
from collections.abc import Collection
from typing import Literal

import numpy as np

from vla_assistant.errors import WeightsError
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

REQUIRES = ()
BACKEND = "ScriptedPolicy"

SEEN = (Reference("cube", "blue"), Reference("cube", "red"), Reference("bowl", "red"))
POINT = PixelPoint("front", 0.5, 0.5, 0.9)


class Config(BackendConfig):
    """How it behaves."""

    mood: Literal["well", "missing", "hang", "crash", "never", "blind"] = "well"
    chunks: int = 2
    execute_steps: int = 2


class ScriptedPolicy:
    def __init__(self, config: Config) -> None:
        if config.mood == "missing":
            raise WeightsError("The weights of the scripted policy are missing.", "Write some.")
        self._config = config
        self._acted = 0

    def look(self, observation: Observation, named: Collection[Reference] = ()) -> tuple[SeenThing, ...]:
        assert observation.frames["front"].image.any()
        return tuple(SeenThing(reference, POINT) for reference in SEEN)

    def plan(self, steps: tuple[Step, ...], observation: Observation) -> Plan:
        named = [r for step in steps for r in (step.object, step.destination) if r is not None]
        confidence = 0.1 if self._config.mood == "blind" else 0.9
        point = PixelPoint("front", 0.5, 0.5, confidence)
        heat = np.full((2, 2), 0.25, np.float32)
        groundings = tuple(Grounding(reference, "front", heat, point) for reference in dict.fromkeys(named))
        return Plan(steps, "as you say", confidence, groundings, ("the red bowl",))

    def act(self, observation: Observation, step: Step) -> ActionChunk:
        if self._config.mood == "hang":
            time.sleep(3600.0)
        if self._config.mood == "crash":
            os._exit(9)
        actions = np.zeros((8, 7), np.float32)
        actions[:, 2] = 0.004
        actions[:, 6] = 1.0
        self._acted += 1
        done = 0.9 if self._acted > self._config.chunks and self._config.mood != "never" else 0.0
        return ActionChunk(actions, 0.1, observation.state.time_s, done=done, progress=0.5)

    def judge(self, step: Step, before: Observation, now: Observation) -> Judgement:
        rose = float(now.state.T_base_tool[2, 3] - before.state.T_base_tool[2, 3])
        self._acted = 0
        return Judgement(True, 0.9, f"The hand rose by {rose:.3f} m.")

    def forget(self) -> None:
        self._acted = 0

    def close(self) -> None:
        pass
