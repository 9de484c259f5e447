"""Asking when it is unclear, and only then: seeded scenes with one ambiguous and one clear command each.

Run: python benchmarks/ambiguity.py [--trials N] [--first SEED] [--show]
Seeds below 10,000 were for development; those from 50,000 on, the default, are for the report.
The values are milliseconds from the text to the question or the acts; the shares are in the further keys.
"""

from __future__ import annotations

import argparse
import collections
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.asking.scenes import alike_scene, as_seen, sayings
from benchmarks.asking.words import Told, answers, told
from benchmarks.report import print_summary
from vla_assistant.language.answering import answer
from vla_assistant.language.reading.reader import read
from vla_assistant.language.resolution import Question, Refusal, Resolved
from vla_assistant.language.resolving import resolve
from vla_assistant.sim.scene import Scene
from vla_assistant.sim.world import SimWorld
from vla_assistant.types import SeenThing

Outcome = Resolved | Question | Refusal | None


@dataclass
class Tally:
    """What happened, by kind of command and of answer: [right, all]."""

    ambiguous: dict[str, list[int]] = field(default_factory=lambda: collections.defaultdict(lambda: [0, 0]))
    clear: dict[str, list[int]] = field(default_factory=lambda: collections.defaultdict(lambda: [0, 0]))
    clear_right: list[int] = field(default_factory=lambda: [0, 0])
    answered: dict[str, list[int]] = field(default_factory=lambda: collections.defaultdict(lambda: [0, 0]))
    offered: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def trial(seed: int, world: SimWorld, tally: Tally, show: bool) -> None:
    """One scene with an ambiguous and a clear command; a simulated user answers the question."""
    rng, attempt = np.random.default_rng([seed, 33]), 0
    while True:
        scene = alike_scene(seed + 1_000_000 * attempt)
        found = list(sayings(scene))
        unclear = told(rng, scene, [said for said in found if len(said.means) > 1])
        clear = told(rng, scene, [said for said in found if len(said.means) == 1])
        if unclear and clear:
            break
        attempt += 1
    seen = as_seen(scene, world)
    _ask_unclear(rng, scene, seen, unclear, tally, show)
    _ask_clear(seen, clear, tally, show)


def _ask_unclear(
    rng: np.random.Generator, scene: Scene, seen: Sequence[SeenThing], said: Told, tally: Tally, show: bool
) -> None:
    outcome = _heard(said.text, seen, tally)
    asked = isinstance(outcome, Question)
    _count(tally.ambiguous, said.said.family, asked)
    if show and not asked:
        print(f"NOT ASKED {said.text!r} {_short(outcome)}")
    request = read(said.text)
    if not isinstance(outcome, Question) or request is None:
        return
    tally.offered.append(len(outcome.choices))
    target = said.said.means[rng.integers(len(said.said.means))]
    for way, words in answers(rng, scene, seen, target, outcome):
        after = answer(outcome, request, words, seen)
        right = _meant(after, said.slot) == seen[target]
        _count(tally.answered, way, right)
        if show and not right:
            wanted = scene.things[target]
            print(f"WRONG {said.text!r} - {outcome.text!r} - {way} {words!r} for {wanted} -> {_short(after)}")


def _ask_clear(seen: Sequence[SeenThing], said: Told, tally: Tally, show: bool) -> None:
    outcome = _heard(said.text, seen, tally)
    asked = isinstance(outcome, Question)
    right = _meant(outcome, said.slot) == seen[said.said.means[0]]
    _count(tally.clear, said.said.family, asked)
    tally.clear_right[0] += right
    tally.clear_right[1] += 1
    if show and not right:
        print(f"{'ASKED' if asked else 'WRONG'} {said.text!r} {read(said.text)} {said.said} -> {_short(outcome)}")


def _heard(text: str, seen: Sequence[SeenThing], tally: Tally) -> Outcome:
    began = time.perf_counter()
    request = read(text)
    outcome = resolve(request, seen) if request is not None else None
    tally.seconds.append(time.perf_counter() - began)
    if request is None:
        tally.unread.append(text)
    return outcome


def _meant(outcome: Outcome, slot: str) -> SeenThing | None:
    if not isinstance(outcome, Resolved) or len(outcome.acts) != 1:
        return None
    act = outcome.acts[0]
    return act.object if slot == "object" else act.anchors[0] if act.anchors else None


def _short(outcome: Outcome) -> str:
    return (
        "; ".join(map(str, outcome.acts)) if isinstance(outcome, Resolved) else outcome.text if outcome else "nothing"
    )


def _count(table: dict[str, list[int]], key: str, hit: bool) -> None:
    table[key][0] += hit
    table[key][1] += 1


def _share(table: dict[str, list[int]]) -> dict[str, object]:
    hits, total = sum(row[0] for row in table.values()), sum(row[1] for row in table.values())
    rows = {key: f"{row[0]}/{row[1]}" for key, row in sorted(table.items())}
    return {"share": round(hits / total, 4), "n": total, **rows}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--first", type=int, default=50_000)
    parser.add_argument("--show", action="store_true", help="print what went wrong")
    chosen = parser.parse_args()
    world, tally = SimWorld(), Tally()
    for seed in range(chosen.first, chosen.first + chosen.trials):
        trial(seed, world, tally, chosen.show)
    world.close()
    print_summary(
        "ambiguity", [1000 * s for s in tally.seconds], "ms",
        asked_when_ambiguous=_share(tally.ambiguous), asked_when_clear=_share(tally.clear),
        right_when_clear=round(tally.clear_right[0] / tally.clear_right[1], 4),
        right_after_answer=_share(tally.answered), most_choices=max(tally.offered, default=0),
        not_read=len(tally.unread),
    )  # fmt: skip


if __name__ == "__main__":
    main()
