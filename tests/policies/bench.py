"""A table whose clock alone moves, and a policy that says what it was told to: what carrying out is tested with."""

from __future__ import annotations

from collections.abc import Callable, Collection
from types import SimpleNamespace

import numpy as np

from vla_assistant.sim.arm_model import HOME_JOINTS
from vla_assistant.types import (
    ActionChunk,
    Frame,
    Grounding,
    Judgement,
    Observation,
    PixelPoint,
    Plan,
    PoseArray,
    Reference,
    RobotState,
    Step,
    Verdict,
)

CUBE = Reference("cube", "blue")
PICK = Step("pick", CUBE)
HOME_S = 3.0
"""How long the way home takes on the bench."""


class Bench:
    """An environment whose clock alone moves; what a real one would do is set beforehand."""

    def __init__(
        self, blocked: bool = False, refuses: bool = False, held: str = "", joints: PoseArray = HOME_JOINTS
    ) -> None:
        self.time_s, self.blocked, self.refuses, self.hold, self.joints = 0.0, blocked, refuses, held, joints
        self.arrives, self.ways_home = True, 0
        self.executed: list[int] = []
        self.chunks: list[ActionChunk] = []
        self.rests: list[float] = []
        self.held = ""
        self.gripper, self.gripper_command = 0.5, 0.0

    @property
    def state(self) -> RobotState:
        zeros, pose = np.zeros(7), np.eye(4)
        return RobotState(self.joints, zeros, self.gripper, pose, pose, self.gripper_command, zeros, self.time_s)

    def observe(self, instruction: str = "") -> Observation:
        return Observation(
            {"front": Frame(np.zeros((8, 8, 3), np.uint8), "front", 0, self.time_s)}, self.state, instruction
        )

    def run(self, chunk: ActionChunk, execute: int) -> Verdict:
        self.chunks.append(chunk)
        self.executed.append(execute)
        self.held = self.hold
        if self.refuses and chunk.actions[0, 2] <= 0.0:
            return Verdict(False, None, ("Much too fast.",))
        self.time_s += execute * chunk.step_s
        return Verdict(True, chunk, gave_way=self.blocked and chunk.actions[0, 2] <= 0.0)

    def rest(self, seconds: float) -> None:
        self.rests.append(seconds)
        self.time_s += seconds

    def go_home(self) -> bool:
        self.ways_home += 1
        self.time_s += HOME_S
        if self.arrives:
            self.joints = HOME_JOINTS
        return self.arrives


class Scripted:
    """Says done once it was asked so many times; its judgements are those given, the last one again and again.

    `afterwards` is called after each judgement.
    """

    config = SimpleNamespace(execute_steps=2)

    def __init__(self, done_after: int, *judgements: bool) -> None:
        self.done_after, self.judgements = done_after, judgements
        self.acts = self.judged = 0
        self.asked: list[Observation] = []
        self.afterwards: Callable[[], None] = lambda: None
        self.looks: list[tuple[Observation, Observation]] = []

    def plan(self, steps: tuple[Step, ...], observation: Observation) -> Plan:
        point = PixelPoint("front", 0.5, 0.5, 0.4)
        return Plan(steps, "pick", 0.4, (Grounding(CUBE, "front", np.ones((1, 1), np.float32), point),))

    def look(self, observation: Observation, named: Collection[Reference] = ()) -> tuple[()]:
        return ()

    def act(self, observation: Observation, step: Step) -> ActionChunk:
        self.acts += 1
        self.asked.append(observation)
        done = float(self.acts > self.done_after)
        return ActionChunk(np.zeros((8, 7), np.float32), 0.1, observation.state.time_s, done)

    def judge(self, step: Step, before: Observation, now: Observation) -> Judgement:
        done = self.judgements[min(self.judged, len(self.judgements) - 1)]
        self.judged += 1
        self.looks.append((before, now))
        self.afterwards()
        return Judgement(done, 1.0, "It looks like it.")
