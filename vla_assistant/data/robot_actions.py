"""Recordings as torch-style datasets: episodes of ours, or any LeRobotDataset v3, read frame by frame when asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vla_assistant.data.features import picture_key
from vla_assistant.data.held_out import held_out_episodes
from vla_assistant.data.lerobot import EpisodeFiles
from vla_assistant.errors import InputError
from vla_assistant.networks.senses import policy_picture

if TYPE_CHECKING:
    from torch import Tensor

Item = dict[str, Any]


@dataclass(frozen=True)
class ColumnMap:
    """Which columns of a recording mean what; the default is ours.

    Attributes:
        cameras: Camera of the model -> column of pictures.
        state: Column of the arm's state.
        action: Column of the actions.
        labels: Name in the items -> column of further numbers; those that a recording lacks are left out.
    """

    cameras: Mapping[str, str] = field(
        default_factory=lambda: {camera: picture_key(camera) for camera in ("front", "wrist")}
    )
    state: str = "observation.state"
    action: str = "action"
    labels: Mapping[str, str] = field(
        default_factory=lambda: {name: f"label.{name}" for name in ("done", "progress", "success", "noisy")}
    )


class RobotActionDataset:
    """Frames of all episodes of a recording, numbered through; each item is a dict of tensors and the instruction."""

    def __init__(self, root: Path, columns: ColumnMap | None = None, *, size: int = 0) -> None:
        """Read the list of episodes; pictures and numbers are read when a frame is asked for.

        Args:
            root: Folder of a LeRobotDataset v3, ours or anybody's.
            columns: Which of its columns mean what.
            size: Edge to which pictures are cut and scaled [pixels]; 0 leaves them as they are.

        Raises:
            InputError: There is no such recording, or a column is missing.
        """
        self.columns = columns or ColumnMap()
        self.files = EpisodeFiles(root)
        self._size = size
        wanted = (self.columns.state, self.columns.action, *self.columns.cameras.values())
        missing = [name for name in wanted if name not in self.files.features]
        if missing:
            raise InputError(
                f"The recording in {root} has no column {', '.join(missing)}.",
                f"It has {', '.join(self.files.features)}; say with a ColumnMap which mean what.",
            )
        self._starts = np.cumsum([0, *(int(row["length"]) for row in self.files.episodes)])

    def __len__(self) -> int:
        return int(self._starts[-1])

    def __getitem__(self, index: int) -> Item:
        """One frame.

        Returns:
            "pictures" {camera: uint8 (3, h, w)}, "state" (s,), "action" (a,), the labels there are (each a number),
            "text", "episode" and "frame" (its number in the episode).
        """
        import torch

        episode, frame = self.place(index)
        rows = self.files.columns(episode)
        item: Item = {"pictures": self.pictures(episode, frame)}
        item["state"] = torch.from_numpy(rows[self.columns.state][frame].astype(np.float32))
        item["action"] = torch.from_numpy(rows[self.columns.action][frame].astype(np.float32))
        for name, key in self.columns.labels.items():
            if key in rows:
                item[name] = torch.tensor(float(rows[key][frame].item()))
        return item | {"text": self.files.text(episode, frame), "episode": episode, "frame": frame}

    def pictures(self, episode: int, frame: int) -> dict[str, Tensor]:
        """One frame's pictures by camera, uint8 (3, h, w)."""
        return {camera: self._picture(episode, frame, key) for camera, key in self.columns.cameras.items()}

    def place(self, index: int) -> tuple[int, int]:
        """Episode and frame in it of a number.

        Raises:
            IndexError: There are fewer frames.
        """
        count = len(self)
        if not -count <= index < count:
            raise IndexError(f"There is no frame {index} in {count}.")
        episode = int(np.searchsorted(self._starts, index % count, side="right")) - 1
        return episode, int(index % count - self._starts[episode])

    def held_out(self, share: float) -> NDArray[np.bool_]:
        """Whether each frame belongs to an episode that is kept for validation; see `held_out.is_held_out`."""
        kept = set(held_out_episodes(self.files.episodes, share).tolist())
        rows = self.files.episodes
        return np.repeat([int(r["episode_index"]) in kept for r in rows], [int(r["length"]) for r in rows])

    def _picture(self, episode: int, frame: int, key: str) -> Tensor:
        import torch

        picture = self.files.picture(episode, frame, key)
        if self._size:
            picture = policy_picture(picture, self._size)
        return torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1)))
