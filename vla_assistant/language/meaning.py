"""From clauses to canonical steps: which thing is meant, whether the arm can do it, and what to ask when unclear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vla_assistant.language.by_colour import is_same
from vla_assistant.language.capability import EVERYTHING, Learnt
from vla_assistant.language.clauses import Clause, NounPhrase
from vla_assistant.language.naming import MOST_CHOICES
from vla_assistant.language.phrasing import describe, listed, plurals, shown, spoken_name, what_is_seen, with_article
from vla_assistant.language.vocabulary import UNNAMED, Lexicon, Vocabulary
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


YES_OR_NO = ("yes", "no")
_ABLE = {"pick": "lift", "place": "lift", "put_down": "lift", "push": "push"}
"""What a thing must allow for each frame."""


@dataclass(frozen=True)
class Hand:
    """What the hand is known to hold; nothing when None."""

    held: Reference | None = None


@dataclass(frozen=True)
class Context:
    """What the words may refer to.

    Attributes:
        vocabulary: The things.
        lexicon: The words of what is answered.
        heard: The words of what is said.
        seen: What the camera shows; empty when that is not known.
        last: The object of the turn before.
        hand: What the hand holds, when that is known.
        learnt: What the policy can be asked for.
    """

    vocabulary: Vocabulary
    lexicon: Lexicon
    heard: Lexicon
    seen: Sequence[SeenThing] = ()
    last: Reference | None = None
    hand: Hand | None = None
    learnt: Learnt = EVERYTHING


def check_steps(steps: Sequence[Step], learnt: Learnt) -> tuple[Step, ...]:
    """The steps again, when all of them are learnt.

    Raises:
        Refused: one is not; `str` says why.
    """
    for step in steps:
        if step.skill != "home" and (why := learnt.why_not(step)):
            raise Refused(why)
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
    return one_handed(steps, context.hand, context.lexicon)


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


def one_handed(steps: Sequence[Step], hand: Hand | None, lexicon: Lexicon) -> tuple[Step, ...]:
    """The steps again, when one hand can do them from what it holds now.

    Raises:
        Unclear: a step needs the hand while it holds something, or puts down what it is known not to hold.
    """
    held = hand.held if hand else None
    if len(steps) > 1 and steps[0].skill == "pick" and is_same(steps[0].object, held):
        steps = steps[1:]  # "take the can and put it there": it is in the hand already
    for step in steps:
        if step.skill == "put_down" and hand and held is None:
            raise _empty_handed(step, steps, lexicon)
        if held is not None and _needs_free_hand(step, held):
            raise _full_handed(held, steps, lexicon)
        held = _held_after(step, held)
    return tuple(steps)


def _empty_handed(step: Step, steps: Sequence[Step], lexicon: Lexicon) -> Unclear:
    """A yes picks it up and goes on with all that was asked for."""
    if step.object is None:
        return Unclear("I hold nothing that I could put down. What should I pick up first?")
    what = spoken_name(step.object, lexicon)
    whole = f"{describe([Step('pick', step.object)])}, then {describe(steps)}"
    question = f"I hold nothing that I could put down. Should I pick up the {what} first?"
    return Unclear(question, choices=YES_OR_NO, completes=(whole,))


def _full_handed(held: Reference, steps: Sequence[Step], lexicon: Lexicon) -> Unclear:
    """The answer says where to put it; then comes all that was asked for."""
    name = spoken_name(held, lexicon)
    question = f"I have one hand, and it would still hold the {name}. Where should I put the {name} first?"
    held_now = steps[0].object != held or steps[0].skill in ("pick", "push")
    if not held_now:  # it is taken up on the way: nothing can come before that
        return Unclear(question)
    rest = describe(steps)
    completes = tuple(f"put the {name} {where}, then {rest}" for where in ("{}", "on {}"))
    return Unclear(question, choices=(f"on the {' '.join(lexicon.words['table'][0])}",), completes=completes)


def _step(clause: Clause, context: Context, last: Reference | None, held: Reference | None) -> Step:
    if clause.frame == "home":
        return Step("home")
    assert clause.object is not None
    verb = {"pick": "pick up", "place": "place", "put_down": "put down", "push": "push"}[clause.frame]
    if clause.frame == "put_down" and clause.object.pronoun and last is None:
        return Step("put_down", None, Reference("table"))
    thing = _referent(clause.object, context, last, f"What should I {verb}?", held)
    _check_able(clause.frame, thing, context)
    if clause.frame == "place":
        assert clause.destination is not None
        name = spoken_name(thing, context.lexicon)
        question = f"Where should I place the {name}?"
        destination = _referent(clause.destination, context, thing, question, None)
        if clause.destination.name is None and not _stays(thing, destination, context):
            raise Unclear(f'I do not know which thing "{clause.destination}" is. {question}', clause.destination)
        _check_fits(thing, destination, clause.destination, context)
        return Step("place", thing, destination)
    if clause.frame == "put_down":
        return Step("put_down", thing, Reference("table"))
    return Step("push", thing, Reference(clause.side or "")) if clause.frame == "push" else Step("pick", thing)


def _referent(
    phrase: NounPhrase, context: Context, last: Reference | None, question: str, held: Reference | None
) -> Reference:
    if phrase.pronoun:
        if last is None:
            raise Unclear(f'I do not know what "{phrase}" is. {question}', phrase)
        return last
    if phrase.quantifier:
        several = f'I do one thing at a time, and "{phrase}" means {phrase.quantifier}. Which one is the first?'
        raise Unclear(several, phrase)
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
    choice = f" I see {_named(sorted(matching, key=str), context.lexicon, 'and')}." if matching else ""
    raise Unclear(f'I do not know which thing "{phrase}" is. {question}{choice}', phrase)


def _in_picture(wanted: Reference, phrase: NounPhrase, context: Context) -> Reference:
    if not context.seen:
        return wanted
    candidates = [t.reference for t in context.seen if t.reference.name == wanted.name]
    candidates = [reference for reference in candidates if wanted.colour in (None, reference.colour)]
    name = spoken_name(wanted, context.lexicon)
    if not candidates:
        there = what_is_seen(context.seen, context.lexicon)
        raise Unclear(f"I do not see {with_article(name)}. {there} Which one?", phrase)
    different = sorted(set(candidates), key=str)
    if len(different) > 1:
        question = f"Which {name} do you mean: {_named(different, context.lexicon, 'or')}?"
        raise Unclear(question, phrase, _choices(different, context))
    if len(candidates) > 1:
        raise Refused(alike(different[0], len(candidates), context.lexicon))
    return different[0]


def seen_once(things: Sequence[SeenThing], seen: Sequence[SeenThing]) -> list[SeenThing]:
    """Those of the things that the arm can be directed to: none that looks like another one seen."""
    references = [thing.reference for thing in seen]
    return [thing for thing in things if references.count(thing.reference) == 1]


def alike(reference: Reference, count: int, lexicon: Lexicon) -> str:
    """Why the arm cannot be directed to one of several alike: its policy knows a thing by kind and colour only."""
    return (
        f"I see {count} of the {spoken_name(reference, lexicon)} and cannot yet be told which of them to take; "
        "please move the others away, or name something else."
    )


def _choices(references: Sequence[Reference], context: Context) -> tuple[str, ...]:
    """Answers that name these things, in the language in which answers are offered."""
    offered = context.heard is context.lexicon and len(references) <= MOST_CHOICES
    return tuple(f"the {spoken_name(reference, context.lexicon)}" for reference in references) if offered else ()


def _named(references: Sequence[Reference], lexicon: Lexicon, last: str) -> str:
    return listed((f"the {spoken_name(reference, lexicon)}" for reference in references), last)


def _unknown(phrase: NounPhrase, context: Context) -> str:
    known = plurals(shown(context.vocabulary.things, context.seen), context.lexicon)
    if phrase.name is None:
        return f"I do not know {with_article(' '.join(phrase.unknown))}; I know {known}."
    colours = listed(" ".join(context.lexicon.words[colour][0]) for colour in context.vocabulary.colours)
    word = " ".join(phrase.unknown)
    return f'I do not know what "{word}" means in "{phrase}"; I know {known} by their colours: {colours}.'


def _check_able(frame: str, thing: Reference, context: Context) -> None:
    able = _ABLE[frame]
    things = context.vocabulary.things
    if thing.name == UNNAMED or getattr(things[thing.name], able):
        return
    able_so = [name for name in shown(things, context.seen) if getattr(things[name], able)]
    others = plurals(able_so, context.lexicon)
    why = "it is wider than my gripper opens" if able == "lift" else "it does not slide well"
    name = spoken_name(Reference(thing.name), context.lexicon)
    raise Refused(f"I cannot {able} a {name}: {why}. I can {able} {others}.")


def _check_fits(thing: Reference, destination: Reference, phrase: NounPhrase, context: Context) -> None:
    if thing == destination:
        itself = f"I cannot place the {spoken_name(thing, context.lexicon)} on itself. Where should it go?"
        raise Unclear(itself, phrase)
    if _stays(thing, destination, context):
        return
    holds = context.vocabulary.things[destination.name].holds
    what, where = (spoken_name(Reference(r.name), context.lexicon) for r in (thing, destination))
    held = [name for name in shown(context.vocabulary.things, context.seen) if name in holds]
    takes = f"a {where} takes {plurals(held, context.lexicon)}" if held else f"nothing stays on a {where}"
    raise Refused(f"A {what} does not stay in or on a {where}; {takes}.")


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
