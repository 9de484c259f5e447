"""A conversation with one arm: each text becomes an understanding in the light of what was said and done before it.

Two hear every text: `interpret`, which knows no turn but this one, and `Dialogue`, which knows them all. Where both
bring the same steps they are sure; what only the turns before explain ("the left one", "again", "no, the blue one")
comes from the dialogue; everything else from the words alone. The dialogue hears English only.

A question of the dialogue is answered there; an answer to one about what a command lacks completes that command.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from vla_assistant.language import abilities, completing
from vla_assistant.language.by_colour import by_colour, is_same, looking_for
from vla_assistant.language.capability import EVERYTHING, Learnt
from vla_assistant.language.choosing import chosen, told_apart
from vla_assistant.language.closed import OF_VOICE, closed_intent, control_word
from vla_assistant.language.dialogue import Dialogue
from vla_assistant.language.fitting import DOUBT
from vla_assistant.language.fragments import mentioned
from vla_assistant.language.hearing import REFERRING, hear
from vla_assistant.language.interjections import interjection
from vla_assistant.language.interpreter import UNCERTAIN, as_question
from vla_assistant.language.languages import AUTO, FIRST, denied
from vla_assistant.language.looking import Feel, Look, interpret
from vla_assistant.language.meaning import Refused, Unclear, check_steps, one_handed
from vla_assistant.language.mishearing import Heard, heard_as, may_slip
from vla_assistant.language.past import Past
from vla_assistant.language.phrasebook_file import load as phrasebook
from vla_assistant.language.phrasing import describe, help_text
from vla_assistant.language.resolution import Question, ResolvedAct
from vla_assistant.language.returning import as_learnt
from vla_assistant.language.tasks import Task
from vla_assistant.language.turn import WITH_ACTS, Turn
from vla_assistant.language.vocabulary import load
from vla_assistant.language.words import normalised
from vla_assistant.types import SURE, Going, Intent, Interjection, Reference, SeenThing, Step, Understanding

_ABOUT_THINGS = (*REFERRING, "part", "request", "manner", "help")
_CLOSED = {"confirm": Intent.YES, "cancel": Intent.CANCEL, "stop": Intent.STOP}
_ANSWERING = ("part", "nothing", "unsupported", "reject")
"""Kinds of texts that may be the part of a command that was asked for."""
_MAY_ANSWER = (Intent.COMMAND, Intent.UNSUPPORTED, Intent.YES)
_OF_THE_TALK = ("understood", "repeat", "help")
_CONTROLS = ("repeat", "slower", "faster", "pause", "resume", "nudge")


@dataclass(frozen=True)
class _Open:
    """What was asked and how its answer completes the command; `again`: it was asked a second time."""

    asked: Understanding
    again: bool = False


@dataclass(frozen=True)
class _State:
    """What was known before a text: to understand it anew."""

    planned: int | None
    steps: tuple[Step, ...]
    dialogue: Dialogue
    open: _Open | None


class Conversation:
    """See the module. Not for two threads at once."""

    def __init__(self, language: str = FIRST, doubt: float = DOUBT, learnt: Learnt = EVERYTHING) -> None:
        """Nothing was said yet.

        Args:
            language: Key of the vocabulary file, or "auto".
            doubt: How likely a thing must be, compared with the likeliest, to be asked about; see `calibration`.
            learnt: What the policy can be asked for; what it has not learnt is refused.
        """
        self._language, self._learnt = language, learnt
        self._dialogue = Dialogue(FIRST, doubt=doubt)
        self._planned: int | None = None
        self._steps: tuple[Step, ...] = ()
        self._before: tuple[int, _State] | None = None
        self._open: _Open | None = None
        self._spoken = FIRST

    def understand(self, number: int, text: str, going: Going, look: Look, feel: Feel) -> Understanding:
        """What the text means now.

        Args:
            number: Of the command; `settle` names it.
            text: What was typed or heard.
            going: What it is said to.
            look: What the policy sees now; called only when it matters.
            feel: What the hand holds, None when that is not known; called only for what moves the arm.

        Returns:
            One that cannot be read at all is unsupported.
        """
        look = functools.cache(functools.partial(looking_for, look, text, self._learnt))
        self._before = number, _State(self._planned, self._steps, self._dialogue.snapshot(), self._open)
        if volume := self._about_our_voice(text):
            return Understanding(text, Intent.CONTROL, reason=volume)
        waits, self._open = (self._open if going is Going.ASKED else None), None
        understanding = self._completed(number, text, waits, look, feel) if waits is not None else None
        if understanding is None:
            understanding = self._mended(number, text, going, look, feel)
            if waits is not None and understanding.steps and completing.denies(text):
                understanding = self._taken_back(number, text, look, feel)
            if waits is not None:
                understanding = self._still_open(understanding, waits)
        if understanding.completes and self._open is None:
            self._open = _Open(understanding)
            self._speak_of_what_is_asked(text, look)
        if understanding.intent not in (*_CLOSED.values(), Intent.NO, Intent.CONTROL):
            self._spoken = understanding.language
        return understanding

    def _about_our_voice(self, text: str) -> str:
        """ "Louder" or "softer", which leaves what is open as it is; empty for anything else."""
        codes = load().languages if self._language == AUTO else (self._language,)
        found = (control_word(text, code) for code in codes)
        return next((word for word in found if word in OF_VOICE), "")

    def _mended(self, number: int, text: str, going: Going, look: Look, feel: Feel) -> Understanding:
        """What the text means with words put right by what is seen, where there is something to put right."""
        misheard = self._misheard(text, look)
        if misheard is not None:
            meant = self._heard(number, misheard.text, going, look, feel, misheard.things)
            if (told := misheard.told(meant)) is not None:
                return told
            self._undo()
        return self._heard(number, text, going, look, feel)

    def _misheard(self, text: str, look: Look) -> Heard | None:
        """The text with words put right by what is seen; None where there is nothing to put right."""
        if self._language not in (FIRST, AUTO) or closed_intent(text, FIRST) is not None or not may_slip(text):
            return None
        held = self._dialogue.past.memory.held
        return heard_as(text, (*look(), *((held,) if held else ())))

    def _heard(
        self, number: int, text: str, going: Going, look: Look, feel: Feel, things: Sequence[SeenThing] = ()
    ) -> Understanding:
        """What the text means by itself and after the turns before it.

        `things`: all that one of its words may mean, where that is not known.
        """
        last = next((thing.reference for thing in self._dialogue.past.memory.last), None)
        alone = interpret(text, look, last, feel, self._language, self._learnt, self._spoken)
        if alone.intent is Intent.YES and going is Going.ASKED and self._dialogue.only_choice is not None:
            return self._only_choice(number, text, look, feel)
        if alone.intent in (Intent.STOP, Intent.YES, Intent.NO, Intent.CANCEL) or not alone.confidence:
            return alone
        if alone.language != FIRST or denied(text, FIRST):
            return self._without_dialogue(number, alone, look)
        kind = hear(self._dialogue.said(text, Going(going)), Going(going), FIRST).kind
        seen = look() if going is Going.ASKED or _is_about_things(kind, alone) else ()
        self._notice_an_empty_hand(feel)
        planned = self._dialogue.past.planned
        turn = self._dialogue.hear(text, seen, going)
        if things and (asked := self._dialogue.offered(turn, things, seen)) is not None:
            self._dialogue.past.planned = planned
            return self._meant(text, asked, seen, feel) or alone
        meant = self._meant(text, turn, seen, feel)
        refers = kind in REFERRING or turn.kind in _OF_THE_TALK
        understanding = told_apart(chosen(alone, meant, going, refers), seen)
        if understanding.steps:
            self._plan(number, understanding, turn, seen)
        elif turn.kind in WITH_ACTS:  # nothing comes of it: what was planned before still is
            self._dialogue.past.planned = planned
        return understanding

    def _completed(self, number: int, text: str, waits: _Open, look: Look, feel: Feel) -> Understanding | None:
        """The command that the text completes as an answer; None when it is none, or says a command of its own."""
        if completing.denies(text):
            return None
        alone = interpret(text, look, None, feel, self._language, self._learnt, self._spoken)
        if alone.intent not in _MAY_ANSWER or alone.steps:
            return None
        if alone.language == FIRST and hear(text, Going.ASKED, FIRST).kind not in _ANSWERING:
            return None
        for command in completing.completed(waits.asked, text, self._language):
            before = self._dialogue.snapshot()
            found = self._heard(number, command, Going.IDLE, look, feel)
            if found.steps or found.question or completing.is_understood(command):
                return replace(found, text=text)
            self._dialogue = before
        return None

    def _taken_back(self, number: int, text: str, look: Look, feel: Feel) -> Understanding:
        """What a text with a no in it means by its own words only: as an answer it moves nothing."""
        self._undo()
        return self._without_dialogue(
            number, interpret(text, look, None, feel, self._language, self._learnt, self._spoken), look
        )

    def _still_open(self, understanding: Understanding, waits: _Open) -> Understanding:
        """What is no answer leaves the question open when it only asks or steers, and brings it again once when nothing
        comes of it."""
        if understanding.intent in (Intent.QUESTION, Intent.CONTROL) or (
            waits.again and understanding.intent is Intent.YES
        ):
            self._open = waits
        elif not waits.again and understanding.intent in (Intent.UNSUPPORTED, Intent.YES):
            self._open = _Open(waits.asked, again=True)
            return replace(waits.asked, text=understanding.text)
        return understanding

    def _speak_of_what_is_asked(self, text: str, look: Look) -> None:
        """The one thing that the command names is "it" in the answer: "put it on the plate"."""
        named = mentioned(normalised(text))
        if len(named) == 1:
            self._dialogue.speaks_of(named[0], look())

    def _only_choice(self, number: int, text: str, look: Look, feel: Feel) -> Understanding:
        """A yes to a question that offers one thing."""
        choice = self._dialogue.only_choice
        assert choice is not None
        turn = self._dialogue.choose(choice, look())
        understanding = self._meant(text, turn, look(), feel) or Understanding(text, Intent.UNSUPPORTED, confidence=0.0)
        if understanding.steps:
            self._plan(number, understanding, turn, look())
        return understanding

    def forget(self, number: int) -> None:
        """The text of that number, the last one, is understood anew later: as if it had not been said."""
        if self._before is not None and self._before[0] == number:
            self._open = self._undo()
            self._before = None

    def _undo(self) -> _Open | None:
        """Take back what the text that is understood has changed; the question that was open before it."""
        assert self._before is not None
        before = self._before[1]
        self._planned, self._steps, self._dialogue = before.planned, before.steps, before.dialogue.snapshot()
        return before.open

    def forget_all(self) -> None:
        """Other things lie on the table: nothing that was said before refers to them."""
        self._dialogue.past, self._planned, self._steps, self._before = Past(), None, (), None
        self._open = None

    def settle(self, number: int, done: bool) -> None:
        """The command of that number has ended: what it asked for was carried out, or not."""
        if number == self._planned:
            self._planned = None
            self._dialogue.past.moving(False)  # ends come by number: this one is of what is planned now
            self._dialogue.ended(done)

    def _without_dialogue(self, number: int, alone: Understanding, look: Look) -> Understanding:
        """What the words alone mean; later turns can refer to it."""
        seen = look() if alone.steps and _is_about_things("", alone) else ()
        alone = told_apart(alone, seen)
        if alone.steps:
            self._plan(number, alone, Turn("nothing"), seen)
        return alone

    def _notice_an_empty_hand(self, feel: Feel) -> None:
        """What slipped or was taken out of the hand is not held any more."""
        memory = self._dialogue.past.memory
        if memory.held is not None and (hand := feel()) is not None and hand.held is None:
            self._dialogue.past.memory = memory.let_go()

    def _meant(self, text: str, turn: Turn, seen: Sequence[SeenThing], feel: Feel) -> Understanding | None:
        """The turn as an understanding; None when it says nothing or is not sure."""
        if turn.kind in _CLOSED:
            return Understanding(text, _CLOSED[turn.kind])
        if turn.kind == "resume" and interjection(text) != Interjection("resume"):
            return None  # "go on, but not now"
        if turn.kind in _CONTROLS:
            return Understanding(text, Intent.CONTROL, reason=turn.kind)
        if turn.kind == "understood":
            said = f"I understood: {describe(self._steps)}." if self._steps else "You have asked for nothing yet."
            return Understanding(text, Intent.QUESTION, reason=said)
        if turn.kind == "help":
            return Understanding(text, Intent.QUESTION, reason=help_text(seen, learnt=self._learnt))
        if turn.kind == "nothing" and turn.says:
            return Understanding(text, Intent.QUESTION, reason=turn.says)
        if turn.kind == "ask" and turn.question is not None:
            return self._question(text, turn.question, turn, seen)
        if turn.kind == "unsupported":
            return Understanding(text, Intent.UNSUPPORTED, confidence=UNCERTAIN, reason=turn.says)
        acts = turn.kind in WITH_ACTS and (turn.confidence >= SURE or turn.answers)
        return self._steps_meant(text, turn, seen, feel) if acts else None

    def _question(self, text: str, question: Question, turn: Turn, seen: Sequence[SeenThing]) -> Understanding:
        """The question, about what the arm can do and with things that it can be directed to; else a refusal."""
        try:
            if turn.wanted is not None:
                question = abilities.answerable(question, turn.wanted, seen, load().lexicon(FIRST), self._learnt)
                self._dialogue.offer(question)
        except Refused as refusal:
            return Understanding(text, Intent.UNSUPPORTED, confidence=UNCERTAIN, reason=str(refusal))
        choices = tuple(choice.name for choice in question.choices)
        return Understanding(text, Intent.COMMAND, confidence=UNCERTAIN, question=question.text, choices=choices)

    def _steps_meant(self, text: str, turn: Turn, seen: Sequence[SeenThing], feel: Feel) -> Understanding:
        lexicon = load().lexicon(FIRST)
        try:
            acts, notes = as_learnt(turn.acts, seen, self._dialogue.past.memory.held)
            request, _ = Task(acts).said()
            abilities.check(request, self._learnt)
            if turn.avoid:
                raise Refused(f"I cannot promise to keep clear of the {turn.avoid[0].reference} yet.")
            steps = abilities.steps_of(acts, seen, lexicon)
            moves = any(step.skill != "home" for step in steps)
            steps = one_handed(steps, feel() if moves else None, phrasebook())
            steps = check_steps(by_colour(steps, text, seen, self._learnt), self._learnt)
        except Unclear as question:
            return as_question(text, question)
        except Refused as refusal:
            return Understanding(text, Intent.UNSUPPORTED, confidence=UNCERTAIN, reason=str(refusal))
        notes += tuple(f'I took "{said}" as "{meant}".' for said, meant in turn.repairs)
        notes += abilities.remarks(request)
        return Understanding(text, Intent.COMMAND, steps, confidence=turn.confidence, notes=notes, manner=turn.manner)

    def _plan(self, number: int, understanding: Understanding, turn: Turn, seen: Sequence[SeenThing]) -> None:
        """These steps are proposed next: what is said after them refers to them."""
        self._planned, self._steps = number, understanding.steps
        if turn.kind not in WITH_ACTS:
            self._dialogue.past.plan(Task(_acts(understanding.steps, seen)))


def _is_about_things(kind: str, alone: Understanding) -> bool:
    """Whether it has to be looked at before the dialogue hears it."""
    if alone.steps:
        return any(step.skill != "home" for step in alone.steps)
    return kind in _ABOUT_THINGS or (kind == "nothing" and bool(mentioned(normalised(alone.text))))


def _acts(steps: Sequence[Step], seen: Sequence[SeenThing]) -> tuple[ResolvedAct, ...]:
    """The steps as acts on what is seen, so that later turns can refer to them; what is not seen is left out."""
    acts = []
    for step in steps:
        thing = _found(step.object, seen)
        anchors = tuple(filter(None, (_found(step.destination, seen), _found(step.second, seen))))
        relation = step.relation.replace("_", " ") or "on" if anchors else ""
        direction = step.destination.name if step.skill == "push" and step.destination is not None else ""
        if thing is not None or step.object is None:
            acts.append(ResolvedAct(step.skill, thing, relation, anchors, direction))
    return tuple(acts)


def _found(reference: Reference | None, seen: Sequence[SeenThing]) -> SeenThing | None:
    if reference is None:
        return None
    return next((thing for thing in seen if is_same(thing.reference, reference)), None)
