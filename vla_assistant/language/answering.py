"""Answers to a question: by side, by neighbour, by order, by colour, by a click on the choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from vla_assistant.language import fitting
from vla_assistant.language import words as spelling
from vla_assistant.language.answer_words import Words, load
from vla_assistant.language.closed import closed_intent
from vla_assistant.language.fitting import View, fits, kept
from vla_assistant.language.memory import Memory
from vla_assistant.language.reading import lexicon as lexicons
from vla_assistant.language.reading.cutting import Cutter
from vla_assistant.language.reading.fluency import merged
from vla_assistant.language.reading.reader import read
from vla_assistant.language.reading.spelling import mended
from vla_assistant.language.request import ANYTHING, IT, Act, Description, Request
from vla_assistant.language.resolution import Choice, Question, Refusal, Resolved, Settled
from vla_assistant.language.resolving import asked, resolve
from vla_assistant.language.vocabulary import Phrase, Thing
from vla_assistant.types import SeenThing

_ONE = ("one", "ones")
_RELATIONS = {"next to": "near", "into": "in", "onto": "on"}
_SIMPLE = ("pick", "give")


def answer(
    question: Question,
    request: Request,
    said: str | Choice,
    seen: Sequence[SeenThing],
    memory: Memory = Memory(),  # noqa: B008  it is frozen
    *,
    doubt: float = fitting.DOUBT,
    things: Mapping[str, Thing] | None = None,
) -> Resolved | Question | Refusal | None:
    """What the request comes to with the answer; a question when more is unclear; None when it is no answer.

    Args:
        question: As `resolve` or `answer` returned it for this request.
        request: The one that was asked about.
        said: What the user said or typed, or the choice that was clicked.
        seen: What the policy sees now.
        memory: As for `resolve`.
        doubt: As for `resolve`.
        things: As for `resolve`.
    """
    if isinstance(said, Choice):
        found = _Found((said.thing,))
    else:
        found = _heard(_Answer(question, request, View.of(seen, memory, doubt), load()), said)
        if found.none:
            return Refusal(load().says["none"])
    if not found.things:
        return None
    if not found.settles:
        return asked(request, found.things, seen, question.act, question.slot, question.settled)
    settled = (*question.settled, Settled(question.act, question.slot, found.things))
    return resolve(request, seen, memory, settled=settled, doubt=doubt, things=things)


def _heard(answer: _Answer, said: str) -> _Found:
    """What the answer leaves, with slips of the keyboard put right if need be; closed words and questions are none."""
    words = spelling.normalised(said)
    if closed_intent(said) is not None or spelling.starts_with(answer.words.tables["asking"], words):
        return _Found()
    found = answer.found(words)
    heard = mended(words, lexicons.load("en"))
    if found.settles or heard == words:
        return found
    again = answer.found(heard)
    return again if again.settles or (again.things and not found.things) else found


_INTO = (("in",), ("into",), ("inside",), ("on",), ("onto",), ("to",))


@dataclass(frozen=True)
class _Found:
    """What an answer leaves: one thing, several of which one is meant, or several together; `none` of them."""

    things: tuple[SeenThing, ...] = ()
    together: bool = False
    none: bool = False

    @property
    def settles(self) -> bool:
        """Whether nothing more needs to be asked."""
        return self.none or self.together or len(self.things) == 1


@dataclass(frozen=True)
class _Answer:
    question: Question
    request: Request
    view: View
    words: Words

    @property
    def _candidates(self) -> tuple[int, ...]:
        return self.view.remembered(self.question.candidates)

    def found(self, said: Phrase) -> _Found:
        """What is meant by these words."""
        said = self._bare(self._repaired(said))
        if self._says("any", said):
            best = max(self._candidates, key=lambda i: self.view.seen[i].point.v, default=None)
            return _Found(() if best is None else (self.view.seen[best],))
        if self._says("none", said):
            return _Found(none=True)
        if self._says("all", said) and self.question.slot == "object":
            return _Found(self.question.candidates, together=True)
        if mark := self.words.find("not", said):
            return self._contrasted(said[: mark[1]], said[mark[2] :])
        return self._selected(said)

    def _says(self, table: str, said: Phrase) -> bool:
        """Whether a phrase of the table is in the answer; a single word must be the answer but for one other word."""
        mark = self.words.find(table, said)
        return mark is not None and (mark[2] - mark[1] > 1 or len(spelling.spoken(said)) <= 2)

    def _repaired(self, said: Phrase) -> Phrase:
        """Only what follows the last "no, I mean", where something follows."""
        while (mark := self.words.find("repairs", said)) and mark[2] < len(said):
            said = said[mark[2] :]
        return said

    def _bare(self, said: Phrase) -> Phrase:
        """ "In the left one" without its preposition where a place is asked for."""
        leads = self.question.slot != "object" and said[:1] in _INTO and said[1:2] == ("the",) and "one" in said
        return said[1:] if leads else said

    def _contrasted(self, before: Phrase, after: Phrase) -> _Found:
        """ "the left one, not the right one", "not that one, the right one", or the rest: "not the left one"."""
        excluded, _, instead = " ".join(after).partition(" ,")
        for said in (before, tuple(instead.split())):
            if (found := self._selected(said)).settles:
                return found
        return self._rest(self._selected(tuple(excluded.split())))

    def _rest(self, left_out: _Found) -> _Found:
        rest = tuple(thing for thing in self.question.candidates if thing not in left_out.things)
        return _Found(rest if left_out.things else ())

    def _selected(self, said: Phrase) -> _Found:
        if (named := self._named(said)) is not None:
            return _Found((named,))
        counted = self._counted(said)
        if counted is not None and 0 <= counted < len(self.question.choices):
            return _Found((self.question.choices[counted].thing,))
        if shaped := self._shaped(said):
            return _Found(shaped)
        descriptions = self._descriptions(said)
        chosen: tuple[int, ...] = self._candidates
        for thing in descriptions:
            chosen = kept(fits(thing, self.view, chosen), self.view.doubt)
        if descriptions and not chosen:
            chosen = self._elsewhere(descriptions)
        return _Found(tuple(self.view.seen[i] for i in chosen) if descriptions else ())

    def _named(self, said: Phrase) -> SeenThing | None:
        """The thing of the choice whose words these are, as they were offered."""
        names = {spelling.normalised(choice.name)[1:]: choice.thing for choice in self.question.choices}
        for choice in self.question.choices:  # said back, "nearest to you" is still nearest to the user
            where = spelling.normalised(choice.name.removeprefix(f"the {choice.thing.reference}"))
            if where[-1:] == ("you",):
                names[where] = choice.thing
        spoken = [name for name in names if any(said[at : at + len(name)] == name for at in range(len(said)))]
        return names[max(spoken, key=len)] if spoken else None

    def _counted(self, said: Phrase) -> int | None:
        """The index of the choice when the answer counts in the order in which they were offered."""
        spoken = spelling.spoken(said)
        if spoken in self.words.tables["alone"]:
            return int(self.words.tables["alone"][spoken]) - 1
        mark = self.words.find("ordinals", spoken)
        if mark is None or self.words.find("counted", spoken[mark[2] :]):
            return None
        return int(mark[0]) - 1 if int(mark[0]) > 0 else len(self.question.choices) - 1

    def _shaped(self, said: Phrase) -> tuple[SeenThing, ...]:
        """ "The round one": those of the kind that is likeliest called so."""
        mark = self.words.find("shapes", said)
        candidates = self.question.candidates
        alike = ([t for t in candidates if t.reference.name == kind] for kind in (mark[0].split() if mark else ()))
        found = tuple(next(filter(None, alike), ()))
        return found if len(found) < len(candidates) else ()

    def _elsewhere(self, descriptions: Sequence[Description]) -> tuple[int, ...]:
        """Something that was not offered, where the answer names exactly one: the user has thought better of it."""
        chosen: tuple[int, ...] = tuple(range(len(self.view.seen)))
        for thing in descriptions:
            chosen = kept(fits(thing, self.view, chosen), self.view.doubt)
        return chosen if len(chosen) == 1 else ()

    def _descriptions(self, said: Phrase) -> list[Description]:
        """What the answer says of the thing, one description for each part of it."""
        kinds = {thing.reference.name for thing in self.question.candidates}
        noun = kinds.pop() if len(kinds) == 1 else ANYTHING
        named = tuple(noun if word in _ONE else word for word in said)
        items = merged(Cutter(named, lexicons.load("en")).cut())
        taking = all("P" in item.value for item in items if item.kind == "verb")  # "take the one on the right"
        if not taking and (command := read(" ".join(named))) is not None:
            found = self._of_command(command)
            return found + self._side(named) if found and not (found[0].side or found[0].relation) else found
        found = [_plain(item.thing) for item in items if item.kind == "thing" and item.thing.kind not in (IT, "them")]
        for item in items:
            if item.kind == "at" and item.things:
                relation = _RELATIONS.get(item.value, item.value)
                found.append(Description(ANYTHING, relation=relation, anchors=tuple(map(_plain, item.things))))
        if not any(thing.relation or thing.side for thing in found):
            found += self._side(named)
        return [thing for thing in found if thing != Description(noun) or len(found) == 1]

    def _side(self, said: Phrase) -> list[Description]:
        if (ordinal := self.words.find("ordinals", said)) and (side := self.words.find("counted", said[ordinal[2] :])):
            flipped = {"left": "right", "right": "left", "near": "far", "far": "near"}[side[0]]
            last = int(ordinal[0]) < 0
            return [Description(ANYTHING, side=flipped if last else side[0], rank=1 if last else int(ordinal[0]))]
        mark = self.words.find("sides", said)
        return [Description(ANYTHING, side=mark[0])] if mark else []

    def _of_command(self, command: Request) -> list[Description]:
        """The description in a sentence that repeats the command or says "take the left one"; else none."""
        acts = [act for act in command.acts if act.skill != "move"]
        if len(acts) != 1:
            return []
        act, asked_act = acts[0], self.request.acts[self.question.act]
        same = act.skill == asked_act.skill and act.relation == asked_act.relation
        slot = _in_slot(act, self.question.slot) if same else act.object
        simple = same or (act.skill in _SIMPLE and not act.anchors)
        return [_plain(slot)] if simple and slot is not None and slot.kind != IT else []


def _in_slot(act: Act, slot: str) -> Description | None:
    if slot == "object":
        return act.object
    number = int(slot.rpartition(" ")[2])
    return act.anchors[number] if number < len(act.anchors) else None


def _plain(thing: Description) -> Description:
    """One thing; the kind stays open where "one" stands for it."""
    anchors = tuple(map(_plain, thing.anchors))
    kind = ANYTHING if thing.kind in _ONE else thing.kind
    return replace(thing, kind=kind, number=1, choice="" if thing.choice == "any" else thing.choice, anchors=anchors)
