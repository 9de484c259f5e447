"""What the runner looks at: the newest picture, and within an attempt one that the policy was not asked about yet."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from vla_assistant.arms.base import PERIOD_S
from vla_assistant.runtime.mover import Motion
from vla_assistant.session.messages import Ticket
from vla_assistant.types import Observation

_POLL_S = 0.005


class _Asked(NamedTuple):
    """What the policy was asked about last: the attempt, the front picture, and from when on to look again [s]."""

    ticket: Ticket
    picture: tuple[int, float] | None
    next_s: float


class Looking:
    """One owner thread.

    Args:
        motion: Has the simulator's pictures and the arm's state.
        eye: Puts the pictures of the chosen camera into an observation.
    """

    def __init__(self, motion: Motion, eye: Callable[[Observation], Observation]) -> None:
        self._motion, self._eye = motion, eye
        self._asked: _Asked | None = None

    def now(self) -> Observation:
        """The newest picture, whatever its age."""
        return self._eye(self._motion.observe())

    def for_action(self, ticket: Ticket) -> Observation:
        """What the next chunk of this attempt is made of: a new picture, once the actions before it are over.

        Asked twice about one picture the policy says the same twice, so that one flicker of `done` would end the step,
        and chunks would follow each other faster than they blend. In lockstep time stands still between actions.

        Raises:
            AssistantError: No new picture comes.
        """
        asked = self._asked
        if asked is None or asked.ticket != ticket or self._motion.lockstep:
            return self.now()
        while True:
            observation = self._eye(self._motion.observe(asked.next_s))
            picture = _picture(observation)
            if picture is None or picture != asked.picture:
                return observation
            time.sleep(_POLL_S)  # a camera beside the arm is slower; the eye tells when it shows nothing new any more

    def note(self, ticket: Ticket, observation: Observation, seconds: float) -> None:
        """The policy was asked about this for that attempt, and so many seconds of its answer are carried out.

        Half a control period less is waited for: pictures are taken at its ticks, which come a little early or late.
        """
        self._asked = _Asked(ticket, _picture(observation), observation.state.time_s + seconds - PERIOD_S / 2)


def _picture(observation: Observation) -> tuple[int, float] | None:
    """Which front picture it is: number and time; None without one."""
    frame = observation.frames.get("front")
    return None if frame is None else (frame.id, frame.time_s)
