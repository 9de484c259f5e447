"""What the policy in the model process has learnt, for the language layer: each step is asked about once."""

from __future__ import annotations

import logging
from collections.abc import Callable

from vla_assistant.errors import AssistantError
from vla_assistant.types import Step

log = logging.getLogger(__name__)


class LearntByModel:
    """See the module. Implements `language.Learnt`; safe to call from any thread."""

    def __init__(self, ask: Callable[[Step], str]) -> None:
        """`ask` puts the question to the policy and waits until it is loaded; raises AssistantError without one."""
        self._ask = ask
        self._told: dict[Step, str] = {}

    def why_not(self, step: Step) -> str:
        """Why the policy cannot do this step, empty when it can, or when there is no policy that could tell: whoever
        needs it then says what is wrong with it."""
        if step.skill == "home":
            return ""
        if step not in self._told:
            try:
                self._told[step] = self._ask(step)
            except AssistantError as error:
                log.info("nobody knows whether %s is learnt: %s", step.skill, error)
                return ""
        return self._told[step]
