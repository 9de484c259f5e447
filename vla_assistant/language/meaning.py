"""From clauses to canonical steps: which thing is meant, whether the arm can do it, and what to ask when unclear."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vla_assistant.language.by_colour import is_same
from vla_assistant.language.capability import DRAWER, EVERYTHING, Learnt
from vla_assistant.language.clauses import SEVERAL, Clause, NounPhrase
from vla_assistant.language.naming import MOST_CHOICES
from vla_assistant.language.phrasebook import Phrasebook
from vla_assistant.language.phrasing import shown, what_is_seen
from vla_assistant.language.vocabulary import FIRST, UNNAMED, Lexicon, Vocabulary
from vla_assistant.types import Reference, SeenThing, Step


class Unclear(Exception):  # noqa: N818 - it is no error but an answer
    """Something is missing or ambiguous; `str` is the question.

    Attributes:
        phrase: The words in whose place the answer belongs, if there are such words.
        choices, completes: As in `Understanding`.
    """

    def __init__(
        self,
        question: str,
        phrase: NounPhrase | None = None,
        choices: tuple[str, ...] = (),
        completes: tuple[str, ...] = (),
    ) -> None:
        super().__init__(question)
        self.phrase, self.choices, self.completes = phrase, choices, completes


class Refused(Exception):  # noqa: N818
    """It is understood and cannot be done; `str` says why and what can be done."""


_ABLE = {"pick": "lift", "place": "lift", "put_down": "lift", "push": "push", "give": "lift"}
"""What a thing must allow for each frame."""
WHAT = {"pick": "what_pick", "place": "what_place", "put_down": "what_put_down", "push": "what_push"}
"""The question for the object of each frame."""
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Hand:
    """What the hand is known to hold; nothing when None."""

    held: Reference | None = None


@dataclass(frozen=True)
class Context:
    """What the words may refer to.

    Attributes:
        vocabulary: The things.
        book: What is answered, in the language of what is said.
        heard: The words of what is said.
        seen: What the camera shows; empty when that is not known.
        last: The object of the turn before.
        hand: What the hand holds, when that is known.
        learnt: What the policy can be asked for.
        text: What was said, as it was written.
    """

    vocabulary: Vocabulary
    book: Phrasebook
    heard: Lexicon
    seen: Sequence[SeenThing] = ()
    last: Reference | None = None
    hand: Hand | None = None
    learnt: Learnt = EVERYTHING
    text: str = ""

    def as_typed(self, words: Sequence[str]) -> str:
        """The words as they were written in the text: "Schüssel" for "schussel"."""
        written = {self.heard.plain(word): word for word in _WORD.findall(self.text)}
        return " ".join(written.get(word, word) for word in words) if self.heard.orthography else " ".join(words)

    def typed(self, phrase: NounPhrase) -> str:
        """The thing as it was written."""
        return self.as_typed(phrase.said)


def check_steps(steps: Sequence[Step], learnt: Learnt, book: Phrasebook | None = None) -> tuple[Step, ...]:
    """The steps again, when all of them are learnt; `book` is of the language in which it is said that they are not.

    Raises:
        Refused: one is not; `str` says why.
    """
    for step in steps:
        if step.skill != "home" and (why := learnt.why_not(step)):
            raise Refused(why if book is None or book.code == FIRST else book.say("not_learnt", steps=(step,)))
    return tuple(steps)


def steps_of(clauses: Sequence[Clause], context: Context) -> tuple[Step, ...]:
    """The canonical steps of the clauses.

    Raises:
        Unclear: a reference is missing, ambiguous or not in the picture.
        Refused: a thing is unknown, or the arm cannot do this with it.
    """
    steps: list[Step] = []
    last, held = context.last, context.hand.held if context.hand else None
    for clause in clauses:
        step = _step(clause, context, last, held)
        held = _held_after(step, held)
        last = step.object or last
        steps.append(step)
    return one_handed(steps, context.hand, context.book)


def probes(clauses: Sequence[Clause]) -> list[Step]:
    """Steps like those of the clauses that name their kinds of things, whichever colours are meant."""
    found = []
    for clause in clauses:
        thing, where = _kind(clause.object), _kind(clause.destination)
        if clause.frame == "place" and thing is not None and where is not None:
            found.append(Step("place", thing, where))
        elif clause.frame == "pick" and thing is not None:
            found.append(Step("pick", thing))
    return found


def _kind(phrase: NounPhrase | None) -> Reference | None:
    return Reference(phrase.name) if phrase is not None and phrase.name else None


def one_handed(steps: Sequence[Step], hand: Hand | None, book: Phrasebook) -> tuple[Step, ...]:
    """The steps again, when one hand can do them from what it holds now.

    Raises:
        Unclear: a step needs the hand while it holds something, or puts down what it is known not to hold.
    """
    held = hand.held if hand else None
    if len(steps) > 1 and steps[0].skill == "pick" and is_same(steps[0].object, held):
        steps = steps[1:]  # "take the can and put it there": it is in the hand already
    for step in steps:
        if step.skill == "put_down" and hand and held is None:
            raise _empty_handed(step, steps, book)
        if held is not None and _needs_free_hand(step, held):
            raise _full_handed(held, steps, book)
        held = _held_after(step, held)
    return tuple(steps)


def _empty_handed(step: Step, steps: Sequence[Step], book: Phrasebook) -> Unclear:
    """A yes picks it up and goes on with all that was asked for."""
    if step.object is None:
        return Unclear(book.say("hold_nothing"))
    whole = book.clause("pick_first", first=(Step("pick", step.object),), steps=tuple(steps))
    question = book.say("pick_it_first", thing=step.object)
    return Unclear(question, choices=(book.clause("yes"), book.clause("no")), completes=(whole,))


def _full_handed(held: Reference, steps: Sequence[Step], book: Phrasebook) -> Unclear:
    """The answer says where to put it; then comes all that was asked for."""
    question = book.say("one_hand", thing=held)
    held_now = steps[0].object != held or steps[0].skill in ("pick", "push")
    if not held_now:  # it is taken up on the way: nothing can come before that
        return Unclear(question)
    places = ("{}", book.clause("on_what", what="{}"))
    completes = tuple(book.clause("put_first", thing=held, there=place, steps=tuple(steps)) for place in places)
    return Unclear(question, choices=(book.clause("on_the_table"),), completes=completes)


def _step(clause: Clause, context: Context, last: Reference | None, held: Reference | None) -> Step:
    if clause.frame == "home":
        return Step("home")
    assert clause.object is not None
    if clause.frame == "put_down" and (clause.object.held or (clause.object.pronoun and last is None)):
        return Step("put_down", None, Reference("table"))
    question = context.book.say(WHAT.get(clause.frame, "which_one"))
    thing = _referent(clause.object, context, last, question, held)
    if clause.frame in ("open", "close"):
        return _of_drawer(clause.frame, thing, context)
    _check_able(clause.frame, thing, context)
    if clause.frame == "place":
        return _placed(clause, thing, context)
    if clause.frame == "put_down":
        return Step("put_down", thing, Reference("table"))
    return Step("push", thing, Reference(clause.side or "")) if clause.frame == "push" else Step(clause.frame, thing)


def _of_drawer(skill: str, thing: Reference, context: Context) -> Step:
    if thing.name != DRAWER.name:
        raise Refused(context.book.say("only_drawer"))
    return Step(skill, DRAWER)


def _placed(clause: Clause, thing: Reference, context: Context) -> Step:
    assert clause.destination is not None
    question = context.book.say("where_place", thing=thing)
    destination = _referent(clause.destination, context, thing, question, None)
    if clause.relation:
        second = _referent(clause.second, context, thing, question, None) if clause.second else None
        if thing in (destination, second):
            raise Unclear(context.book.say("on_itself", thing=thing), clause.destination)
        return Step("place", thing, destination, clause.relation, second)
    if clause.destination.name is None and not _stays(thing, destination, context):
        which = context.book.say("unknown_which", phrase=context.typed(clause.destination))
        raise Unclear(f"{which} {question}", clause.destination)
    _check_fits(thing, destination, clause.destination, context)
    return Step("place", thing, destination)


def _referent(
    phrase: NounPhrase, context: Context, last: Reference | None, question: str, held: Reference | None
) -> Reference:
    book = context.book
    if phrase.pronoun:
        if last is None:
            raise Unclear(f"{book.say('unknown_what', phrase=context.typed(phrase))} {question}", phrase)
        return last
    if phrase.quantifier:
        many = book.clause("several") if phrase.quantifier == SEVERAL else phrase.quantifier
        raise Unclear(book.say("one_at_a_time", phrase=context.typed(phrase), quantifier=many), phrase)
    if phrase.unknown:
        raise Refused(_unknown(phrase, context))
    if phrase.name is None:
        return _substitute(phrase, context, last, question)
    wanted = Reference(phrase.name, phrase.colour)
    if held is not None and held.name == wanted.name and wanted.colour in (None, held.colour):
        return held
    return _in_picture(wanted, phrase, context)


def _substitute(phrase: NounPhrase, context: Context, last: Reference | None, question: str) -> Reference:
    """ "the red one": the one red thing in the picture, else a red one of what was spoken of last."""
    matching = {thing.reference for thing in context.seen if phrase.colour in (None, thing.reference.colour)}
    alike = [reference for reference in matching if last is not None and reference.name == last.name]
    if len(alike) == 1 and phrase.colour:
        return alike[0]
    if len(matching) == 1:
        return matching.pop()
    if not context.seen and last is not None and phrase.colour:
        return Reference(last.name, phrase.colour)
    which = context.book.say("unknown_which", phrase=context.typed(phrase))
    choice = context.book.say("see_the", things=tuple(sorted(matching, key=str))) if matching else ""
    raise Unclear(" ".join(filter(None, (which, question, choice))), phrase)


def _in_picture(wanted: Reference, phrase: NounPhrase, context: Context) -> Reference:
    if not context.seen:
        return wanted
    candidates = [t.reference for t in context.seen if t.reference.name == wanted.name]
    candidates = [reference for reference in candidates if wanted.colour in (None, reference.colour)]
    book = context.book
    if not candidates:
        there = what_is_seen(context.seen, book.code)
        raise Unclear(f"{book.say('see_not', thing=wanted)} {there} {book.say('which_one')}", phrase)
    different = tuple(sorted(set(candidates), key=str))
    if len(different) > 1:
        raise Unclear(book.say("which_of", thing=wanted, things=different), phrase, choices(different, book))
    if len(candidates) > 1:
        raise Refused(alike(different[0], len(candidates), book))
    return different[0]


def seen_once(things: Sequence[SeenThing], seen: Sequence[SeenThing]) -> list[SeenThing]:
    """Those of the things that the arm can be directed to: none that looks like another one seen."""
    references = [thing.reference for thing in seen]
    return [thing for thing in things if references.count(thing.reference) == 1]


def alike(reference: Reference, count: int, book: Phrasebook) -> str:
    """Why the arm cannot be directed to one of several alike: its policy knows a thing by kind and colour only."""
    return book.say("alike", thing=reference, count=count)


def choices(references: Sequence[Reference], book: Phrasebook) -> tuple[str, ...]:
    """Answers that name these things; none where there are too many."""
    offered = references if len(references) <= MOST_CHOICES else ()
    return tuple(book.clause("answer", thing=reference) for reference in offered)


def _kinds(names: Iterable[str]) -> tuple[Reference, ...]:
    return tuple(Reference(name) for name in names)


def _unknown(phrase: NounPhrase, context: Context) -> str:
    book, known = context.book, _kinds(shown(context.vocabulary.things, context.seen))
    word = context.as_typed(phrase.unknown)
    if phrase.name is None:
        return book.say("unknown_noun", thing=Reference(word), kinds=known)
    colours = book.listed([book.colour(colour) for colour in context.vocabulary.colours])
    return book.say("unknown_word", word=word, phrase=context.typed(phrase), kinds=known, colours=colours)


def _check_able(frame: str, thing: Reference, context: Context) -> None:
    able = _ABLE[frame]
    things = context.vocabulary.things
    if thing.name == UNNAMED or getattr(things[thing.name], able):
        return
    able_so = _kinds(name for name in shown(things, context.seen) if getattr(things[name], able))
    raise Refused(context.book.say(f"cannot_{able}", thing=Reference(thing.name), kinds=able_so))


def _check_fits(thing: Reference, destination: Reference, phrase: NounPhrase, context: Context) -> None:
    if thing == destination:
        raise Unclear(context.book.say("on_itself", thing=thing), phrase)
    if _stays(thing, destination, context):
        return
    holds = context.vocabulary.things[destination.name].holds
    held = _kinds(name for name in shown(context.vocabulary.things, context.seen) if name in holds)
    what, where = Reference(thing.name), Reference(destination.name)
    said = {"kinds": held} if held else {}
    raise Refused(context.book.say("stays_not" if held else "nothing_stays", thing=what, where=where, **said))


def _stays(thing: Reference, destination: Reference, context: Context) -> bool:
    """Whether the thing stays in or on the other; of one without a noun nobody knows."""
    return destination.name == UNNAMED or context.vocabulary.things[destination.name].takes(thing.name)


def _needs_free_hand(step: Step, held: Reference) -> bool:
    """Whether the step cannot be done while the hand holds that."""
    if step.skill == "home" or (step.skill == "put_down" and step.object is None):
        return False
    return not is_same(step.object, held) or step.skill in ("pick", "push")


def _held_after(step: Step, held: Reference | None) -> Reference | None:
    """What the gripper holds after the step."""
    if step.skill == "home":
        return held
    return step.object if step.skill == "pick" else None


def check_named(frame: str, phrase: NounPhrase, context: Context) -> None:
    """Refuse what cannot be done with the thing, before anything is asked about it.

    Raises:
        Refused: the thing is unknown, or the arm cannot do this with it.
    """
    if phrase.pronoun or frame not in _ABLE:
        return
    if phrase.unknown:
        raise Refused(_unknown(phrase, context))
    if phrase.name is not None:
        _check_able(frame, Reference(phrase.name, phrase.colour), context)
