"""Training of the language layer's decoder, read top to bottom."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from vla_assistant.data.files import write_whole
from vla_assistant.language.decoding.network import load
from vla_assistant.networks.decoder import PAD, Decoder
from vla_assistant.train.averaging import follow
from vla_assistant.train.checkpoint import Progress, load_checkpoint, save_checkpoint
from vla_assistant.train.compiler import import_without_triton
from vla_assistant.train.decoder_batches import Batch, Batches, vocabulary
from vla_assistant.train.decoder_calibration import calibrate
from vla_assistant.train.decoder_preset import DecoderPreset
from vla_assistant.train.decoder_weights import load_weights, save_weights

WEIGHTS_NAME = "decoder.safetensors"
LOG_NAME = "train.jsonl"
WORDS_NAME = "words.json"


@dataclass(frozen=True)
class DecoderProgress:
    """How far a run is; since the last report the mean loss per token, and the share of texts without a wrong token."""

    step: int
    share: float
    texts_seen: int
    loss: float
    right: float
    texts_per_s: float
    learning_rate: float
    seconds: float


def train(
    preset: DecoderPreset,
    out: Path,
    *,
    seed: int = 0,
    minutes: float | None = None,
    start_from: Path | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[DecoderProgress]:
    """Train a decoder on texts that are made on the way; weights, checkpoint and log go to `out`.

    A run found in `out` is continued. The iterator may be closed at any time; the last checkpoint stays. At the end the
    confidence is calibrated on texts that were not trained on.

    Args:
        preset: Sizes and schedule.
        out: Folder for `decoder.safetensors`, `checkpoint.safetensors`, `words.json` and `train.jsonl`.
        seed: Of the first weights and of the texts.
        minutes: End the run, with the learning rate at zero, after this much training time, if the steps last longer.
        start_from: Folder of an earlier run, or of shipped weights, from whose weights this one starts; words that
            they do not know are added.
        clock: Seconds, monotonic.
    """
    import_without_triton()
    torch.manual_seed(seed)
    torch.set_num_threads(preset.threads)
    words = _words(preset, out, start_from)
    network = Decoder(preset.network, len(words))
    network.dropout = preset.dropout
    average = copy.deepcopy(network).eval()
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=preset.learning_rate, weight_decay=preset.weight_decay, betas=(0.9, 0.98), fused=True
    )
    progress = load_checkpoint(out, network, average, optimizer) or _begin(start_from, network, average)
    batches = Batches(words, preset, seed)
    began = clock() - progress.seconds
    losses: list[float] = []
    rights: list[float] = []
    since = clock()
    while (share := _share(preset, progress, minutes)) < 1.0:
        batch = batches.draw(progress.step)
        rate = preset.learning_rate * _schedule(preset, progress.step, share)
        for group in optimizer.param_groups:
            group["lr"] = rate
        network.train()
        torch.manual_seed(seed + 1_000_003 * progress.step)  # what is left out is the same after a pause
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=preset.half_precision):
            loss, right = losses_of(network, batch)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), preset.clip_norm)
        optimizer.step()
        progress.step += 1
        follow(average, network, min(preset.average, progress.step / (progress.step + 9)))
        progress.frames += len(batch.words)
        progress.seconds = clock() - began
        losses.append(float(loss.detach()))
        rights.append(right)
        if progress.step % preset.checkpoint_steps == 0:
            _save(out, preset, words, network, average, optimizer, progress)
        if progress.step % preset.log_steps == 0 or _share(preset, progress, minutes) >= 1.0:
            report = DecoderProgress(
                progress.step, round(share, 4), progress.frames, round(sum(losses) / len(losses), 4),
                round(sum(rights) / len(rights), 4), round(len(losses) * preset.batch / max(clock() - since, 1e-6), 1),
                rate, round(progress.seconds, 1),
            )  # fmt: skip
            losses, rights, since = [], [], clock()
            with (out / LOG_NAME).open("a", encoding="utf-8") as log:
                log.write(json.dumps(asdict(report)) + "\n")
            yield report
    _save(out, preset, words, network, average, optimizer, progress)
    calibration = calibrate(load(out / WEIGHTS_NAME), preset.held_out_texts)
    save_weights(
        out / WEIGHTS_NAME, average, words, temperature=calibration.temperature,
        card=_card(preset, progress) | {"held_out_right": calibration.right},
    )  # fmt: skip


def losses_of(network: Decoder, batch: Batch) -> tuple[torch.Tensor, float]:
    """Mean cross-entropy per token, and the share of texts whose tokens are all the likeliest."""
    memory, mask = network.read(batch.words, batch.slots, batch.pieces, batch.offsets)
    scores = network.write(batch.tokens, memory, mask)
    loss = functional.cross_entropy(scores.flatten(0, 1), batch.wanted.flatten(), ignore_index=PAD)
    hit = (scores.argmax(-1) == batch.wanted) | (batch.wanted == PAD)
    return loss, float(hit.all(dim=1).float().mean())


def _words(preset: DecoderPreset, out: Path, start_from: Path | None) -> list[str]:
    """The vocabulary of the run found in `out` or started from, else a new one."""
    path = out / WORDS_NAME
    if path.is_file():
        words: list[str] = json.loads(path.read_text("utf-8"))
        return words
    words = vocabulary(preset.vocabulary_texts, preset.vocabulary_least)
    if start_from is not None:
        known = load_weights(start_from / WEIGHTS_NAME)[0]
        words = [*known, *(word for word in words if word not in set(known))]
    out.mkdir(parents=True, exist_ok=True)
    write_whole(path, lambda draft: draft.write_text(json.dumps(words), "utf-8"))
    return words


def _begin(start_from: Path | None, network: Decoder, average: Decoder) -> Progress:
    if start_from is not None:
        words, tensors = load_weights(start_from / WEIGHTS_NAME)
        known = tensors["words.weight"]
        added = len(network.words.weight) - len(words)
        tensors["words.weight"] = torch.cat([known, known[:1].expand(added, -1)])  # as unknown words, to begin with
        for started in (network, average):
            started.load_state_dict(tensors)
    return Progress()


def _share(preset: DecoderPreset, progress: Progress, minutes: float | None) -> float:
    by_time = progress.seconds / (60 * minutes) if minutes else 0.0
    return max(progress.step / preset.steps, by_time)


def _schedule(preset: DecoderPreset, step: int, share: float) -> float:
    """Learning rate as a share of its peak: warm-up, plateau, a straight line to zero."""
    falling = max(0.0, (share - (1 - preset.decay_share)) / preset.decay_share)
    return min(1.0, (step + 1) / max(preset.warm_up, 1)) * (1 - falling)


def _save(
    out: Path, preset: DecoderPreset, words: list[str], network: Decoder, average: Decoder,
    optimizer: torch.optim.Optimizer, progress: Progress,
) -> None:  # fmt: skip
    save_checkpoint(out, network, average, optimizer, progress)
    save_weights(out / WEIGHTS_NAME, average, words, card=_card(preset, progress))


def _card(preset: DecoderPreset, progress: Progress) -> dict[str, Any]:
    minutes = round(progress.seconds / 60)
    return {"preset": preset.name, "steps": progress.step, "texts": progress.frames, "minutes": minutes}
