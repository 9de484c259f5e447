"""The training loop, read top to bottom."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from vla_assistant.errors import ConfigError
from vla_assistant.train.adaptation import add_lora, additions_counted, freeze, keep_still
from vla_assistant.train.averaging import follow
from vla_assistant.train.board import open_board
from vla_assistant.train.checkpoint import NAME, Progress, load_checkpoint, read_average
from vla_assistant.train.compiler import import_without_triton
from vla_assistant.train.device import moved
from vla_assistant.train.objective import Objective
from vla_assistant.train.preset import Schedule
from vla_assistant.train.read_ahead import ReadAhead
from vla_assistant.train.recordings import Measured, Source
from vla_assistant.train.report import Journal, TrainProgress
from vla_assistant.train.results import Results, Score
from vla_assistant.train.team import Team


@dataclass(frozen=True)
class Options:
    """What is particular to one run.

    Attributes:
        out: Folder for the weights, the best ones so far, the checkpoint, the log and the curves.
        seed: Of the first weights and of the batches.
        minutes: End, with the learning rate at zero, after this much training time, if the steps last longer.
        start_from: Folder of an earlier run, or a weights file, that this run starts from.
        freeze: Parts of the network that stay as they are.
        lora: Rank of low-rank additions that are trained instead of the network; 0 trains the network.
        lora_layers: Linear layers that get them; all when empty.
        tensorboard: Draw curves.
        score: Judges a weights file, the smaller the better; None takes the loss on held-out episodes.
    """

    out: Path
    seed: int = 0
    minutes: float | None = None
    start_from: Path | None = None
    freeze: tuple[str, ...] = ()
    lora: int = 0
    lora_layers: tuple[str, ...] = ()
    tensorboard: bool = False
    score: Score | None = None


def run(
    objective: Objective,
    source: Source,
    schedule: Schedule,
    options: Options,
    team: Team,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[TrainProgress]:
    """Train the network of the objective; a run found in the folder is continued exactly.

    The iterator may be closed at any time; the last checkpoint stays.
    """
    out = options.out
    _prepare(objective, options, team)
    average = copy.deepcopy(objective).eval()
    optimizer = _optimizer(objective, schedule)
    progress = load_checkpoint(out, objective.network, average.network, optimizer) or Progress()
    results = Results(out, schedule.name, objective, average, optimizer, progress, team)
    board = open_board(out, options.tensorboard and team.is_first, progress.step)
    journal = Journal(out, schedule, progress, team, board, clock)
    network = team.wrap(objective)
    began = clock() - progress.seconds
    validation: float | None = None
    rate = 0.0

    with ReadAhead(lambda index: source.draw(index * team.count + team.rank), progress.step) as ahead:
        while (share := _share(schedule, progress, options.minutes)) < 1.0 and not _gave_up(schedule, progress):
            batch = moved(ahead.take(), team.device)
            torch.set_num_threads(max(1, schedule.threads // team.here))
            torch.manual_seed(options.seed + 1_000_003 * progress.step + team.rank)  # the same after a pause
            rate = schedule.learning_rate * _rate(schedule, progress.step, share)
            for group in optimizer.param_groups:
                group["lr"] = rate
            network.train()
            keep_still(objective)
            with additions_counted():
                loss, parts = network(batch)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(objective.parameters(), schedule.clip_norm)
            optimizer.step()
            progress.step += 1
            follow(average, objective, min(schedule.average, progress.step / (progress.step + 9)))
            progress.frames += schedule.batch
            progress.seconds = team.first(clock() - began) if options.minutes else clock() - began
            journal.add(loss, parts)
            if progress.step % schedule.validation_steps == 0:
                held_out = source.held_out if isinstance(source, Measured) else 0  # may grow while it is measured
                validation = _validate(average, source, team)
                results.judge(validation, options.score, held_out)
            if progress.step % schedule.checkpoint_steps == 0:
                results.save()
            if progress.step % schedule.log_steps == 0:
                yield journal.write(_share(schedule, progress, options.minutes), rate, source.frames, validation)

    results.save()
    if journal.count:
        yield journal.write(1.0, rate, source.frames, validation)
    board.close()
    team.wait()


def _prepare(objective: Objective, options: Options, team: Team) -> None:
    """Weights to start from, frozen parts, additions, place."""
    import_without_triton()
    network = objective.network
    if options.start_from is not None and not (options.out / NAME).is_file():
        _start_from(options.start_from, objective)
    freeze(network, options.freeze)
    if options.lora:
        add_lora(network, options.lora, options.lora_layers)
    objective.to(team.device)
    objective.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def _start_from(path: Path, objective: Objective) -> None:
    """Load the weights that a run begins with.

    Raises:
        ConfigError: They are of another size than the preset.
    """
    state = _state_in(path, objective)
    try:
        objective.network.load_state_dict(state)
    except RuntimeError as error:
        first = str(error).splitlines()[1].strip().rstrip(".")
        raise ConfigError(
            f"The weights {path} are of another shape than the network of the preset ({first}).",
            "Give the preset the sizes that they were trained with, under [network].",
        ) from error


def _state_in(path: Path, objective: Objective) -> dict[str, torch.Tensor]:
    """The averaged weights of a run's folder, or those of a weights file."""
    if path.is_dir():
        state = read_average(path)
        if not any(".lora_" in name for name in state):
            return state
        path = path / objective.WEIGHTS_NAME  # additions are merged there
    return dict(objective.read(path))


def _optimizer(objective: Objective, schedule: Schedule) -> torch.optim.Optimizer:
    trained = [weight for weight in objective.parameters() if weight.requires_grad]
    decay = schedule.weight_decay
    return torch.optim.AdamW(trained, lr=schedule.learning_rate, weight_decay=decay, betas=(0.9, 0.99), fused=True)


def _share(schedule: Schedule, progress: Progress, minutes: float | None) -> float:
    """Share of the run that lies behind, by steps or by time, whichever is further."""
    by_time = progress.seconds / (60 * minutes) if minutes else 0.0
    return max(progress.step / schedule.steps, by_time)


def _gave_up(schedule: Schedule, progress: Progress) -> bool:
    """Whether so many validations brought nothing better that the run ends."""
    return bool(schedule.patience) and progress.waited >= schedule.patience


def _rate(schedule: Schedule, step: int, share: float) -> float:
    """Learning rate as a share of its peak: warm-up, plateau, half a cosine to zero."""
    warm = min(1.0, (step + 1) / max(schedule.warm_up, 1))
    falling = max(0.0, (share - (1 - schedule.decay_share)) / schedule.decay_share)
    return warm * 0.5 * (1 + torch.cos(torch.tensor(torch.pi * falling)).item())


@torch.no_grad()
def _validate(average: Objective, source: Source, team: Team) -> float | None:
    """Mean loss of the averaged weights on held-out episodes; None when there are none."""
    with additions_counted():
        losses = [float(average(moved(batch, team.device))[0]) for batch in source.validation()]
    total, count = team.mean([sum(losses), len(losses)])  # a process that has seen no new recordings may have none
    return total / count if count else None
