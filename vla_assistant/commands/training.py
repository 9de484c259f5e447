"""`vla-assistant generate`: recordings from nothing but the simulator."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from vla_assistant.commands.options import names_in
from vla_assistant.seeds import HIGHEST_SEED


def generate(
    episodes: Annotated[int, typer.Option(min=1, help="How many assignments to record; some have two episodes.")],
    out: Annotated[Path, typer.Option(help="Folder of the dataset; an existing one is added to.")],
    seed: Annotated[
        int, typer.Option(min=0, max=HIGHEST_SEED, help="Of the first assignment; the others follow.")
    ] = 1_000_000,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; default: one for each core.")] = None,
    policy: Annotated[
        Path | None, typer.Option(help="Weights: let this policy drive in part, corrected by the expert (DAgger).")
    ] = None,
    kinds: Annotated[str, typer.Option(help="Only these kinds of assignments, for example pick,stack.")] = "",
    plain: Annotated[
        bool, typer.Option("--plain", help="Always the same camera, light and table, to see what changing them brings.")
    ] = False,
    ray: Annotated[str, typer.Option(metavar="ADDRESS", help="Use this Ray cluster; local starts one here.")] = "",
) -> None:
    """Record demonstrations of the scripted expert as a LeRobotDataset v3.

    Example: vla-assistant generate --episodes 100 --seed 1000000 --out recordings
    """
    from vla_assistant.data.generate import generate as run

    chosen = names_in(kinds)
    count = workers or os.cpu_count() or 1
    progress = None
    for progress in run(out, episodes, seed, workers=count, policy=policy, kinds=chosen, plain=plain, ray=ray):
        typer.echo(
            f"{progress.assignments}/{progress.total} assignments, {progress.episodes} episodes, "
            f"{progress.frames} frames, {progress.successes} reached their aim, {progress.seconds:.0f} s"
        )
    if progress is None:
        typer.echo(
            f"Nothing was recorded: {out} holds the assignments {seed} to {seed + episodes - 1} already. "
            "More --episodes or another --seed adds to it."
        )
