"""What else lies on the table: things that share the colour or the shape of what is named."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vla_assistant.sim.scene_model import POOL
from vla_assistant.sim.suite.drafts import Draft
from vla_assistant.sim.suite.kinds import DISHES, Kind

MAX_DISHES = 3


def with_distractors(rng: np.random.Generator, draft: Draft, count: int, pairs: Sequence[Kind]) -> tuple[Kind, ...]:
    """The required kinds of the draft and up to `count` more.

    The first distractor has the shape of the first named thing, the second its colour; the others share one or the
    other with any named thing. Where the stock has none of that sort, anything else is taken.
    """
    chosen = list(draft.required)
    for number in range(count):
        model = _model(rng, draft, number)
        free = [kind for kind in pairs if _may_join(kind, chosen, draft)]
        alike = [kind for kind in free if _alike(kind, model, number)]
        if not free:
            break
        chosen.append(_one_of(rng, alike or free))
    return tuple(chosen)


def _model(rng: np.random.Generator, draft: Draft, number: int) -> Kind | None:
    """The named thing that a distractor is to resemble."""
    if not draft.named:
        return None
    return draft.named[0] if number < 2 else _one_of(rng, draft.named)


def _alike(kind: Kind, model: Kind | None, number: int) -> bool:
    if model is None:
        return True
    if number < 2:
        return kind[number] == model[number]
    return kind[0] == model[0] or kind[1] == model[1]


def _may_join(kind: Kind, used: Sequence[Kind], draft: Draft) -> bool:
    shapes = [shape for shape, _ in used]
    if kind in used or kind in draft.banned or shapes.count(kind[0]) >= POOL[kind[0]]:
        return False
    dishes = sum(shape in DISHES for shape in shapes)
    return kind[0] not in DISHES or dishes < MAX_DISHES - (draft.drawer is not None)


def _one_of(rng: np.random.Generator, kinds: Sequence[Kind]) -> Kind:
    return kinds[int(rng.integers(len(kinds)))]
