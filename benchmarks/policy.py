"""A policy on scenes it never saw: time of one inference, and how often it does what it is told.

Run: python benchmarks/policy.py [--trials N] [--seed S] [--split NAME] [--retries R] [--policy NAME]
The values are milliseconds of an inference; success is in the further keys. `vla-assistant evaluate` says more.
"""

from __future__ import annotations

import argparse

from report import print_summary

from vla_assistant.evaluate.suite.contestants import contestant
from vla_assistant.evaluate.suite.running import Entry, Evaluation, EvaluationPlan
from vla_assistant.evaluate.suite.summary import summarise

REPORTED = ("episodes", "success_rate", "ci95", "false_done_rate", "median_seconds", "violations", "per_task")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--split", default="unseen-seeds")
    parser.add_argument("--retries", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--policy", default="compact")
    chosen = parser.parse_args()
    entry = Entry(contestant(chosen.policy), chosen.trials)
    evaluation = Evaluation(EvaluationPlan((chosen.split,), (entry,), chosen.seed, retries=chosen.retries))
    for _ in evaluation.run(chosen.workers):
        pass
    records = evaluation.records(chosen.split, chosen.policy)
    figures = summarise(chosen.split, chosen.policy, records)
    times = [time for record in records for time in record.act_ms]
    print_summary("policy", times, "ms", **{name: figures[name] for name in REPORTED})


if __name__ == "__main__":
    main()
