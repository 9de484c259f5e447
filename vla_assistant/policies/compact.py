"""The shipped policy: a small network trained from scratch on the simulated table.

It knows the things, colours and skills of `networks.tokens`, and the two cameras "front" and "wrist" of the simulator.
Pictures are worked through once, whatever is asked about them; `engine` chooses what runs the network. Its judgement of
success was trained on roll-outs, failures too.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from vla_assistant import language, paths
from vla_assistant.errors import InputError, UnsupportedError
from vla_assistant.networks import tokens
from vla_assistant.networks.chances import Clues, step_clues, tempered
from vla_assistant.networks.familiar import pooled
from vla_assistant.networks.learnt import Learnt
from vla_assistant.networks.memory import Memory, places_of
from vla_assistant.networks.question import Question
from vla_assistant.networks.senses import (
    NO_PICTURE,
    normal_state,
    opening,
    policy_picture,
    real_action,
    state_vector,
)
from vla_assistant.policies.evidence import judge_step
from vla_assistant.policies.grounding import Grounder, instead_of
from vla_assistant.policies.named import maybe_in_drawer, things_of
from vla_assistant.policies.sighting import listed, peak
from vla_assistant.policies.whereabouts import Belief
from vla_assistant.registry import BackendConfig
from vla_assistant.types import (
    ActionChunk,
    Grounding,
    ImageArray,
    Judgement,
    Observation,
    PixelPoint,
    Plan,
    Reference,
    SeenThing,
    Step,
)

if TYPE_CHECKING:
    from vla_assistant.networks.compact import Output
    from vla_assistant.networks.running import Engine

REQUIRES = ("torch", "safetensors", "cv2")
BACKEND = "CompactPolicy"

SHIPPED = "weights/compact/compact.safetensors"


class Config(BackendConfig):
    """Settings of the compact policy."""

    weights: str = Field("", description="A safetensors file of your own training; empty takes the shipped one.")
    execute_steps: int = Field(1, ge=1, le=8, description="Actions carried out before the policy looks again.")
    min_visible: float = Field(0.5, ge=0, le=1, description="A thing counts as seen from this confidence.")
    min_success: float = Field(0.5, ge=0, le=1, description="A step counts as done from this confidence.")
    wrist_camera: bool = Field(
        True, description="False where there is none: its picture is then grey, as training takes it without one."
    )
    threads: int = Field(1, ge=1, description="Threads of torch; one is fastest for a network this small.")
    engine: Literal["torch", "onnx"] = Field("torch", description="What runs it; onnx needs `vla-assistant export`.")
    onnx: str = Field("", description="The file of `vla-assistant export`; empty takes the one beside the weights.")


def default_weights() -> Path:
    """The weights that ship with the program."""
    return paths.assets() / SHIPPED


def weights_file(config: Config) -> Path:
    """The weights that are meant by the settings."""
    return Path(config.weights).expanduser() if config.weights else default_weights()


def onnx_file(config: Config) -> Path:
    """The exported network that is meant by the settings."""
    return Path(config.onnx).expanduser() if config.onnx else weights_file(config).with_suffix(".onnx")


def require(config: Config) -> None:
    """Are the weights there? See `registry`."""
    from vla_assistant.networks.weights import require_file

    require_file(weights_file(config))


class CompactPolicy:
    """See `policies.base.Policy`."""

    def __init__(self, config: Config | None = None) -> None:
        """Load the weights.

        Raises:
            WeightsError: They are missing, corrupt or of another version, or there is no exported network of them.
            BackendError: The engine is not installed.
        """
        import torch

        from vla_assistant.networks.running import TorchEngine
        from vla_assistant.networks.weights import load_weights, read_calibration, read_learnt

        self.config = config or Config()
        torch.set_num_threads(self.config.threads)
        network = load_weights(weights_file(self.config))
        self._learnt = read_learnt(weights_file(self.config))
        self._calibration = read_calibration(weights_file(self.config))
        self._layout = network.config
        self._memory = Memory(network.config.width)
        self._grounder = Grounder(self._run, self._memory, self._learnt, self.config.min_visible)
        self._eyes = TorchEngine(network)
        self._engine: Engine = self._eyes
        if self.config.engine == "onnx":
            from vla_assistant.networks.exported import OnnxEngine

            self._engine = OnnxEngine(onnx_file(self.config), weights_file(self.config), self.config.threads)

    @property
    def learnt(self) -> Learnt:
        """The words that these weights know, and why not a step of others."""
        return self._learnt

    def look(self, observation: Observation, named: Collection[Reference] = ()) -> tuple[SeenThing, ...]:
        """The things in the front picture, most confident first; of what is named, all that a plan takes for seen."""
        asked = tuple(filter(self._learnt.knows, tokens.all_references()))
        sight = self._run(observation, Step("home"), asked).sights[0].beyond(tokens.NAMED)
        visible = sight.visible[0].sigmoid().numpy()
        points = [
            PixelPoint("front", *peak(heat), float(sure)) for heat, sure in zip(sight.logits[0], visible, strict=True)
        ]
        return listed(map(SeenThing, asked, points), self.config.min_visible, named)

    def plan(self, steps: tuple[Step, ...], observation: Observation) -> Plan:
        """Heat maps of every named thing; where one is not seen, what is there instead; chances, if calibrated.

        What the hand hides of the places to go to is shown where it was seen before. What is named only after a drawer
        is opened may still be hidden in it, and is then no part of the plan's sight.

        Raises:
            UnsupportedError: The weights have not learnt one of the steps.
        """
        self._require_learnt(*steps)
        named = things_of(*steps)
        groundings = self._grounder.ground(named, steps, observation) if named else ()
        hidden = maybe_in_drawer(steps)
        groundings = tuple(g for g in groundings if g.reference not in hidden or self._is_seen(g))
        confidence = min((g.point.confidence for g in groundings), default=1.0)
        missing = [g.reference for g in groundings if not self._is_seen(g)]
        alternatives = instead_of(missing, self.look(observation)) if missing else ()
        return self._assessed(Plan(steps, language.describe(steps), confidence, groundings, alternatives), observation)

    def clues(self, plan: Plan, observation: Observation) -> Clues:
        """What the chances of a plan that was made of this observation are computed from."""
        features = self._eyes.features(0, self._picture(observation, "front", self._layout.front_size))
        return Clues(step_clues(plan), pooled(features)[0])

    def act(self, observation: Observation, step: Step) -> ActionChunk:
        """The next eight actions of 0.1 s.

        Raises:
            UnsupportedError: The weights have not learnt this step.
        """
        self._require_learnt(step)
        output = self._run(observation, step)
        logits = output.actions[0].numpy()
        actions = real_action(logits)
        actions[:, 6] = opening(logits[:, 6])
        return ActionChunk(
            actions=actions,
            step_s=self._layout.step_s,
            observed_s=observation.state.time_s,
            done=float(output.done[0].sigmoid()),
            progress=float(output.progress[0].sigmoid()),
        )

    def judge(self, step: Step, before: Observation, now: Observation) -> Judgement:
        """Whether the step is done: the learned estimate, the estimated positions and the gripper must agree."""
        output = self._run(now, step)
        belief = Belief(float(output.success[0].sigmoid()), output.position[0].numpy())
        judgement = judge_step(step, now.state, belief, self.config.min_success)
        if self._calibration is None:
            return judgement
        return replace(judgement, confidence=tempered(judgement.confidence, self._calibration.temperature))

    def forget(self) -> None:
        """See `policies.base.Forgetful`: where the places to go to were seen."""
        self._memory.forget()

    def close(self) -> None:
        """Nothing is held open."""

    def _require_learnt(self, *steps: Step) -> None:
        reason = next(filter(None, map(self._learnt.why_not, steps)), "")
        if reason:
            raise UnsupportedError(reason, "Use weights that have learnt it, or train such: see docs/training.md.")

    def _assessed(self, plan: Plan, observation: Observation) -> Plan:
        if self._calibration is None or all(step.skill == "home" for step in plan.steps):
            return plan  # the arm knows the way home without looking
        chances, familiar = self._calibration.assess(plan.steps, self.clues(plan, observation))
        return replace(plan, chances=chances, familiar=familiar, confidence=min(plan.confidence, familiar))

    def _is_seen(self, grounding: Grounding) -> bool:
        return grounding.point.confidence >= self.config.min_visible

    def _run(self, observation: Observation, step: Step, asked: Sequence[Reference] = ()) -> Output:
        layout = self._layout
        front = self._picture(observation, "front", layout.front_size)
        wrist = self._picture(observation, "wrist", layout.wrist_size)
        queries = np.array([tokens.encode_reference(reference) for reference in asked], dtype=np.int64).reshape(-1, 2)
        state, time_s = normal_state(state_vector(observation.state)), observation.state.time_s
        codes = tokens.encode_step(step)
        output = self._engine.answer(Question(front, wrist, state, codes, queries, self._memory.recall(codes, time_s)))
        self._memory.keep(places_of(codes), output.sights[0])
        return output

    def _picture(self, observation: Observation, camera: str, size: int) -> ImageArray:
        frame = observation.frames.get(camera)
        if frame is None and camera == "wrist" and not self.config.wrist_camera:
            return np.full((size, size, 3), NO_PICTURE, np.uint8)
        if frame is None:
            there = ", ".join(observation.frames) or "none"
            raise InputError(f"The compact policy needs a picture of the {camera} camera.", f"Pictures given: {there}.")
        return policy_picture(frame.image, size)
