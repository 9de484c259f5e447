"""Understanding and grounding of texts without moving anything: what `vla-assistant plan` does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from vla_assistant.config import Settings
from vla_assistant.errors import AssistantError, UnsupportedError
from vla_assistant.language import describe, interpret, named_in
from vla_assistant.runtime.model import ModelProcess
from vla_assistant.runtime.motion import MotionProcess
from vla_assistant.runtime.table import Wanted, wanted_on_table
from vla_assistant.session.sight import missing
from vla_assistant.session.wording import Wording
from vla_assistant.types import Grounding, Intent, Plan, SeenThing, Step, Understanding


@dataclass(frozen=True, eq=False)
class Reading:
    """What became of a text: its meaning, where its things are, what to ask, and of a plan its chances; see `Plan`."""

    understanding: Understanding
    confidence: float
    question: str = ""
    groundings: tuple[Grounding, ...] = ()
    chances: tuple[float, ...] = ()
    familiar: float | None = None


class Grounder:
    """Reads texts; the processes behind it start with the first text that needs a picture.

    Attributes:
        trouble: Why nothing could be looked for in the picture; empty when all is well.
    """

    def __init__(self, settings: Settings, *, ground: bool = True, require: bool = True) -> None:
        """`require`: the simulated scene contains the things that each text names."""
        self._settings, self._ground, self._require = settings, ground, require
        self._motion: MotionProcess | None = None
        self._model: ModelProcess | None = None
        self.trouble = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes."""
        for part in (self._model, self._motion):
            if part is not None:
                part.close()

    def read(self, text: str) -> Reading:
        """Understand one text and find its things in the picture of the scene."""
        understanding = interpret(text, tuple, language=self._settings.app.language)
        if not self._ground or understanding.intent not in (Intent.COMMAND, Intent.QUESTION):
            return Reading(understanding, understanding.confidence, understanding.question)
        wanted = wanted_on_table(understanding, self._settings) if self._require else Wanted()
        if wanted.refusal:
            return Reading(replace(understanding, reason=wanted.refusal), understanding.confidence)
        try:
            return self._grounded(text, wanted.steps)
        except UnsupportedError as error:  # of this text only
            return Reading(replace(understanding, reason=str(error)), understanding.confidence, understanding.question)
        except AssistantError as error:
            self.trouble = self.trouble or str(error)
            return Reading(understanding, understanding.confidence, understanding.question)

    def _grounded(self, text: str, named: tuple[Step, ...]) -> Reading:
        model, motion = self._processes(named if self._require else ())
        if self._require:
            motion.new_scene(self._settings.simulation.seed, named)
        observation = motion.observe()

        def look() -> tuple[SeenThing, ...]:
            return model.look(observation, named_in(text))

        understanding = interpret(text, look, language=self._settings.app.language, learnt=model.learnt)
        if not understanding.steps or understanding.question:
            return Reading(understanding, understanding.confidence, understanding.question)
        plan = model.plan(understanding.steps, observation)
        question = _question(plan, Wording(describe, understanding.language))
        confidence = min(understanding.confidence, plan.confidence)
        return Reading(understanding, confidence, question, plan.groundings, plan.chances, plan.familiar)

    def _processes(self, steps: tuple[Step, ...]) -> tuple[ModelProcess, MotionProcess]:
        if self.trouble:
            raise AssistantError(self.trouble)
        if self._model is None or self._motion is None:
            self._model = ModelProcess(self._settings)
            self._model.start()
            self._motion = MotionProcess(self._settings, steps_in_scene=steps)
            self._motion.start()
        return self._model, self._motion


def _question(plan: Plan, words: Wording) -> str:
    """What has to be settled before the plan can be carried out; empty when nothing has."""
    things = missing(plan)
    question = f"{words.not_seen(things, plan.alternatives)} {words.say('what_now')}" if things else ""
    return question if plan.is_familiar else f"{words.say('strange')} {question or words.say('all_the_same')}"
