"""The VLA controller as a Python object: words and a picture in, a plan, actions and finally a result out.

    from vla_assistant.policies.controller import VLAController
    controller = VLAController()
    answer = controller.process_command(image, "pick up the blue cube")
    print(answer.plan.summary, answer.plan.confidence, answer.chunk.actions[0])

`process_command` moves nothing. `execute_task` needs an environment that acts and observes under guard, for example
`vla_assistant.data.table.Table` (simulated, lockstep).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vla_assistant import language
from vla_assistant.errors import BackendError, InputError, UnsafeError, UnsupportedError
from vla_assistant.policies.base import Policy
from vla_assistant.policies.execution import Attempts, Environment, carry_out
from vla_assistant.session.sight import not_seen, unseen
from vla_assistant.types import (
    ActionChunk,
    Frame,
    ImageArray,
    Intent,
    Observation,
    Outcome,
    Plan,
    Result,
    RobotState,
    Step,
    Understanding,
)


@dataclass(frozen=True, eq=False)
class Answer:
    """What the controller makes of a command: what it understood, the grounded plan, and the first actions."""

    understanding: Understanding
    plan: Plan
    chunk: ActionChunk


class VLAController:
    """Language, grounding and action in one object.

    Args:
        policy: Any policy; the shipped compact one when not given.
        environment: Where `execute_task` acts; not needed for `process_command`.
    """

    def __init__(self, policy: Policy | None = None, environment: Environment | None = None) -> None:
        if policy is None:
            from vla_assistant.policies.compact import CompactPolicy

            policy = CompactPolicy()
        self._policy = policy
        self._environment = environment

    def process_command(
        self, image: ImageArray, text: str, *, wrist: ImageArray | None = None, state: RobotState | None = None
    ) -> Answer:
        """Understand the words, find the things in the picture, and say what the arm would do first.

        Args:
            image: The front camera's picture, uint8 (h, w, 3) RGB.
            text: The command, for example "put the green ball in the blue bowl".
            wrist: The wrist camera's picture; a plain grey one when there is none.
            state: What the arm reports; the arm at home and open when there is none.

        Raises:
            InputError: The words are no command, or something in them is missing.
            UnsupportedError: They ask for what the arm cannot do.
        """
        observation = _observation(image, text, wrist, state)
        understanding, plan = self._planned(observation)
        return Answer(understanding, plan, self._policy.act(observation, plan.steps[0]))

    def execute_task(self, image: ImageArray, text: str, *, attempts: Attempts | None = None) -> Outcome:
        """Do what the words say, in the environment; `image` is the front picture on which it is decided.

        The rules are those of the program: an empty hand away from home goes home before a step begins, and `home` is
        the arm's own way.

        Args:
            image: As `process_command` takes it.
            text: The command.
            attempts: How patiently; as the program's defaults and the policy's settings say when not given.

        Raises:
            BackendError: There is no environment to act in.
            InputError: As `process_command`.
            UnsupportedError: As `process_command`.
        """
        if self._environment is None:
            raise BackendError(
                "This controller has no arm to carry out a task with.",
                "Create it with VLAController(environment=...), for example vla_assistant.data.table.Table().",
            )
        now = self._environment.observe(text)
        began_s = now.state.time_s
        _, plan = self._planned(_observation(image, text, _picture(now, "wrist"), now.state))
        if missing := unseen(plan):
            return Outcome(Result.REFUSED, not_seen(missing, plan.alternatives))
        try:
            return self._carry_out(plan, self._environment, attempts)
        except UnsafeError as error:
            return Outcome(Result.STOPPED, str(error), seconds=self._environment.observe().state.time_s - began_s)

    def _planned(self, observation: Observation) -> tuple[Understanding, Plan]:
        """What the words of the observation are understood as, and where that is in its pictures."""
        text = observation.instruction
        understanding = language.understand(text, self._policy.look(observation, language.named_in(text)))
        return understanding, self._policy.plan(_steps_of(understanding), observation)

    def _carry_out(self, plan: Plan, environment: Environment, attempts: Attempts | None) -> Outcome:
        seconds = 0.0
        evidence = ""
        for index, step in enumerate(plan.steps):
            last = index == len(plan.steps) - 1
            result = carry_out(self._policy, environment, step, attempts, last)
            seconds += result.seconds
            evidence = result.judgement.evidence
            if not result.judgement.done:
                reason = f"I could not {language.describe([step])}: {result.reason}"
                return Outcome(Result.FAILED, reason, evidence, seconds)
        return Outcome(Result.DONE, f"Done: {plan.summary}.", evidence, seconds, claimed=True)


def _steps_of(understanding: Understanding) -> tuple[Step, ...]:
    if understanding.question:
        raise InputError(f"{understanding.text!r} is not clear: {understanding.question}")
    if understanding.intent == Intent.UNSUPPORTED:
        raise UnsupportedError(understanding.reason)
    if not understanding.steps:
        raise InputError(f"{understanding.text!r} is not a command for the arm but a {understanding.intent}.")
    return understanding.steps


def _picture(observation: Observation, camera: str) -> ImageArray | None:
    frame = observation.frames.get(camera)
    return None if frame is None else frame.image


def _observation(image: ImageArray, text: str, wrist: ImageArray | None, state: RobotState | None) -> Observation:
    wrist = np.full((64, 64, 3), 128, np.uint8) if wrist is None else wrist
    state = state or _at_home()
    frames = {
        "front": Frame(image, "front", 0, state.time_s),
        "wrist": Frame(wrist, "wrist", 0, state.time_s),
    }
    return Observation(frames, state, text)


def _at_home() -> RobotState:
    """The simulated arm at home, open and at rest."""
    from vla_assistant.sim.kinematics import Kinematics

    kinematics = Kinematics()
    pose = kinematics.forward(kinematics.home_joints)
    zeros = np.zeros(len(kinematics.home_joints))
    return RobotState(kinematics.home_joints, zeros, 1.0, pose, pose, 1.0, zeros, 0.0)
