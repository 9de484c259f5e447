"""`vla-assistant generate` and `evaluate`: recordings and figures from nothing but the simulator."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from vla_assistant.seeds import HIGHEST_SEED


def generate(
    episodes: Annotated[int, typer.Option(min=1, help="How many assignments to record; some have two episodes.")],
    out: Annotated[Path, typer.Option(help="Folder of the dataset; an existing one is added to.")],
    seed: Annotated[
        int, typer.Option(min=0, max=HIGHEST_SEED, help="Of the first assignment; the others follow.")
    ] = 1_000_000,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 2,
    policy: Annotated[
        Path | None, typer.Option(help="Weights: let this policy drive in part, corrected by the expert (DAgger).")
    ] = None,
    kinds: Annotated[str, typer.Option(help="Only these kinds of assignments, for example pick,stack.")] = "",
) -> None:
    """Record demonstrations of the scripted expert as a LeRobotDataset v3.

    Example: vla-assistant generate --episodes 100 --seed 1000000 --out recordings
    """
    from vla_assistant.data.generate import generate as run

    chosen = tuple(kind for kind in kinds.split(",") if kind)
    progress = None
    for progress in run(out, episodes, seed, workers=workers, policy=policy, kinds=chosen):
        typer.echo(
            f"{progress.assignments}/{progress.total} assignments, {progress.episodes} episodes, "
            f"{progress.frames} frames, {progress.successes} reached their aim, {progress.seconds:.0f} s"
        )
    if progress is None:
        typer.echo(
            f"Nothing was recorded: {out} holds the assignments {seed} to {seed + episodes - 1} already. "
            "More --episodes or another --seed adds to it."
        )


def evaluate(
    trials: Annotated[int, typer.Option(min=1, help="Roll-outs on scenes that training never saw.")] = 300,
    seed: Annotated[int, typer.Option(min=0, max=HIGHEST_SEED, help="Of the first scene.")] = 5000,
    kinds: Annotated[str, typer.Option(help="Kinds of tasks, for example pick,place,stack.")] = "pick,place,stack",
    weights: Annotated[Path | None, typer.Option(help="Weights to test; default: the shipped ones.")] = None,
    retries: Annotated[int, typer.Option(min=0, help="Further attempts after a failed one.")] = 1,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Measure how often the policy does what it was told, with 95 % intervals.

    Example: vla-assistant evaluate --trials 20 --kinds pick,place
    """
    from vla_assistant.evaluate.report import summarise
    from vla_assistant.evaluate.rollouts import EvaluationPlan
    from vla_assistant.evaluate.rollouts import evaluate as run

    plan = EvaluationPlan(trials, seed, tuple(kinds.split(",")), weights, retries)
    outcomes = []
    for trial in run(plan, workers=workers):
        outcomes.append(trial)
        if not as_json:
            typer.echo(f"{len(outcomes)}/{trials} {trial}")
    report = summarise(outcomes)
    typer.echo(json.dumps(asdict(report), indent=1) if as_json else str(report))
