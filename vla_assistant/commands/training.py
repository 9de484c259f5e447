"""`vla-assistant generate` and `train`: recordings and weights from nothing but the simulator."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vla_assistant.errors import ConfigError
from vla_assistant.seeds import HIGHEST_SEED

if TYPE_CHECKING:
    from vla_assistant.train.decoder_preset import DecoderPreset


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


def train(
    preset: Annotated[str, typer.Option(help="A name from assets/presets, or a TOML file.")],
    out: Annotated[Path, typer.Option(help="Folder for weights, checkpoint and log; a run found there goes on.")],
    data: Annotated[
        Path | None, typer.Option(help="A dataset made by `vla-assistant generate`; the decoder needs none.")
    ] = None,
    minutes: Annotated[float | None, typer.Option(help="End the run after this much training time.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=HIGHEST_SEED, help="Of the first weights and of the batches.")] = 0,
    start_from: Annotated[Path | None, typer.Option(help="Folder of a run whose weights to start from.")] = None,
) -> None:
    """Train the compact policy, or with the preset `decoder` what reads words that the grammar does not cover.

    Example: vla-assistant train --preset debug --data recordings --out trained
    """
    from vla_assistant.train.decoder_preset import load_decoder_preset

    decoder = load_decoder_preset(preset)
    if decoder is not None:
        _train_decoder(decoder, out, minutes, seed, start_from)
        return
    from vla_assistant.train.loop import train as run
    from vla_assistant.train.preset import load_preset

    chosen = load_preset(preset)
    if data is None:
        raise ConfigError(
            f"The preset {preset!r} learns from recordings, and none were named.",
            "Add --data FOLDER; `vla-assistant generate --episodes 100 --out FOLDER` makes some.",
        )
    for progress in run(chosen, data, out, seed=seed, minutes=minutes, start_from=start_from):
        parts = " ".join(f"{name} {value:.3f}" for name, value in progress.parts.items())
        typer.echo(
            f"{100 * progress.share:5.1f} %  step {progress.step}  loss {progress.loss:.3f}  {parts}  "
            f"{progress.frames_per_s:.0f} frames/s  {progress.dataset_frames} recorded"
        )


def _train_decoder(preset: DecoderPreset, out: Path, minutes: float | None, seed: int, start_from: Path | None) -> None:
    from vla_assistant.train.decoder import train as run

    for progress in run(preset, out, seed=seed, minutes=minutes, start_from=start_from):
        typer.echo(
            f"{100 * progress.share:5.1f} %  step {progress.step}  loss {progress.loss:.3f}  "
            f"{100 * progress.right:.1f} % of texts right  {progress.texts_per_s:.0f} texts/s"
        )
