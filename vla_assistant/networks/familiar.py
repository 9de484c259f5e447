"""Whether a picture looks like those that the network was trained on: distance of its features from theirs.

Pooled features of the front trunk are projected on the main directions of familiar pictures; the Mahalanobis distance
along them and what is left beside them tell a strange picture.
Source: Lee et al. 2018, "A Simple Unified Framework for Detecting Out-of-Distribution Samples and Adversarial Attacks".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vla_assistant.types import FloatArray

if TYPE_CHECKING:
    from torch import Tensor

Floats = NDArray[np.float64]

GRID = 2
"""Features are averaged over this many parts of the picture along each edge."""
AXES = 32
STEEP = 4.0
"""The median familiar picture has this logit of being familiar."""
DIGITS = 5


@dataclass(frozen=True, eq=False)
class Familiarity:
    """What familiar pictures have in common.

    Attributes:
        centre: Mean of the pooled features (d,).
        scale: Their spread (d,).
        axes: Main directions of the normalised features (k, d), orthonormal.
        spread: Variance along each (k,).
        rest: Mean square of what lies beside them.
        border: Distance that half belongs to familiar and half to strange pictures.
        width: Of the transition, in distance.
    """

    centre: Floats
    scale: Floats
    axes: Floats
    spread: Floats
    rest: float
    border: float
    width: float

    def distance(self, pooled: NDArray[np.floating]) -> Floats:
        """Logarithm of the mean squared distance, in spreads of familiar pictures: (n, d) -> (n,)."""
        normal = (pooled.astype(float) - self.centre) / self.scale
        along = normal @ self.axes.T
        beside = (normal**2).sum(-1) - (along**2).sum(-1)
        within = (along**2 / self.spread).mean(-1)
        return np.asarray(np.log(within + beside.clip(0.0) / self.rest), dtype=float)

    def of(self, pooled: NDArray[np.floating]) -> Floats:
        """How familiar pictures are, 0-1, one half at the border: (n, d) -> (n,)."""
        logit = (self.border - self.distance(pooled)) / self.width
        return np.asarray(0.5 * (1.0 + np.tanh(0.5 * logit)), dtype=float)

    def as_json(self) -> dict[str, Any]:
        """Lists of numbers with few digits."""
        return {name: plain(value) for name, value in vars(self).items()}

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Familiarity:
        """Undo `as_json`; KeyError or ValueError when it cannot be read."""
        centre, scale, axes, spread = (np.asarray(entry[name], float) for name in ("centre", "scale", "axes", "spread"))
        rest, border, width = (float(entry[name]) for name in ("rest", "border", "width"))
        if scale.shape != centre.shape or axes.shape != (len(spread), len(centre)):
            raise ValueError("the familiar features do not fit together")
        return cls(centre, scale, axes, spread, rest, border, width)


def pooled(features: Tensor) -> FloatArray:
    """A feature map (b, width, rows, columns) as means of its parts and the spread of the whole: (b, d)."""
    batch, width, rows, columns = features.shape
    parts = features.reshape(batch, width, GRID, rows // GRID, GRID, columns // GRID).mean(dim=(3, 5))
    spread = features.flatten(2).std(dim=-1)
    return np.concatenate([parts.flatten(1).numpy(), spread.numpy()], axis=1).astype(np.float32)


def fit_familiarity(training: NDArray[np.floating], held_out: NDArray[np.floating]) -> Familiarity:
    """The model of familiar pictures; its border lies beyond nearly all pictures that it was not fitted on.

    Args:
        training: Pooled features (n, d) of at least a handful of familiar pictures.
        held_out: Those of other familiar pictures (m, d).
    """
    values = training.astype(float)
    centre, scale = values.mean(0), values.std(0)
    scale = scale + 0.05 * float(np.median(scale)) + 1e-6  # a silent channel that speaks up is no infinite surprise
    normal = (values - centre) / scale
    _, singular, directions = np.linalg.svd(normal, full_matrices=False)
    count = max(1, min(AXES, len(values) // 8))
    axes, spread = directions[:count], singular[:count] ** 2 / len(values) + 1e-3
    beside = (normal**2).sum(-1) - ((normal @ axes.T) ** 2).sum(-1)
    bare = Familiarity(centre, scale, axes, spread, float(beside.mean()) + 1e-3, 0.0, 1.0)
    usual, far = np.quantile(bare.distance(held_out), (0.5, 0.99))
    border = float(far + 0.5 * (far - usual) + 0.05)
    return Familiarity(centre, scale, axes, spread, bare.rest, border, (border - float(usual)) / STEEP)


def plain(value: Floats | float) -> Any:
    """A number or array with few digits, for JSON."""
    if isinstance(value, np.ndarray):
        return [plain(part) for part in value] if value.ndim > 1 else [float(f"{x:.{DIGITS}g}") for x in value]
    return float(f"{value:.{DIGITS}g}")
