"""What a policy with a memory remembers of the step that it is carrying out: its pictures and last actions."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np

from vla_assistant.data.displacement import STEP_S, displacements
from vla_assistant.errors import InputError
from vla_assistant.networks.senses import normal_action, policy_picture, spread
from vla_assistant.types import ACTION_WIDTH, FloatArray, ImageArray, Observation, RobotState, Step

LONGEST_GAP_S = 3.0
"""After a longer pause what was seen and done before it no longer counts."""
MOST_LOOKS = 600
"""Looks of a step that are kept, so that memory has an end: a minute, twice as long as an attempt may last."""


class Moments:
    """The pictures of each camera since the step began, and the last actions; another step or a pause empties it."""

    def __init__(self, cameras: Sequence[str], size: int, frames: int, history: int, step_s: float = STEP_S) -> None:
        """`frames` pictures of each camera, `size` pixels wide, and `history` actions of `step_s` are asked for."""
        self._cameras, self._size, self._frames, self._step_s = tuple(cameras), size, frames, step_s
        self._seen: deque[dict[str, ImageArray]] = deque(maxlen=MOST_LOOKS if frames > 1 else 0)
        self._done: deque[FloatArray] = deque(maxlen=history)
        self._since: RobotState | None = None
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
        """Earlier normal actions of this step, (k, 7), the last one last: what was commanded, not what was asked for.

        After guard and servo, like `data.executed` in recordings: one action while demonstrations are corrected, more
        where the hand hovers, none of any length where the chunk was refused.
        """
        if not self._goes_on(observation, step):
            return np.zeros((0, ACTION_WIDTH), np.float32)
        kept = deque([*self._done, *self._carried_out(observation.state)], maxlen=self._done.maxlen)
        return np.stack(kept) if kept else np.zeros((0, ACTION_WIDTH), np.float32)

    def remember(self, observation: Observation, step: Step) -> None:
        """What was seen; what is done from here on, the next look tells."""
        if not self._goes_on(observation, step):
            self.forget()
        done = self._carried_out(observation.state)
        if self._since is None or len(done):
            self._since = observation.state
        self._done.extend(done)
        self._step, self._time_s = step, observation.state.time_s
        self._seen.append(self.now(observation))

    def forget(self) -> None:
        """Nothing was seen or done yet."""
        self._seen.clear()
        self._done.clear()
        self._step = self._since = None

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

    def _carried_out(self, now: RobotState) -> FloatArray:
        """Normal actions (k, 7) since what is remembered; none yet where less than half an action's time has passed."""
        if self._since is None:
            return np.zeros((0, ACTION_WIDTH), np.float32)
        return normal_action(displacements(self._since, now, self._step_s))

    def _goes_on(self, observation: Observation, step: Step) -> bool:
        return step == self._step and 0 <= observation.state.time_s - self._time_s <= LONGEST_GAP_S
