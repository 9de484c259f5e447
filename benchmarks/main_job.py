"""The main job by its command line: `vla-assistant do TEXT --yes --json --seed N`, one process a seed, as users run it.

`median` and so on are seconds a whole run, start-up included. `success` is the simulator's verdict, `claimed` what the
program believes; `false_claims` lists the seeds that were claimed and are no success.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.report import print_summary
from vla_assistant.evaluate.intervals import wilson

COMMAND = "pick up the blue cube and place it in the red bowl"


@dataclass(frozen=True)
class Run:
    """How one seed ended; `seconds` of the whole process."""

    seed: int
    outcome: str
    claimed: bool
    success: bool
    seconds: float


def run(text: str, seed: int, options: list[str]) -> Run:
    """One command in a process of its own.

    Raises:
        RuntimeError: it ended without its last line.
    """
    began = time.monotonic()
    command = [sys.executable, "-m", "vla_assistant", "do", text, "--yes", "--json", "--seed", str(seed), *options]
    result = subprocess.run(command, capture_output=True, text=True)
    lines = result.stdout.splitlines()
    last = json.loads(lines[-1]) if lines else {}
    if last.get("event") != "run_ended":
        raise RuntimeError(f"seed {seed}: {result.stderr.strip() or 'no run_ended line'}")
    seconds = time.monotonic() - began
    print(f"seed {seed}: {last['outcome']}, success {last['success']}: {last['reason']}", file=sys.stderr, flush=True)
    return Run(seed, last["outcome"], bool(last["claimed"]), bool(last["success"]), seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--trials", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1000, help="the first of the seeds")
    parser.add_argument("--text", default=COMMAND)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="sets")
    arguments = parser.parse_args()
    options = [word for setting in arguments.sets for word in ("--set", setting)]
    seeds = range(arguments.seed, arguments.seed + arguments.trials)
    runs = [run(arguments.text, seed, options) for seed in seeds]
    right = sum(r.success for r in runs)
    low, high = wilson(right, len(runs))
    print_summary(
        "main_job",
        [r.seconds for r in runs],
        "s",
        success=right,
        ci95=[round(low, 3), round(high, 3)],
        failed_seeds=[r.seed for r in runs if not r.success],
        false_claims=[r.seed for r in runs if r.claimed and not r.success],
    )


if __name__ == "__main__":
    main()
