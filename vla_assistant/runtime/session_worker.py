"""The thread of the session: takes inputs in order, publishes, holds the arm, and hands the rest to the runner.

Whatever goes wrong, every command that came in ends with exactly one `RunEnded`, at the latest when the worker closes.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Protocol

from vla_assistant.errors import AssistantError
from vla_assistant.events import Event, RunEnded, Warned
from vla_assistant.session import Session
from vla_assistant.session import messages as m
from vla_assistant.types import Command, Outcome, Proposal, Result

log = logging.getLogger(__name__)

TICK_S = 0.05


class Brake(Protocol):
    """The part of the motion process that means less motion. It takes a stop also while the arm is still starting."""

    @property
    def stopped(self) -> bool: ...

    @property
    def holds_by_itself(self) -> bool: ...

    @property
    def still(self) -> bool: ...

    @property
    def why_stopped(self) -> str: ...

    def stop(self, reason: str) -> int: ...

    def resume(self, number: int) -> None:
        """Clear the stop of that number and whatever the arm holds for by itself."""
        ...

    def release(self, number: int) -> None:
        """Clear the stop of that number only."""
        ...


class Performer(Protocol):
    """Carries out what the session asks for."""

    def perform(self, effect: m.Effect) -> None:
        """Take it and return at once."""
        ...

    def abandon(self, command_id: int) -> None:
        """Once this has returned, nothing of that command is sent to the arm any more."""
        ...

    def withhold(self, command_id: int, on: bool) -> None:
        """Once this has returned, nothing of that command is sent to the arm, until it is called with False."""
        ...


class SessionWorker:
    """Owns the session."""

    def __init__(
        self,
        session: Session,
        performer: Performer,
        brake: Brake,
        publish: Callable[[Event], None],
        now: Callable[[], float],
        arm_ready: Callable[[], bool] = lambda: True,
    ) -> None:
        """The performer answers with `put`, now or later, from any thread."""
        self._session, self._performer, self._brake = session, performer, brake
        self._publish, self._now = publish, now
        self._inbox: SimpleQueue[m.Input | None] = SimpleQueue()
        self._undealt: deque[m.Input] = deque()  # what is in the inbox and what is being dealt with
        self._arm_ready = arm_ready
        self._unended: dict[int, Command] = {}
        self._awaiting_stillness = False
        self._stop_number = 0  # of the last stop that the session asked for
        self._to_release: int | None = None  # the number of a stop whose latch goes as soon as the arm stands still
        self._thread = threading.Thread(target=self._run, name="session", daemon=True)

    def start(self) -> None:
        """Begin to take inputs; those put before are not lost."""
        self._thread.start()

    def put(self, item: m.Input) -> None:
        """From any thread, never waits."""
        self._undealt.append(item)
        self._inbox.put(item)

    def close(self, reason: str) -> None:
        """End the thread, and with it every command; may be called twice, and before `start`.

        Args:
            reason: Why, a clause.
        """
        self._inbox.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout=5.0)
        if self._thread.is_alive():
            return  # it waits for the arm; whoever closes that comes again
        while not self._inbox.empty():
            if (item := self._inbox.get()) is not None:
                self._deal_with_next(item)
        if self._unended:
            self._deal(m.Stop(reason))
        self._end_rest(reason)

    @property
    def proposal(self) -> Proposal | None:
        """What can be confirmed now."""
        return self._session.proposal

    @property
    def stopped(self) -> bool:
        """Is a stop latched?"""
        return self._session.stopped

    @property
    def idle(self) -> bool:
        """Nothing has come in that is not dealt with."""
        return not self._undealt and self._session.idle

    def _run(self) -> None:
        while True:
            try:
                item = self._inbox.get(timeout=TICK_S)
            except Empty:
                self._deal(m.Tick())
                continue
            if item is None:
                return
            self._deal_with_next(item)

    def _deal_with_next(self, item: m.Input) -> None:
        """Deal with what came out of the inbox."""
        self._deal(item)
        self._undealt.popleft()

    def _deal(self, item: m.Input) -> None:
        if isinstance(item, m.Given):
            self._unended[item.command.id] = item.command
        try:
            self._take(item)
            self._watch()
        except Exception as error:  # a bug: the arm holds first, the thread lives on
            self._brake.stop("the program has a fault")
            log.exception("session")
            self._end_all(f"the program has a fault ({type(error).__name__}: {error})")

    def _end_all(self, reason: str) -> None:
        """After a bug: a stop ends every command; what even that did not end is ended here."""
        try:
            self._take(m.Stop(reason))
        except Exception:
            log.exception("stopping after a fault")
        self._end_rest(reason)

    def _end_rest(self, reason: str) -> None:
        """Tell the end of every command of which nobody could be told; `close` tries once more."""
        for command in list(self._unended.values()):
            outcome = Outcome(Result.FAILED, f"Failed: {reason}.", seconds=self._now() - command.time_s)
            try:
                self._tell(RunEnded(self._now(), command, outcome))
            except Exception:
                log.exception("telling the end of command %d", command.id)

    def _take(self, item: m.Input) -> None:
        """Feed the session and carry out its effects; one that fails keeps nobody from hearing of the others.

        Raises:
            Exception: the first that an effect raised; after it nothing new was begun.
        """
        if isinstance(item, m.Resume) and not (self._session.stopped and self._resume()):
            return  # what is not told to be stopped cannot be resumed: the stop that was meant may still be on its way
        fault: Exception | None = None
        for effect in self._session.feed(item, self._now()):
            if fault is None or isinstance(effect, m.Publish | m.Hold | m.Withhold):
                try:
                    self._carry_out(effect)
                except Exception as error:
                    fault = fault or error
        if fault is not None:
            raise fault

    def _carry_out(self, effect: m.Effect) -> None:
        if isinstance(effect, m.Publish):
            self._tell(effect.event)
        elif isinstance(effect, m.Hold):
            self._hold(effect)
        elif isinstance(effect, m.Withhold):
            self._performer.withhold(effect.command_id, effect.on)
        elif isinstance(effect, m.Release):
            self._take(m.Resume())
            self._take(m.Released("The arm stays stopped." if self._session.stopped else ""))
        else:
            self._performer.perform(effect)

    def _tell(self, event: Event) -> None:
        """Publish; the end of a command once only, and again if telling it failed."""
        if not isinstance(event, RunEnded):
            self._publish(event)
        elif event.command.id in self._unended:
            self._publish(event)
            del self._unended[event.command.id]

    def _hold(self, effect: m.Hold) -> None:
        """The arm is told first; what was about to be sent is caught after that."""
        self._stop_number = self._brake.stop(effect.reason)
        if effect.command_id is not None:
            self._performer.abandon(effect.command_id)
        self._awaiting_stillness = effect.latched
        self._to_release = None if effect.latched else self._stop_number

    def _watch(self) -> None:
        """Stillness is told once; a hold that the motion process decided on by itself stops the session too."""
        if not self._arm_ready():
            return
        unheard_of = self._brake.stopped and self._to_release is None
        if (self._brake.holds_by_itself or unheard_of) and not self._session.stopped:
            self._take(m.Stop(self._brake.why_stopped))
        elif self._to_release is not None and self._brake.still:
            number, self._to_release = self._to_release, None
            self._try(self._brake.release, number)
        if self._awaiting_stillness and self._brake.still:
            self._awaiting_stillness = False
            self._take(m.Stood())

    def _resume(self) -> bool:
        """Clear the arm's latch as the user wants; an arm that starts is told later. A stop not heard of yet stays."""
        if self._arm_ready():
            return self._try(self._brake.resume, self._stop_number)
        self._to_release = self._stop_number
        return True

    def _try(self, clear: Callable[[int], None], number: int) -> bool:
        """Whether the arm did what was asked; if not, the user is told why."""
        try:
            clear(number)
        except AssistantError as error:
            self._publish(Warned(self._now(), str(error)))
            return False
        return True
