"""How far the decoder's probabilities can be believed: a temperature fitted on texts that were not trained on.

Source: Guo et al. 2017, "On calibration of modern neural networks".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vla_assistant.language.decoding.network import Network
from vla_assistant.language.decoding.notation import END, TOKENS
from vla_assistant.language.decoding.writing import write
from vla_assistant.train.decoder_batches import examples

TEMPERATURES = tuple(round(0.5 * 1.08**power, 3) for power in range(28))


@dataclass(frozen=True)
class Calibration:
    """The temperature, and the share of held out texts that are decoded exactly."""

    temperature: float
    right: float


def calibrate(network: Network, count: int) -> Calibration:
    """The temperature at which the probabilities say best which rows are right."""
    numbers = {token: number for number, token in enumerate(TOKENS)}
    right: list[bool] = []
    shares: list[list[float]] = []
    for source, wanted in examples([f"held-out/{index}" for index in range(count)]):
        row = write([network], source).row
        scores = network.scores(source, row)
        taken = np.array([numbers[token] for token in (*row, END)])
        right.append(row == wanted)
        shares.append([_likelihood(scores / temperature, taken) for temperature in TEMPERATURES])
    wrongness = _surprise(np.array(shares), np.array(right))
    return Calibration(TEMPERATURES[int(wrongness.argmin())], round(float(np.mean(right)), 4))


def _likelihood(scores: NDArray[np.float32], taken: NDArray[np.int64]) -> float:
    """Logarithm of the probability of the row."""
    top = scores.max(axis=-1, keepdims=True)
    logarithms = scores - top - np.log(np.exp(scores - top).sum(axis=-1, keepdims=True))
    return float(logarithms[np.arange(len(taken)), taken].sum())


def _surprise(likelihoods: NDArray[np.float64], right: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Mean surprise, for each temperature, at which rows are right."""
    share = np.clip(np.exp(likelihoods), 1e-6, 1 - 1e-6)
    surprise: NDArray[np.float64] = -np.where(right[:, None], np.log(share), np.log(1 - share)).mean(axis=0)
    return surprise
