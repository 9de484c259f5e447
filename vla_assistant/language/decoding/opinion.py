"""What the decoder takes a text for."""

from __future__ import annotations

import functools
import logging
from dataclasses import dataclass, replace

from vla_assistant import paths
from vla_assistant.errors import WeightsError
from vla_assistant.language import words as spelling
from vla_assistant.language.decoding.network import Network, load
from vla_assistant.language.decoding.parsing import request_of
from vla_assistant.language.decoding.source import read as read_source
from vla_assistant.language.reading import lexicon as lexicons
from vla_assistant.language.reading.modal import without_modal
from vla_assistant.language.request import Request

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Opinion:
    """What the decoder takes a text for.

    Attributes:
        request: None when it asks for nothing that the arm can do.
        probability: How likely that is, 0-1.
    """

    request: Request | None
    probability: float


def decode(text: str) -> Request | None:
    """The request that the text makes as the decoder sees it; None when it makes none, or without weights."""
    seen = opinion(text)
    return seen.request if seen else None


def opinion(text: str) -> Opinion | None:
    """What the decoder takes the text for; None without weights or without a word."""
    network = _network()
    if network is None:
        return None
    words = spelling.normalised(text)
    plain = without_modal(words, lexicons.load())
    return _asked(network, text if plain == words else " ".join(plain))


@functools.lru_cache(maxsize=256)
def _asked(network: Network, text: str) -> Opinion | None:
    source = read_source(text)
    if not source.words:
        return None
    written = network.write(source)
    request = request_of(written.row, source.lengths_cm)
    if request is not None:
        request = replace(request, confidence=round(written.probability, 3))
    return Opinion(request, written.probability)


@functools.cache
def _network() -> Network | None:
    path = paths.assets() / "weights" / "decoder" / "decoder.safetensors"
    if not path.is_file():
        return None
    try:
        return load(path)
    except WeightsError as error:
        _log.warning("The decoder is not used: %s", error)
        return None
