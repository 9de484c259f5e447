"""The shipped policy: time of one inference, and how often it does what it is told on scenes it never saw.

Run: python benchmarks/policy.py [--trials N] [--seed S] [--kinds pick,place,stack] [--retries R] [--weights FILE]
The values are milliseconds of an inference, one median for each roll-out; success is in the further keys.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from report import print_summary

from vla_assistant.evaluate.report import summarise
from vla_assistant.evaluate.rollouts import EvaluationPlan, evaluate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=30)
    parser.add_argument("--seed", type=int, default=5000)
    parser.add_argument("--kinds", default="pick,place,stack")
    parser.add_argument("--retries", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--weights", type=Path)
    chosen = parser.parse_args()
    plan = EvaluationPlan(chosen.trials, chosen.seed, tuple(chosen.kinds.split(",")), chosen.weights, chosen.retries)
    trials = list(evaluate(plan, workers=chosen.workers))
    report = summarise(trials)
    success = {"success": asdict(report.total)} | {kind: asdict(rate) for kind, rate in report.kinds.items()}
    print_summary("policy", [t.inference_ms for t in trials], "ms", disturbed=report.disturbed, **success)


if __name__ == "__main__":
    main()
