"""Recordings of ours for models that learn what a step means and where things are: `VLADataset`, steps, things."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vla_assistant.data.dataset import VLADataset
from vla_assistant.data.features import MAX_THINGS
from vla_assistant.data.robot_actions import Item
from vla_assistant.data.targets import SEEN_SHARE
from vla_assistant.networks import tokens

if TYPE_CHECKING:
    import torch

ABSENT = 2
"""Names of things that are not there, in each picture."""
NAMES = MAX_THINGS + ABSENT


class GroundedDataset(VLADataset):
    """Adds `plan`, the numbers of the step, and `phrases`, `points` and `seen`: see `networks.family.supervision`.

    Recordings without the column `step.code`, or `things.*` for all cameras, give what `VLADataset` gives.
    """

    def __getitem__(self, index: int) -> Item:
        """One sample of `VLADataset`, with its step, names and places.

        Returns:
            Also "plan", int64 (8,), unless other plans were given; "phrases", q names of all things and of some not
            there, "" for none; "points" {camera: (q, 2)} as fractions (u, v) of the picture; "seen" {camera: (q,)},
            NaN for no name.
        """
        import torch

        item = super().__getitem__(index)
        episode, frame = self.recorded.place(index)
        rows = self.recorded.files.columns(episode)
        if "step.code" in rows and not self._plans:
            item["plan"] = torch.from_numpy(rows["step.code"][frame].astype(np.int64))
        cameras = [camera for camera in item["pictures"] if f"things.{camera}" in rows]
        if "things.code" not in rows or len(cameras) < len(item["pictures"]):
            return item
        codes = rows["things.code"][frame].reshape(-1, 2).astype(np.int64)
        absent = absent_names(codes)
        phrases = [_name(code) for code in codes] + absent + [""] * (ABSENT - len(absent))
        item["phrases"], item["points"], item["seen"] = phrases, {}, {}
        for camera in cameras:
            places = rows[f"things.{camera}"][frame].reshape(-1, 3).astype(np.float32)
            item["points"][camera], item["seen"][camera] = _placed(phrases, places)
        return item

    def collate(self, items: Sequence[Item]) -> Item:
        """As `VLADataset.collate`, with the names."""
        import torch

        batch = super().collate(items)
        if all("phrases" in item for item in items):
            batch["phrases"] = [item["phrases"] for item in items]
            for key in ("points", "seen"):
                batch[key] = {camera: torch.stack([item[key][camera] for item in items]) for camera in items[0][key]}
        return batch


def absent_names(codes: NDArray[np.int64]) -> list[str]:
    """At most ABSENT names that only mix up colours and shapes of what is there: the hardest to tell.

    Args:
        codes: Colour and shape of everything in the scene (k, 2), -1 for nothing.
    """
    there = {tuple(code) for code in codes.tolist()}
    coloured = [code for code in codes.tolist() if 0 <= code[0] < tokens.ANY_COLOUR]
    mixed = [(one[0], other[1]) for one in coloured for other in coloured if (one[0], other[1]) not in there]
    return [_name(np.array(code)) for code in dict.fromkeys(mixed)][:ABSENT]


def _name(code: NDArray[np.int64]) -> str:
    """The name of a thing from its colour and shape; "" for none."""
    reference = tokens.decode_reference(int(code[0]), int(code[1])) if code[1] >= 0 else None
    return "" if reference is None else str(reference)


def _placed(phrases: Sequence[str], places: NDArray[np.float32]) -> tuple[torch.Tensor, torch.Tensor]:
    """Points (q, 2) and whether they are seen (q,), from u, v and share of the picture of each thing (k, 3)."""
    import torch

    points, seen = np.zeros((len(phrases), 2), np.float32), np.zeros(len(phrases), np.float32)
    points[: len(places)] = places[:, :2]
    seen[: len(places)] = places[:, 2] >= SEEN_SHARE
    seen[[not name for name in phrases]] = np.nan
    return torch.from_numpy(points), torch.from_numpy(seen)
