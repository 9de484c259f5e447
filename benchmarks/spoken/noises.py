"""Speech mixed with noises and rooms: seeded, so that a figure can be had again. The noises are the package's."""

from __future__ import annotations

import numpy as np

from benchmarks.spoken import voices
from vla_assistant.speech.audio import RATE_HZ
from vla_assistant.train.stop_words import noises
from vla_assistant.train.stop_words.noises import active_dbfs, motor, white
from vla_assistant.types import Audio, FloatArray

NOISES = ("white", "babble", "motor")
_TALKERS = 6
_BABBLE = (
    "the committee will publish its report on the railway early next year",
    "my sister called yesterday and told me about her garden",
    "after the second half the visitors were leading by three goals",
    "there will be showers in the north and sunshine in the south",
    "nobody remembers who wrote the song that everybody sings",
    "we took the early train because the later one is always full",
)


def babble(count: int, rng: np.random.Generator) -> FloatArray:
    """Six of the tuning voices at once, float32 (count,) of level 0 dBFS."""

    def clips(talker: int) -> list[FloatArray]:
        said: list[FloatArray] = []
        while sum(map(len, said)) < count + RATE_HZ:
            text = _BABBLE[int(rng.integers(len(_BABBLE)))]
            said.append(voices.spoken(voices.TUNING[talker], text).samples)
        return said

    talkers = rng.choice(len(voices.TUNING), _TALKERS, replace=False)
    return noises.together((clips(talker) for talker in talkers), count, rng)


_MAKERS = {"white": white, "babble": babble, "motor": motor}


def noise(kind: str, count: int, seed: int) -> FloatArray:
    """Noise of NOISES, float32 (count,) of level 0 dBFS, which therefore lies beyond full scale at times."""
    return _MAKERS[kind](count, np.random.default_rng(seed))


def mixed(speech: Audio, kind: str, distance_db: float, seed: int, margin_s: float = 0.0) -> Audio:
    """Speech with noise that lies `distance_db` below it; `margin_s` of noise before and after."""
    margin = round(margin_s * RATE_HZ)
    padded = np.pad(speech.samples, margin)
    gain = 10 ** ((active_dbfs(speech.samples) - distance_db) / 20)
    return _fitted(padded + gain * noise(kind, len(padded), seed))


def in_room(speech: Audio, seed: int, decay_s: float = 0.4, direct: float = 0.5) -> Audio:
    """Speech in a room. `decay_s`: until -60 dB; `direct`: share of the power unechoed."""
    return _fitted(noises.in_room(speech.samples, seed, decay_s, direct))


def _fitted(samples: FloatArray) -> Audio:
    """As it is, or quieter where it would be clipped."""
    peak = float(np.abs(samples).max())
    return Audio((samples / max(1.0, peak / 0.99)).astype(np.float32), RATE_HZ)
