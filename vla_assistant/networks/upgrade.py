"""Weights of earlier networks for the network of today: new words, a third thing that a step may name, more inputs.

The upgraded network gives the same answers as before to every step of the old words. New words begin as copies of the
most similar old ones, so that training may go on from there; until then they are not learnt, and are refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from vla_assistant.networks import tokens
from vla_assistant.networks.layout import CompactConfig
from vla_assistant.networks.learnt import VERSION_1
from vla_assistant.types import SKILLS

_SIMILAR = {
    "open": "push",
    "close": "push",
    "give": "place",
    "marker": "can",
    "drawer": "plate",
    "thing": "cube",
    "pink": "red",
    "brown": "orange",
}
_HEAD = ("act.0.running_mean", 0.0), ("act.0.running_var", 1.0)
_NAMED = 2  # things that a step could name: object and destination


def upgraded(state: Mapping[str, Tensor], config: CompactConfig) -> dict[str, Tensor]:
    """The state of a version 1 network, as float, for `compact.CompactVLA` of the same sizes."""
    result = dict(state)
    words = {
        "skill": (VERSION_1.skills, SKILLS),
        "shape": (VERSION_1.shapes, tokens.SHAPES),
        "colour": (VERSION_1.colours, tokens.COLOURS),
        "direction": (VERSION_1.directions, tokens.DIRECTIONS),
    }
    for name, (old, new) in words.items():
        result[f"{name}.weight"] = _more_words(state[f"{name}.weight"], old, new)
    embedding = config.embedding
    place = _NAMED * (2 * (config.width + 3) + 9)  # behind what is known of object and destination
    for name in ("act.0.weight", "success.0.weight"):
        wide = _with_columns(state[name], place, place // _NAMED)
        behind_instruction = wide.shape[1] - config.hidden // 4
        result[name] = _with_columns(wide, behind_instruction, embedding)
    film = state["glance.film.weight"]
    result["glance.film.weight"] = _with_columns(film, film.shape[1], embedding)
    return result


def widened(state: Mapping[str, Tensor], inputs: int) -> dict[str, Tensor]:
    """The state of a geometric head that was told less, as float, for one of so many inputs: new ones count 0."""
    result, missing = dict(state), inputs - len(state["act.0.running_mean"])
    for name, value in _HEAD:
        result[name] = torch.cat([state[name], state[name].new_full((missing,), value)])
    weight = state["act.1.weight"]
    result["act.1.weight"] = _with_columns(weight, weight.shape[1], missing)
    return result


def _more_words(rows: Tensor, old: Sequence[str], new: Sequence[str]) -> Tensor:
    """Rows for all new words; the row behind the old words ("any", "none") stays behind the last one."""
    known = [old.index(word) if word in old else old.index(_SIMILAR.get(word, old[0])) for word in new]
    return torch.cat([rows[known], rows[len(old) :]])


def _with_columns(weight: Tensor, place: int, count: int) -> Tensor:
    """The weight (outputs, inputs) with `count` columns of zeros before column `place`."""
    zeros = weight.new_zeros(len(weight), count)
    return torch.cat([weight[:, :place], zeros, weight[:, place:]], dim=1)
