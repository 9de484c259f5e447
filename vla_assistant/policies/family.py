"""Any model of the family in `networks.family` that you have trained: it ships no weights of its own.

The model reads each step as words ("pick up the red cube"). What it was never taught it does not pretend: without
grounding maps nothing is looked for, without a judgement of success no step counts as done. See docs/models.md.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from vla_assistant import language
from vla_assistant.errors import UnsupportedError, WeightsError
from vla_assistant.networks import tokens
from vla_assistant.networks.senses import STATE_WIDTH, nearest_opening, normal_state, real_action, state_vector
from vla_assistant.policies.moments import Moments
from vla_assistant.policies.named import things_of
from vla_assistant.policies.sighting import listed
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

if TYPE_CHECKING:
    from torch import Tensor

    from vla_assistant.networks.family.model import Output
    from vla_assistant.networks.seeing import Sight
    from vla_assistant.types import ImageArray

REQUIRES = ("torch", "safetensors", "tokenizers", "transformers", "cv2")
BACKEND = "FamilyPolicy"

UNGROUNDED = 0.5
"""Confidence of a plan by a model without grounding maps: nothing was looked for."""


class Config(BackendConfig):
    """Settings of a model of the family."""

    weights: str = Field("", description="Folder or safetensors file of your model; there is no shipped one.")
    execute_steps: int = Field(1, ge=1, le=8, description="Actions carried out before the policy looks again.")
    min_visible: float = Field(0.5, ge=0, le=1, description="A thing counts as seen from this confidence.")
    min_success: float = Field(0.5, ge=0, le=1, description="A step counts as done from this confidence.")
    threads: int = Field(2, ge=1, description="Threads of torch.")


def require(config: Config) -> None:
    """Are the weights there? See `registry`."""
    from vla_assistant.networks.family.storage import weights_file

    weights_file(_path(config))


class FamilyPolicy:
    """See `policies.base.Policy`."""

    def __init__(self, config: Config | None = None) -> None:
        """Load the model.

        Raises:
            WeightsError: The weights are missing, damaged, of another version, or no policy for this program.
        """
        import torch

        from vla_assistant.networks.family.storage import from_folder

        self.config = config or Config()
        path = _path(self.config)
        torch.set_num_threads(self.config.threads)
        self._torch = torch
        self._model = from_folder(path)
        wanted = self._model.config
        if wanted.state_width != STATE_WIDTH or wanted.depth or not self._model.has_learnt("action"):
            raise WeightsError(f"The model in {path} cannot act here: {self._objection()}.", "See docs/models.md.")
        size, step_s = self._model.cameras.tower.size, wanted.action.step_s
        self._moments = Moments(wanted.cameras, size, wanted.frames, wanted.history, step_s)
        self._camera = "front" if "front" in wanted.cameras else wanted.cameras[0]
        self._names: dict[str, Tensor] = {}

    def look(self, observation: Observation, named: Collection[Reference] = ()) -> tuple[SeenThing, ...]:
        """The things in the front picture, most confident first; none for a model without grounding maps."""
        if not self._model.has_learnt("grounding"):
            return ()
        asked = tokens.all_references()
        sight = self._find(asked, observation)
        visible, places = sight.visible[0].sigmoid().numpy(), sight.uv[0].numpy()
        return listed(map(SeenThing, asked, map(self._point, places, visible)), self.config.min_visible, named)

    def plan(self, steps: tuple[Step, ...], observation: Observation) -> Plan:
        """Heat maps of every named thing; without grounding maps the plan points at nothing.

        Its confidence falls where a thing is not seen, and where the model's own plan is of another step.
        """
        named = things_of(*steps)
        understood = min((self._understood(step, observation) for step in steps), default=1.0)
        if named and not self._model.has_learnt("grounding"):
            return Plan(steps, language.describe(steps), min(UNGROUNDED, understood))
        groundings = self._ground(named, observation) if named else ()
        visible = min((g.point.confidence for g in groundings), default=1.0)
        seen = self.look(observation) if visible < self.config.min_visible else ()
        alternatives = tuple(f"the {s.reference}" for s in seen)
        return Plan(steps, language.describe(steps), min(visible, understood), groundings, alternatives)

    def act(self, observation: Observation, step: Step) -> ActionChunk:
        """The next actions; done and progress are 0 where the model was not taught them."""
        output = self._run(observation, step)
        actions = real_action(output.actions[0].numpy())
        actions[:, 6] = nearest_opening(actions[:, 6])
        chunk = ActionChunk(
            actions=actions,
            step_s=self._model.config.action.step_s,
            observed_s=observation.state.time_s,
            done=self._taught("done", output.done),
            progress=self._taught("progress", output.progress),
        )
        self._moments.remember(observation, step)
        return chunk

    def judge(self, step: Step, before: Observation, now: Observation) -> Judgement:
        """Whether the model sees success; never done for a model that was not taught to judge."""
        if not self._model.has_learnt("success"):
            return Judgement(False, 0.5, "This model was never taught to judge whether a step is done.")
        success = self._taught("success", self._run(now, step).success)
        done = success >= self.config.min_success
        what = f"The picture {'shows' if done else 'does not show'} that I managed to {language.describe([step])}."
        return Judgement(done, max(success if done else 1 - success, 0.5), what)

    def forget(self) -> None:
        """See `policies.base.Forgetful`: the last pictures and actions."""
        self._moments.forget()

    def close(self) -> None:
        """Nothing is held open."""

    def _objection(self) -> str:
        wanted = self._model.config
        if wanted.state_width != STATE_WIDTH:
            return f"it reads a state of {wanted.state_width} numbers, and the arm reports {STATE_WIDTH}"
        return "it reads depth pictures, and no camera gives any" if wanted.depth else "it has never learnt actions"

    def _taught(self, part: str, probability: Tensor) -> float:
        return float(probability[0]) if self._model.has_learnt(part) else 0.0

    def _understood(self, step: Step, observation: Observation) -> float:
        """Probability of this step by the model's own plan; 1 where it learnt none, or the step has no numbers."""
        if not self._model.has_learnt("plan_tokens") or self._model.config.plan.tokens != tokens.CODE_WIDTH:
            return 1.0
        try:
            wanted = self._torch.from_numpy(tokens.encode_step(step))
        except UnsupportedError:
            return 1.0
        logits = self._run(observation, step).plan_logits
        assert logits is not None
        return float(logits[0].log_softmax(-1).gather(1, wanted[:, None]).sum().exp())

    def _ground(self, named: Sequence[Reference], observation: Observation) -> tuple[Grounding, ...]:
        sight = self._find(named, observation)
        visible, places = sight.visible[0].sigmoid().numpy(), sight.uv[0].numpy()
        heats = sight.logits[0].flatten(1).softmax(1).view_as(sight.logits[0]).numpy()
        return tuple(
            Grounding(reference, self._camera, heats[i], self._point(places[i], visible[i]))
            for i, reference in enumerate(named)
        )

    def _find(self, named: Sequence[Reference], observation: Observation) -> Sight:
        """Where these are seen by the camera that grounds."""
        with self._torch.inference_mode():
            new = [str(reference) for reference in named if str(reference) not in self._names]
            if new:
                self._names |= dict(zip(new, self._model.encode_text(new).pooled, strict=True))
            asked = self._torch.stack([self._names[str(reference)] for reference in named])[None]
            pictures = {camera: image[None] for camera, image in self._moments.now(observation).items()}
            views = self._model.encode_image(self._batch(pictures))
            return self._model.find(views, asked)[self._camera]

    def _run(self, observation: Observation, step: Step) -> Output:
        pictures = self._batch(self._moments.look(observation, step))
        state = self._torch.from_numpy(normal_state(state_vector(observation.state)))[None]
        history = self._torch.from_numpy(self._moments.actions(observation, step))[None]
        return self._model.predict(pictures, [language.describe([step])], state, history)

    def _batch(self, pictures: dict[str, ImageArray]) -> dict[str, Tensor]:
        """uint8 (f, s, s, 3) -> (1, f, 3, s, s) in [0, 1]."""
        torch = self._torch
        return {c: torch.from_numpy(p)[None].permute(0, 1, 4, 2, 3).float() / 255 for c, p in pictures.items()}

    def _point(self, place: np.ndarray, confidence: float) -> PixelPoint:
        return PixelPoint(self._camera, float(place[0]), float(place[1]), float(confidence))


def _path(config: Config) -> Path:
    """Raises WeightsError when the settings name none."""
    if not config.weights:
        raise WeightsError(
            "The policy 'family' has no weights: it ships none.",
            "Train a model and name it with --set policies.family.weights=FOLDER; see docs/models.md.",
        )
    return Path(config.weights).expanduser()
