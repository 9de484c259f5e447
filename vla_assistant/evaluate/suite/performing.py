"""One episode: each command read, grounded, carried out and judged as in the running program, then held to the state.

Rules of the program that hold here too: a thing that is not seen is refused, but an empty arm away from home, which may
hide it, goes home first and looks again (the user is taken to have said yes to that); a step is acted, judged and tried
again as `session.progress` says (`policies.execution`), the last of a command after a rest; a step that begins with an
empty hand away from home begins by going home, but for the first of an episode, whose pose belongs to the test; `home`
is the arm's own way; a hold of the guard ends everything.
"""

from __future__ import annotations

from dataclasses import dataclass

from vla_assistant.errors import AssistantError, UnsafeError
from vla_assistant.evaluate.suite.failures import Evidence, Failure, kind_of
from vla_assistant.evaluate.suite.observed import ObservedPolicy
from vla_assistant.evaluate.suite.reading import Reader, same_meaning
from vla_assistant.evaluate.suite.stage import Stage
from vla_assistant.language import Hand, describe, named_in
from vla_assistant.policies.execution import Attempts, carry_out
from vla_assistant.policies.posture import begins_well, holding
from vla_assistant.session.sight import not_seen, unseen
from vla_assistant.sim.scene import Scene
from vla_assistant.types import Reference, SeenThing, Step


@dataclass(frozen=True)
class CommandResult:
    """How one command ended: see `records.EpisodeRecord`."""

    success: bool
    claimed: bool
    failure: Failure
    reason: str
    acted: str


@dataclass(frozen=True)
class _Ending:
    """How carrying out ended, as the program knows it."""

    claimed: bool = False
    refused: bool = False
    held: bool = False
    reason: str = ""


class Performance:
    """The commands of one episode, one after the other.

    Args:
        stage: With the scene laid out.
        policy: What acts.
        reader: Where the steps come from.
        scene: What lies there, to tell misread words from well-read ones.
        attempts: How patient the program is.
        told: Whether the reader is meant to give the steps that are meant.

    Attributes:
        attempts: The most that a step took so far.
    """

    def __init__(
        self, stage: Stage, policy: ObservedPolicy, reader: Reader, scene: Scene, attempts: Attempts, told: bool = True
    ) -> None:
        self._stage, self._policy, self._reader, self._scene = stage, policy, reader, scene
        self._rules, self._told = attempts, told
        self._taken: Reference | None = None
        self._begun = False
        self.attempts = 0

    def command(self, words: str, meant: tuple[Step, ...]) -> CommandResult:
        """Say one command and watch what comes of it."""
        self._stage.command(meant)
        read = self._reader.read(words, meant, lambda: self._look(words), self._feel)
        ending = self._carry_out(read.steps) if read.steps else _Ending(reason=read.reason)
        self._reader.ended(ending.claimed)
        self._stage.settle()
        misread = self._told and not same_meaning(read.steps, meant, self._scene)
        return self._result(meant, read.steps, ending, misread)

    # Carrying out

    def _carry_out(self, steps: tuple[Step, ...]) -> _Ending:
        try:
            return self._refusal(steps) or self._each(steps)
        except UnsafeError as error:
            return _Ending(held=True, reason=str(error))
        except AssistantError as error:
            return _Ending(refused=True, reason=str(error))

    def _refusal(self, steps: tuple[Step, ...]) -> _Ending | None:
        if all(step.skill == "home" for step in steps):  # the arm knows the way without looking
            return None
        observation = self._stage.observe()
        plan = self._policy.plan(steps, observation)
        missing = unseen(plan)
        if missing and not begins_well(observation.state):
            self._stage.go_home()
            plan = self._policy.plan(steps, self._stage.observe())
            missing = unseen(plan)
        return _Ending(refused=True, reason=not_seen(missing, plan.alternatives)) if missing else None

    def _each(self, steps: tuple[Step, ...]) -> _Ending:
        for index, step in enumerate(steps):
            done, reason = self._step(step, last=index == len(steps) - 1)
            self._begun = True
            if not done:
                return _Ending(reason=reason)
        return _Ending(claimed=True)

    def _step(self, step: Step, last: bool) -> tuple[bool, str]:
        if step.skill != "home":
            self._policy.begin()
        result = carry_out(self._policy, self._stage, step, self._rules, last, anywhere=not self._begun)
        self.attempts = max(self.attempts, result.attempts)
        if step.skill == "pick" and result.judgement.done:
            self._taken = step.object
        return result.judgement.done, result.reason

    def _look(self, words: str) -> tuple[SeenThing, ...]:
        return self._policy.look(self._stage.observe(), named_in(words))

    def _feel(self) -> Hand | None:
        if not holding(self._stage.observe().state):
            return Hand()
        return Hand(self._taken) if self._taken else None

    # Judging

    def _result(self, meant: tuple[Step, ...], read: tuple[Step, ...], ending: _Ending, misread: bool) -> CommandResult:
        monitor, touching = self._stage.monitor, self._stage.touching
        if monitor.success:
            return CommandResult(True, ending.claimed, Failure.NONE, "", touching.acted)
        failed = self._failed_step(meant)
        thing = None if failed is None else touching.object_of(failed)
        evidence = Evidence(
            skill=failed.skill if failed else "",
            misread=misread,
            refused=ending.refused,
            held=ending.held,
            took_other=touching.took_other or (touching.acted == "other" and meant[0].skill == "push"),
            moved_other=touching.moved_other,
            grasped=thing in touching.held,
            in_hand=thing is not None and thing == touching.in_hand,
            claimed=ending.claimed,
        )
        reason = monitor.reason if not misread else f"Read as: {describe(read) or 'nothing'}. {ending.reason}".strip()
        if ending.refused or ending.held:
            reason = ending.reason
        return CommandResult(False, ending.claimed, kind_of(evidence), reason, touching.acted)

    def _failed_step(self, meant: tuple[Step, ...]) -> Step | None:
        """The step that the success test complains of; None when it complains of something else that was moved."""
        monitor = self._stage.monitor
        complained = (s.step for s in monitor.statuses if s.reason == monitor.reason)
        found = next(complained, None)
        return found if found is not None or self._stage.touching.moved_other else meant[-1]
