"""Where the things that a command names are in the front picture, also those that the hand hides at that moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from vla_assistant.networks import tokens
from vla_assistant.networks.learnt import Learnt
from vla_assistant.networks.memory import Memory, Seen
from vla_assistant.policies.named import stay_where_they_are
from vla_assistant.policies.sighting import peak
from vla_assistant.types import Grounding, Observation, PixelPoint, Reference, SeenThing, Step

if TYPE_CHECKING:
    from vla_assistant.networks.compact import Output

SURE = 2.2
"""Logit of being in view from which on a thing is remembered that nobody named: 90 %."""
HAND_HIDES = 0.25
"""Distance over the table within which the hand may hide a thing from the front camera [m]."""


class Grounder:
    """Looks for what steps name, and remembers what was in view.

    Args:
        run: Asks the network: an observation, a step and what else to look for.
        memory: What was seen before; `run` keeps it too.
        learnt: The words that the network knows.
        least: A thing counts as seen from this confidence.
    """

    def __init__(
        self,
        run: Callable[[Observation, Step, Sequence[Reference]], Output],
        memory: Memory,
        learnt: Learnt,
        least: float,
    ) -> None:
        self._run, self._memory, self._learnt, self._least = run, memory, learnt, least

    def ground(self, named: Sequence[Reference], steps: Sequence[Step], now: Observation) -> tuple[Grounding, ...]:
        """Where the named things are seen; what the hand hides of the places to go to, where it was seen before.

        Everything else is looked for too, to be remembered. The first step changes nothing of what is seen, but its
        first chunk is asked for next.
        """
        others = (reference for reference in tokens.all_references() if reference not in named)
        asked = (*named, *filter(self._learnt.knows, others))
        sight = self._run(now, steps[0], asked).sights[0].beyond(tokens.NAMED)
        self._memory.keep(map(tokens.encode_reference, asked), sight, SURE)
        staying = stay_where_they_are(steps)
        result = []
        for index, reference in enumerate(named):
            logits, visible = sight.logits[0, index], float(sight.visible[0, index].sigmoid())
            if visible < self._least and reference in staying:
                before = self._behind_the_hand(reference, now)
                logits, visible = (before.logits, before.confidence) if before else (logits, visible)
            heat = logits.flatten().softmax(0).view(logits.shape).numpy().astype(np.float32)
            result.append(Grounding(reference, "front", heat, PixelPoint("front", *peak(logits), visible)))
        return tuple(result)

    def _behind_the_hand(self, reference: Reference, now: Observation) -> Seen | None:
        """What was seen of it last, when the hand is now so near to that place that it may hide it."""
        seen = self._memory.last_seen(tokens.encode_reference(reference))
        if seen is None:
            return None
        where = self._run(now, Step("place", None, reference), ()).position[0, 1].numpy()
        away = (where - now.state.T_base_tool[:3, 3])[:2]
        return seen if np.hypot(*away) < HAND_HIDES else None


def instead_of(missing: Iterable[Reference], seen: Iterable[SeenThing]) -> tuple[str, ...]:
    """What is there instead of what is missing: of its kind or colour, or else everything that is seen."""
    there, wanted = [thing.reference for thing in seen], list(missing)
    alike = [r for r in there if any(r.name == m.name or r.colour == m.colour for m in wanted)]
    return tuple(f"the {reference}" for reference in (alike or there))
