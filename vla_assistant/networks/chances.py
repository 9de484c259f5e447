"""What a network's answer is worth: chances of steps, whether the table is a familiar one, and the tempering of what it
believes of finished steps. Fitted on roll-outs by `vla-assistant calibrate`; it travels in the header of the weights.

Chances come from logistic regression over `CLUES`; see docs/confidence.md for what they must not be trusted for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vla_assistant.networks import tokens
from vla_assistant.networks.familiar import Familiarity, plain
from vla_assistant.types import SKILLS, FloatArray, Grounding, Plan, Reference, Step

Floats = NDArray[np.float64]

LEARNT_SKILLS = tuple(skill for skill in SKILLS if skill != "home")
"""`home` is the arm's own way and no matter of chance here."""
ODD_OBJECTS = ("ball", "marker")
"""What rolls, and what must be grasped across."""
HARD_DESTINATIONS = ("cube", "cup", "drawer")
"""On or in these there is little room."""
CLUES = (
    *("object_visible", "object_margin", "object_entropy", "object_aside", "object_deep"),
    *("destination_visible", "destination_margin", "destination_entropy"),
    *("weakest_visible", "place_in_plan", "beside"),
    *(f"object_is_{shape}" for shape in ODD_OBJECTS),
    *(f"destination_is_{shape}" for shape in HARD_DESTINATIONS),
    *(f"is_{skill}" for skill in LEARNT_SKILLS),
    "strangeness",
)
"""What a chance is computed from; the last one is `Familiarity.distance`. Unknown clues are NaN."""
SAME_PEAK = 0.12
"""Within this share of the picture a heat map's values belong to one peak."""
_FAINT = 1e-6


@dataclass(frozen=True, eq=False)
class Clues:
    """What a policy noticed when it planned.

    Attributes:
        steps: Of each step all of `CLUES` but the last, float64 (n, len(CLUES) - 1).
        scene: Pooled features of the front picture, float32 (d,), see `familiar.pooled`.
    """

    steps: Floats
    scene: FloatArray


@dataclass(frozen=True, eq=False)
class Chances:
    """A logistic model over `CLUES`: centre and scale of each clue, its weight, and the bias."""

    centre: Floats
    scale: Floats
    weights: Floats
    bias: float

    def normal(self, clues: Floats) -> Floats:
        """Clues (n, k) as numbers near one; what is unknown counts as usual."""
        return usual_for_unknown((clues - self.centre) / self.scale)

    def of(self, clues: Floats) -> Floats:
        """Probability of success for clues (n, k): (n,)."""
        return sigmoid(self.normal(clues) @ self.weights + self.bias)


@dataclass(frozen=True, eq=False)
class Calibration:
    """Everything that was fitted; `report` holds the figures of the fit.

    Attributes:
        chances: Of steps.
        familiarity: Of pictures.
        temperature: Divides the logit of what is stated of a finished step.
        report: Figures, for people.
    """

    chances: Chances
    familiarity: Familiarity
    temperature: float = 1.0
    report: Mapping[str, Any] = field(default_factory=dict)

    def assess(self, steps: Sequence[Step], clues: Clues) -> tuple[tuple[float, ...], float]:
        """The chance of each step once its turn comes, and how familiar the picture is, 0-1."""
        known = self.familiarity.of(clues.scene[None])[0]
        strangeness = self.familiarity.distance(clues.scene[None])
        chances = self.chances.of(with_strangeness(clues.steps, float(strangeness[0])))
        named = zip(steps, chances, strict=True)
        return tuple(1.0 if step.skill == "home" else round(float(chance), 4) for step, chance in named), float(known)

    def as_json(self) -> dict[str, Any]:
        """The entry in the header of a weights file."""
        chances = {name: plain(getattr(self.chances, name)) for name in ("centre", "scale", "weights", "bias")}
        return {
            "clues": list(CLUES),
            "chances": chances,
            "familiarity": self.familiarity.as_json(),
            "temperature": self.temperature,
            "report": dict(self.report),
        }

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Calibration:
        """Undo `as_json`; KeyError, TypeError or ValueError when it cannot be read."""
        if tuple(entry["clues"]) != CLUES:
            raise ValueError("the calibration was made from other clues than this program has")
        arrays = [np.asarray(entry["chances"][name], float) for name in ("centre", "scale", "weights")]
        if any(array.shape != (len(CLUES),) for array in arrays):
            raise ValueError("the calibration has the wrong number of clues")
        chances = Chances(arrays[0], arrays[1], arrays[2], float(entry["chances"]["bias"]))
        familiarity = Familiarity.from_json(entry["familiarity"])
        return cls(chances, familiarity, float(entry["temperature"]), dict(entry["report"]))


def step_clues(plan: Plan) -> Floats:
    """The clues of each step, (n, len(CLUES) - 1), from the plan's heat maps alone."""
    seen = {grounding.reference: grounding for grounding in plan.groundings}
    rows = [_clues_of(step, place, seen) for place, step in enumerate(plan.steps)]
    return np.array(rows, dtype=float).reshape(-1, len(CLUES) - 1)


def with_strangeness(steps: Floats, strangeness: float) -> Floats:
    """All of `CLUES`: (n, len(CLUES) - 1) -> (n, len(CLUES))."""
    return np.hstack([steps, np.full((len(steps), 1), strangeness)])


def usual_for_unknown(normal: Floats) -> Floats:
    """Normalised clues with 0, the mean, for NaN; an outlier counts no more than four times the spread."""
    return np.nan_to_num(normal, nan=0.0).clip(-4.0, 4.0)


def tempered(confidence: float, temperature: float) -> float:
    """A probability with its logit divided by the temperature.

    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks".
    """
    return float(sigmoid(np.array(_logit(confidence) / temperature)))


def sigmoid(logit: Floats) -> Floats:
    """1 / (1 + exp(-logit)) without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * logit)), dtype=float)


def _clues_of(step: Step, place: int, seen: Mapping[Reference, Grounding]) -> list[float]:
    named = [None if reference is None else seen.get(reference) for reference in tokens.named_things(step)]
    visible = [_logit(g.point.confidence) for g in named if g is not None]
    return [
        *_of_peak(named[0]),
        *_of_place(named[0]),
        *_of_peak(named[1]),
        min(visible, default=math.nan),
        float(min(place, 3)),
        float(bool(step.relation)),
        *(float(step.object is not None and step.object.name == shape) for shape in ODD_OBJECTS),
        *(float(_is_into(step, shape)) for shape in HARD_DESTINATIONS),
        *(float(step.skill == skill) for skill in LEARNT_SKILLS),
    ]


def _is_into(step: Step, shape: str) -> bool:
    return step.destination is not None and not step.relation and step.destination.name == shape


def _of_peak(grounding: Grounding | None) -> tuple[float, float, float]:
    """Logit of being in view, log ratio of the best peak to the best elsewhere, entropy of the heat map [nats]."""
    if grounding is None:
        return math.nan, math.nan, math.nan
    heat = grounding.heat.astype(float)
    rows, columns = heat.shape
    row, column = divmod(int(heat.argmax()), columns)
    vertical = np.abs(np.arange(rows) - row) / rows
    aside = np.maximum(vertical[:, None], np.abs(np.arange(columns) - column) / columns) > SAME_PEAK
    second = float(heat[aside].max(initial=0.0))
    entropy = float(-(heat * np.log(heat + _FAINT)).sum())
    margin = math.log((float(heat.max()) + _FAINT) / (second + _FAINT))
    return _logit(grounding.point.confidence), margin, entropy


def _of_place(grounding: Grounding | None) -> tuple[float, float]:
    """How far aside of the picture's middle, and how far down, as shares of the picture."""
    if grounding is None:
        return math.nan, math.nan
    return abs(grounding.point.u - 0.5), grounding.point.v


def _logit(probability: float) -> float:
    kept = min(max(probability, 1e-4), 1.0 - 1e-4)
    return math.log(kept / (1.0 - kept))
