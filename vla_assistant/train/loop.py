"""The training loop, read top to bottom."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import nn

from vla_assistant.errors import WeightsError
from vla_assistant.networks.compact import CompactVLA
from vla_assistant.networks.weights import load_weights, save_weights
from vla_assistant.train.checkpoint import Progress, load_checkpoint, save_checkpoint
from vla_assistant.train.compiler import import_without_triton
from vla_assistant.train.losses import total_loss
from vla_assistant.train.preset import Preset
from vla_assistant.train.read_ahead import ReadAhead
from vla_assistant.train.recordings import Recordings

WEIGHTS_NAME = "compact.safetensors"
LOG_NAME = "train.jsonl"


@dataclass(frozen=True)
class TrainProgress:
    """How far a run is, and the mean loss since the last report."""

    step: int
    share: float
    frames_seen: int
    dataset_frames: int
    loss: float
    parts: dict[str, float]
    frames_per_s: float
    learning_rate: float
    seconds: float


def train(
    preset: Preset,
    data: Path,
    out: Path,
    *,
    seed: int = 0,
    minutes: float | None = None,
    start_from: Path | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[TrainProgress]:
    """Train a network on the dataset in `data`; weights, checkpoint and log go to `out`.

    A run found in `out` is continued exactly. The iterator may be closed at any time; the last checkpoint stays.

    Args:
        preset: Sizes, loss and schedule.
        data: A dataset made by `vla-assistant generate`; recordings added meanwhile are used from then on.
        out: Folder for `compact.safetensors`, `checkpoint.safetensors` and `train.jsonl`.
        seed: Of the first weights and of the batches.
        minutes: End the run, with the learning rate at zero, after this much training time, if the steps last longer.
        start_from: Folder of an earlier run, or a weights file, that this one starts from.
        clock: Seconds, monotonic.
    """
    import_without_triton()
    torch.manual_seed(seed)
    torch.set_num_threads(preset.threads)
    network = CompactVLA(preset.network).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    average = copy.deepcopy(network).eval()
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=preset.learning_rate, weight_decay=preset.weight_decay, betas=(0.9, 0.99), fused=True
    )
    progress = load_checkpoint(out, network, average, optimizer) or _begin(start_from, network, average)
    recordings = Recordings(data, preset, seed)
    out.mkdir(parents=True, exist_ok=True)
    report = _Report(preset, progress, clock)
    began = clock() - progress.seconds

    with ReadAhead(recordings.draw, progress.step) as ahead:
        while (share := _share(preset, progress, minutes)) < 1.0:
            batch = ahead.take()
            torch.set_num_threads(preset.threads)
            rate = preset.learning_rate * _schedule(preset, progress.step, share)
            for group in optimizer.param_groups:
                group["lr"] = rate
            network.train()
            output = network(batch.pictures, batch.state, batch.step, batch.queries)
            loss, parts = total_loss(output, batch, preset.loss)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), preset.clip_norm)
            optimizer.step()
            progress.step += 1
            _follow(average, network, min(preset.average, progress.step / (progress.step + 9)))
            progress.frames += preset.batch
            progress.seconds = clock() - began
            report.add(float(loss.detach()), {name: float(part.detach()) for name, part in parts.items()})
            if progress.step % preset.checkpoint_steps == 0:
                _save(out, preset, network, average, optimizer, progress)
            if progress.step % preset.log_steps == 0:
                yield _logged(out, report.make(share, recordings.frames, rate))

    _save(out, preset, network, average, optimizer, progress)
    if report.count:
        yield _logged(out, report.make(1.0, recordings.frames, 0.0))


class _Report:
    """Adds up losses between two log lines."""

    def __init__(self, preset: Preset, progress: Progress, clock: Callable[[], float]) -> None:
        self._preset, self._progress, self._clock = preset, progress, clock
        self._clear()

    def _clear(self) -> None:
        self.count, self._loss, self._since = 0, 0.0, self._clock()
        self._parts: dict[str, float] = {}

    def add(self, loss: float, parts: dict[str, float]) -> None:
        self.count += 1
        self._loss += loss
        for name, part in parts.items():
            self._parts[name] = self._parts.get(name, 0.0) + part

    def make(self, share: float, dataset_frames: int, rate: float) -> TrainProgress:
        """The report of what was added since the last one."""
        elapsed = max(self._clock() - self._since, 1e-6)
        made = TrainProgress(
            step=self._progress.step,
            share=round(share, 4),
            frames_seen=self._progress.frames,
            dataset_frames=dataset_frames,
            loss=round(self._loss / self.count, 4),
            parts={name: round(part / self.count, 4) for name, part in self._parts.items()},
            frames_per_s=round(self.count * self._preset.batch / elapsed, 1),
            learning_rate=rate,
            seconds=round(self._progress.seconds, 1),
        )
        self._clear()
        return made


def _begin(start_from: Path | None, network: nn.Module, average: nn.Module) -> Progress:
    """A new run, from the weights of a file or of an earlier run's folder if one is named."""
    if start_from is None:
        return Progress()
    if start_from.is_dir():
        if load_checkpoint(start_from, network, average, None) is None:
            raise WeightsError(f"There is no run in {start_from} to start from.", "Name its folder or a weights file.")
    else:
        average.load_state_dict(load_weights(start_from).state_dict())
    network.load_state_dict(average.state_dict())
    return Progress()


def _share(preset: Preset, progress: Progress, minutes: float | None) -> float:
    """Share of the run that lies behind, by steps or by time, whichever is further."""
    by_time = progress.seconds / (60 * minutes) if minutes else 0.0
    return max(progress.step / preset.steps, by_time)


def _schedule(preset: Preset, step: int, share: float) -> float:
    """Learning rate as a share of its peak: warm-up, plateau, half a cosine to zero."""
    warm = min(1.0, (step + 1) / max(preset.warm_up, 1))
    falling = max(0.0, (share - (1 - preset.decay_share)) / preset.decay_share)
    return warm * 0.5 * (1 + torch.cos(torch.tensor(torch.pi * falling)).item())


@torch.no_grad()
def _follow(average: nn.Module, network: nn.Module, decay: float) -> None:
    """Move the averaged weights a little towards the present ones."""
    torch._foreach_lerp_(list(average.parameters()), list(network.parameters()), 1 - decay)
    for mean, value in zip(average.buffers(), network.buffers(), strict=True):
        mean.copy_(mean.lerp(value, 1 - decay) if mean.is_floating_point() else value)


def _save(
    out: Path,
    preset: Preset,
    network: nn.Module,
    average: nn.Module,
    optimizer: torch.optim.Optimizer,
    progress: Progress,
) -> None:
    save_checkpoint(out, network, average, optimizer, progress)
    card = {"preset": preset.name, "steps": progress.step, "frames": progress.frames}
    card["minutes"] = round(progress.seconds / 60)
    save_weights(out / WEIGHTS_NAME, preset.network, average.state_dict(), card)


def _logged(out: Path, progress: TrainProgress) -> TrainProgress:
    with (out / LOG_NAME).open("a", encoding="utf-8") as log:
        log.write(json.dumps(asdict(progress)) + "\n")
    return progress
