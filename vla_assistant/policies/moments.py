"""What a policy with a memory remembers of the step that it is carrying out: its pictures and last actions."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np

from vla_assistant.errors import InputError
from vla_assistant.networks.senses import normal_action, policy_picture, spread
from vla_assistant.types import ACTION_WIDTH, ActionChunk, FloatArray, ImageArray, Observation, Step

LONGEST_GAP_S = 3.0
"""After a longer pause what was seen and done before it no longer counts."""
MOST_LOOKS = 600
"""Looks of a step that are kept, so that memory has an end: a minute, twice as long as an attempt may last."""


class Moments:
    """The pictures of each camera since the step began, and the last actions; another step or a pause empties it."""

    def __init__(self, cameras: Sequence[str], size: int, frames: int, history: int) -> None:
        self._cameras, self._size, self._frames = tuple(cameras), size, frames
        self._seen: deque[dict[str, ImageArray]] = deque(maxlen=MOST_LOOKS if frames > 1 else 0)
        self._done: deque[FloatArray] = deque(maxlen=history)
        self._wanted: ActionChunk | None = None
        self._step: Step | None = None
        self._time_s = 0.0

    def look(self, observation: Observation, step: Step) -> dict[str, ImageArray]:
        """Pictures by camera, uint8 (frames, size, size, 3), oldest first, the last is the observation's.

        They are those of the step so far, uniformly, as `data.dataset.VLADataset` takes them from recordings.

        Raises:
            InputError: A camera is missing.
        """
        before = self._seen if self._goes_on(observation, step) else ()
        looks = [*before, self.now(observation)]
        shown = [looks[index] for index in spread(len(looks), self._frames).tolist()]
        return {camera: np.stack([look[camera] for look in shown]) for camera in self._cameras}

    def actions(self, observation: Observation, step: Step) -> FloatArray:
        """Earlier normal actions of this step, (k, 7), the last one last."""
        if not self._goes_on(observation, step):
            return np.zeros((0, ACTION_WIDTH), np.float32)
        kept = deque([*self._done, *self._carried_out(observation.state.time_s)], maxlen=self._done.maxlen)
        return np.stack(kept) if kept else np.zeros((0, ACTION_WIDTH), np.float32)

    def remember(self, observation: Observation, step: Step, chunk: ActionChunk) -> None:
        """What was seen and what follows from it; how much of that is carried out, the next look tells."""
        if not self._goes_on(observation, step):
            self.forget()
        self._done.extend(self._carried_out(observation.state.time_s))
        self._wanted = chunk
        self._step, self._time_s = step, observation.state.time_s
        self._seen.append(self.now(observation))

    def forget(self) -> None:
        """Nothing was seen or done yet."""
        self._seen.clear()
        self._done.clear()
        self._step = self._wanted = None

    def now(self, observation: Observation) -> dict[str, ImageArray]:
        """The observation's pictures, uint8 (size, size, 3).

        Raises:
            InputError: A camera is missing.
        """
        missing = [camera for camera in self._cameras if camera not in observation.frames]
        if missing:
            there = ", ".join(observation.frames) or "none"
            raise InputError(f"This model needs a picture of the {missing[0]} camera.", f"Pictures given: {there}.")
        return {camera: policy_picture(observation.frames[camera].image, self._size) for camera in self._cameras}

    def _carried_out(self, now_s: float) -> FloatArray:
        """Normal actions (k, 7) of the last chunk that time was for until now: who carries them out decides how many.

        One while demonstrations are corrected, all of them where the hand hovers, none where the chunk was refused.
        """
        if self._wanted is None:
            return np.zeros((0, ACTION_WIDTH), np.float32)
        passed = round((now_s - self._wanted.observed_s) / self._wanted.step_s)
        return normal_action(self._wanted.actions[: max(passed, 0)])

    def _goes_on(self, observation: Observation, step: Step) -> bool:
        return step == self._step and 0 <= observation.state.time_s - self._time_s <= LONGEST_GAP_S
