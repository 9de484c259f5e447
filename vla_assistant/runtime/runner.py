"""Carries out what the session asks for: understand, ground, act, judge, recover. One thread, in order.

Waiting for a model or for the arm happens here and nowhere else. What has been overtaken by a stop, a cancel or a newer
command is answered all the same; the session ignores answers to old tickets.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import Protocol

import numpy as np

from vla_assistant import language
from vla_assistant.errors import AssistantError
from vla_assistant.events import Acting, Event, SceneLaid, SceneSeen, Warned
from vla_assistant.language import Conversation, Hand
from vla_assistant.policies.base import Policy
from vla_assistant.runtime.preview import preview
from vla_assistant.session import messages as m
from vla_assistant.types import (
    ACTION_WIDTH,
    ActionChunk,
    Command,
    Going,
    Judgement,
    Observation,
    Plan,
    PoseArray,
    Reference,
    RobotState,
    SeenThing,
    Step,
    Understanding,
    Verdict,
)

log = logging.getLogger(__name__)

LOOK_PERIOD_S = 1.0
SETTLE_S = 1.2
"""Things come to rest before the last judgement; success is measured over one second."""
RISE_M = 0.1
SHIFT_ACTIONS = 4
REST_STEP_S = 0.1
HOME_TIMEOUT_S = 20.0
HOME_POLL_S = 0.02
RELEASE_S = 2.0
AT_HOME_RAD = 0.1
"""A joint further than this from home may hold the hand over the table."""
DIRECTIONS = {
    "left": (0, -1, 0),
    "right": (0, 1, 0),
    "forward": (-1, 0, 0),
    "back": (1, 0, 0),
    "up": (0, 0, 1),
    "down": (0, 0, -1),
}
"""Ways of the user, who sits opposite the arm, in the arm's base frame."""
_UP = DIRECTIONS["up"]
GRIPPER_EMPTY = 0.05
"""Fingers that are closed further than this hold nothing; the thinnest thing is 2 cm wide, a quarter of the opening."""


class Motion(Protocol):
    """What the runner needs of the motion process."""

    def observe(self) -> Observation: ...

    def submit(self, chunk: ActionChunk, execute: int) -> Verdict: ...

    def wait(self, chunk: ActionChunk, execute: int) -> bool: ...

    def rest(self, seconds: float) -> None: ...

    def begin_task(self, steps: tuple[Step, ...]) -> None: ...

    def task_verdict(self, settle_s: float) -> tuple[bool, str] | None: ...

    def go_home(self) -> None: ...

    def new_scene(self, seed: int, steps: tuple[Step, ...] = ()) -> None: ...

    @property
    def moving(self) -> bool: ...

    @property
    def stopped(self) -> bool: ...


class Runner:
    """See the module."""

    def __init__(
        self,
        policy: Policy,
        motion: Motion,
        answer: Callable[[m.Input], None],
        publish: Callable[[Event], None],
        now: Callable[[], float],
        eye: Callable[[Observation], Observation] = lambda observation: observation,
        arm_ready: Callable[[], None] = lambda: None,
        execute: int = 2,
        watch: bool = False,
        language: str = "en",
    ) -> None:
        """Start nothing yet.

        Args:
            policy: The model.
            motion: The arm.
            answer: Takes the results.
            publish: Takes events: chunks that were sent, what is seen.
            now: The clock [s].
            eye: Puts the pictures of the chosen camera into an observation.
            arm_ready: Waits until the arm is up; raises when it did not start.
            execute: Actions of each chunk that are carried out before the policy looks again.
            watch: Look at the table every second while nothing else is to do.
            language: Of what is typed: a key of the vocabulary file, or "auto".
        """
        self._policy, self._motion, self._answer, self._publish = policy, motion, answer, publish
        self._now, self._eye, self._arm_ready, self._watch = now, eye, arm_ready, watch
        self._execute = execute
        self._tasks: SimpleQueue[m.Effect | None] = SimpleQueue()
        self._sending = threading.Lock()
        self._abandoned: set[int] = set()
        self._begun: int | None = None
        self._before: tuple[m.Ticket, Observation] | None = None
        self._withheld: set[int] = set()
        self._pace = 1.0
        self._conversation = Conversation(language)
        self._taken: Reference | None = None
        self._home: PoseArray | None = None
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
        self._abandoned.add(command_id)
        with self._sending:
            pass  # whoever was sending has finished; everybody after that sees the set

    def withhold(self, command_id: int, on: bool) -> None:
        """Once this has returned, nothing of that command is sent to the arm, until it is called with False."""
        (self._withheld.add if on else self._withheld.discard)(command_id)
        with self._sending:
            pass  # as in `abandon`

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
        if isinstance(task, m.Lay | m.Nudge | m.Pace | m.Settle):  # no command waits for these
            self._publish(Warned(self._now(), reason))
        else:
            self._answer(m.Broke(_command_id(task), reason))

    def _carry_out(self, task: m.Effect) -> None:
        match task:
            case m.Interpret(command, going):
                self._answer(m.Interpreted(command.id, self._understand(command, going)))
            case m.Settle(command_id, done):
                self._conversation.settle(command_id, done)
            case m.Ground(command, steps):
                self._answer(m.Planned(command.id, self._draft(steps)))
            case m.Recheck(proposal):
                self._answer(m.Planned(proposal.command.id, self._draft(proposal.plan.steps)))
            case m.Begin(command, steps):
                self._await_release(command.id)
                self._motion.begin_task(steps)
                self._begun, self._moved = command.id, True
            case m.Act(ticket, step) if step.skill == "home":
                self._answer(m.Judged(ticket, self._go_home(ticket)))
            case m.Act(ticket, step):
                self._answer(self._act(ticket, step))
            case m.Judge(ticket, step, last):
                judgement = self._judge(ticket, step, last)
                if step.skill == "pick" and judgement.done:
                    self._taken = step.object
                self._answer(m.Judged(ticket, judgement))
            case m.Recover(ticket):
                self._shift(ticket, _UP, RISE_M)
                self._answer(m.Recovered(ticket))
            case m.Nudge(ticket, direction, metres):
                self._shift(ticket, DIRECTIONS[direction], metres, paused=True)
            case m.Pace(share):
                self._pace = share
            case m.Lay(seed):
                self._arm_ready()
                self._motion.new_scene(seed, ())
                self._publish(SceneLaid(self._now(), seed))

    # Understanding.

    def _understand(self, command: Command, going: Going) -> Understanding:
        return self._conversation.understand(command.id, command.text, going, self._look, self._feel)

    def _feel(self) -> Hand | None:
        """What the hand holds, as the gripper reports it; None when that is not known."""
        try:
            self._arm_ready()
            holding = _holding(self._motion.observe().state)
        except AssistantError as error:
            log.info("the hand is not felt: %s", error)
            return None
        if not holding:
            return Hand()
        return Hand(self._taken) if self._taken else None

    def _look(self) -> tuple[SeenThing, ...]:
        """What is seen on the table now; without a policy or pictures nothing is.

        What the window lists stays that of the last clear look: a hand over the table hides and alters things.
        """
        try:
            observation = self._observe()
            seen = self._policy.look(observation)
        except AssistantError as error:
            log.info("nothing is seen: %s", error)
            return ()
        clear = self._sees_clearly(observation.state) or not self.seen
        if clear and (self._moved or _arrangement(seen) != _arrangement(self.seen)):
            self._publish(SceneSeen(self._now(), seen, observation.frames["front"].id))
            self.seen, self._moved = seen, False
        return seen

    def _sees_clearly(self, state: RobotState) -> bool:
        """The hand is empty and at home: where the arm went when told so, and before that where it was at first."""
        return not _holding(state) and self._is_home(state)

    def _is_home(self, state: RobotState) -> bool:
        if self._home is None:
            self._home = state.joints
        return float(np.abs(state.joints - self._home).max()) < AT_HOME_RAD

    def _draft(self, steps: tuple[Step, ...]) -> m.Draft:
        observation = self._observe()
        frame = observation.frames["front"]
        if all(step.skill == "home" for step in steps):  # the arm knows the way without looking
            return m.Draft(Plan(steps, language.describe(steps), 1.0), frame.id, frame.time_s)
        plan = self._policy.plan(steps, observation)
        if steps[0].skill == "home":
            return m.Draft(plan, frame.id, frame.time_s)
        chunk = self._policy.act(_instructed(observation, steps[0]), steps[0])
        return m.Draft(plan, frame.id, frame.time_s, preview(chunk, observation.state, plan.summary), chunk)

    # Motion.

    def _observe(self) -> Observation:
        self._arm_ready()
        return self._eye(self._motion.observe())

    def _await_release(self, command_id: int) -> None:
        """The arm may still be coming to rest from what was cancelled before."""
        deadline = self._now() + RELEASE_S
        while self._motion.stopped and self._now() < deadline and command_id not in self._abandoned:
            time.sleep(HOME_POLL_S)

    def _act(self, ticket: m.Ticket, step: Step) -> m.Acted:
        observation = _instructed(self._observe(), step)
        if self._before is None or self._before[0] != ticket:
            if not self._begins_well(ticket, observation.state):
                homed = self._go_home(ticket)
                observation = _instructed(self._observe(), step)
                if not homed.done:
                    return m.Acted(ticket, 0.0, observation.state.time_s, False, homed.evidence)
            self._before = ticket, observation
        chunk = self._policy.act(observation, step)
        chunk = replace(chunk, step_s=chunk.step_s / self._pace)
        verdict = self._send(ticket, chunk, self._execute)
        if verdict.allowed:
            self._publish(Acting(self._now(), ticket.index, verdict.chunk or chunk, observation.state))
        return m.Acted(ticket, chunk.done, observation.state.time_s, verdict.allowed, " ".join(verdict.reasons))

    def _begins_well(self, ticket: m.Ticket, state: RobotState) -> bool:
        """The policy has learnt to begin at home, or with something in the hand; a retry goes on where it was."""
        return ticket.attempt > 1 or _holding(state) or self._is_home(state)

    def _send(self, ticket: m.Ticket, chunk: ActionChunk, execute: int, paused: bool = False) -> Verdict:
        """Let the arm carry out `execute` actions of the chunk, unless the command has ended in the meantime.

        Args:
            ticket: The attempt that it belongs to.
            chunk: The actions.
            execute: How many of them.
            paused: Also while the command is paused.
        """
        with self._sending:
            if ticket.command_id in self._abandoned:
                return Verdict(False, None, ("The command has ended.",))
            if ticket.command_id in self._withheld and not paused:
                return Verdict(False, None, ("The command is paused.",))
            verdict = self._motion.submit(chunk, execute)
        if verdict.allowed:
            self._motion.wait(chunk, execute)
        return verdict

    def _judge(self, ticket: m.Ticket, step: Step, last: bool) -> Judgement:
        assert self._before is not None
        if last:
            self._motion.rest(SETTLE_S)
        return self._policy.judge(step, self._before[1], _instructed(self._observe(), step))

    def _shift(self, ticket: m.Ticket, way: tuple[int, int, int], metres: float, paused: bool = False) -> None:
        """Straight that way, with the gripper open unless something is in it."""
        state = self._motion.observe().state
        actions = np.zeros((SHIFT_ACTIONS, ACTION_WIDTH), np.float32)
        actions[:, :3] = np.array(way) * metres / SHIFT_ACTIONS
        actions[:, 6] = state.gripper_command if _holding(state) else 1.0
        self._send(ticket, ActionChunk(actions, REST_STEP_S, state.time_s), len(actions), paused)

    def _go_home(self, ticket: m.Ticket) -> Judgement:
        with self._sending:
            if ticket.command_id in self._abandoned | self._withheld:
                return Judgement(False, 1.0, "the way home was interrupted")
            self._motion.go_home()
        deadline, interrupted = self._now() + HOME_TIMEOUT_S, False
        while self._motion.moving and self._now() < deadline:
            if ticket.command_id in self._abandoned:
                return Judgement(False, 1.0, "the command has ended")
            interrupted = interrupted or self._motion.stopped or ticket.command_id in self._withheld
            time.sleep(HOME_POLL_S)
        arrived = not (self._motion.moving or self._motion.stopped or interrupted)
        if arrived:
            self._home = self._motion.observe().state.joints
        evidence = "the arm reports that it stands at home" if arrived else "the arm did not arrive at home"
        return Judgement(arrived, 1.0, evidence)


def _instructed(observation: Observation, step: Step) -> Observation:
    return replace(observation, instruction=language.describe((step,)))


def _holding(state: RobotState) -> bool:
    """Closed on something: fingers that were told to close and did not meet."""
    return state.gripper_command < 0.5 and state.gripper > GRIPPER_EMPTY


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
