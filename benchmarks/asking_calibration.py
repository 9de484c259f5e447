"""The accepted error as a setting: calibrate what is asked about, check it on other scenes, plot coverage against it.

Run: python benchmarks/asking_calibration.py [--trials N] [--write]
Scenes are seen by the shipped policy in rendered pictures; half of the commands are clear, half ambiguous, and some
have slips of the keyboard. `--write` replaces assets/asking_calibration.json. The picture goes to docs/pictures when
matplotlib is installed.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.asking.scenes import alike_scene, sayings
from benchmarks.asking.words import told
from benchmarks.report import print_summary
from vla_assistant.data.table import Table
from vla_assistant.language.calibration import doubt_for, strangeness
from vla_assistant.language.fitting import kept
from vla_assistant.language.reading.reader import read
from vla_assistant.language.resolving import likelihoods
from vla_assistant.policies.compact import CompactPolicy
from vla_assistant.sim import things
from vla_assistant.sim.sampling import sample_look
from vla_assistant.sim.scene import Scene
from vla_assistant.types import SeenThing

ROOT = Path(__file__).resolve().parent.parent
CALIBRATE_FROM, CHECK_FROM = 100_000, 200_000
SLIP = 0.15  # share of commands with a slip of the keyboard
SAME_PLACE = 0.05  # share of the picture within which a seen thing is the one that lies there
ERRORS = (0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3)
PICTURE = ROOT / "docs" / "pictures" / "asking_coverage.png"
SHIPPED = ROOT / "assets" / "asking_calibration.json"


@dataclass(frozen=True)
class Case:
    """How likely each seen thing was held to be meant, which one was (None: not seen), and whether it was clear."""

    likely: list[float]
    meant: int | None
    clear: bool


def cases(first: int, trials: int, table: Table, policy: CompactPolicy) -> Iterator[Case]:
    """One command each for `trials` scenes, by turns clear and ambiguous."""
    for seed in range(first, first + trials):
        case = _case(seed, seed % 2 == 0, table, policy)
        if case is not None:
            yield case


def _case(seed: int, clear: bool, table: Table, policy: CompactPolicy) -> Case | None:
    rng = np.random.default_rng([seed, 41])
    scene = Scene(alike_scene(seed, same_colour=False).things, seed, sample_look(rng))
    wanted = [said for said in sayings(scene) if (len(said.means) == 1) == clear]
    command = told(rng, scene, wanted, objects_only=True)
    if command is None:
        return None
    request = read(_slipped(rng, command.text) if rng.random() < SLIP else command.text)
    if request is None or request.acts[0].object is None:
        return None
    table.reset(scene)
    seen = policy.look(table.observe())
    target = command.said.means[int(rng.integers(len(command.said.means)))]
    return Case(likelihoods(request, seen), _seen_as(scene, target, seen, table), clear)


def _seen_as(scene: Scene, target: int, seen: tuple[SeenThing, ...], table: Table) -> int | None:
    """The most confidently seen thing where the target really lies."""
    thing = scene.things[target]
    place = np.array([[thing.x, thing.y, things.SHAPES[thing.shape].height / 2]])
    u, v, _ = table.world.project("front", place)[0]
    there = [i for i, s in enumerate(seen) if math.hypot(s.point.u - u, s.point.v - v) < SAME_PLACE]
    named = [i for i in there if seen[i].reference == thing.reference]
    return max(named or there, key=lambda i: seen[i].point.confidence, default=None)


def _slipped(rng: np.random.Generator, text: str) -> str:
    """The text with one letter left out, doubled or swapped with the next."""
    at = int(rng.integers(1, len(text) - 1))
    before, letter, following, after = text[:at], text[at], text[at + 1], text[at + 2 :]
    slips = (following, letter + letter + following, following + letter)
    return before + slips[int(rng.integers(len(slips)))] + after


@dataclass(frozen=True)
class Row:
    """For one accepted error: how often the meant thing was covered, and how often was asked."""

    error: float
    doubt: float
    covered: float
    asked_clear: float
    asked_ambiguous: float


def row(error: float, values: list[float], checked: list[Case]) -> Row:
    """What that accepted error comes to on other scenes."""
    doubt = doubt_for(error, values)
    sets = [kept(case.likely, doubt) for case in checked]
    covered = [case.meant in chosen for case, chosen in zip(checked, sets, strict=True)]
    asked = {
        clear: [len(s) > 1 for case, s in zip(checked, sets, strict=True) if case.clear == clear]
        for clear in (True, False)
    }
    return Row(error, round(doubt, 4), *(round(float(np.mean(x)), 4) for x in (covered, asked[True], asked[False])))


def plot(rows: list[Row], calibrated: int, checked: int) -> str:
    """Draw coverage and questions over the accepted error; says where, or why not."""
    if importlib.util.find_spec("matplotlib") is None:
        return "not drawn: matplotlib is not installed"
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6.4, 4.2), layout="constrained")
    errors = [r.error for r in rows]
    axes.plot(errors, [1 - e for e in errors], "--", color="0.5", label="promised: 1 - accepted error")
    axes.plot(errors, [r.covered for r in rows], "o-", label="meant thing among those kept")
    axes.plot(errors, [r.asked_ambiguous for r in rows], "s-", label="asked when ambiguous")
    axes.plot(errors, [r.asked_clear for r in rows], "^-", label="asked when clear")
    axes.set(xlabel="accepted error", ylabel="share of commands", ylim=(-0.02, 1.02), xscale="log")
    axes.set_title(f"Calibrated on {calibrated} commands, checked on {checked} others", fontsize=10)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8, loc="center left")
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(PICTURE, dpi=120)
    return str(PICTURE.relative_to(ROOT))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=2500, help="scenes to calibrate on, and as many to check on")
    parser.add_argument("--write", action="store_true", help="ship this calibration")
    chosen = parser.parse_args()
    table, policy = Table(), CompactPolicy()
    known = list(cases(CALIBRATE_FROM, chosen.trials, table, policy))
    checked = list(cases(CHECK_FROM, chosen.trials, table, policy))
    table.close()
    values = sorted(math.ceil(strangeness(case.likely, case.meant) * 1e6) / 1e6 for case in known)
    if chosen.write:
        about = {"version": 1, "seeds": [CALIBRATE_FROM, CALIBRATE_FROM + chosen.trials], "strangeness": values}
        SHIPPED.write_text(json.dumps(about) + "\n", encoding="utf-8")
    rows = [row(error, values, checked) for error in ERRORS]
    table_of = {str(r.error): [r.doubt, r.covered, r.asked_clear, r.asked_ambiguous] for r in rows}
    print_summary(
        "asking_calibration", values, "strangeness", checked=len(checked), picture=plot(rows, len(known), len(checked)),
        doubt_covered_asked_when_clear_asked_when_ambiguous=table_of,
    )  # fmt: skip


if __name__ == "__main__":
    main()
