"""Success of the scripted expert under guard: one JSON object per task over the scenes of the suite `tabletop`.

Run: python benchmarks/expert.py [--trials N] [--first NUMBER] [--split NAME] [--task NAME]
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.report import print_summary
from vla_assistant.data.table import Table
from vla_assistant.sim import suite
from vla_assistant.sim.expert import expert_action
from vla_assistant.sim.tasks import TaskMonitor
from vla_assistant.types import Step

LONGEST = 160  # actions per step: 16 s
ACTION_S = 0.1
AFTERWARDS = 12  # actions of standing still: the success test wants its effect to last 1 s


def attempt(table: Table, episode: suite.SuiteEpisode) -> tuple[str, int]:
    """Why it failed (empty: it did not) and how many actions it took."""
    table.reset(episode.scene, episode.start_joints, episode.start_gripper)
    monitor = TaskMonitor(table.world, episode.steps)
    taken = 0
    for step in episode.steps:
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
        table.act(expert_action(table.world, episode.steps[-1], table.arm.state.T_base_command)[0])
        monitor.update()
    return monitor.reason, taken


def measure(task: str, split: str, trials: int, first: int) -> None:
    """Print success and simulated seconds over `trials` episodes beginning at `first`."""
    table, failures, actions, began = Table(), {}, [], time.process_time()
    for number in range(first, first + trials):
        episode = suite.episode(split, number, only=(task,))
        reason, taken = attempt(table, episode)
        actions.append(taken + AFTERWARDS)
        if reason:
            failures[number] = f"{' then '.join(map(_in_words, episode.steps))}: {reason}"
    cpu_s = time.process_time() - began
    refused = table.arm.counts.refused
    table.close()
    print_summary(
        f"expert_{task}",
        [count * ACTION_S for count in actions],
        "simulated s",
        success=1 - len(failures) / trials,
        failures=failures,
        refused_by_guard=refused,
        actions_per_cpu_s=round(sum(actions) / cpu_s),
    )


def _in_words(step: Step) -> str:
    parts = (step.skill, step.object, step.relation, step.destination, step.second)
    return " ".join(str(part) for part in parts if part)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--split", choices=suite.splits(), default="seen")
    parser.add_argument("--task", action="append", help="one of the split's tasks; all when not given")
    given = parser.parse_args()
    for task in given.task or suite.tasks(given.split):
        measure(task, given.split, given.trials, given.first)


if __name__ == "__main__":
    main()
