"""`vla-assistant train`: weights from recordings."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vla_assistant.commands.options import names_in
from vla_assistant.errors import ConfigError
from vla_assistant.seeds import HIGHEST_SEED

if TYPE_CHECKING:
    from vla_assistant.train.decoder_preset import DecoderPreset
    from vla_assistant.train.loop import Options
    from vla_assistant.train.preset import Schedule
    from vla_assistant.train.report import TrainProgress
    from vla_assistant.train.results import Score


LEAST = 0.001
"""Of what must be above zero."""


class BestBy(StrEnum):
    """What the best weights of a run are chosen by."""

    VALIDATION = "validation"
    ROLLOUT = "rollout"


class Algorithm(StrEnum):
    """How weights come about."""

    IMITATION = "imitation"
    SELF_IMITATION = "self-imitation"


class Precision(StrEnum):
    """What networks compute in while they are trained."""

    BF16 = "bf16"
    OFF = "off"


def train(
    preset: Annotated[str, typer.Option(help="A name from assets/presets, or a TOML file.")],
    out: Annotated[Path, typer.Option(help="Folder for weights, checkpoint and log; a run found there goes on.")],
    data: Annotated[
        Path | None, typer.Option(help="A dataset made by `vla-assistant generate`; the decoder needs none.")
    ] = None,
    own: Annotated[
        Path | None, typer.Option(help="A recording of your own table, mixed into every batch; see docs/own-robot.md.")
    ] = None,
    own_share: Annotated[float, typer.Option(help="Share of every batch that comes from it.")] = 0.3,
    minutes: Annotated[float | None, typer.Option(min=LEAST, help="End the run after this much training time.")] = None,
    epochs: Annotated[
        float | None, typer.Option(min=LEAST, help="End it after so many times the recordings' frames.")
    ] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Frames in a step; default: the preset's.")] = None,
    learning_rate: Annotated[float | None, typer.Option(min=0, help="At its highest; default: the preset's.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=HIGHEST_SEED, help="Of the first weights and of the batches.")] = 0,
    start_from: Annotated[Path | None, typer.Option(help="Folder of a run, or a weights file, to start from.")] = None,
    freeze: Annotated[str, typer.Option(help="Parts that stay as they are, for example vision,language.")] = "",
    lora: Annotated[int, typer.Option(min=0, help="Train low-rank additions of this rank alone.")] = 0,
    lora_layers: Annotated[str, typer.Option(help="Linear layers, or parts, that get them; default: all.")] = "",
    precision: Annotated[Precision, typer.Option(help="bf16 is faster; off computes in float32.")] = Precision.BF16,
    best_by: Annotated[
        BestBy, typer.Option(help="best.safetensors: lowest loss on held-out episodes, or most successful trials.")
    ] = BestBy.VALIDATION,
    trials: Annotated[int, typer.Option(min=1, help="Trials of each comparison for --best-by rollout.")] = 30,
    tensorboard: Annotated[bool, typer.Option(help="Draw curves into OUT/tensorboard.")] = True,
    algorithm: Annotated[
        Algorithm, typer.Option(help="self-imitation tries by itself and learns from what succeeded; docs/training.md.")
    ] = Algorithm.IMITATION,
    rounds: Annotated[int, typer.Option(min=1, help="Of trying and training, for self-imitation.")] = 3,
    tries: Annotated[int, typer.Option(min=1, help="Assignments tried in each round.")] = 200,
    tried_share: Annotated[float, typer.Option(help="Share of every batch that comes from kept trials.")] = 0.3,
    noise: Annotated[float, typer.Option(min=0, help="Strength of exploring while it tries; 0 adds none.")] = 0.25,
    slower: Annotated[
        float, typer.Option(min=0, help="Trials that take more times the expert's median are not kept.")
    ] = 1.5,
    kinds: Annotated[str, typer.Option(help="Try only these kinds of assignments, for example pick,stack.")] = "",
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that try; default: one for each core.")] = None,
) -> None:
    """Train the compact policy, or with the preset `decoder` what reads words that the grammar does not cover.

    Example: vla-assistant train --preset debug --data recordings --out trained
    """
    os.environ.setdefault("GOMP_SPINCOUNT", "0")  # before torch: threads that spin take the cores from the others
    from vla_assistant.train.decoder_preset import load_decoder_preset

    decoder = load_decoder_preset(preset)
    if decoder is not None:
        without = {"data": data, "own": own, "epochs": epochs, "batch-size": batch_size, "freeze": freeze, "lora": lora}
        _refuse_for_decoder(without | {"learning-rate": learning_rate, "lora-layers": lora_layers})
        _train_decoder(decoder, out, minutes, seed, start_from)
        return
    from vla_assistant.train.checkpoint import steps_made
    from vla_assistant.train.loop import Options
    from vla_assistant.train.mixture import Mix
    from vla_assistant.train.preset import Preset
    from vla_assistant.train.self_imitation import Rounds, SelfImitation
    from vla_assistant.train.trainer import VLATrainer, preset_of

    chosen = preset_of(preset)
    if data is None:
        raise ConfigError(
            f"The preset {preset!r} learns from recordings, and none were named.",
            "Add --data FOLDER; `vla-assistant generate --episodes 100 --out FOLDER` makes some.",
        )
    options = Options(
        out=out,
        seed=seed,
        minutes=minutes,
        start_from=start_from,
        freeze=names_in(freeze),
        lora=lora,
        lora_layers=names_in(lora_layers),
        tensorboard=tensorboard,
        score=_failures(chosen, trials) if best_by is BestBy.ROLLOUT else None,
    )
    if algorithm is Algorithm.SELF_IMITATION:
        if not isinstance(chosen, Preset) or own is not None:
            raise ConfigError("Self-imitation trains the compact network, without --own.", "Try --preset compact.")
        how = Rounds(rounds, tries, tried_share, noise, slower, names_in(kinds), workers or os.cpu_count() or 1)
        learning = SelfImitation(chosen, data, options, how, half_precision=precision is Precision.BF16)
        for line in learning.steps(epochs, batch_size, learning_rate):
            typer.echo(line)
        return
    dataset = data if own is None else Mix(data, own, own_share)
    trainer = VLATrainer(chosen, dataset, options, half_precision=precision is Precision.BF16)
    reports = trainer.steps(epochs, batch_size, learning_rate)
    before = steps_made(out)
    if trainer.team.is_first:
        _say_what_is_missing(options)
        _show(reports if before is None else _gone_on(reports, out, before, start_from))
    else:
        for _ in reports:
            pass
    trainer.team.leave()


def _failures(preset: Schedule, trials: int) -> Score:
    from vla_assistant.train.family import FamilyPreset
    from vla_assistant.train.trials import failure_rate

    return failure_rate(trials, "family" if isinstance(preset, FamilyPreset) else "compact")


def _say_what_is_missing(options: Options) -> None:
    from vla_assistant.train.board import is_installed

    if options.tensorboard and not is_installed():
        typer.echo("No curves are drawn: TensorBoard is not installed (pip install tensorboard). The log has them.")


def _gone_on(
    reports: Iterator[TrainProgress], out: Path, step: int, start_from: Path | None
) -> Iterator[TrainProgress]:
    """The reports of a run that was there before, once it is said how it goes on."""
    report = next(reports, None)
    if report is None:
        typer.echo(f"The run in {out} had ended at step {step}; nothing is left to do.")
        return
    aside = "" if start_from is None else "; what --start-from names is left aside, for it has begun already"
    typer.echo(f"The run in {out} goes on at step {step}{aside}.")
    yield report
    yield from reports


def _show(reports: Iterable[TrainProgress]) -> None:
    """A line for each report; on a terminal a bar with the time that is left stays below them."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    console = Console()
    if not console.is_terminal:
        for report in reports:
            typer.echo(str(report))
        return
    left = TextColumn("{task.fields[left]} left")
    with Progress(BarColumn(), TaskProgressColumn(), TimeElapsedColumn(), left, console=console) as bar:
        task = bar.add_task("", total=1.0, left="?")
        for report in reports:
            console.print(str(report), highlight=False)
            bar.update(task, completed=report.share, left=_duration(report.seconds_left))


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


def _refuse_for_decoder(options: Mapping[str, object]) -> None:
    """Raises ConfigError when one of these is given that the decoder's training does not know."""
    given = [f"--{name}" for name, value in options.items() if value]
    if given:
        raise ConfigError(
            f"The decoder makes its own texts and is trained whole: {', '.join(given)} means nothing for it.",
            "Its sizes and its schedule stand in the preset; see docs/decoder.md.",
        )


def _train_decoder(preset: DecoderPreset, out: Path, minutes: float | None, seed: int, start_from: Path | None) -> None:
    from vla_assistant.train.decoder import train as run

    progress = None
    for progress in run(preset, out, seed=seed, minutes=minutes, start_from=start_from):
        typer.echo(
            f"{100 * progress.share:5.1f} %  step {progress.step}  loss {progress.loss:.3f}  "
            f"{100 * progress.right:.1f} % of texts right  {progress.texts_per_s:.0f} texts/s"
        )
    if progress is None:
        typer.echo(f"The run in {out} had ended; nothing is left to do.")
