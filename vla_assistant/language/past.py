"""What was done and what is planned in a conversation, kept as it is seen now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from vla_assistant.language import tasks
from vla_assistant.language.memory import Memory, apart, distance, found_again_all
from vla_assistant.language.resolution import ResolvedAct
from vla_assistant.language.tasks import Task
from vla_assistant.types import SeenThing

STILL = 0.05
"""A thing seen no farther away than this lies where it lay, as a fraction of the picture."""
REMEMBERED = 20
"""So many turns can be undone."""


@dataclass
class Past:
    """The tasks of a conversation.

    Attributes:
        memory: What earlier turns left behind.
        done: What was carried out and not undone, the latest last.
        undone: What was undone last, when nothing was done since.
        planned: What is proposed or under way.
        begun: Whether the arm is at what is planned, or at something nobody asked for in words.
        awaited: Whether something under way was replaced or given up, and its end is still to be told.
        seen: What was seen at the last look.
    """

    memory: Memory = field(default_factory=Memory)
    done: list[Task] = field(default_factory=list)
    undone: Task | None = None
    planned: Task | None = None
    begun: bool = False
    awaited: bool = False
    seen: tuple[SeenThing, ...] = ()

    def copy(self) -> Past:
        """As it is now; what is remembered later does not change it."""
        return replace(self, done=list(self.done))

    def look(self, seen: Sequence[SeenThing]) -> None:
        """Know everything spoken of as it is seen now."""
        held = self._held_now(seen)
        if held is not None and self.memory.held is not None:
            self.memory = self.memory.moved(self.memory.held, held.point)
        self.seen = tuple(seen)
        things = [*self.memory.known, *(thing for task in self._tasks() for thing in task.things)]
        now = found_again_all(dict.fromkeys(thing for thing in things if thing != self.memory.held), seen)
        self.memory = self.memory.renamed(now)
        self._rename(now)

    def _held_now(self, seen: Sequence[SeenThing]) -> SeenThing | None:
        """What is in the hand as it is seen now: of those like it the one that lies where none of the others lay."""
        held = self.memory.held
        if held is None or held in seen:
            return None
        others = [thing.point for thing in self.seen if thing.reference == held.reference and thing != held]
        alike = [thing for thing in seen if thing.reference == held.reference]
        found = [thing for thing in alike if all(distance(thing.point, other) > STILL for other in others)]
        return found[0] if len(found) == 1 else None

    def plan(self, task: Task) -> None:
        """The task is proposed; its things are what is spoken of now."""
        self.drop()
        self.planned = task
        self.memory = tasks.spoken_of(task.acts, self.memory)

    def drop(self) -> None:
        """What was planned is given up."""
        self.awaited = self.awaited or self.begun
        self.planned, self.begun = None, False

    def moving(self, moving: bool) -> None:
        """Whether the arm is at something now: at what is planned, unless the end of something before it is to come."""
        self.awaited = self.awaited and moving
        self.begun = moving and not self.awaited

    def ended(self, done: bool) -> None:
        """What was under way has ended; when it was replaced or given up before, that has been reckoned with."""
        if self.awaited:
            self.awaited = False
            return
        self.begun = False
        if done:
            self.settle()
        else:
            self.drop()

    def interrupt(self) -> None:
        """Something new is wanted: what is under way counts as done, so that it can be undone; the rest is dropped."""
        if self.begun:
            self.settle()
        else:
            self.drop()

    def settle(self) -> None:
        """What was planned has been carried out, or counts as if it had."""
        if self.planned is None:
            return
        task, self.memory = tasks.carried_out(self.planned, self.memory)
        self.drop()
        if not task.undoes:
            self.done, self.undone = [*self.done, task][-REMEMBERED:], None
        self._rename(_landed(task.acts, self.memory.held))

    def undo(self) -> tuple[ResolvedAct, ...] | None:
        """The acts that undo the last task which can be undone; it counts as undone from now on."""
        while self.done:
            last = self.done.pop()
            acts = tasks.undone(last)
            if acts is not None:
                self.undone = replace(last, origins=())
                return acts
        return None

    def back(self, things: Iterable[SeenThing]) -> tuple[ResolvedAct, ...]:
        """The acts that bring those things back which were moved; of several only what is not back already."""
        several, away = tuple(things), (*self.away, self.memory.held)
        things = several if len(several) == 1 else [thing for thing in several if thing in away]
        return tuple(tasks.going_back(thing, at) for thing in things if (at := self.memory.before(thing)) is not None)

    @property
    def away(self) -> tuple[SeenThing, ...]:
        """What was moved and not brought back, in that order."""
        last = {act.object: act.skill for task in self.done for act in task.acts if act.object is not None}
        return tuple(thing for thing, skill in last.items() if skill != tasks.RETURN)

    def base(self, with_object: bool = False) -> Task | None:
        """What "again" refers to: the last task that brought nothing back, even if it was undone.

        On demand it is the last of a kind that can be done with another object: no hand has two things to put down.
        """
        fitting = [task for task in self._tasks() if not task.returns and not (with_object and task.is_bare)]
        return fitting[-1] if fitting else None

    @property
    def last(self) -> Task | None:
        """What is planned, else what was done last."""
        return self.planned or next(reversed(self.done), None)

    def _tasks(self) -> list[Task]:
        return [*self.done, *filter(None, (self.undone, self.planned))]

    def _rename(self, now: Mapping[SeenThing, SeenThing]) -> None:
        self.done = [task.renamed(now) for task in self.done]
        self.undone = self.undone.renamed(now) if self.undone else None
        self.planned = self.planned.renamed(now) if self.planned else None


def _landed(acts: Iterable[ResolvedAct], held: SeenThing | None) -> dict[SeenThing, SeenThing]:
    """Where the things of the acts lie after them, but for the one in the hand."""
    found: dict[SeenThing, SeenThing] = {}
    for act in acts:
        if act.object is not None and act.object != held:
            landed = replace(act.object, point=tasks.landing(act, act.object.point))
            found[act.object] = apart(landed, [other for thing, other in found.items() if thing != act.object])
    return found
