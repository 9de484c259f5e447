"""Carries out what the session asks for: understand, ground, act, judge, recover. One thread, in order.

Waiting for a model or for the arm happens here and nowhere else. What has been overtaken by a stop, a cancel or a newer
command is answered all the same; the session ignores answers to old tickets.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from queue import Empty, SimpleQueue

from vla_assistant import language
from vla_assistant.errors import AssistantError
from vla_assistant.events import Acting, Event, SceneLaid, SceneSeen, Warned
from vla_assistant.language import Conversation, Hand
from vla_assistant.policies.base import Policy, forget
from vla_assistant.policies.execution import RISE_M, SETTLE_S
from vla_assistant.policies.posture import Hovering, begins_well, holding, is_home
from vla_assistant.runtime.looking import Looking
from vla_assistant.runtime.mover import Motion, Mover
from vla_assistant.runtime.preview import preview
from vla_assistant.session import messages as m
from vla_assistant.types import (
    Command,
    Going,
    Judgement,
    Observation,
    Plan,
    Reference,
    RobotState,
    SeenThing,
    Step,
    Understanding,
)

log = logging.getLogger(__name__)

LOOK_PERIOD_S = 1.0


class Runner:
    """See the module."""

    def __init__(
        self,
        policy: Policy,
        motion: Motion,
        answer: Callable[[m.Input], None],
        publish: Callable[[Event], None],
        now: Callable[[], float],
        execute: int,
        eye: Callable[[Observation], Observation] = lambda observation: observation,
        arm_ready: Callable[[], None] = lambda: None,
        watch: bool = False,
        conversation: Conversation | None = None,
    ) -> None:
        """Start nothing yet.

        Args:
            policy: The model.
            motion: The arm.
            answer: Takes the results.
            publish: Takes events: chunks that were sent, what is seen.
            now: The clock [s].
            execute: Actions of each chunk that are carried out before the policy looks again.
            eye: Puts the pictures of the chosen camera into an observation.
            arm_ready: Waits until the arm is up; raises when it did not start.
            watch: Look at the table every second while nothing else is to do.
            conversation: Understands what is said; one of its own when None.
        """
        self._policy, self._motion, self._answer, self._publish = policy, motion, answer, publish
        self._now, self._arm_ready, self._watch = now, arm_ready, watch
        self._looking = Looking(motion, eye)
        self._execute = execute
        self._tasks: SimpleQueue[m.Effect | None] = SimpleQueue()
        self._mover = Mover(motion, now)
        self._begun: int | None = None
        self._before: tuple[m.Ticket, Observation] | None = None
        self._hovering = Hovering()
        self._pace = 1.0
        self._conversation = conversation or Conversation()
        self._taken: Reference | None = None
        self._moved = False
        self.seen: tuple[SeenThing, ...] = ()
        self._thread = threading.Thread(target=self._run, name="runner", daemon=True)

    def start(self) -> None:
        """Begin to work; what was asked before is not lost."""
        self._thread.start()

    def perform(self, effect: m.Effect) -> None:
        """Carry it out soon; never waits."""
        self._tasks.put(effect)

    def abandon(self, command_id: int) -> None:
        """Once this has returned, nothing of that command is sent to the arm any more."""
        self._mover.abandon(command_id)

    def withhold(self, command_id: int, on: bool) -> None:
        """Once this has returned, nothing of that command is sent to the arm, until it is called with False."""
        self._mover.withhold(command_id, on)

    def verdict(self, command_id: int, claimed: bool) -> bool:
        """Does the simulator say that the command is done? One that never began is not; one that is claimed to be done
        gets the second that an effect must last."""
        if self._begun != command_id:
            return False
        try:
            verdict = self._motion.task_verdict(SETTLE_S if claimed else 0.0)
        except AssistantError as error:
            log.warning("no verdict: %s", error)
            return False
        except Exception:  # a bug there must not cost the command its end
            log.exception("the verdict of command %d", command_id)
            return False
        return verdict is not None and verdict[0]

    def close(self) -> None:
        """End the thread."""
        self._tasks.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout=5.0)

    def _run(self) -> None:
        while True:
            try:
                task = self._tasks.get(timeout=LOOK_PERIOD_S if self._watch else None)
            except Empty:
                self._glance()
                continue
            if task is None:
                return
            try:
                self._carry_out(task)
            except AssistantError as error:
                self._broke(task, str(error))
            except Exception as error:  # a bug: the session holds the arm
                log.exception("%s", type(task).__name__)
                self._broke(task, f"The program has a fault ({type(error).__name__}: {error}).")

    def _glance(self) -> None:
        """Look while nothing else is to do; a bug there must not end the thread that every command needs."""
        try:
            self._look()
        except Exception:
            log.exception("looking at the table")

    def _broke(self, task: m.Effect, reason: str) -> None:
        if isinstance(task, m.Lay | m.Nudge | m.Pace | m.Settle | m.Forget):  # no command waits for these
            self._publish(Warned(self._now(), reason))
        else:
            self._answer(m.Broke(_command_id(task), reason))

    def _carry_out(self, task: m.Effect) -> None:
        match task:
            case m.Interpret(command, going):
                self._answer(m.Interpreted(command.id, self._understand(command, going)))
            case m.Forget(command_id):
                self._conversation.forget(command_id)
            case m.Settle(command_id, done):
                self._conversation.settle(command_id, done)
            case m.Ground(command, steps):
                self._answer(m.Planned(command.id, self._draft(steps)))
            case m.Recheck(proposal):
                self._answer(m.Planned(proposal.command.id, self._draft(proposal.plan.steps)))
            case m.Begin(command, steps):
                self._mover.await_release(command.id)
                self._motion.begin_task(steps)
                self._begun, self._moved = command.id, True
            case m.Act(ticket, step) if step.skill == "home":
                self._answer(m.Judged(ticket, self._mover.go_home(ticket)))
            case m.Act(ticket, step):
                self._answer(self._act(ticket, step))
            case m.Judge(ticket, step, last):
                judgement = self._judge(ticket, step, last)
                if step.skill == "pick" and judgement.done:
                    self._taken = step.object
                self._answer(m.Judged(ticket, judgement))
            case m.Recover(ticket):
                self._mover.shift(ticket, "up", RISE_M)
                self._answer(m.Recovered(ticket))
            case m.Nudge(ticket, direction, metres, paused):
                self._nudge(ticket, direction, metres, paused)
            case m.Pace(share):
                self._pace = share
            case m.Lay(seed):
                self._arm_ready()
                self._motion.new_scene(seed, ())
                self._conversation.forget_all()
                forget(self._policy)
                self._taken, self._moved = None, True
                self._publish(SceneLaid(self._now(), seed))

    # Understanding.

    def _understand(self, command: Command, going: Going) -> Understanding:
        look = partial(self._look, command.text)
        return self._conversation.understand(command.id, command.text, going, look, self._feel)

    def _feel(self) -> Hand | None:
        """What the hand holds, as the gripper reports it; None when that is not known."""
        try:
            self._arm_ready()
            full = holding(self._motion.observe().state)
        except AssistantError as error:
            log.info("the hand is not felt: %s", error)
            return None
        if not full:
            return Hand()
        return Hand(self._taken) if self._taken else None

    def _look(self, text: str = "") -> tuple[SeenThing, ...]:
        """What is seen on the table now, for a text that may name some of it; without a policy or pictures nothing is.

        What the window lists stays that of the last clear look: a hand over the table hides and alters things. Nor does
        it list what is only made out because the text names it: the next glance would take that off again.
        """
        named = language.named_in(text)
        try:
            observation = self._observe()
            seen = self._policy.look(observation, named)
        except AssistantError as error:
            log.info("nothing is seen: %s", error)
            return ()
        clear = self._sees_clearly(observation.state) or not self.seen
        if clear and not (named and self._watch) and (self._moved or _arrangement(seen) != _arrangement(self.seen)):
            self._publish(SceneSeen(self._now(), seen, observation.frames["front"].id))
            self.seen, self._moved = seen, False
        return seen

    def _sees_clearly(self, state: RobotState) -> bool:
        """The hand is empty and at home."""
        return not holding(state) and is_home(state)

    def _draft(self, steps: tuple[Step, ...]) -> m.Draft:
        observation = self._observe()
        frame = observation.frames["front"]
        if all(step.skill == "home" for step in steps):  # the arm knows the way without looking
            return m.Draft(Plan(steps, language.describe(steps), 1.0), frame.id, frame.time_s)
        plan = self._policy.plan(steps, observation)
        obstructed = not begins_well(observation.state)
        if steps[0].skill == "home":
            return m.Draft(plan, frame.id, frame.time_s, obstructed=obstructed)
        chunk = self._policy.act(_instructed(observation, steps[0]), steps[0])
        return m.Draft(plan, frame.id, frame.time_s, preview(chunk, observation.state, plan.summary), chunk, obstructed)

    # Motion.

    def _observe(self) -> Observation:
        self._arm_ready()
        return self._looking.now()

    def _nudge(self, ticket: m.Ticket, direction: str, metres: float, paused: bool) -> None:
        if paused:
            self._mover.await_release_of_pause()
        verdict = self._mover.shift(ticket, direction, metres, paused)
        if not verdict.allowed:
            self._publish(Warned(self._now(), f"The arm did not move there: {' '.join(verdict.reasons)}"))

    def _act(self, ticket: m.Ticket, step: Step) -> m.Acted:
        self._mover.await_release(ticket.command_id)
        self._arm_ready()
        observation = _instructed(self._looking.for_action(ticket), step)
        if self._before is None or self._before[0] != ticket:
            if not self._begins_well(ticket, observation.state):
                homed = self._mover.go_home(ticket)
                observation = _instructed(self._observe(), step)
                if not homed.done:
                    return m.Acted(ticket, 0.0, observation.state.time_s, False, homed.evidence)
            self._before, self._hovering = (ticket, observation), Hovering()
        chunk = self._policy.act(observation, step)
        chunk = replace(chunk, step_s=chunk.step_s / self._pace)
        execute = len(chunk.actions) if self._hovering.noticed(observation.state) else self._execute
        self._looking.note(ticket, observation, execute * chunk.step_s)
        verdict = self._mover.send(ticket, chunk, execute)
        if verdict.allowed:
            self._publish(Acting(self._now(), ticket.index, verdict.chunk or chunk, observation.state))
        reason, time_s = " ".join(verdict.reasons), observation.state.time_s
        return m.Acted(ticket, chunk.done, time_s, verdict.allowed, reason, verdict.gave_way)

    def _begins_well(self, ticket: m.Ticket, state: RobotState) -> bool:
        """The policy has learnt to begin at home, or with something in the hand; a retry goes on where it was."""
        return ticket.attempt > 1 or begins_well(state)

    def _judge(self, ticket: m.Ticket, step: Step, last: bool) -> Judgement:
        assert self._before is not None
        if last:
            self._motion.rest(SETTLE_S)
        return self._policy.judge(step, self._before[1], _instructed(self._observe(), step))


def _instructed(observation: Observation, step: Step) -> Observation:
    return replace(observation, instruction=language.describe((step,)))


def _arrangement(seen: tuple[SeenThing, ...]) -> list[tuple[str, int, int]]:
    """What is seen and roughly where, in steps of a fiftieth of the picture."""
    return sorted((str(thing.reference), round(thing.point.u * 50), round(thing.point.v * 50)) for thing in seen)


def _command_id(task: m.Effect) -> int:
    match task:
        case m.Interpret(command) | m.Ground(command) | m.Begin(command):
            return command.id
        case m.Recheck(proposal):
            return proposal.command.id
        case m.Act(ticket) | m.Judge(ticket) | m.Recover(ticket):
            return ticket.command_id
    raise TypeError(f"{type(task).__name__} is no task of the runner")
