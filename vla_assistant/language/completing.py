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
from vla_assistant.language.meaning import WHAT, Context, Unclear, check_named, choices, seen_once
from vla_assistant.language.naming import MOST_CHOICES
from vla_assistant.language.reading.reader import read
from vla_assistant.language.vocabulary import Lexicon, Phrase, load
from vla_assistant.types import Intent, Reference, Step, Understanding

_SIDES = ("to_the_left", "to_the_right")
_HOLE = "{}"


def missing(gap: Gap, said: Phrase, context: Context) -> Unclear:
    """The question for what the sentence lacks at its end.

    Raises:
        Refused: what is asked for cannot be done with that thing, so that no answer would help.
    """
    if gap.object is not None:
        check_named(gap.frame, gap.object, context)
    book, thing = context.book, _definite(gap.object, context)
    begun = " ".join((*said, _HOLE))
    if gap.kind == "object":
        return Unclear(
            book.say(WHAT.get(gap.frame, "which_one")), choices=_objects(gap.frame, context), completes=(begun,)
        )
    if gap.kind == "side":
        question = book.say("which_side", thing=thing) if thing else book.say("which_side_it")
        return Unclear(question, choices=tuple(map(book.clause, _SIDES)), completes=(begun,))
    if gap.object is None:
        return Unclear(book.say("where_go"), completes=(begun,))
    relation = () if gap.kind == "destination" else tuple(" ".join((*said, *on, _HOLE)) for on in _relations(context))
    question = book.say("where_place", thing=thing) if thing else book.say("where_place_it")
    choices = () if gap.kind == "destination" else carriers(gap.object, context)
    return Unclear(question, choices=choices, completes=(begun, *relation))


def what_to_do(thing: NounPhrase, able: str, context: Context) -> Unclear:
    """The question for a thing that is only named."""
    question = f"{context.book.say('what_to_do', thing=_definite(thing, context))} {able}"
    if thing.name is None:
        return Unclear(question)
    named, known = Reference(thing.name, thing.colour), context.vocabulary.things[thing.name]
    steps = [Step("pick", named)] if known.lift else []
    steps += [Step("push", named, Reference(side)) for side in ("left", "right")] if known.push else []
    verbs = [verb for verb, able_to in (("place", known.lift), ("push", known.push)) if able_to]
    completes = tuple(context.book.clause(f"{verb}_where", thing=named, there=_HOLE) for verb in verbs)
    return Unclear(question, choices=tuple(context.book.describe([step]) for step in steps), completes=completes)


def carriers(thing: NounPhrase, context: Context) -> tuple[str, ...]:
    """Where the thing can be put, of what is seen: "in the blue bowl"; nothing when that is too much to offer."""
    if thing.name is None:
        return ()
    holding = [
        other.reference
        for other in seen_once(context.seen, context.seen)
        if thing.name in context.vocabulary.things[other.reference.name].holds
        and other.reference != Reference(thing.name or "", thing.colour)
    ]
    return tuple(map(context.book.where, holding)) if len(holding) <= MOST_CHOICES else ()


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
    said = _choice(question, answer) or " ".join(spelling.normalised(answer)).strip(" ,")
    if not said or closed_intent(answer, language) is not None:
        return ()
    return tuple(command.replace(_HOLE, said) for command in question.completes)


def _choice(question: Understanding, answer: str) -> str:
    """The one choice that the answer names, "die blaue" for "die blaue Tasse"; the dialogue does that in English."""
    lexicon = load().lexicon(question.language)
    named = _thing(answer, lexicon) if question.language != FIRST else None
    if named is None or named.unknown or named.pronoun:
        return ""
    fitting = [choice for choice in question.choices if _fits(named, _thing(choice, lexicon))]
    return fitting[0] if len(fitting) == 1 else ""


def _thing(text: str, lexicon: Lexicon) -> NounPhrase | None:
    return Parser(spelling.normalised(lexicon.plain(text)), lexicon).bare_thing()


def _fits(named: NounPhrase, choice: NounPhrase | None) -> bool:
    return choice is not None and named.name in (None, choice.name) and named.colour in (None, choice.colour)


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
    if frame == "home":
        return ()
    things = context.vocabulary.things
    able = [
        thing.reference
        for thing in seen_once(context.seen, context.seen)
        if (things[thing.reference.name].push if frame == "push" else things[thing.reference.name].lift)
    ]
    return choices(able, context.book)


def _relations(context: Context) -> tuple[Phrase, ...]:
    """What may stand before a place that was only named."""
    return (spelling.normalised(context.heard.plain(context.book.clause("on_what", what=""))),)


def _definite(thing: NounPhrase | None, context: Context) -> Reference | None:
    """What was named, in English in the user's own words; None for a pronoun."""
    if thing is None or thing.pronoun:
        return None
    return (
        Reference(str(thing))
        if context.book.code == FIRST or thing.name is None
        else Reference(thing.name, thing.colour)
    )
