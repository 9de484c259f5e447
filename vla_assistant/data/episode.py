"""One recorded episode, and the recorder that collects it step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vla_assistant.data.features import picture_key
from vla_assistant.errors import InputError
from vla_assistant.networks.senses import policy_picture, state_vector
from vla_assistant.types import ImageArray, Observation

Rows = NDArray[np.generic]


@dataclass(frozen=True, eq=False)
class Episode:
    """A finished episode of n frames.

    Attributes:
        task: The instruction in words.
        columns: Column name -> values (n, width).
        pictures: Column name -> uint8 (n, h, w, 3) RGB.
        seed: The scene's seed, -1 on a real table.
        success: Whether the aim was reached in the end.
    """

    task: str
    columns: Mapping[str, Rows]
    pictures: Mapping[str, ImageArray]
    seed: int = -1
    success: bool = False

    def __post_init__(self) -> None:
        lengths = {len(rows) for rows in (*self.columns.values(), *self.pictures.values())}
        if len(lengths) != 1 or 0 in lengths:
            raise InputError(f"An episode needs columns of one length above zero, not {sorted(lengths)}.")

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))


class EpisodeRecorder:
    """Collects what a policy sees and what was done, at 10 frames a second."""

    def __init__(self, sizes: Mapping[str, int]) -> None:
        """`sizes`: camera -> edge of the recorded pictures [pixels]."""
        self._sizes = dict(sizes)
        self._columns: dict[str, list[Rows]] = {}
        self._pictures: dict[str, list[ImageArray]] = {picture_key(camera): [] for camera in sizes}

    def __len__(self) -> int:
        return len(self._columns.get("action", ()))

    def add(self, observation: Observation, action: NDArray[np.floating], **labels: Rows | np.generic | float) -> None:
        """One frame: what was seen, the action that belongs to it (7,) and any labels ("a_b" is column "a.b")."""
        self._append("observation.state", state_vector(observation.state))
        self._append("action", np.asarray(action, dtype=np.float32))
        for name, value in labels.items():
            self._append(name.replace("_", ".", 1), np.atleast_1d(np.asarray(value)))
        for camera, size in self._sizes.items():
            self._pictures[picture_key(camera)].append(policy_picture(observation.frames[camera].image, size))

    def finish(self, task: str, *, seed: int = -1, success: bool = False, **labels: Rows) -> Episode:
        """The episode, with further columns (n, width) that could only be known at its end."""
        columns = {name: np.stack(rows) for name, rows in self._columns.items()}
        columns |= {name.replace("_", ".", 1): rows for name, rows in labels.items()}
        pictures = {name: np.stack(frames) for name, frames in self._pictures.items() if frames}
        return Episode(task, columns, pictures, seed, success)

    def _append(self, name: str, row: Rows) -> None:
        self._columns.setdefault(name, []).append(row)
