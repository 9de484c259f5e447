"""Share of the suite's instructions that the program reads as exactly the steps that are meant.

python benchmarks/suite_wordings.py                       100 episodes of each split whose wordings training may use
python benchmarks/suite_wordings.py --split named --show  one split, with what is read otherwise
python benchmarks/suite_wordings.py --wordings FILE       every `seen` template of a TOML file, with drawn things

Every instruction is the first of a conversation over the things of its scene as a detector would report them: what lies
in the shut drawer is not seen, nor is a shape without a noun. Taking a thing and at once carrying it counts as carrying
it; the order counts but for sorting and clearing. The split unseen-wording is left out: nobody looks at it.
"""

from __future__ import annotations

import argparse
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
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
SURE = 0.97
OPEN_ENOUGH = 0.4
"""From this opening on what lies in the drawer is seen."""
_POINT = PixelPoint("front", 0.5, 0.5, SURE)


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


def commands(split: str, episodes: int, seed: int) -> Iterator[tuple[str, str, Sequence[Step], App]]:
    """Task, words, what is meant, and the program over that scene; the commands of a chain follow one another."""
    for number in range(episodes):
        episode = suite.episode(split, number, seed)
        app = App(seen_in(episode.scene), learnt=EVERYTHING)
        for said, steps in zip(episode.instructions, episode.commands, strict=True):
            yield episode.task, said, steps, app


def listed(file: Path, seed: int) -> Iterator[tuple[str, str, Sequence[Step], App]]:
    """The same for every `seen` template of a file, each with a scene of the suite."""
    tables = tomllib.loads(file.read_text(encoding="utf-8"))
    for task in filter(tables.__contains__, suite.tasks()):
        for number, template in enumerate(tables[task]["seen"]):
            episode = suite.episode("unseen-seeds", number, seed, (task,))
            said = template.format(**words.names(task, episode.steps))
            yield task, said, episode.steps, App(seen_in(episode.scene), learnt=EVERYTHING)


def is_read(task: str, meant: Sequence[Step], read: Sequence[Step]) -> bool:
    """Whether exactly that is proposed."""
    if task in UNORDERED:
        return Counter(map(str, meant)) == Counter(map(str, read))
    return joined(meant) == joined(read)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", choices=SPLITS, action="append")
    parser.add_argument("--wordings", type=Path)
    parser.add_argument("--episodes", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    names = [str(options.wordings)] if options.wordings else options.split or list(SPLITS)
    for name in names:
        found = (
            listed(options.wordings, options.seed)
            if options.wordings
            else commands(name, options.episodes, options.seed)
        )
        took_ms, right, of, wrong = [], Counter[str](), Counter[str](), Counter[str]()
        for task, said, meant, app in found:
            begun_s = time.perf_counter()
            heard = app.say(said)
            took_ms.append(1000 * (time.perf_counter() - begun_s))
            exact = is_read(task, meant, heard.steps)
            right[task] += exact
            of[task] += 1
            wrong[heard.way] += not exact
            if options.show and not exact:
                came = heard.steps or (heard.understanding and (heard.question or heard.understanding.reason))
                print(f"{task}: {said}\n    meant {[*map(str, meant)]}\n    came to {came}")
            if heard.steps:
                app.confirm()
                app.finish()
        share = round(100 * right.total() / max(of.total(), 1), 2)
        missed = {task: f"{right[task]} of {of[task]}" for task in of if right[task] < of[task]}
        print_summary(
            "suite_wordings", took_ms, "ms", wordings=name, percent=share, right=right.total(), of=of.total(),
            not_read={way: count for way, count in wrong.items() if count}, below_all=missed,
        )  # fmt: skip


if __name__ == "__main__":
    main()
