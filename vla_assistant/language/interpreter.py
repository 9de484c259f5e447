"""Words -> what is meant: closed words first, then questions and corrections, then the grammar of instructions.

Pure, without a model and without a device. Nothing is acted on by a keyword: steps come only out of a text that the
grammar used up to its last word and that holds no negation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches

from vla_assistant.language import abilities, completing, mood, naming, words
from vla_assistant.language.by_colour import by_colour
from vla_assistant.language.capability import EVERYTHING, Learnt
from vla_assistant.language.clauses import Gap
from vla_assistant.language.closed import closed_intent, control_word
from vla_assistant.language.composing.composer import composed_of, plainly_composed_of
from vla_assistant.language.decoding import considered
from vla_assistant.language.grammar import Parser
from vla_assistant.language.languages import AUTO, FIRST, chosen, denied
from vla_assistant.language.meaning import Context, Hand, Refused, Unclear, check_steps, one_handed, probes, steps_of
from vla_assistant.language.memory import Memory
from vla_assistant.language.mishearing import Heard, heard_as
from vla_assistant.language.openings import asks_for_none, without_opening
from vla_assistant.language.phrasebook_file import load as phrasebook
from vla_assistant.language.phrasing import examples, help_text, what_is_seen
from vla_assistant.language.reading.reader import read
from vla_assistant.language.request import Request
from vla_assistant.language.resolution import Question, Refusal
from vla_assistant.language.resolving import resolve
from vla_assistant.language.turns import clauses
from vla_assistant.language.vocabulary import Phrase, load
from vla_assistant.language.withdrawing import only_told, taken_back
from vla_assistant.types import SURE, Intent, Reference, SeenThing, Step, Understanding

_NO_STOP = (("long", "enough"), ("enough", "room"), ("enough", "space"))
"""What holds a word that stops and says something else: "it has been open long enough"."""
UNCERTAIN = 0.5
"""Confidence of an understanding that ends in a question."""


def understand(
    text: str,
    seen: Sequence[SeenThing] = (),
    *,
    last: Reference | None = None,
    hand: Hand | None = None,
    language: str = "en",
    learnt: Learnt = EVERYTHING,
    before: str = FIRST,
) -> Understanding:
    """What the text means.

    Args:
        text: What was typed or heard.
        seen: What the policy sees; empty when that is not known. References are then resolved to one thing that is
            seen, or asked about.
        last: The object of the command before, which "it" may mean.
        hand: What the hand holds, when that is known; a command that needs a second hand is asked about.
        language: Key of the vocabulary file; "auto" takes the language that understands the text, English first.
        learnt: What the policy can be asked for; what it has not learnt is refused.
        before: With "auto", the language of what was said before.

    Returns:
        For a question, `reason` is the answer as far as the picture and the vocabulary give it; for a control word it
        is the word's name.

    Raises:
        InputError: the text is empty or too long.
    """
    words.check(text)
    vocabulary = load()

    def understood(code: str) -> Understanding:
        context = Context(vocabulary, phrasebook(code), vocabulary.lexicon(code), seen, last, hand, learnt, text)
        found = _understood(text, context, code)
        if found.steps and (denied(text, code) or (code == FIRST and (taken_back(text) or asks_for_none(text)))):
            found = _denial(text, context)
        if found.steps and code == FIRST and only_told(text):
            found = _doubt(text, context)
        return found if code == FIRST else replace(found, text=text, language=code)

    heard = heard_as(text, seen) if language in (AUTO, FIRST) and closed_intent(text) is None else None
    if heard is not None and (meant := _put_right(heard, seen, last, hand, language, learnt)) is not None:
        return meant
    return chosen(text, understood, before) if language == AUTO else understood(language)


def _put_right(
    heard: Heard,
    seen: Sequence[SeenThing],
    last: Reference | None,
    hand: Hand | None,
    language: str,
    learnt: Learnt,
) -> Understanding | None:
    """What the text means with words put right by what is seen; None when that is nothing either."""
    meant = understand(heard.text, seen, last=last, hand=hand, language=language, learnt=learnt)
    if heard.things and meant.steps:
        question, choices = naming.question(heard.things, seen), naming.names(heard.things, seen)
        meant = Understanding(heard.text, Intent.COMMAND, confidence=UNCERTAIN, question=question, choices=choices)
    return heard.told(meant)


def _understood(text: str, context: Context, language: str) -> Understanding:
    closed = closed_intent(text, language)
    if closed is not None:
        return Understanding(text, closed)
    control = control_word(text, language)
    if control is not None:
        return Understanding(text, Intent.CONTROL, reason=control)
    plain = without_opening(context.heard.plain(text))
    reads = language == FIRST
    return _conversation(plain, context, reads) or _instruction(plain, context, reads)


def _conversation(text: str, context: Context, reads: bool) -> Understanding | None:
    """Questions, corrections and lessons; None for everything else. `reads`: wishes are known too."""
    lexicon = context.heard
    spoken = words.normalised(text)
    bare = words.without([*lexicon.courtesy["fillers"], (",",)], spoken)
    asked = words.starts_with((*lexicon.questions["openings"], *lexicon.questions["help"]), bare)
    polite = words.starts_with(lexicon.courtesy["openings"], bare)
    wished = reads and mood.wishes_for(bare) and read(" ".join(bare)) is not None
    wished = wished or (reads and (composed_of(text) or plainly_composed_of(text)) is not None)
    if asked and len(asked) >= len(polite or ()) and not wished:
        return Understanding(text, Intent.QUESTION, reason=_answer(bare, context))
    if words.starts_with(lexicon.teaching, bare):
        return Understanding(text, Intent.TEACH, reason=f"{context.book.say('cannot_learn')} {_able(context)}")
    opening = words.starts_with(lexicon.corrections, bare)
    if opening and len(bare) > len(opening):
        wanted = " ".join(bare[len(opening) :])
        return Understanding(text, Intent.CORRECTION, question=context.book.say("whole_command"), notes=(wanted,))
    return None


def _answer(bare: Phrase, context: Context) -> str:
    if bare in context.heard.questions["seen"]:
        return what_is_seen(context.seen, context.book.code)
    if bare in context.heard.questions["help"]:
        return help_text(context.seen, context.book.code, context.learnt)
    return f"{context.book.say('cannot_answer')} {_able(context)}"


def _instruction(text: str, context: Context, reads: bool) -> Understanding:
    """By the strict grammar where it uses the text up to its last word, else (`reads`) as the reader reads it."""
    parser = Parser(words.normalised(text), context.heard)
    strict = _by_grammar(text, parser, context)
    if not reads or strict.steps or (parser.complete and not (context.seen and strict.question)):
        return strict
    read = _as_read(text, context)
    if read is None or (parser.complete and not (read.question or (read.steps and parser.several))):
        return strict
    return read


def _by_grammar(text: str, parser: Parser, context: Context) -> Understanding:
    spoken = words.normalised(text)
    if words.without(context.heard.small["negations"], spoken) != spoken:
        return _denial(text, context)
    clauses = parser.request()
    if clauses is None:
        return _not_parsed(text, parser, context)
    try:
        check_steps(probes(clauses), context.learnt, context.book)
        steps = by_colour(steps_of(clauses, context), text, context.seen, context.learnt)
        return Understanding(text, Intent.COMMAND, check_steps(steps, context.learnt, context.book))
    except Unclear as question:
        return _asked(text, question, parser.words, context)
    except Refused as refusal:
        return Understanding(text, Intent.UNSUPPORTED, confidence=UNCERTAIN, reason=str(refusal))


def _asked(text: str, question: Unclear, said: Phrase, context: Context) -> Understanding:
    """The question, with the command that its answer completes."""
    return as_question(text, question, completing.with_answer_for(question.phrase, said, context.heard))


def as_question(text: str, question: Unclear, completes: tuple[str, ...] = ()) -> Understanding:
    """The question; its answer completes the command it names, else one of these."""
    return Understanding(
        text,
        Intent.COMMAND,
        confidence=UNCERTAIN,
        question=str(question),
        choices=question.choices,
        completes=question.completes or completes,
    )


def _denial(text: str, context: Context) -> Understanding:
    reason = f"{context.book.say('denied')} {_able(context)}"
    return Understanding(text, Intent.UNSUPPORTED, confidence=UNCERTAIN, reason=reason)


def _doubt(text: str, context: Context) -> Understanding:
    reason = (
        "That sounds like a question, or like words for somebody else, so I move nothing. "
        f"Say it as an order. {_able(context)}"
    )
    return Understanding(text, Intent.UNSUPPORTED, confidence=UNCERTAIN, reason=reason)


def _as_read(text: str, context: Context) -> Understanding | None:
    """What the reader is sure enough of; None when it is not, or when the text holds a word that means stop."""
    if not context.heard.stop_words.isdisjoint(words.without(_NO_STOP, words.normalised(text))):
        return None
    reading = read(text)
    asked = reading is not None or mood.asks(clauses(text))
    request = considered(text, reading) if asked else None
    if request is None or request.confidence < SURE:
        return None
    try:
        abilities.check(request, context.learnt)
        steps = one_handed(_steps_read(request, context), context.hand, context.book)
        steps = check_steps(by_colour(steps, text, context.seen, context.learnt), context.learnt)
    except Unclear as question:
        return _asked(text, question, (), context)
    except Refused as refusal:
        reason = f"{refusal} {_able(context)}"
        return Understanding(text, Intent.UNSUPPORTED, confidence=UNCERTAIN, reason=reason)
    notes = tuple(f'I took "{said}" as "{meant}".' for said, meant in request.repairs)
    notes += abilities.remarks(request)
    return Understanding(text, Intent.COMMAND, steps, confidence=request.confidence, notes=notes)


def _steps_read(request: Request, context: Context) -> tuple[Step, ...]:
    if not context.seen:
        if not abilities.is_plain(request):
            raise Unclear(f'I have to see the table to know what "{request}" means.')
        return abilities.plain_steps(request, context.vocabulary, context.heard)
    last = [thing for thing in context.seen if thing.reference == context.last]
    outcome = resolve(request, context.seen, Memory().spoke_of(*last))
    if isinstance(outcome, Question):
        question = abilities.answerable(outcome, request, context.seen, context.heard, context.learnt)
        raise Unclear(question.text, choices=tuple(choice.name for choice in question.choices))
    if isinstance(outcome, Refusal):
        raise Refused(outcome.text)
    return abilities.steps_of(outcome.acts, context.seen, context.heard)


def _not_parsed(text: str, parser: Parser, context: Context) -> Understanding:
    gap = parser.gap
    if not gap.frame:
        thing = parser.bare_thing()
        if thing is not None and thing.name is not None and not thing.unknown:
            return _asked(text, completing.what_to_do(thing, _able(context), context), (), context)
        reason = f"{context.book.say('not_understood')}{_spelling(parser.words, context)} {_able(context)}"
        return Understanding(text, Intent.UNSUPPORTED, confidence=UNCERTAIN, reason=reason)
    if gap.at < len(parser.words):
        return Understanding(text, Intent.UNSUPPORTED, confidence=UNCERTAIN, reason=_rest(gap, parser, context))
    try:
        return _asked(text, completing.missing(gap, parser.words, context), parser.words, context)
    except Refused as refusal:
        return Understanding(text, Intent.UNSUPPORTED, confidence=UNCERTAIN, reason=str(refusal))


def _rest(gap: Gap, parser: Parser, context: Context) -> str:
    """The refusal for words that fit nowhere in the sentence."""
    begin, rest = (context.as_typed(words) for words in (parser.words[: gap.at], parser.words[gap.at :]))
    spelling = _spelling(parser.words[gap.at :], context)
    return f"{context.book.say('not_after', begin=begin, rest=rest)}{spelling} {_able(context)}"


def _spelling(rest: Phrase, context: Context) -> str:
    """ " Did you mean ...?" for the first unknown word that looks like a verb, thing, colour or place; else ""."""
    lexicon = context.heard
    for word in rest:
        if word not in lexicon.known_words:
            similar = [known for known in lexicon.content_words if known[0] == word[0]]
            if near := get_close_matches(word, similar, n=1, cutoff=0.75):
                return f" {context.book.say('meant_by', near=near[0], word=context.as_typed((word,)))}"
    return ""


def _able(context: Context) -> str:
    book = context.book
    example = examples(context.seen, 1, book.code)[0]
    return f"{book.say('able')} {book.say('say_for_example', example=example)}"
