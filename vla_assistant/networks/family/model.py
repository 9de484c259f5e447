"""One model of the family: pictures, words and the arm's state in; actions, a plan and judgements out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self

import torch
from torch import Tensor, nn

from vla_assistant.errors import InputError
from vla_assistant.networks.family import supervision
from vla_assistant.networks.family.config import PARTS, STATUS, FamilyConfig
from vla_assistant.networks.family.frames import Cameras, Views
from vla_assistant.networks.family.fusion import FUSIONS, Fusion
from vla_assistant.networks.family.heads import ACTION_HEADS, ActionHead, PlanHead
from vla_assistant.networks.family.language import TextFeatures, language_tower
from vla_assistant.networks.family.supervision import Batch
from vla_assistant.networks.family.vision import vision_tower
from vla_assistant.networks.seeing import Grounding, Sight
from vla_assistant.types import ACTION_WIDTH

Pictures = Mapping[str, Tensor]


class Output(NamedTuple):
    """What the model says of b samples.

    Attributes:
        actions: Normal actions (b, horizon, 7), see `networks.senses.real_action`.
        plan: Plan embedding (b, plan width).
        plan_logits: Logits of the plan's tokens (b, tokens, vocabulary); None where the model has none.
        done: Logit that the step is finished, (b,).
        progress: Logit of the share of the step that lies behind, (b,).
        success: Logit that the aim of the step is reached, (b,).
        feature: The fused feature that all of these are read from, (b, fusion width).
    """

    actions: Tensor
    plan: Tensor
    plan_logits: Tensor | None
    done: Tensor
    progress: Tensor
    success: Tensor
    feature: Tensor


class VisionLanguageActionModel(nn.Module):
    """Towers, fusion and heads as the configuration says.

    Args:
        config: Which model.
        described: What pretrained towers are, from a weights file; without it they are read from their folders.

    Raises:
        WeightsError: A pretrained tower is not there, of another kind, or not whole.
    """

    def __init__(self, config: FamilyConfig, described: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        super().__init__()
        said = described or {}
        width = config.fusion.width
        self.config = config
        self.cameras = Cameras(config, vision_tower(config.vision, said.get("vision")))
        self.language = language_tower(config.language, said.get("language"))
        self.fusion: Fusion = FUSIONS[config.fusion.kind](config)
        self.action: ActionHead = ACTION_HEADS[config.action.kind](width, config.action)
        self.plan = PlanHead(width, config.plan)
        self.status = nn.Linear(width, len(STATUS))
        self.grounding = Grounding(config.vision.width, config.language.width)
        self.learnt: Tensor
        self.register_buffer("learnt", torch.zeros(len(PARTS), dtype=torch.bool))
        for part in self._frozen:
            part.requires_grad_(False)

    @property
    def _frozen(self) -> list[nn.Module]:
        towers = ((self.cameras.tower, self.config.vision), (self.language, self.config.language))
        return [tower.own for tower, config in towers if config.frozen]

    def train(self, mode: bool = True) -> Self:
        """As every module's, but frozen towers stay as they are: no dropout, no running statistics."""
        super().train(mode)
        for part in self._frozen:
            part.eval()
        return self

    def has_learnt(self, part: str) -> bool:
        """Whether this part of PARTS was ever supervised."""
        return bool(self.learnt[PARTS.index(part)])

    def description(self) -> dict[str, dict[str, Any]]:
        """What the towers are, as JSON: with it the model is built again without their folders."""
        return {"vision": self.cameras.tower.description(), "language": self.language.description()}

    def encode_image(self, pictures: Pictures, depth: Pictures | None = None) -> Views:
        """Pictures (b, f, 3, h, w) in [0, 1] and depth (b, f, 1, h, w) [m] by camera, oldest first -> views.

        Raises:
            InputError: A camera that the model needs is missing.
        """
        views: Views = self.cameras(pictures, depth)
        return views

    def encode_text(self, texts: Sequence[str]) -> TextFeatures:
        """b texts -> pooled (b, language width), tokens (b, t, language width), mask (b, t).

        Raises:
            InputError: There is no text.
        """
        if not texts:
            raise InputError("There is no text to read.")
        features: TextFeatures = self.language(texts)
        return features

    def forward(
        self,
        pictures: Pictures,
        texts: Sequence[str],
        state: Tensor,
        history: Tensor | None = None,
        depth: Pictures | None = None,
        seed: int = 0,
    ) -> Output:
        """Answer for b samples.

        Args:
            pictures: By camera, (b, f, 3, h, w) in [0, 1], oldest first; the last is now.
            texts: b instructions.
            state: Normal state (b, s).
            history: Earlier normal actions (b, k, 7), the last one last; zeros fill up what is missing.
            depth: By camera, (b, f, 1, h, w) [m]; needed by models with depth.
            seed: Of the noise that flow matching starts from.
        """
        return self._answer(self._feature(self.encode_image(pictures, depth), texts, state, history), seed)

    def ground(self, views: Views, phrases: Sequence[Sequence[str]]) -> dict[str, Sight]:
        """Where named things are seen, by camera, in the last picture.

        Args:
            views: Of b samples.
            phrases: b lists of q names; "" where there are fewer.

        Returns:
            `Sight` of each camera, its logits (b, q, rows, columns).
        """
        distinct = list(dict.fromkeys(phrase for row in phrases for phrase in row))
        pooled = self.encode_text(distinct).pooled
        return self.find(views, torch.stack([pooled[[distinct.index(phrase) for phrase in row]] for row in phrases]))

    def find(self, views: Views, asked: Tensor) -> dict[str, Sight]:
        """As `ground`, with the pooled text of each name, (b, q, language width)."""
        sights = (self.grounding(patches, asked) for patches in views.latest)
        return dict(zip(self.config.cameras, sights, strict=True))

    @torch.inference_mode()
    def predict(
        self,
        pictures: Pictures,
        texts: Sequence[str],
        state: Tensor,
        history: Tensor | None = None,
        depth: Pictures | None = None,
        seed: int = 0,
    ) -> Output:
        """As `forward`, in evaluation mode, without gradients, and with probabilities in place of the three logits."""
        was_training = self.training
        self.eval()
        try:
            out = self(pictures, texts, state, history, depth, seed)
        finally:
            self.train(was_training)
        return out._replace(**{name: getattr(out, name).sigmoid() for name in STATUS})

    def loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """The weighted sum of the parts that the batch teaches, and each part unweighted; see `supervision`."""
        views = self.encode_image(batch["pictures"], batch.get("depth"))
        feature = self._feature(views, batch["texts"], batch["state"], batch.get("history"))
        parts = self._parts(views, feature, batch)
        if self.training:
            self._note(parts, batch)
        shares = self.config.loss
        shared = {name: getattr(shares, "plan" if name == "plan_tokens" else name) for name in parts}
        return sum((shared[name] * part for name, part in parts.items()), feature.sum() * 0), parts

    def _parts(self, views: Views, feature: Tensor, batch: Batch) -> dict[str, Tensor]:
        given = {name for name, value in batch.items() if value is not None}
        status = dict(zip(STATUS, self.status(feature).unbind(-1), strict=True))
        parts = {name: supervision.binary_part(status[name], batch[name]) for name in STATUS if name in given}
        if "actions" in given:
            parts["action"] = supervision.action_part(self.action, feature, batch)
        if "plan" in given:
            embedding, logits = self.plan(feature)
            name = "plan" if batch["plan"].is_floating_point() else "plan_tokens"
            if name == "plan" or logits is not None:
                parts[name] = supervision.plan_part(embedding, logits, batch["plan"])
        if "phrases" in given and any(map(any, batch["phrases"])):
            asked = torch.tensor([[bool(name) for name in row] for row in batch["phrases"]], device=feature.device)
            parts |= supervision.grounding_parts(self.ground(views, batch["phrases"]), asked, batch)
        return parts

    def _note(self, parts: Mapping[str, Tensor], batch: Batch) -> None:
        for name in parts:
            if name in PARTS and supervision.is_known(name, batch):
                self.learnt[PARTS.index(name)] = True

    def _feature(self, views: Views, texts: Sequence[str], state: Tensor, history: Tensor | None) -> Tensor:
        feature: Tensor = self.fusion(views, self.encode_text(texts), state, self._history(history, state))
        return feature

    def _history(self, history: Tensor | None, state: Tensor) -> Tensor:
        """The last actions that the model reads, (b, config.history, 7), filled up with zeros in front."""
        wanted = self.config.history
        whole = state.new_zeros(len(state), wanted, ACTION_WIDTH)
        if history is None or not wanted or not history.shape[1]:
            return whole
        kept = history[:, -wanted:]
        return torch.cat([whole[:, kept.shape[1] :], kept.to(state.dtype)], dim=1)

    def _answer(self, feature: Tensor, seed: int) -> Output:
        plan, logits = self.plan(feature)
        done, progress, success = self.status(feature).unbind(-1)
        return Output(self.action(feature, seed), plan, logits, done, progress, success, feature)
