"""`vla-assistant calibrate`: what the confidence of weights is worth, fitted on roll-outs."""

from __future__ import annotations

import json
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vla_assistant.commands.options import Json

if TYPE_CHECKING:
    from vla_assistant.evaluate.calibrating import Trial
    from vla_assistant.networks.chances import Calibration

HIGHEST = 9_000
"""Of --seed: the suite's highest, and one beside it for further pictures."""


def calibrate(
    policy: Annotated[Path, typer.Option(metavar="FILE", help="Weights of the compact policy.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The same weights with the calibration; may be FILE.")],
    episodes: Annotated[int, typer.Option(min=1, help="Roll-outs; at least 20 steps must be tried.")] = 200,
    seed: Annotated[int, typer.Option(min=0, max=HIGHEST, help="Of the suite; not one that you evaluate with.")] = 900,
    minutes: Annotated[float, typer.Option(min=0.1, help="No roll-out begins after this time.")] = 8.0,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; default: one for each core.")] = None,
    as_json: Json = False,
) -> None:
    """Let the policy work, and fit its chances of success, what tables it knows, and how sure it is of finished steps.

    Example: vla-assistant calibrate --policy runs/mine/compact.safetensors --out runs/mine/compact.safetensors
    """
    from vla_assistant.evaluate.worth import fitted
    from vla_assistant.networks.weights import copy_weights

    found: list[Trial] = []
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / policy.name
        copy_weights(policy, bare, None)  # what is fitted is the policy without an older calibration
        found = _gathered(bare, episodes, seed, workers or os.cpu_count() or 1, minutes, as_json)
    if len(found) < episodes:
        typer.echo(
            f"Only {len(found)} of {episodes} roll-outs were made in {minutes:g} min; the fit takes those.", err=True
        )
    calibration = fitted(found)
    copy_weights(policy, out, calibration)
    typer.echo(json.dumps(dict(calibration.report)) if as_json else sentences_of(calibration))


def _gathered(bare: Path, episodes: int, seed: int, workers: int, minutes: float, quiet: bool) -> list[Trial]:
    from vla_assistant.evaluate.calibrating import trials

    found: list[Trial] = []
    for trial in trials(bare, episodes, seed, workers, time.monotonic() + 60 * minutes):
        found.append(trial)
        if not quiet:
            typer.echo(f"{len(found)}/{episodes} {trial.split}: {sum(trial.reached)} of {len(trial.reached)} steps")
    return found


def sentences_of(calibration: Calibration) -> str:
    """The report for people."""
    steps: dict[str, Any] = calibration.report["steps"]
    seen: dict[str, Any] = calibration.report["familiar"]
    judged: dict[str, Any] = calibration.report["judgements"]
    blind = [kind for kind, share in seen["kinds"].items() if share < 0.95]
    lines = [
        f"Steps: {steps['n']}, {100 * steps['rate']:.1f} % succeeded. Chances on episodes not fitted on: calibration "
        f"error {steps['ece']:.3f}, Brier {steps['brier']:.3f} (the mere rate: {steps['brier_of_rate']:.3f}), AUROC "
        f"{steps['auroc'] if steps['auroc'] is not None else 'unknown, all went the same way'}.",
        f"Strange pictures recognised: {100 * seen['true_positive_rate']:.1f} % of {seen['n'][1]}; pictures of the "
        f"suite called strange: {100 * seen['false_positive_rate']:.1f} % of {seen['n'][0]}.",
        f"Not reliably recognised: {', '.join(blind)}." if blind else "",
        f"Judgements of finished steps: temperature {judged['temperature']:g}"
        + (f", calibration error {judged['ece'][0]:.3f} -> {judged['ece'][1]:.3f}." if judged["n"] else "."),
    ]
    return "\n".join(filter(None, lines))
