"""`VLATrainer`: what is behind `vla-assistant train`."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import nn

from vla_assistant.errors import ConfigError, InputError
from vla_assistant.networks.compact import CompactVLA
from vla_assistant.networks.family.model import VisionLanguageActionModel
from vla_assistant.networks.learnt import NOTHING, Learnt
from vla_assistant.networks.weights import read_learnt
from vla_assistant.train.checkpoint import NAME as CHECKPOINT
from vla_assistant.train.collated import Collated
from vla_assistant.train.compiler import import_without_triton
from vla_assistant.train.family import FamilyObjective, FamilyPreset, load_family_preset, samples
from vla_assistant.train.loop import Options, run
from vla_assistant.train.mixture import Mix, Mixture, open_mix
from vla_assistant.train.objective import CompactObjective, Objective, Trainable
from vla_assistant.train.preset import Preset, Schedule, load_preset
from vla_assistant.train.recordings import Recordings, Source
from vla_assistant.train.report import TrainProgress
from vla_assistant.train.team import Team, join_team
from vla_assistant.train.towers import begun_model


def preset_of(name: str) -> Preset | FamilyPreset:
    """The preset of the compact network or of the model family with this name, or in this TOML file.

    Raises:
        ConfigError: There is none, or it has mistakes.
    """
    return load_family_preset(name) or load_preset(name)


class VLATrainer:
    """Trains a network on recordings: in one process, or in as many as `accelerate launch` has started.

    Attributes:
        team: The processes of this run.
        network: What is trained, once the training has begun; its averaged weights are in the weights file.
        source: Where its batches come from.

    Example:
        VLATrainer("compact", Path("recordings"), Options(Path("trained"))).train(epochs=10)
    """

    network: nn.Module
    source: Source

    def __init__(
        self,
        model: nn.Module | Preset | FamilyPreset | str,
        dataset: Any,
        options: Options,
        *,
        schedule: Schedule | None = None,
        half_precision: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Say what learns from what.

        Args:
            model: A preset or its name, or any network that is `Trainable`.
            dataset: Folder of a recording, or a `Mix` of two; for a network of your own a `VLADataset`, or whatever
                can be numbered through and has a `collate`; or a `Source` of batches.
            options: Where to, and what is particular to this run.
            schedule: How a network of your own is trained; a preset has its own.
            half_precision: Compute in bfloat16 where that is safe.
            clock: Seconds, monotonic.

        Raises:
            ConfigError: There is no such preset.
            InputError: The network has no `loss`, or the recordings do not fit it.
        """
        import_without_triton()
        self._model = preset_of(model) if isinstance(model, str) else model
        if isinstance(self._model, nn.Module) and not isinstance(self._model, Trainable):
            raise InputError(f"{type(self._model).__name__} cannot be trained: it has no method loss(batch).")
        self._schedule = self._model if isinstance(self._model, Schedule) else schedule or Schedule(name="own")
        self._dataset, self._options, self._half_precision, self._clock = dataset, options, half_precision, clock
        self.team = join_team(partial=not isinstance(self._model, Preset))

    def train(
        self, epochs: float | None = None, batch_size: int | None = None, learning_rate: float | None = None
    ) -> TrainProgress | None:
        """Train to the end; returns the last report, None when the run had ended before.

        Args:
            epochs: How often every frame is seen in the mean; default: the schedule's steps.
            batch_size: Frames in a step, of all processes together.
            learning_rate: Peak of the schedule.

        Raises:
            ConfigError: A number is not above zero, or low-rank additions have nothing trained to be added to.
        """
        last = None
        for progress in self.steps(epochs, batch_size, learning_rate):
            last = progress
        return last

    def steps(
        self, epochs: float | None = None, batch_size: int | None = None, learning_rate: float | None = None
    ) -> Iterator[TrainProgress]:
        """As `train`, a report at a time; may be closed at any time, the last checkpoint stays."""
        changes = {"batch": batch_size, "learning_rate": learning_rate}
        for value in (epochs, batch_size, learning_rate, self._options.minutes):
            if value is not None and value <= 0:
                raise ConfigError(f"A run cannot have {value:g} epochs, frames in a step, learning rate or minutes.")
        self._require_weights_for_lora()
        schedule = self._schedule.model_copy(update={name: value for name, value in changes.items() if value})
        source = self._source(schedule)
        if epochs:
            schedule = schedule.model_copy(update={"steps": math.ceil(epochs * source.frames / schedule.batch)})
        torch.manual_seed(self._options.seed)
        objective = self._objective(source)
        self.source, self.network = source, objective.network
        yield from run(objective, source, schedule, self._options, self.team, self._clock)

    def _require_weights_for_lora(self) -> None:
        """A network of one's own may be trained already; that of a preset begins at random, but for its towers."""
        options = self._options
        goes_on = options.start_from is not None or (options.out / CHECKPOINT).is_file()
        if options.lora and isinstance(self._model, Schedule) and not goes_on:
            raise ConfigError(
                "Low-rank additions are trained while the network stays as it is, and this one has learnt nothing yet.",
                "Name trained weights with --start-from, or leave out --lora; --freeze keeps pretrained towers.",
            )

    def _objective(self, source: Source) -> Objective:
        model = self._model
        if isinstance(model, FamilyPreset):
            network = begun_model(model.family, self._options.out, self._options.start_from)
            return FamilyObjective(network, self._half_precision, model)
        if isinstance(model, VisionLanguageActionModel):
            return FamilyObjective(model, self._half_precision)
        if isinstance(model, nn.Module):
            return Objective(model, self._half_precision)
        half_precision = model.network.half_precision and self._half_precision
        config = model.network.model_copy(update={"half_precision": half_precision})
        assert isinstance(source, Recordings | Mixture)
        before = learnt_before(self._options)
        return CompactObjective(CompactVLA(config), model.loss, lambda: before | source.learnt())

    def _source(self, schedule: Schedule) -> Source:
        """Batches for one process: its part of each batch of all."""
        team, seed = self.team, self._options.seed
        part = schedule.model_copy(update={"batch": max(1, schedule.batch // team.count)})
        dataset = self._dataset
        if isinstance(dataset, Path) and isinstance(self._model, FamilyPreset):
            dataset = samples(dataset, self._model.family)
        if isinstance(dataset, Path | Mix):
            if not isinstance(part, Preset):
                raise ConfigError("Only the compact network learns from a mix of recordings.", "Leave out --own.")
            return self._recordings(dataset, part)
        return dataset if isinstance(dataset, Source) else Collated(dataset, part, seed)

    def _recordings(self, data: Path | Mix, part: Preset) -> Recordings | Mixture:
        """The first process decodes, the others use that."""
        team = self.team
        if not team.is_first:
            team.wait()
        recordings = _opened(data, part, self._options.seed, team)
        if team.is_first:
            team.wait()
        return recordings


def _opened(data: Path | Mix, preset: Preset, seed: int, team: Team) -> Recordings | Mixture:
    if isinstance(data, Mix):
        return open_mix(data, preset, seed, decode=team.is_first, processes=team.count)
    return Recordings(data, preset, seed, decode=team.is_first, processes=team.count)


def learnt_before(options: Options) -> Learnt:
    """The words of the weights that a run starts from, and of its own so far: what is learnt anew comes on top."""
    start = options.start_from
    files = [options.out / CompactObjective.WEIGHTS_NAME]
    if start is not None:
        files.append(start / CompactObjective.WEIGHTS_NAME if start.is_dir() else start)
    learnt = NOTHING
    for file in filter(Path.is_file, files):
        learnt = learnt | read_learnt(file)
    return learnt
