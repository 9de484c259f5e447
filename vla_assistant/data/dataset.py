"""What the model family learns from, frame by frame: recordings of ours, or any LeRobotDataset v3.

`RobotActionDataset` gives what stands in the files. `VLADataset` adds the actions before and the chunk of actions
after, as normal numbers, and makes batches (see `networks.family.supervision`). What a recording lacks is left out, so
that nothing is learnt from what nobody said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vla_assistant.data.executed import executed
from vla_assistant.data.robot_actions import ColumnMap, Item, RobotActionDataset
from vla_assistant.errors import InputError
from vla_assistant.networks import tokens
from vla_assistant.networks.senses import STATE_WIDTH, normal_action, normal_state, spread
from vla_assistant.types import ACTION_WIDTH

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["ColumnMap", "RobotActionDataset", "VLADataset"]


class VLADataset:
    """What the model family learns from: each item is one frame with what came before and what comes after."""

    def __init__(
        self,
        root: Path,
        columns: ColumnMap | None = None,
        *,
        horizon: int = 8,
        frames: int = 1,
        history: int = 0,
        size: int = 128,
        plans: Mapping[str, Tensor] | None = None,
    ) -> None:
        """As `RobotActionDataset`, and:

        Args:
            root: Folder of a LeRobotDataset v3 with actions as ours: displacement [m], rotation vector [rad], gripper
                0-1.
            columns: Which of its columns mean what.
            horizon: Actions in a chunk.
            frames: Pictures of each camera, uniformly from the beginning of the step to the present one, as
                `networks.senses.spread` chooses them.
            history: Earlier actions; zeros for those before the step.
            size: Edge to which pictures are cut and scaled [pixels].
            plans: Instruction -> plan embedding float (w,) or tokens int64 (n,); instructions without one have no plan
                to learn.

        Raises:
            InputError: There is no such recording, a column is missing, or actions or states have another width.
        """
        self.recorded = RobotActionDataset(root, columns, size=size)
        self._horizon, self._frames, self._history = horizon, frames, history
        self._plans = dict(plans or {})
        self._check_width(self.recorded.columns.action, ACTION_WIDTH)

    def __len__(self) -> int:
        return len(self.recorded)

    def held_out(self, share: float) -> NDArray[np.bool_]:
        """As `RobotActionDataset.held_out`."""
        return self.recorded.held_out(share)

    def __getitem__(self, index: int) -> Item:
        """One sample.

        Returns:
            "pictures" {camera: float (frames, 3, h, w) in [0, 1]}, oldest first; "text"; "state" (s,) normal numbers;
            "history" (k, 7) what was executed before and "actions" (horizon, 7) normal numbers; "action_weight"
            (horizon,), 0 behind an end that was not known as one, where something else than the recorded action was
            done, and in a demonstration that its user marked as failed; done, progress and success where they are
            known; "plan" where there is one.
        """
        episode, frame = self.recorded.place(index)
        item = self.recorded[index]
        actions, weight = self._chunk(episode, frame)
        sample: Item = {"text": item["text"], "state": self._state(item["state"])}
        sample["pictures"] = self._shown(episode, frame, item["pictures"])
        sample |= {"history": self._before(episode, frame), "actions": actions, "action_weight": weight}
        sample |= {name: item[name] for name in ("done", "progress", "success") if name in item}
        return sample | ({"plan": self._plans[item["text"]]} if item["text"] in self._plans else {})

    def collate(self, items: Sequence[Item]) -> Item:
        """A batch: see `networks.family.supervision`. What only some items know is unknown in the others."""
        import torch

        cameras = self.recorded.columns.cameras
        batch: Item = {"pictures": {c: torch.stack([item["pictures"][c] for item in items]) for c in cameras}}
        batch["texts"] = [item["text"] for item in items]
        for name in ("state", "history", "actions", "action_weight"):
            batch[name] = torch.stack([item[name] for item in items])
        for name in ("done", "progress", "success", "plan"):
            known = next((item[name] for item in items if name in item), None)
            if known is not None:
                unknown = torch.full_like(known, torch.nan if known.is_floating_point() else tokens.UNKNOWN)
                batch[name] = torch.stack([item.get(name, unknown) for item in items])
        return batch

    def _shown(self, episode: int, frame: int, now: dict[str, Tensor]) -> dict[str, Tensor]:
        """Pictures of the step so far by camera, (frames, 3, h, w) in [0, 1]; `now` are those of this frame."""
        import torch

        began = self._began(episode, frame)
        wanted = (began + spread(frame - began + 1, self._frames)).tolist()
        read = {one: self.recorded.pictures(episode, one) for one in sorted({*wanted} - {frame})} | {frame: now}
        return {camera: torch.stack([read[one][camera] for one in wanted]).float() / 255 for camera in now}

    def _began(self, episode: int, frame: int) -> int:
        """The first frame of the step that this frame belongs to: another step has another instruction."""
        rows = self.recorded.files.columns(episode)
        if "task_index" not in rows:
            return 0
        others = np.flatnonzero(rows["task_index"][:frame, 0] != rows["task_index"][frame, 0])
        return int(others[-1]) + 1 if len(others) else 0

    def _chunk(self, episode: int, frame: int) -> tuple[Tensor, Tensor]:
        """The actions from this frame on (horizon, 7), and which of them count (horizon,)."""
        import torch

        action = self._actions(episode)
        wanted = np.arange(frame, frame + self._horizon)
        there = wanted < len(action)
        chunk = action[np.minimum(wanted, len(action) - 1)]
        chunk[~there, :6] = 0.0
        weight = (there | self._ended(episode)) & self._undisturbed(episode, frame)
        weight &= not self._failed(episode)
        return torch.from_numpy(chunk), torch.from_numpy(weight.astype(np.float32))

    def _ended(self, episode: int) -> bool:
        """Whether the episode is known to end because it was done: then the arm shall stay where it is."""
        rows, key = self.recorded.files.columns(episode), self.recorded.columns.labels.get("done", "")
        return key in rows and bool(rows[key][-1, 0] > 0.5)

    def _failed(self, episode: int) -> bool:
        """Whether a person's demonstration was marked as failed; a simulator's labels are right in a failed one too."""
        labelled = any(key in self.recorded.files.columns(episode) for key in self.recorded.columns.labels.values())
        return not labelled and not self.recorded.files.episodes[episode].get("success", True)

    def _undisturbed(self, episode: int, frame: int) -> NDArray[np.bool_]:
        """Whether the arm did what is recorded until just before each action of the chunk, (horizon,)."""
        key = self.recorded.columns.labels.get("noisy", "")
        rows = self.recorded.files.columns(episode)
        if key not in rows:
            return np.ones(self._horizon, bool)
        noisy = rows[key][frame : frame + self._horizon - 1, 0].astype(bool)
        disturbed = np.zeros(self._horizon, bool)
        disturbed[1 : 1 + len(noisy)] = np.maximum.accumulate(noisy)
        return ~disturbed

    def _before(self, episode: int, frame: int) -> Tensor:
        """What was executed before this frame (history, 7), the last one last."""
        import torch

        begin = max(frame - self._history, self._began(episode, frame))
        rows, columns = self.recorded.files.columns(episode), self.recorded.columns
        if columns.labels.get("noisy", "") in rows and rows[columns.state].shape[1] == STATE_WIDTH:
            before = normal_action(executed(rows[columns.state][begin : frame + 1].astype(np.float64)))
        else:
            before = self._actions(episode)[begin:frame]
        result = np.zeros((self._history, ACTION_WIDTH), np.float32)
        if self._history and len(before):
            result[-len(before) :] = before
        return torch.from_numpy(result)

    def _actions(self, episode: int) -> NDArray[np.float32]:
        rows = self.recorded.files.columns(episode)[self.recorded.columns.action]
        return normal_action(rows.astype(np.float64))

    def _state(self, state: Tensor) -> Tensor:
        """Normal numbers where the state is ours; another arm's as it is."""
        import torch

        if len(state) != STATE_WIDTH:
            return state
        return torch.from_numpy(normal_state(state.numpy().astype(np.float64)))

    def _check_width(self, column: str, width: int) -> None:
        found = int(np.prod(self.recorded.files.features[column]["shape"]))
        if found != width:
            raise InputError(
                f"The column {column} has rows of {found} numbers; actions need {width}.",
                "dx dy dz [m], rotation vector [rad] and gripper 0-1, in the base frame.",
            )
