"""Learning from the policy's own trials: rounds of trying, keeping what succeeded, and training on it and on the old.

Source of the idea: Oh et al. 2018, "Self-Imitation Learning"; here with the simulator's verdict as the filter and
supervised learning, as in reward-filtered behaviour cloning.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from vla_assistant.data.files import drop_cut_line, write_whole
from vla_assistant.data.trials_kept import TrialOrder, Tried, expert_frames, limits, record_trials
from vla_assistant.errors import ConfigError, InputError
from vla_assistant.train.loop import Options
from vla_assistant.train.mixture import Mix
from vla_assistant.train.objective import CompactObjective
from vla_assistant.train.preset import Preset
from vla_assistant.train.team import join_team
from vla_assistant.train.trainer import VLATrainer

TRIALS, ROUNDS_NAME = "trials", "rounds.jsonl"
FIRST_SEED = 60_000_000
"""Of the assignments that are tried: training's own, and far from those of recordings."""


@dataclass(frozen=True)
class Rounds:
    """How it goes on.

    Attributes:
        rounds: How often it tries and trains.
        assignments: Tried in each round, always new ones.
        share: Of every batch that comes from kept trials.
        noise: Strength of exploring, see `data.trials_recorded.try_alone`.
        slower: A trial that takes more than so many times the expert's median is not kept.
        kinds: Kinds of assignments; empty means all in their shares.
        workers: Processes that try.
        seed: Of the first assignment.
    """

    rounds: int = 3
    assignments: int = 200
    share: float = 0.3
    noise: float = 0.25
    slower: float = 1.5
    kinds: tuple[str, ...] = ()
    workers: int = 2
    seed: int = FIRST_SEED


@dataclass(frozen=True)
class Round:
    """A round that is over: its number from 1, what came of its trials, and the weights it made."""

    number: int
    tried: Tried
    weights: Path

    def __str__(self) -> str:
        return f"Round {self.number} is over after {self.tried}; its weights: {self.weights}"


class SelfImitation:
    """Rounds in the folder of a run; what was finished there is not done again.

    Args:
        preset: How the compact network is trained in each round.
        data: The old recordings.
        options: Of the run; `start_from` names the policy that tries first.
        rounds: How it goes on.
        half_precision: See `VLATrainer`.

    Raises:
        ConfigError: There are no weights to start from, or several processes were launched.
    """

    def __init__(
        self, preset: Preset, data: Path, options: Options, rounds: Rounds, *, half_precision: bool = True
    ) -> None:
        self._start = _weights_file(options.start_from)
        if join_team().count > 1:
            raise ConfigError("Self-imitation runs in one process.", "Start it without accelerate launch or torchrun.")
        self._mix = Mix(data, options.out / TRIALS, rounds.share)
        self._preset, self._options, self._rounds, self._half_precision = preset, options, rounds, half_precision

    def steps(
        self, epochs: float | None = None, batch_size: int | None = None, learning_rate: float | None = None
    ) -> Iterator[str]:
        """Lines of progress; may be closed at any time. The arguments are those of `VLATrainer.steps`, for each round.

        Raises:
            InputError: No trial succeeded, so that there is nothing to learn from.
        """
        out = self._options.out
        out.mkdir(parents=True, exist_ok=True)
        over = _rounds_over(out)
        weights = over[-1].weights if over else self._start
        longest = limits(expert_frames(self._mix.data), self._rounds.slower)
        for number in range(len(over) + 1, self._rounds.rounds + 1):
            tried = Tried()
            for tried in record_trials(self._mix.own, self._order(number, weights, longest), self._rounds.workers):
                yield f"round {number} of {self._rounds.rounds}: {tried}"
            _require_success(self._mix.own, tried)
            options = replace(self._options, out=out / f"round-{number}", start_from=weights)
            trainer = VLATrainer(self._preset, self._mix, options, half_precision=self._half_precision)
            for report in trainer.steps(epochs, batch_size, learning_rate):
                yield f"round {number} of {self._rounds.rounds}: {report}"
            weights = options.out / CompactObjective.WEIGHTS_NAME
            ended = Round(number, tried, weights)
            _close(out, ended)
            yield str(ended)

    def _order(self, number: int, weights: Path, longest: dict[str, float]) -> TrialOrder:
        rounds = self._rounds
        first = rounds.seed + (number - 1) * rounds.assignments
        seeds = tuple(range(first, first + rounds.assignments))
        return TrialOrder(seeds, self._mix.own, weights, rounds.kinds, rounds.noise, longest)


def _weights_file(start: Path | None) -> Path:
    if start is None:
        raise ConfigError("Self-imitation needs a policy that can try.", "Add --start-from WEIGHTS.")
    file = start / CompactObjective.WEIGHTS_NAME if start.is_dir() else start
    if not file.is_file():
        raise ConfigError(f"There are no weights at {file}.", "Name a run of the compact network, or its weights file.")
    return file


def _require_success(trials: Path, tried: Tried) -> None:
    if not any((trials / "meta" / "episodes").glob("chunk-*/file-*.parquet")):
        raise InputError(
            f"Of {tried}; there is nothing to learn from.",
            "Train longer by imitation first, name easier --kinds, or try more.",
        )


def _close(out: Path, ended: Round) -> None:
    """Its weights become those of the run; then its line says that it is over."""
    write_whole(out / CompactObjective.WEIGHTS_NAME, lambda draft: shutil.copyfile(ended.weights, draft))
    line = {"number": ended.number, "tried": asdict(ended.tried)}
    with (out / ROUNDS_NAME).open("a", encoding="utf-8") as log:
        log.write(json.dumps(line) + "\n")


def _rounds_over(out: Path) -> list[Round]:
    path = out / ROUNDS_NAME
    drop_cut_line(path)
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    rows = [json.loads(line) for line in lines]
    return [
        Round(row["number"], Tried(**row["tried"]), out / f"round-{row['number']}" / CompactObjective.WEIGHTS_NAME)
        for row in rows
    ]
