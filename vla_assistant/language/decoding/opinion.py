"""What the decoder takes a text for."""

from __future__ import annotations

import functools
import logging
from dataclasses import dataclass, replace

from vla_assistant import paths
from vla_assistant.errors import WeightsError
from vla_assistant.language import words as spelling
from vla_assistant.language.decoding.network import Network, load
from vla_assistant.language.decoding.parsing import bare, request_of
from vla_assistant.language.decoding.source import read as read_source
from vla_assistant.language.decoding.writing import write
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
        bare: Where there is no request: "nothing", "unsupported" or one of `notation.TURNS`.
    """

    request: Request | None
    probability: float
    bare: str = ""


def decode(text: str) -> Request | None:
    """The request that the text makes as the decoder sees it; None when it makes none, or without weights."""
    seen = opinion(text)
    return seen.request if seen else None


def opinion(text: str) -> Opinion | None:
    """What the decoder takes the text for; None without weights or without a word."""
    together = networks()
    if not together:
        return None
    words = spelling.normalised(text)
    plain = without_modal(words, lexicons.load())
    return _asked(together, text if plain == words else " ".join(plain))


@functools.lru_cache(maxsize=256)
def _asked(together: tuple[Network, ...], text: str) -> Opinion | None:
    source = read_source(text)
    if not source.words:
        return None
    written = write(together, source)
    request = request_of(written.row, source.lengths_cm)
    if request is not None:
        request = replace(request, confidence=round(written.probability, 3))
    return Opinion(request, written.probability, bare(written.row))


@functools.cache
def networks() -> tuple[Network, ...]:
    """All that ship and can be used; none without weights."""
    found = []
    for path in sorted((paths.assets() / "weights" / "decoder").glob("*.safetensors")):
        try:
            found.append(load(path))
        except WeightsError as error:
            _log.warning("A network of the decoder is not used: %s", error)
    return tuple(found)
