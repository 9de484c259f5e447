"""The turns of a conversation with one arm: what each comes to after those before it.

A pure state machine: no device, no clock, no thread. It is told what is seen and what is going on, and says what
follows. What it proposed counts as carried out when `ended` says so, and as never proposed after `dropped`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from vla_assistant.language import amending, asking, phrasing
from vla_assistant.language.amending import Amended
from vla_assistant.language.answering import answer
from vla_assistant.language.fragments import Fragment
from vla_assistant.language.hearing import Heard, Phase, hear
from vla_assistant.language.memory import Memory
from vla_assistant.language.past import Past
from vla_assistant.language.request import IT, Act, Description, Request
from vla_assistant.language.resolution import Choice, Question, Refusal, Resolved
from vla_assistant.language.resolving import resolve
from vla_assistant.language.saying import says
from vla_assistant.language.tasks import Task, as_carried, carried_out
from vla_assistant.language.turn import WITH_ACTS, Turn
from vla_assistant.language.vocabulary import Thing
from vla_assistant.types import SeenThing

_A_BIT = "a bit"


@dataclass(frozen=True)
class _Now:
    """What was said just now, before what is seen and in which phase."""

    text: str
    heard: Heard
    seen: Sequence[SeenThing]
    phase: Phase

    @property
    def kind(self) -> str:
        """What steps are called that are heard now."""
        if self.heard.corrects and self.phase is Phase.MOVING:
            return "instead"
        return "wait-corrected" if self.heard.corrects and self.phase is Phase.WAITING else "steps"

    def putting_right(self, part: Fragment) -> _Now:
        """The same, heard as a correction by that part."""
        return replace(self, heard=replace(self.heard, kind="part", part=part, corrects=True))


@dataclass(frozen=True)
class _Asked:
    """A question that waits for its answer, with what it is about."""

    question: Question
    request: Request
    kind: str
    first: Task


@dataclass
class Dialogue:
    """One conversation.

    Attributes:
        language: Of the words.
        things: What can be done with each kind of thing; the vocabulary's when None.
        past: What was done and what is planned.
    """

    language: str = "en"
    things: Mapping[str, Thing] | None = None
    past: Past = field(default_factory=Past)
    _asked: _Asked | None = None
    _said: str = ""

    def hear(self, text: str, seen: Sequence[SeenThing], phase: str) -> Turn:
        """What follows from the text.

        Args:
            text: What was said or typed.
            seen: What the policy sees in the front picture now.
            phase: "idle", "asked" (a question waits), "waiting" (a proposal waits) or "moving".
        """
        now = _Now(text, hear(text, Phase(phase), self.language), seen, Phase(phase))
        self.past.moving(now.phase is Phase.MOVING)
        self.past.look(seen)
        turn = self._answered(now) or self._follow(now)
        if now.heard.then is not None and turn.kind in WITH_ACTS and self.past.planned is not None:
            turn = self._and_then(self.past.planned, now.heard.then, seen)
        self._said = turn.says or self._said
        return turn

    def choose(self, choice: Choice, seen: Sequence[SeenThing]) -> Turn:
        """What follows when one of the choices of the question is clicked."""
        self.past.look(seen)
        return self._settled(choice, seen) or Turn("nothing")

    def ended(self, done: bool) -> None:
        """What was under way has ended, once for everything begun: carried out, or not (then it is forgotten).

        When something that was said in the meantime took its place, its end changes nothing any more.
        """
        self.past.ended(done)

    def dropped(self) -> None:
        """What was proposed was not begun: it expired or was refused."""
        self.past.drop()

    def _answered(self, now: _Now) -> Turn | None:
        """What follows from an answer to the question, None when nothing was asked or the text is no answer."""
        if now.phase is not Phase.ASKED or now.heard.kind not in ("part", "request", "nothing", "unsupported", "same"):
            return None
        return self._settled(now.text, now.seen, now.heard.part.manner)

    def _settled(
        self, said: str | Choice, seen: Sequence[SeenThing], manner: frozenset[str] = frozenset()
    ) -> Turn | None:
        asked = self._asked
        if asked is None:
            return None
        request = replace(asked.request, manner=asked.request.manner | manner)
        found = answer(asked.question, request, said, seen, self.past.memory, things=self.things)
        return self._taken(found, request, asked.kind, asked.first) if found is not None else None

    def _follow(self, now: _Now) -> Turn:
        heard = now.heard
        match heard.kind:
            case "cancel":
                return self._cancelled()
            case "reject":
                return self._rejected(now.phase)
            case "help":
                return Turn("help", says=" ".join(phrasing.examples(now.seen, language=self.language)))
            case "repeat":
                return Turn("repeat", says=self._said or self._says("nothing_said"))
            case "understood":
                return Turn("understood", says=self._understanding())
            case "manner":
                return self._manner(now)
            case "undo":
                return self._undone(now)
            case "return":
                return self._returned(heard.thing or Description(IT), now)
            case "again" | "more" | "opposite" | "same":
                return self._repeated(now)
            case "part" | "request":
                return self._asked_for(now)
            case "unsupported":
                return self._unsupported()
        return Turn(heard.kind)

    def _cancelled(self) -> Turn:
        self.past.drop()
        self._asked = None
        return Turn("cancel")

    def _rejected(self, phase: Phase) -> Turn:
        """A no without what is meant instead."""
        if phase is Phase.MOVING:
            return Turn("stop")
        return Turn("nothing") if phase is Phase.IDLE else self._cancelled()

    def _understanding(self) -> str:
        task = self.past.last
        return self._says("understood", doing="; ".join(map(str, task.acts))) if task else self._says("nothing_planned")

    def _manner(self, now: _Now) -> Turn:
        """ "slower": the proposal gets it as a constraint, the motion at once."""
        part, planned = now.heard.part, self.past.planned
        if now.phase is Phase.WAITING and planned is not None and (wanted := amending.amended(planned, part, now.seen)):
            return self._resolved(wanted, now, "wait-corrected", replace(planned, acts=()))
        if not part.manner:
            return Turn("nothing")
        return Turn("faster" if "fast" in part.manner else "slower", manner=part.manner)

    def _interrupt(self, now: _Now) -> None:
        """Something new is wanted while the arm moves: what is under way counts as done, so that it can be undone."""
        if now.phase is Phase.MOVING and not now.heard.corrects:
            self.past.interrupt()
            self.past.look(now.seen)

    def _undone(self, now: _Now) -> Turn:
        if now.phase is Phase.WAITING:
            return self._cancelled()
        self._interrupt(replace(now, heard=replace(now.heard, corrects=False)))
        acts = self.past.undo()
        if acts is None:
            return self._unsupported("nothing_to_undo")
        return self._proposed(Task(acts, undoes=True), "return" if Task(acts).returns else "steps")

    def _returned(self, thing: Description, now: _Now) -> Turn:
        """The thing goes back to where it was before."""
        self._interrupt(replace(now, heard=replace(now.heard, corrects=False)))
        memory = self.past.memory
        moved = [other for other in now.seen if memory.before(other) is not None]
        request = Request((Act("put_down", thing),))
        found = resolve(request, moved, memory, things=self.things) if moved or memory.held else None
        if found is None or isinstance(found, Refusal):
            return self._unsupported("nothing_before", thing="it" if thing.kind == IT else f"the {thing}")
        return self._taken(found, request, "return", Task(()))

    def _repeated(self, now: _Now) -> Turn:
        """What was done last, again: as it was, farther, the other way, or with something else."""
        heard, base = now.heard, self.past.base(with_object=now.heard.kind == "same")
        self._interrupt(now)
        if base is None:
            return self._unsupported("nothing_to_repeat") if heard.thing is None else Turn("nothing")
        if heard.kind == "same" and heard.thing is not None:
            return self._with(base, heard.thing, now)
        part = amending.turned_round(base) if heard.kind == "opposite" else heard.part
        if part is not None and part.says_something:
            wanted = amending.amended(base, part, now.seen)
        elif heard.kind == "opposite":
            wanted = None
        else:
            wanted = amending.farther(base, heard.amount or _A_BIT) if heard.kind == "more" else base.said()
        if wanted is None:
            return self._unsupported("nothing_to_repeat")
        corrected = now.putting_right(heard.part).kind if heard.kind == "opposite" else now.kind
        return self._resolved(wanted, now, corrected, replace(base, acts=()))

    def _with(self, base: Task, thing: Description, now: _Now) -> Turn:
        """The same acts with another thing; while they wait to be confirmed, "the blue one too" comes after them."""
        if base.object is None:
            return Turn("nothing")
        memory = self.past.memory.spoke_of(base.object)
        waits = now.phase is Phase.WAITING and not now.heard.corrects
        kind = "wait-corrected" if waits else now.kind
        return self._resolved(
            amending.with_other(base, thing, now.seen), now, kind, base if waits else replace(base, acts=()), memory
        )

    def _asked_for(self, now: _Now) -> Turn:
        """What names things, places or acts: a correction of what is planned, a nudge, or something new."""
        heard = now.heard
        if heard.kind == "part" and heard.stranger and not heard.part.things:
            return self._unsupported()
        if heard.kind == "part" and (turn := self._part(now)) is not None:
            return turn
        request = asking.request(now.text, heard, self.language)
        if request is None:
            return self._placed(now) or (self._unsupported() if heard.stranger else Turn("nothing"))
        if heard.stranger and request.acts[0].object == Description(IT):
            return self._unsupported()
        if now.phase is Phase.MOVING and len(request.acts) == 1 and request.acts[0].skill == "move":
            return Turn("nudge", direction=request.acts[0].direction, amount=request.acts[0].amount)
        if self._plan(now) is not None and heard.corrects and (part := asking.taking(request)) is not None:
            turn = self._part(now.putting_right(part))
            if turn is not None:
                return turn
        self._interrupt(now)
        return self._resolved((request, ()), now, now.kind, Task(()))

    def _plan(self, now: _Now) -> Task | None:
        """What is proposed or under way and may be put right."""
        return self.past.planned if now.phase in (Phase.WAITING, Phase.MOVING) else None

    def _part(self, now: _Now) -> Turn | None:
        """What names things or places only; None when that alone says nothing."""
        part, plan = now.heard.part, self._plan(now)
        pushing = plan is not None and plan.acts[-1].skill in amending.MOTIONS
        if now.phase is Phase.MOVING and part.is_direction and not (now.heard.corrects and pushing):
            return Turn("nudge", direction=part.direction, amount=part.amount)
        if part.is_complete and not now.heard.corrects:
            self._interrupt(now)
            return self._placed(now)
        if plan is None:
            return self._after_all(now)
        wanted = amending.amended(plan, part, now.seen)
        kind = "instead" if now.phase is Phase.MOVING else "wait-corrected"
        return self._resolved(wanted, now, kind, replace(plan, acts=())) if wanted is not None else None

    def _after_all(self, now: _Now) -> Turn | None:
        """Said when nothing is planned: the last acts with another thing, or the last motion by another direction."""
        part = now.heard.part
        base = self.past.base(with_object=bool(part.things))
        if base is None:
            return None
        if len(part.things) == 1 and part == Fragment(things=part.things) and not now.heard.corrects:
            return self._with(base, part.things[0], now)
        if now.heard.corrects or (part.relation and not part.things and base.acts[-1].anchors):
            wanted = amending.amended(base, part, now.seen)
            return self._resolved(wanted, now, "steps", replace(base, acts=())) if wanted is not None else None
        motions = tuple(act for act in base.acts if act.skill in amending.MOTIONS)
        if motions and not (part.things or part.relation) and (part.direction or part.amount):
            wanted = amending.amended(replace(base, acts=motions[-1:]), part, now.seen)
            return self._resolved(wanted, now, "steps", replace(base, acts=())) if wanted is not None else None
        return None

    def _placed(self, now: _Now) -> Turn | None:
        """What names a thing and a place, or a place alone, without a verb: the thing goes there."""
        request = asking.verbless(now.heard.part, spoken_of=bool(self.past.memory.last))
        return self._resolved((request, ()), now, now.kind, Task(())) if request is not None else None

    def _and_then(self, first: Task, heard: Heard, seen: Sequence[SeenThing]) -> Turn:
        """The request that follows in the same breath, joined to the acts before it."""
        request = asking.request(heard.core, heard, self.language)
        if request is None:
            return self._unsupported()
        found = resolve(request, seen, carried_out(first, self.past.memory)[1], things=self.things)
        return self._taken(found, request, "steps", replace(first, undoes=False))

    def _resolved(self, wanted: Amended, now: _Now, kind: str, first: Task, memory: Memory | None = None) -> Turn:
        """What a request comes to; `first` is what is done before it and must not be touched by it."""
        request, settled = wanted
        known = memory or self.past.memory
        return self._taken(resolve(request, now.seen, known, settled=settled, things=self.things), request, kind, first)

    def _taken(self, found: Resolved | Question | Refusal, request: Request, kind: str, first: Task) -> Turn:
        """The turn for what a request came to."""
        if isinstance(found, Refusal):
            return Turn("unsupported", says=found.text)
        if isinstance(found, Question):
            self._asked = _Asked(found, request, kind, first)
            return Turn("ask", question=found, says=found.text)
        if kind == "return":
            return self._proposed(Task(self.past.back(act.object for act in found.acts if act.object)), kind)
        acts = (*first.acts, *map(as_carried, found.acts))
        avoid = tuple(dict.fromkeys((*first.avoid, *found.avoid)))
        turn = self._proposed(Task(acts, request.manner | first.manner, avoid), kind)
        return replace(turn, wanted=request, confidence=request.confidence, repairs=request.repairs)

    def _proposed(self, task: Task, kind: str) -> Turn:
        self._asked = None
        self.past.plan(task)
        return Turn(kind, task.acts, task.manner, task.avoid)

    def _unsupported(self, why: str = "unsupported", **filled: str) -> Turn:
        return Turn("unsupported", says=self._says(why, **filled))

    def _says(self, name: str, **filled: str) -> str:
        return says(name, self.language, **filled)
