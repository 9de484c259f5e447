"""Asking when it is unclear, and only then: seeded scenes with one ambiguous and one clear command each.

Run: python benchmarks/ambiguity.py [--trials N] [--first SEED] [--show] [--app]
Seeds below 10,000 were for development; those from 50,000 on, the default, are for the report.
The values are milliseconds from the text to the question or the acts; the shares are in the further keys.

--app: the same scenes, commands and answers through the session and the conversation, typed and clicked. What the arm
has not learnt (`not_learnt`) and what is one of several alike things (`alike`: the arm cannot be directed to one of
these) has to be refused, and is counted by what came of it, not as right or wrong.
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
from benchmarks.whole_app import App, Heard, unlearnt
from vla_assistant.language.answering import answer
from vla_assistant.language.reading.reader import read
from vla_assistant.language.resolution import Question, Refusal, Resolved
from vla_assistant.language.resolving import resolve
from vla_assistant.sim.scene import Scene
from vla_assistant.sim.world import SimWorld
from vla_assistant.types import SeenThing, Source

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
    not_learnt: collections.Counter[str] = field(default_factory=collections.Counter)
    hand_empty: collections.Counter[str] = field(default_factory=collections.Counter)
    alike: collections.Counter[str] = field(default_factory=collections.Counter)
    clear_ways: collections.Counter[str] = field(default_factory=collections.Counter)
    not_asked: collections.Counter[str] = field(default_factory=collections.Counter)


def trial(seed: int, world: SimWorld, tally: Tally, show: bool, app: bool) -> None:
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
    if app:
        _app_unclear(rng, scene, seen, unclear, tally, show)
        _app_clear(seen, clear, tally, show)
        return
    _ask_unclear(rng, scene, seen, unclear, tally, show)
    _ask_clear(seen, clear, tally, show)


def _app_unclear(
    rng: np.random.Generator, scene: Scene, seen: Sequence[SeenThing], said: Told, tally: Tally, show: bool
) -> None:
    """The ambiguous command in the program, and one answer of each way, each in a conversation of its own."""
    heard = _said_to(App(seen), said.text, tally)
    if _refusable(said, tally, heard):
        return
    told_apart = [i for i in said.said.means if sum(t.reference == seen[i].reference for t in seen) == 1]
    if not told_apart:
        tally.alike[f"ambiguous {heard.way}"] += 1
        return
    asked = bool(heard.question)
    _count(tally.ambiguous, said.said.family, asked)
    if not asked:
        tally.not_asked[heard.way] += 1
        if show:
            print(f"NOT ASKED {said.text!r} {_came(heard)}")
    request = read(said.text)
    question = resolve(request, seen) if request is not None else None
    if not asked or not isinstance(question, Question):
        return
    target = told_apart[rng.integers(len(told_apart))]
    for way, words in answers(rng, scene, seen, target, question):
        app = App(seen)
        offered = app.say(said.text).understanding
        clicked = not isinstance(words, str)
        text = words if isinstance(words, str) else words.name
        possible = not clicked or (offered is not None and text in offered.choices)
        after = app.say(text, Source.CLICK if clicked else Source.TYPED) if possible else None
        right = after is not None and _is_about(after, said, seen[target])
        _count(tally.answered, way, right)
        if show and not right:
            came = _came(after) if after else "not offered"
            print(f"WRONG {said.text!r} - {heard.question!r} - {way} {text!r} for {scene.things[target]} -> {came}")


def _app_clear(seen: Sequence[SeenThing], said: Told, tally: Tally, show: bool) -> None:
    """The clear command in the program."""
    heard = _said_to(App(seen), said.text, tally)
    if _refusable(said, tally, heard):
        return
    thing = seen[said.said.means[0]]
    if sum(other.reference == thing.reference for other in seen) > 1:
        tally.alike[f"clear {heard.way}"] += 1
        return
    _count(tally.clear, said.said.family, bool(heard.question))
    right = _is_about(heard, said, thing)
    tally.clear_right[0] += right
    tally.clear_right[1] += 1
    tally.clear_ways["right" if right else "wrong" if heard.steps else heard.way] += 1
    if show and not right:
        print(f"{heard.way.upper()} {said.text!r} {said.said} -> {_came(heard)}")


def _said_to(app: App, text: str, tally: Tally) -> Heard:
    began = time.perf_counter()
    heard = app.say(text)
    tally.seconds.append(time.perf_counter() - began)
    return heard


def _refusable(said: Told, tally: Tally, heard: Heard) -> bool:
    """Whether the arm has not learnt it, or holds nothing to put down; what came of that is counted."""
    request = read(said.text)
    if request is None:
        return False
    if unlearnt(request):
        tally.not_learnt[heard.way] += 1
        return True
    if request.acts[0].skill == "put_down":
        tally.hand_empty[heard.way] += 1
        return True
    return False


def _is_about(heard: Heard, said: Told, thing: SeenThing) -> bool:
    """Whether the proposal has the thing in that slot."""
    if not heard.steps:
        return False
    step = heard.steps[-1]
    return (step.object if said.slot == "object" else step.destination) == thing.reference


def _came(heard: Heard) -> str:
    meant = heard.understanding
    return "a closed word" if meant is None else meant.question or meant.reason or "; ".join(map(str, meant.steps))


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
    return {"share": round(hits / max(total, 1), 4), "n": total, **rows}


def _print_app(tally: Tally) -> None:
    print_summary(
        "ambiguity_app", [1000 * s for s in tally.seconds], "ms",
        asked_when_ambiguous=_share(tally.ambiguous), not_asked=dict(tally.not_asked),
        asked_when_clear=_share(tally.clear), clear=dict(tally.clear_ways),
        right_after_answer=_share(tally.answered), not_learnt=dict(tally.not_learnt),
        hand_empty=dict(tally.hand_empty), alike=dict(tally.alike),
        says="not_learnt: to hand over, to place beside, to push away; alike: one of several of one kind and colour; "
        "both must be refused and are neither right nor wrong; hand_empty: to put down what nobody holds",
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--first", type=int, default=50_000)
    parser.add_argument("--show", action="store_true", help="print what went wrong")
    parser.add_argument("--app", action="store_true", help="through the session and the conversation")
    chosen = parser.parse_args()
    world, tally = SimWorld(), Tally()
    for seed in range(chosen.first, chosen.first + chosen.trials):
        trial(seed, world, tally, chosen.show, chosen.app)
    world.close()
    if chosen.app:
        _print_app(tally)
        return
    print_summary(
        "ambiguity", [1000 * s for s in tally.seconds], "ms",
        asked_when_ambiguous=_share(tally.ambiguous), asked_when_clear=_share(tally.clear),
        right_when_clear=round(tally.clear_right[0] / tally.clear_right[1], 4),
        right_after_answer=_share(tally.answered), most_choices=max(tally.offered, default=0),
        not_read=len(tally.unread),
    )  # fmt: skip


if __name__ == "__main__":
    main()
