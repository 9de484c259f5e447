"""Questions about what a command lacks: what to ask, with which answers, and the command that an answer completes.

A question is kept as the words of its command with {} where the answer belongs, and the answered command is understood
like any other that is said: nothing can be reached by an answer that could not be said at once.
"""

from __future__ import annotations

from vla_assistant.language import words as spelling
from vla_assistant.language.clauses import Gap, NounPhrase
from vla_assistant.language.closed import closed_intent
from vla_assistant.language.grammar import Parser
from vla_assistant.language.languages import FIRST
from vla_assistant.language.meaning import Context, Unclear, check_named, seen_once
from vla_assistant.language.naming import MOST_CHOICES
from vla_assistant.language.phrasing import describe, spoken_name
from vla_assistant.language.reading.reader import read
from vla_assistant.language.vocabulary import Lexicon, Phrase, load
from vla_assistant.types import Intent, Reference, Step, Understanding

_VERBS = {"pick": "pick up", "place": "place", "put_down": "put down", "push": "push", "home": "go"}
_SIDES = ("to the left", "to the right")
_HOLE = "{}"


def missing(gap: Gap, said: Phrase, context: Context) -> Unclear:
    """The question for what the sentence lacks at its end.

    Raises:
        Refused: what is asked for cannot be done with that thing, so that no answer would help.
    """
    if gap.object is not None:
        check_named(gap.frame, gap.object, context)
    verb, thing = _VERBS[gap.frame], _definite(gap.object)
    begun = " ".join((*said, _HOLE))
    if gap.kind == "object":
        return Unclear(f"What should I {verb}?", choices=_objects(gap.frame, context), completes=(begun,))
    if gap.kind == "side":
        question = f"To which side should I push {thing}: left or right?"
        return Unclear(question, choices=_SIDES if _offers(context) else (), completes=(begun,))
    if gap.object is None:
        return Unclear(f"Where should I {verb}? I know the way home.", completes=(begun,))
    relation = () if gap.kind == "destination" else tuple(" ".join((*said, *on, _HOLE)) for on in _relations(context))
    question = f"Where should I {verb} {thing}?"
    choices = () if gap.kind == "destination" else carriers(gap.object, context)
    return Unclear(question, choices=choices, completes=(begun, *relation))


def what_to_do(thing: NounPhrase, able: str, context: Context) -> Unclear:
    """The question for a thing that is only named."""
    question = f"What should I do with the {thing}? {able}"
    if not _offers(context) or thing.name is None:
        return Unclear(question)
    named = Reference(thing.name, thing.colour)
    known, name = context.vocabulary.things[thing.name], spoken_name(named, context.lexicon)
    steps = [Step("pick", named)] if known.lift else []
    steps += [Step("push", named, Reference(side)) for side in ("left", "right")] if known.push else []
    verbs = [verb for verb, able_to in (("place", known.lift), ("push", known.push)) if able_to]
    completes = tuple(f"{verb} the {name} {_HOLE}" for verb in verbs)
    return Unclear(question, choices=tuple(describe([step]) for step in steps), completes=completes)


def carriers(thing: NounPhrase, context: Context) -> tuple[str, ...]:
    """Where the thing can be put, of what is seen: "in the blue bowl"; nothing when that is too much to offer."""
    if not _offers(context) or thing.name is None:
        return ()
    holding = [
        other.reference
        for other in seen_once(context.seen, context.seen)
        if thing.name in context.vocabulary.things[other.reference.name].holds
        and other.reference != Reference(thing.name or "", thing.colour)
    ]
    inside = context.lexicon.inside
    names = [f"{'in' if where.name in inside else 'on'} the {spoken_name(where, context.lexicon)}" for where in holding]
    return tuple(names) if len(names) <= MOST_CHOICES else ()


def with_answer_for(phrase: NounPhrase | None, said: Phrase, lexicon: Lexicon) -> tuple[str, ...]:
    """The words with {} in the place of the phrase and its articles; none where they do not hold it."""
    if phrase is None:
        return ()
    long = len(phrase.said)
    at = next((i for i in range(len(said) - long, -1, -1) if said[i : i + long] == phrase.said), None)
    if at is None or not long:
        return ()
    before = said[:at]
    while before and (before[-1],) in lexicon.small["articles"]:
        before = before[:-1]
    return (" ".join((*before, _HOLE, *said[at + long :])),)


def completed(question: Understanding, answer: str, language: str) -> tuple[str, ...]:
    """The commands that the answer may complete, the likeliest first; none when it is no answer of that kind."""
    if not any(_HOLE in command for command in question.completes):
        return question.completes if closed_intent(answer, language) is Intent.YES else ()
    said = " ".join(spelling.normalised(answer)).strip(" ,")
    if not said or closed_intent(answer, language) is not None:
        return ()
    return tuple(command.replace(_HOLE, said) for command in question.completes)


def denies(answer: str) -> bool:
    """Whether the answer holds a word that denies, also a plain no: "to the left no"."""
    lexicon, spoken = load().lexicon(FIRST), spelling.normalised(answer)
    noes = [phrase for phrase, meaning in lexicon.closed.items() if meaning == "no"]
    return spelling.without([*lexicon.small["negations"], *noes], spoken) != spoken


def is_understood(command: str) -> bool:
    """Whether the command is one of known things, so that its refusal has another reason than its words."""
    if read(command) is not None:
        return True
    clauses = Parser(spelling.normalised(command), load().lexicon(FIRST)).request()
    things = [thing for clause in clauses or () for thing in (clause.object, clause.destination) if thing is not None]
    return clauses is not None and not any(thing.unknown for thing in things)


def _objects(frame: str, context: Context) -> tuple[str, ...]:
    """What it can be done with, of what is seen; nothing when that is too much to offer."""
    if not _offers(context) or frame == "home":
        return ()
    things = context.vocabulary.things
    able = [
        thing.reference
        for thing in seen_once(context.seen, context.seen)
        if (things[thing.reference.name].push if frame == "push" else things[thing.reference.name].lift)
    ]
    return tuple(f"the {spoken_name(one, context.lexicon)}" for one in able) if len(able) <= MOST_CHOICES else ()


def _relations(context: Context) -> tuple[Phrase, ...]:
    """What may stand before a place that was only named."""
    return (("on",),) if _offers(context) else ()


def _offers(context: Context) -> bool:
    """Whether answers can be offered: the program speaks English only."""
    return context.heard is context.lexicon


def _definite(thing: NounPhrase | None) -> str:
    return "it" if thing is None or thing.pronoun else f"the {thing}"
