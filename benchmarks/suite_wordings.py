"""Share of the suite's instructions that the program reads as exactly the steps that are meant.

python benchmarks/suite_wordings.py                       100 episodes of each split whose wordings training may use
python benchmarks/suite_wordings.py --split named --show  one split, with what is read otherwise
python benchmarks/suite_wordings.py --wordings FILE       every `seen` or `said` template of a file, with drawn things
python benchmarks/suite_wordings.py --unseen              every `unseen` template of the suite: figures only

Every instruction is the first of a conversation over the things of its scene as a detector would report them: what lies
in the shut drawer is not seen, nor is a shape without a noun. Taking a thing and at once carrying it counts as carrying
it; the order counts but for sorting and clearing, and of two that are swapped either may be put down first. The split
unseen-wording is left out: nobody looks at its wordings, so that they measure what is understood of words that nothing
was made for.
"""

from __future__ import annotations

import argparse
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.report import print_summary
from benchmarks.understanding import joined
from benchmarks.whole_app import App
from vla_assistant.language import EVERYTHING, places
from vla_assistant.sim import drawer_model, suite, things
from vla_assistant.sim.scene import Drawer, Scene, Thing
from vla_assistant.sim.suite import words
from vla_assistant.types import PixelPoint, Reference, SeenThing, Step

SPLITS = ("seen", "unseen-seeds", "unseen-pairs", "unseen-objects", "unseen-tasks", "chain", "swap", "named")
UNORDERED = ("sort", "clear")
ROLES = ("object", "destination", "second")
SURE = 0.97
OPEN_ENOUGH = 0.4
"""From this opening on what lies in the drawer is seen."""
_POINT = PixelPoint("front", 0.5, 0.5, SURE)
Case = tuple[str, str, Sequence[Step], App]
"""Task, words, what is meant, and the program over that scene."""


def seen_in(scene: Scene) -> tuple[SeenThing, ...]:
    """What a detector reports of the scene; the drawer is seen by its handle."""
    found = [
        SeenThing(Reference(thing.shape, thing.colour), places.in_picture(thing.y, thing.x, _POINT))
        for thing in scene.things
        if thing.shape in things.SHAPES and not (scene.drawer and _is_hidden(thing, scene.drawer))
    ]
    if scene.drawer is not None:
        handle = scene.drawer.x + drawer_model.TAB_MIDDLE + drawer_model.TRAVEL * scene.drawer.opening
        found.append(SeenThing(Reference("drawer"), places.in_picture(scene.drawer.y, handle, _POINT)))
    return tuple(found)


def _is_hidden(thing: Thing, drawer: Drawer) -> bool:
    inside = abs(thing.x - drawer.x) < drawer_model.HALF_X and abs(thing.y - drawer.y) < drawer_model.HALF_Y
    return inside and drawer.opening < OPEN_ENOUGH


def commands(split: str, episodes: int, seed: int) -> Iterator[Case]:
    """The episodes of a split; the commands of a chain follow one another."""
    for number in range(episodes):
        episode = suite.episode(split, number, seed)
        app = App(seen_in(episode.scene), learnt=EVERYTHING)
        for said, steps in zip(episode.instructions, episode.commands, strict=True):
            yield episode.task, said, steps, app


def listed(tables: Mapping[str, Sequence[str]], seed: int) -> Iterator[Case]:
    """The same for every template of the tasks, each with a scene of the suite."""
    for task in filter(tables.__contains__, suite.tasks()):
        for number, template in enumerate(tables[task]):
            episode = suite.episode("unseen-seeds", number, seed, (task,))
            said = template.format(**words.names(task, episode.steps))
            yield task, said, episode.steps, App(seen_in(episode.scene), learnt=EVERYTHING)


def of_file(file: Path) -> dict[str, list[str]]:
    """The templates of each task in a file: its `seen` ones, or the `said` of a writer's list."""
    tables = tomllib.loads(file.read_text(encoding="utf-8"))
    return {task: found.get("seen", []) + found.get("said", []) for task, found in tables.items()}


def is_read(task: str, meant: Sequence[Step], read: Sequence[Step], seen: Sequence[SeenThing]) -> bool:
    """Whether exactly that is proposed."""
    in_full, came = joined(named(meant, seen)), joined(named(read, seen))
    if task == "swap":
        return in_full == came or (len(came) == len(in_full) and _goals(in_full) == _goals(came))
    return Counter(map(str, in_full)) == Counter(map(str, came)) if task in UNORDERED else in_full == came


def _goals(steps: Sequence[Step]) -> set[str]:
    """Where each thing comes to: of two that change places either may be put down first."""
    return {str(step) for step in steps if step.skill == "place"}


def named(steps: Sequence[Step], seen: Sequence[SeenThing]) -> list[Step]:
    """The steps with the colour of what is the only one of its kind, and with the thing that is put down."""
    found: list[Step] = []
    for step in steps:
        thing = step.object or (found[-1].object if found and step.skill == "put_down" else None)
        here = replace(step, object=thing)
        found.append(replace(here, **{role: _only(getattr(here, role), seen) for role in ROLES}))
    return found


def _only(reference: Reference | None, seen: Sequence[SeenThing]) -> Reference | None:
    alike = [thing.reference for thing in seen if reference is not None and thing.reference.name == reference.name]
    return reference if reference is None or reference.colour or len(alike) != 1 else alike[0]


def measure(name: str, found: Iterable[Case], show: bool, every_task: bool) -> None:
    """Print how many of the cases are read as they are meant, and how long a reading takes."""
    took_ms, right, of, wrong = [], Counter[str](), Counter[str](), Counter[str]()
    for task, said, meant, app in found:
        begun_s = time.perf_counter()
        heard = app.say(said)
        took_ms.append(1000 * (time.perf_counter() - begun_s))
        exact = is_read(task, meant, heard.steps, app.seen)
        right[task] += exact
        of[task] += 1
        wrong[heard.way] += not exact
        if show and not exact:
            came = heard.steps or (heard.understanding and (heard.question or heard.understanding.reason))
            print(f"{task}: {said}\n    meant {[*map(str, meant)]}\n    came to {came}")
        if heard.steps:
            app.confirm()
            app.finish()
    share = round(100 * right.total() / max(of.total(), 1), 2)
    print_summary(
        "suite_wordings", took_ms, "ms", wordings=name, percent=share, right=right.total(), of=of.total(),
        not_read={way: count for way, count in wrong.items() if count},
        by_task={task: f"{right[task]} of {of[task]}" for task in of if every_task or right[task] < of[task]},
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--split", choices=SPLITS, action="append")
    which.add_argument("--wordings", type=Path)
    which.add_argument("--unseen", action="store_true")
    parser.add_argument("--episodes", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    if options.unseen:
        if options.show:
            parser.error("--unseen shows no wording: nobody looks at these")
        tables = {task: words.templates(task, words.UNSEEN) for task in suite.tasks()}
        measure("unseen", listed(tables, options.seed), show=False, every_task=True)
    elif options.wordings:
        cases = listed(of_file(options.wordings), options.seed)
        measure(str(options.wordings), cases, options.show, every_task=False)
    else:
        for split in options.split or SPLITS:
            cases = commands(split, options.episodes, options.seed)
            measure(split, cases, options.show, every_task=False)


if __name__ == "__main__":
    main()
