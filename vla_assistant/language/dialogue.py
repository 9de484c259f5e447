"""The turns of a conversation with one arm: what each comes to after those before it.

A pure state machine: no device, no clock, no thread. It is told what is seen and what is going on, and says what follows;
what it proposed counts as carried out once the next text comes while the arm is idle, unless `dropped` was called.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from vla_assistant.language import phrasing, tasks
from vla_assistant.language.amending import Amended, amended, like
from vla_assistant.language.answering import answer
from vla_assistant.language.fragments import Fragment
from vla_assistant.language.hearing import Heard, Phase, hear
from vla_assistant.language.memory import Memory, found_again
from vla_assistant.language.reading.reader import read
from vla_assistant.language.request import IT, Act, Description, Request
from vla_assistant.language.resolution import Choice, Question, Refusal, Resolved, ResolvedAct
from vla_assistant.language.resolving import resolve
from vla_assistant.language.saying import says
from vla_assistant.language.tasks import Task
from vla_assistant.language.vocabulary import Thing
from vla_assistant.types import SeenThing

REMEMBERED = 20
"""So many turns can be undone."""
_AGAIN_BY = "a bit"


@dataclass(frozen=True)
class Turn:
    """What follows from what was said.

    Attributes:
        kind: "steps"; "wait-corrected" (steps in place of the proposed ones); "instead" (steps in place of those under
            way); "return" (steps that bring things back); "ask"; "confirm", "cancel", "slower", "faster", "pause",
            "resume", "nudge", "stop"; "help", "repeat", "understood"; "unsupported"; "nothing".
        acts: Of steps. The skill "return" brings `object` to its only anchor, the same thing as it lay before.
        manner: Of "slow", "fast", "careful".
        avoid: What must not be touched.
        question: Of "ask".
        direction, amount: Of "nudge".
        says: What the user hears; empty where the acts are told by whoever plans them.
    """

    kind: str
    acts: tuple[ResolvedAct, ...] = ()
    manner: frozenset[str] = frozenset()
    avoid: tuple[SeenThing, ...] = ()
    question: Question | None = None
    direction: str = ""
    amount: str = ""
    says: str = ""


@dataclass(frozen=True)
class _Asked:
    """A question that waits for its answer, with what it is about."""

    question: Question
    request: Request
    kind: str
    avoid: tuple[SeenThing, ...]


@dataclass
class Dialogue:
    """One conversation.

    Attributes:
        language: Of the words.
        things: What can be done with each kind of thing; the vocabulary's when None.
        memory: What earlier turns left behind.
    """

    language: str = "en"
    things: Mapping[str, Thing] | None = None
    memory: Memory = field(default_factory=Memory)
    _done: list[Task] = field(default_factory=list)
    _current: Task | None = None
    _asked: _Asked | None = None
    _said: str = ""

    def hear(self, text: str, seen: Sequence[SeenThing], phase: str) -> Turn:
        """What follows from the text.

        Args:
            text: What was said or typed.
            seen: What the policy sees in the front picture now.
            phase: "idle", "asked" (a question waits), "waiting" (a proposal waits) or "moving".
        """
        now = Phase(phase)
        if now is Phase.IDLE:
            self._settle()
        self._look(seen)
        heard = hear(text, now, self.language)
        turn = (self._answered(text, heard, seen) if now is Phase.ASKED else None) or self._follow(
            heard, text, seen, now
        )
        if heard.then is not None and turn.kind in ("steps", "return") and self._current is not None:
            turn = self._and_then(self._current, heard.then, seen)
        self._said = turn.says or self._said
        return turn

    def choose(self, choice: Choice, seen: Sequence[SeenThing]) -> Turn:
        """What follows when one of the choices of the question is clicked."""
        self._look(seen)
        asked, self._asked = self._asked, None
        if asked is None:
            return Turn("nothing")
        found = answer(asked.question, asked.request, choice, seen, self.memory, things=self.things)
        return self._taken(found, asked.request, asked.kind, asked.avoid) if found is not None else Turn("nothing")

    def dropped(self) -> None:
        """What was proposed or under way was not carried out: it expired, was refused or failed."""
        self._current = None

    def _look(self, seen: Sequence[SeenThing]) -> None:
        """Know everything spoken of as it is seen now."""
        self.memory = self.memory.seeing(seen)
        held = self.memory.held
        kept = [self._current] if self._current else []
        spoken = {
            t
            for task in (*self._done, *kept)
            for act in task.acts
            for t in (act.object, *act.anchors)
            if t not in (None, held)
        }
        now = {
            thing: found for thing in spoken if thing is not None and (found := found_again(thing, seen)) is not None
        }
        self._rename(now)

    def _rename(self, now: dict[SeenThing, SeenThing]) -> None:
        self._done = [task.renamed(now) for task in self._done]
        self._current = self._current.renamed(now) if self._current else None

    def _settle(self) -> None:
        """What was proposed has been carried out."""
        if self._current is None:
            return
        done, self.memory = tasks.carried_out(self._current, self.memory)
        self._current = None
        if not done.undoes:
            self._done = [*self._done, done][-REMEMBERED:]
        moved = {
            act.object: replace(act.object, point=tasks.landing(act, act.object.point))
            for act in done.acts
            if act.object
        }
        self._rename({old: new for old, new in moved.items() if old != self.memory.held})

    def _interrupted(self, seen: Sequence[SeenThing], phase: Phase) -> None:
        """Something new is wanted while the arm moves: what is under way counts as done, so that it can be undone."""
        if phase is Phase.MOVING:
            self._settle()
            self._look(seen)

    def _answered(self, text: str, heard: Heard, seen: Sequence[SeenThing]) -> Turn | None:
        """What follows from an answer to the question, None when the text is none."""
        asked = self._asked
        if asked is None or heard.kind not in ("part", "request", "nothing", "unsupported", "same"):
            return None
        found = answer(asked.question, asked.request, text, seen, self.memory, things=self.things)
        if found is None:
            return None
        self._asked = None
        return self._taken(found, asked.request, asked.kind, asked.avoid)

    def _follow(self, heard: Heard, text: str, seen: Sequence[SeenThing], phase: Phase) -> Turn:
        match heard.kind:
            case "stop" | "pause" | "resume" | "confirm":
                return Turn(heard.kind)
            case "cancel":
                return self._cancelled()
            case "reject":
                return (
                    self._cancelled()
                    if phase in (Phase.WAITING, Phase.ASKED)
                    else Turn("stop" if phase is Phase.MOVING else "nothing")
                )
            case "help":
                return Turn("help", says=" ".join(phrasing.examples(seen, language=self.language)))
            case "repeat":
                return Turn("repeat", says=self._said or says("nothing_said", self.language))
            case "understood":
                return Turn("understood", says=self._understanding())
            case "manner":
                return self._manner(heard.part, phase, seen)
            case "undo":
                return self._undone(seen, phase)
            case "return":
                return self._returned(heard.thing or Description(IT), seen, phase)
            case "opposite" if (part := self._turned_round()) is not None:
                return self._asked_for(replace(heard, kind="part", part=part, corrects=True), text, seen, phase)
            case "again" | "same" | "more":
                return self._repeated(heard, seen, phase)
            case "part" | "request":
                return self._asked_for(heard, text, seen, phase)
        return Turn(heard.kind, says=says("unsupported", self.language) if heard.kind == "unsupported" else "")

    def _and_then(self, first: Task, heard: Heard, seen: Sequence[SeenThing]) -> Turn:
        """The request that follows in the same breath, joined to the acts before it; a question about it comes alone."""
        request = read(heard.core, self.language)
        if request is None:
            return Turn("unsupported", says=says("unsupported", self.language))
        found = resolve(request, seen, tasks.carried_out(first, self.memory)[1], things=self.things)
        if isinstance(found, Resolved):
            found = replace(found, acts=(*first.acts, *found.acts))
        return self._taken(found, request, "steps", first.avoid)

    def _cancelled(self) -> Turn:
        self._current = self._asked = None
        return Turn("cancel")

    def _understanding(self) -> str:
        task = self._current or (self._done[-1] if self._done else None)
        if task is None:
            return says("nothing_understood", self.language)
        return says("understood", self.language, doing="; ".join(map(str, task.acts)))

    def _manner(self, part: Fragment, phase: Phase, seen: Sequence[SeenThing]) -> Turn:
        """ "slower": the proposal gets it as a constraint, the motion at once."""
        if phase is Phase.WAITING and self._current is not None and (put_right := amended(self._current, part, seen)):
            return self._resolved(put_right, seen, "wait-corrected", self._current.avoid)
        return Turn("faster" if "fast" in part.manner else "slower", manner=part.manner)

    def _undone(self, seen: Sequence[SeenThing], phase: Phase) -> Turn:
        if phase is Phase.WAITING:
            return self._cancelled()
        self._interrupted(seen, phase)
        while self._done:
            acts = tasks.undone(self._done.pop())
            if acts is not None:
                return self._proposed(
                    Task(acts, undoes=True), "return" if all(act.skill == tasks.RETURN for act in acts) else "steps"
                )
        return Turn("unsupported", says=says("nothing_to_undo", self.language))

    def _returned(self, thing: Description, seen: Sequence[SeenThing], phase: Phase) -> Turn:
        """The thing goes back to where it was before."""
        self._interrupted(seen, phase)
        moved = [other for other in seen if self.memory.before(other) is not None]
        found = resolve(Request((Act("put_down", thing),)), moved, self.memory, things=self.things) if moved else None
        if isinstance(found, Question):
            return self._taken(found, Request((Act("put_down", thing),)), "return", ())
        if not isinstance(found, Resolved):
            return Turn(
                "unsupported",
                says=says("nothing_before", self.language, thing=f"the {thing}" if thing.kind != IT else "it"),
            )
        return self._back(found)

    def _back(self, found: Resolved) -> Turn:
        acts = [
            tasks.going_back(act.object, at)
            for act in found.acts
            if act.object and (at := self.memory.before(act.object))
        ]
        return self._proposed(Task(tuple(acts)), "return")

    def _turned_round(self) -> Fragment | None:
        """The direction opposite to the one of the last push or move."""
        base = self._base()
        directions = [act.direction for act in base.acts if act.direction] if base else []
        return Fragment(direction=tasks.OPPOSITES[directions[-1]]) if directions else None

    def _base(self, with_object: bool = False) -> Task | None:
        """What "again" and "the same" refer to: the last task that was no return; the last with an object on demand."""
        known = [*self._done, *([self._current] if self._current else [])]
        fitting = [
            task
            for task in known
            if all(act.skill != tasks.RETURN for act in task.acts) and (task.object or not with_object)
        ]
        return fitting[-1] if fitting else None

    def _repeated(self, heard: Heard, seen: Sequence[SeenThing], phase: Phase) -> Turn:
        base = self._base(with_object=heard.kind == "same")
        if not heard.corrects:
            self._interrupted(seen, phase)
        if base is None:
            return Turn(
                "unsupported" if heard.thing is None else "nothing", says=says("nothing_to_repeat", self.language)
            )
        if heard.kind == "same" and heard.thing is not None:
            return self._with(base, heard.thing, seen, _kind(heard, phase))
        if heard.part.says_something and (put_right := amended(base, heard.part, seen)) is not None:
            return self._resolved(put_right, seen, "steps", base.avoid)
        if heard.kind == "more":
            acts = [act for act in base.acts if act.skill in ("push", "move")]
            base = replace(base, acts=tuple(replace(act, amount=heard.amount or _AGAIN_BY) for act in acts[-1:]))
        if not base.acts:
            return Turn("unsupported", says=says("nothing_to_repeat", self.language))
        return self._resolved(base.said(), seen, "steps", base.avoid)

    def _with(self, base: Task, thing: Description, seen: Sequence[SeenThing], kind: str) -> Turn:
        """The same acts with another thing."""
        if base.object is None:
            return Turn("nothing")
        request, settled = replace(
            base, acts=tuple(act for act in base.acts if act.object in (None, base.object))
        ).said()
        new = like(thing, base.object, seen)
        acts = tuple(replace(act, object=new) if act.object is not None else act for act in request.acts)
        memory = self.memory.spoke_of(base.object)
        kept = tuple(entry for entry in settled if entry.slot != "object")
        return self._resolved((replace(request, acts=acts), kept), seen, kind, base.avoid, memory)

    def _asked_for(self, heard: Heard, text: str, seen: Sequence[SeenThing], phase: Phase) -> Turn:
        """What names things, places or acts: a correction of what is planned, a nudge, or something new."""
        planned = self._current if phase in (Phase.WAITING, Phase.MOVING) else None
        if heard.kind == "part":
            turn = self._part(heard, planned, seen, phase)
            if turn is not None:
                return turn
        request = self._read(heard, text)
        if request is None:
            return self._placed(heard, seen) or Turn("nothing")
        if phase is Phase.MOVING and len(request.acts) == 1 and request.acts[0].skill == "move":
            return Turn("nudge", direction=request.acts[0].direction, amount=request.acts[0].amount)
        if (
            planned is not None
            and heard.corrects
            and (part := _taking(request)) is not None
            and planned.object is not None
        ):
            return self._part(replace(heard, part=part), planned, seen, phase) or Turn("nothing")
        request = replace(request, manner=request.manner | heard.part.manner)
        if not heard.corrects:
            self._interrupted(seen, phase)
        return self._resolved((request, ()), seen, _kind(heard, phase) if planned else "steps", ())

    def _part(self, heard: Heard, planned: Task | None, seen: Sequence[SeenThing], phase: Phase) -> Turn | None:
        part = heard.part
        pushing = planned is not None and planned.acts[-1].skill in ("push", "move")
        adjusting = bool(part.direction) and not (part.things or part.relation or part.receiver)
        if phase is Phase.MOVING and adjusting and not (heard.corrects and pushing):
            return Turn("nudge", direction=part.direction, amount=part.amount)
        if heard.complete and not heard.corrects:
            self._interrupted(seen, phase)
            return self._placed(heard, seen)
        if planned is not None:
            put_right = amended(planned, part, seen)
            if put_right is None:
                return None
            return self._resolved(
                put_right, seen, "instead" if phase is Phase.MOVING else "wait-corrected", planned.avoid
            )
        base = self._base(with_object=bool(part.things))
        if base is None:
            return None
        if part == Fragment(things=part.things) and len(part.things) == 1:
            return self._with(base, part.things[0], seen, "steps")
        if not part.things and (part.direction or part.amount) and not part.relation:
            acts = [act for act in base.acts if act.skill in ("push", "move")]
            more = replace(base, acts=tuple(acts[-1:]))
            put_right = amended(more, part, seen) if more.acts else None
            return self._resolved(put_right, seen, "steps", base.avoid) if put_right else None
        return None

    def _read(self, heard: Heard, text: str) -> Request | None:
        """The request that is read; "it" is what was spoken of before it in the same breath."""
        request = read(text, self.language) or (read(heard.core, self.language) if heard.core else None)
        if request is None or heard.topic is None or request.acts[0].object != Description(IT):
            return request
        return replace(
            request,
            acts=tuple(
                replace(act, object=heard.topic) if act.object == Description(IT) else act for act in request.acts
            ),
        )

    def _placed(self, heard: Heard, seen: Sequence[SeenThing]) -> Turn | None:
        """What names a thing and a place, or a place alone, without a verb: the thing goes there."""
        part = heard.part
        named = [thing for thing in part.things if thing.kind != IT]
        if not part.relation or len(named) > 1 or not (named or self.memory.last):
            return None
        act = Act(
            "place",
            named[0] if named else Description(IT),
            part.relation if part.relation != "to" else "on",
            part.anchors,
        )
        return self._resolved((Request((act,), part.manner), ()), seen, "steps", ())

    def _resolved(
        self,
        wanted: Amended,
        seen: Sequence[SeenThing],
        kind: str,
        avoid: tuple[SeenThing, ...],
        memory: Memory | None = None,
    ) -> Turn:
        request, settled = wanted
        found = resolve(request, seen, memory or self.memory, settled=settled, things=self.things)
        return self._taken(found, request, kind, avoid)

    def _taken(
        self, found: Resolved | Question | Refusal, request: Request, kind: str, avoid: tuple[SeenThing, ...]
    ) -> Turn:
        """The turn for what a request came to."""
        if isinstance(found, Refusal):
            return Turn("unsupported", says=found.text)
        if isinstance(found, Question):
            self._asked = _Asked(found, request, kind, avoid)
            return Turn("ask", question=found, says=found.text)
        if kind == "return":
            return self._back(found)
        around = tuple(dict.fromkeys((*avoid, *found.avoid)))
        return self._proposed(Task(tuple(map(tasks.as_carried, found.acts)), request.manner, around), kind)

    def _proposed(self, task: Task, kind: str) -> Turn:
        self._asked = None
        self._current = task
        self.memory = tasks.spoken_of(task.acts, self.memory)
        return Turn(kind, task.acts, task.manner, task.avoid)


def _kind(heard: Heard, phase: Phase) -> str:
    """What steps are called that are heard in this phase."""
    if heard.corrects and phase is Phase.MOVING:
        return "instead"
    return "wait-corrected" if heard.corrects and phase is Phase.WAITING else "steps"


def _taking(request: Request) -> Fragment | None:
    """The thing of "take the blue one" as a correction: what is planned is then done with that one."""
    act = request.acts[0]
    if len(request.acts) != 1 or act.skill != "pick" or act.object is None or act.object.kind == IT:
        return None
    return Fragment(things=(act.object,), manner=request.manner)
