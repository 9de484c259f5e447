"""The turns of a conversation with one arm: what each comes to after those before it.

A pure state machine: no device, no clock, no thread. It is told what is seen and what is going on, and says what
follows. What it proposed counts as carried out, or as never proposed, when `ended` says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from vla_assistant.language import asking, correcting, destinations, phrasing, referring
from vla_assistant.language.answering import answer
from vla_assistant.language.bystanders import without_bystanders
from vla_assistant.language.fitting import DOUBT, View, fits, kept
from vla_assistant.language.fragments import Fragment, mentioned
from vla_assistant.language.hearing import Heard, hear
from vla_assistant.language.manner import manner_after
from vla_assistant.language.openings import without_opening
from vla_assistant.language.past import Past
from vla_assistant.language.remaining import with_rest
from vla_assistant.language.request import IT, Description, Request
from vla_assistant.language.resolution import Choice, Question, Refusal, Resolved, Settled
from vla_assistant.language.resolving import asked, resolve
from vla_assistant.language.saying import says
from vla_assistant.language.tasks import RETURN, Task, as_carried, carried_out, one_by_one
from vla_assistant.language.turn import WITH_ACTS, Turn
from vla_assistant.language.vocabulary import Thing
from vla_assistant.language.wanted import Now, Wanted
from vla_assistant.language.words import normalised
from vla_assistant.types import Going, SeenThing

_ANSWERS = ("part", "request", "nothing", "unsupported", "same", "reject")
"""Kinds of texts that may answer a question."""
LEAST = 0.4
"""Confidence below which a request counts as not understood.

Of 2,980 written texts that ask the arm for nothing (talk, turns, refused) 8 are read with more, and the next one has
0.39; of 488 readings of commands (fresh, harder) that have more, 447 are right, of 36 with less 20. Above it is asked
which thing is meant; what is not `SURE` is not proposed by it alone.
"""


@dataclass
class Dialogue:
    """One conversation.

    Attributes:
        language: Of the words.
        things: What can be done with each kind of thing; the vocabulary's when None.
        doubt: How likely a thing must be, compared with the likeliest, to be asked about; see `calibration`.
        past: What was done and what is planned.
    """

    language: str = "en"
    things: Mapping[str, Thing] | None = None
    doubt: float = DOUBT
    past: Past = field(default_factory=Past)
    _asked: tuple[Question, Wanted] | None = None
    _said: str = ""

    def hear(self, text: str, seen: Sequence[SeenThing], phase: str) -> Turn:
        """What follows from the text.

        Args:
            text: What was said or typed.
            seen: What the policy sees in the front picture now.
            phase: "idle", "asked" (a question waits), "waiting" (a proposal waits) or "moving".
        """
        text = self.said(text, Going(phase))
        heard = hear(text, Going(phase), self.language)
        said = without_bystanders(without_opening(text, self.language), self.language)
        now = Now(said, heard, seen, Going(phase), self.language, self.things)
        if now.phase is not Going.ASKED:
            self._asked = None  # what was asked before is asked no more
        self.past.moving(now.phase is Going.MOVING)
        self.past.look(seen)
        turn = self._answered(now) or self._follow(self._about_what_waits(now))
        if now.heard.then is not None and turn.kind in WITH_ACTS and self.past.planned is not None:
            turn = self._and_then(self.past.planned, now.heard.then, seen)
        self._said = turn.says or self._said
        return turn

    def said(self, text: str, phase: Going) -> str:
        """The text with "the last one" as what it is after what was done."""
        moved = frozenset(thing.reference.name for thing in self.past.away)
        return text if self.past.last is None else with_rest(text, phase, self.language, moved)

    def offered(self, turn: Turn, things: Sequence[SeenThing], seen: Sequence[SeenThing]) -> Turn | None:
        """The question which of these is meant, for a turn that takes one of them; None when it takes none."""
        if turn.wanted is None or turn.kind not in WITH_ACTS:
            return None
        view = View.of(seen, self.past.memory, self.doubt)
        for index, act in enumerate(turn.wanted.acts):
            named = [("object", act.object), *((f"anchor {n}", anchor) for n, anchor in enumerate(act.anchors))]
            for slot, thing in named:
                meant = kept(fits(thing, view), self.doubt) if thing is not None and thing.kind != IT else ()
                if meant and {view.seen[i] for i in meant} <= set(things):
                    question = asked(turn.wanted, things, seen, index, slot, ())
                    self._asked = question, Wanted(turn.wanted, kind=turn.kind)
                    return Turn("ask", question=question, says=question.text)
        return None

    def offer(self, question: Question) -> None:
        """The question that was asked last is this one now: fewer of its things can be meant."""
        if self._asked is not None:
            self._asked = question, self._asked[1]

    @property
    def only_choice(self) -> Choice | None:
        """The one thing that the question offers, which a yes means too."""
        choices = self._asked[0].choices if self._asked else ()
        return choices[0] if len(choices) == 1 else None

    def speaks_of(self, thing: Description, seen: Sequence[SeenThing]) -> None:
        """What is described is "it" from now on, where it is one thing."""
        view = View.of(seen, self.past.memory, self.doubt)
        meant = kept(fits(thing, view), self.doubt)
        if len(meant) == 1:
            self.past.memory = self.past.memory.spoke_of(view.seen[meant[0]])

    def snapshot(self) -> Dialogue:
        """The same conversation up to here, which goes on by itself."""
        return replace(self, past=self.past.copy())

    def ended(self, done: bool) -> None:
        """What was under way has ended, once for everything begun: carried out, or not (then it is forgotten).

        When something that was said in the meantime took its place, its end changes nothing any more.
        """
        self.past.ended(done)

    def _about_what_waits(self, now: Now) -> Now:
        """What is no answer to a question that was asked while a proposal waited is said to the proposal."""
        if now.phase is not Going.ASKED or self.past.planned is None:
            return now
        return replace(now, phase=Going.WAITING, heard=hear(now.text, Going.WAITING, self.language))

    def _answered(self, now: Now) -> Turn | None:
        """What follows from an answer to the question, None when nothing was asked or the text is no answer."""
        if now.phase is not Going.ASKED or now.heard.kind not in _ANSWERS:
            return None
        return self._settled(now.text, now.seen, now.heard.part.manner)

    def choose(self, choice: Choice, seen: Sequence[SeenThing]) -> Turn:
        """What follows when this choice of the question is meant."""
        self.past.look(seen)
        return self._settled(choice, seen) or Turn("nothing")

    def _settled(
        self, said: str | Choice, seen: Sequence[SeenThing], manner: frozenset[str] = frozenset()
    ) -> Turn | None:
        if self._asked is None:
            return None
        question, wanted = self._asked
        request = replace(wanted.request, manner=manner_after(wanted.request.manner, manner))
        found = answer(question, request, said, seen, self.past.memory, doubt=self.doubt, things=self.things)
        if found is None:
            return None
        return replace(self._taken(found, replace(wanted, request=request)), answers=True)

    def _follow(self, now: Now) -> Turn:
        heard = now.heard
        match heard.kind:
            case "cancel":
                return self._cancelled()
            case "reject":
                return self._rejected(now.phase)
            case "help":
                return Turn("help", says=phrasing.help_text(now.seen, language=self.language))
            case "praise":
                return Turn("nothing", says=says("praised", self.language))
            case "repeat":
                return Turn("repeat", says=self._said or says("nothing_said", self.language))
            case "understood":
                return Turn("understood", says=self._understanding())
            case "manner":
                return self._comes_to(correcting.manner(self.past, now), now)
            case "undo":
                return self._undone(now)
            case "return":
                self._interrupt(now)
                return self._comes_to(referring.returned(self.past, now), now)
            case "join":
                if not heard.corrects:
                    self._interrupt(now)
                return self._comes_to(referring.joined(self.past, now, self.doubt), now)
            case "there":
                self._interrupt(now)
                return self._comes_to(referring.there(self.past, now), now)
            case "measure":
                return self._comes_to(correcting.measured(self.past, now) or self._unsupported(), now)
            case "again" | "more" | "opposite" | "same":
                base = self.past.base(with_object=heard.kind == "same" and heard.thing is not None)
                if not heard.corrects:
                    self._interrupt(now)
                return self._comes_to(referring.repeated(self.past, base, now), now)
            case "part" | "request":
                return self._asked_for(now)
            case "unsupported":
                return self._unsupported()
            case "nothing" if now.phase is Going.IDLE and len(named := mentioned(normalised(now.text))) == 1:
                self.speaks_of(named[0], now.seen)  # "that cup was my grandmother's", then "lift it carefully"
        return Turn(heard.kind)

    def _cancelled(self) -> Turn:
        self.past.drop()
        self._asked = None
        return Turn("cancel")

    def _rejected(self, phase: Going) -> Turn:
        """A no without what is meant instead."""
        if phase is Going.MOVING:
            return Turn("stop")
        return Turn("nothing") if phase is Going.IDLE else self._cancelled()

    def _understanding(self) -> str:
        task = self.past.last
        if task is None:
            return says("nothing_planned", self.language)
        return says("understood", self.language, doing="; ".join(map(str, task.acts)))

    def _interrupt(self, now: Now) -> None:
        """Something new is wanted while the arm moves: what is under way counts as done, so that it can be undone."""
        if now.phase is Going.MOVING:
            self.past.interrupt()
            self.past.look(now.seen)

    def _undone(self, now: Now) -> Turn:
        if now.waits:
            return self._cancelled()
        self._interrupt(now)
        found = referring.undone(self.past, now)
        return found if isinstance(found, Turn) else self._proposed(found, RETURN if found.returns else "steps")

    def _asked_for(self, now: Now) -> Turn:
        """What names things, places or acts: a correction of what is planned, a nudge, or something new."""
        now = destinations.known(self.past, now)
        heard = now.heard
        if heard.kind == "part" and heard.stranger and not heard.part.things:
            return self._unsupported()
        if heard.kind == "part" and (found := correcting.part(self.past, now)) is not None:
            return self._comes_to(found, now)
        request = asking.request(
            now.text,
            heard,
            self.language,
            alone=heard.kind != "request" or now.phase is Going.MOVING,
            vetoed=now.phase is Going.IDLE,
        )
        if request is None:
            placed = correcting.placed(self.past, now)
            if placed is None:
                self._named(now)
            return self._comes_to(placed or (self._unsupported() if heard.stranger else Turn("nothing")), now)
        if (request.confidence < LEAST and now.phase is not Going.MOVING) or (
            heard.stranger and request.acts[0].object == Description(IT)
        ):
            return self._unsupported()
        return self._requested(request, now)

    def _named(self, now: Now) -> None:
        """The one thing that is only named is spoken of now: "the white ball", then "in the bowl"."""
        named = now.heard.part.things
        if len(named) != 1 or now.heard.part != Fragment(things=named) or now.phase is not Going.IDLE:
            return
        self.speaks_of(named[0], now.seen)

    def _requested(self, request: Request, now: Now) -> Turn:
        """What a whole request comes to."""
        request = destinations.meant(request, self.past, now)
        if now.phase is Going.MOVING and (nudge := asking.nudging(request)) is not None:
            return Turn("nudge", direction=nudge.direction, amount=nudge.amount)
        held = self.past.memory.held
        request = asking.raising(request, held.reference if held else None, now.heard.of_hand)
        corrects = now.heard.corrects or (now.waits and not now.heard.adds and asking.says_one(request))
        planned = correcting.plan(self.past, now) if corrects and not now.heard.drops else None
        named = asking.taking(request, now.heard.wishes) if planned is not None else None
        if named is not None and (found := correcting.part(self.past, now.correcting(named))) is not None:
            return self._comes_to(found, now)
        if not now.heard.corrects:
            self._interrupt(now)
        return self._comes_to(Wanted(request, kind=now.kind), now)

    def _and_then(self, first: Task, heard: Heard, seen: Sequence[SeenThing]) -> Turn:
        """The request that follows in the same breath, joined to the acts before it."""
        request = asking.request(heard.core, heard, self.language)
        if request is None:
            return self._unsupported()
        memory = carried_out(first, self.past.memory)[1]
        found = resolve(request, seen, memory, doubt=self.doubt, things=self.things)
        return self._taken(found, Wanted(request, first=replace(first, undoes=False)))

    def _comes_to(self, wanted: Wanted | Turn, now: Now) -> Turn:
        """The turn for what is wanted, once it is known which things are meant."""
        if isinstance(wanted, Turn):
            return wanted
        wanted = self._after_planned(wanted, now)
        memory = wanted.memory or self.past.memory
        found = resolve(wanted.request, now.seen, memory, settled=wanted.settled, doubt=self.doubt, things=self.things)
        if isinstance(found, Question) and (thing := referring.pointed_at(found, wanted.request, now, memory)):
            settled = (*found.settled, Settled(found.act, found.slot, (thing,)))
            found = resolve(wanted.request, now.seen, memory, settled=settled, doubt=self.doubt, things=self.things)
        return self._taken(found, wanted)

    def _after_planned(self, wanted: Wanted, now: Now) -> Wanted:
        """ "And then go home" comes after what waits, and "it" is what that leaves behind."""
        planned = self.past.planned
        if not now.heard.adds or planned is None or wanted.kind != "steps" or wanted.first.acts:
            return wanted
        memory = carried_out(planned, wanted.memory or self.past.memory)[1]
        return replace(wanted, kind="wait-corrected", first=replace(planned, undoes=False), memory=memory)

    def _taken(self, found: Resolved | Question | Refusal, wanted: Wanted) -> Turn:
        """The turn for what a request came to."""
        if isinstance(found, Refusal):
            return Turn("unsupported", says=found.text)
        if isinstance(found, Question):
            self._asked = found, wanted
            return Turn(
                "ask", question=found, says=found.text, wanted=wanted.request, confidence=wanted.request.confidence
            )
        request, first = wanted.request, wanted.first
        acts = one_by_one(tuple(map(as_carried, found.acts)))
        if wanted.kind == RETURN:
            acts = self.past.back(act.object for act in found.acts if act.object)
        avoid = tuple(dict.fromkeys((*first.avoid, *found.avoid)))
        turn = self._proposed(
            Task((*first.acts, *acts), manner_after(first.manner, request.manner), avoid), wanted.kind
        )
        if wanted.kind == RETURN:
            return turn
        return replace(turn, wanted=request, confidence=request.confidence, repairs=request.repairs)

    def _proposed(self, task: Task, kind: str) -> Turn:
        self._asked = None
        self.past.plan(task)
        return Turn(kind, task.acts, task.manner, task.avoid)

    def _unsupported(self) -> Turn:
        return Turn("unsupported", says=says("unsupported", self.language))
