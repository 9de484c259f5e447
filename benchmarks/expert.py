"""Success of the scripted expert under guard: one JSON object per skill over seeded scenes.

Run: python benchmarks/expert.py [--trials N] [--first SEED] [--skill NAME]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.report import print_summary
from vla_assistant.data.table import Table
from vla_assistant.sim import things
from vla_assistant.sim.expert import expert_action
from vla_assistant.sim.scene import scene_for_steps
from vla_assistant.sim.tasks import TaskMonitor
from vla_assistant.types import Reference, Step

LONGEST = 160  # actions per step: 16 s
ACTION_S = 0.1
AFTERWARDS = 12  # actions of standing still: the success test wants its effect to last 1 s
Maker = Callable[[np.random.Generator], tuple[Step, ...]]


def _thing(rng: np.random.Generator, names: tuple[str, ...], but: Reference | None = None) -> Reference:
    while True:
        chosen = Reference(names[rng.integers(len(names))], list(things.COLOURS)[rng.integers(len(things.COLOURS))])
        if chosen != but:
            return chosen


def _pick(rng: np.random.Generator) -> tuple[Step, ...]:
    return (Step("pick", _thing(rng, things.GRASPABLE)),)


def _place(rng: np.random.Generator) -> tuple[Step, ...]:
    while True:
        what, where = _thing(rng, things.GRASPABLE), _thing(rng, ("bowl", "plate", "cup"))
        if things.can_place(what.name, where.name) and what != where:
            return Step("pick", what), Step("place", what, where)


def _stack(rng: np.random.Generator) -> tuple[Step, ...]:
    where = _thing(rng, ("cube",))
    return (Step("place", _thing(rng, ("cube", "cube", "can", "cup"), but=where), where),)


def _put_down(rng: np.random.Generator) -> tuple[Step, ...]:
    what = _thing(rng, things.GRASPABLE)
    return Step("pick", what), Step("put_down", what, Reference("table"))


def _push(direction: str) -> Maker:
    def make(rng: np.random.Generator) -> tuple[Step, ...]:
        return (Step("push", _thing(rng, tuple(things.SHAPES)), Reference(direction)),)

    return make


def _home(rng: np.random.Generator) -> tuple[Step, ...]:
    return Step("pick", _thing(rng, things.GRASPABLE)), Step("home")


SKILLS: dict[str, Maker] = {
    "pick": _pick,
    "place": _place,
    "stack": _stack,
    "put_down": _put_down,
    "push_left": _push("left"),
    "push_right": _push("right"),
    "home": _home,
}


def attempt(table: Table, steps: tuple[Step, ...], seed: int) -> tuple[str, int]:
    """Why it failed (empty: it did not) and how many actions it took."""
    table.reset(scene_for_steps(steps, seed))
    monitor = TaskMonitor(table.world, steps)
    taken = 0
    for step in steps:
        for _ in range(LONGEST):
            action, done = expert_action(table.world, step, table.arm.state.T_base_command)
            if done:
                break
            table.act(action)
            monitor.update()
            taken += 1
        else:
            return f"{step.skill} took too long: {monitor.reason}", taken
    for _ in range(AFTERWARDS):
        table.act(expert_action(table.world, steps[-1], table.arm.state.T_base_command)[0])
        monitor.update()
    return monitor.reason, taken


def measure(name: str, trials: int, first: int) -> None:
    """Print success and simulated seconds over `trials` seeds beginning at `first`."""
    table, failures, actions, began = Table(), {}, [], time.process_time()
    for seed in range(first, first + trials):
        steps = SKILLS[name](np.random.default_rng([seed, 7]))
        reason, taken = attempt(table, steps, seed)
        actions.append(taken + AFTERWARDS)
        if reason:
            failures[seed] = f"{' then '.join(f'{s.skill} {s.object} {s.destination}' for s in steps)}: {reason}"
    cpu_s = time.process_time() - began
    table.close()
    print_summary(
        f"expert_{name}",
        [count * ACTION_S for count in actions],
        "simulated s",
        success=1 - len(failures) / trials,
        failures=failures,
        actions_per_cpu_s=round(sum(actions) / cpu_s),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--skill", choices=tuple(SKILLS), action="append")
    given = parser.parse_args()
    for name in given.skill or SKILLS:
        measure(name, given.trials, given.first)


if __name__ == "__main__":
    main()
