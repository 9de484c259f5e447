"""The row of tokens that one or several networks write together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vla_assistant.language.decoding.network import Network
from vla_assistant.language.decoding.notation import END, LONGEST, TOKENS, Grammar
from vla_assistant.language.decoding.source import Source

_NUMBERS = {token: number for number, token in enumerate(TOKENS)}


@dataclass(frozen=True)
class Written:
    """A row of tokens without its end, and how likely it is: the product over its tokens."""

    row: tuple[str, ...]
    probability: float


def write(networks: Sequence[Network], source: Source) -> Written:
    """The likeliest row that the grammar allows, one token after the other.

    Each token is the one that the networks together, each with an equal say, hold for the likeliest: their mistakes
    differ more than what they have in common. Source: Lakshminarayanan et al. 2017, "Deep ensembles".

    Args:
        networks: At least one.
        source: A text with at least one word.
    """
    writings = [network.begin(source) for network in networks]
    grammar, row, likelihood, token = Grammar(), list[str](), 0.0, END
    while not grammar.done:
        shares = np.mean([writing.after(token) for writing in writings], axis=0)
        token = max(_allowed(grammar, len(row)), key=lambda each: float(shares[_NUMBERS[each]]))
        likelihood += float(np.log(max(shares[_NUMBERS[token]], 1e-12)))
        grammar.take(token)
        row.append(token)
    return Written(tuple(row[:-1]), float(np.exp(likelihood)))


def _allowed(grammar: Grammar, length: int) -> list[str]:
    allowed = grammar.allowed()
    return [END] if length >= LONGEST and END in allowed else sorted(allowed)
