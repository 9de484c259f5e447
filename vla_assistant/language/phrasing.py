"""What the program says: steps as a sentence, lists of things, examples of commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from vla_assistant.language.capability import ALSO, DRAWER, EVERYTHING, Learnt, kinds_of_steps
from vla_assistant.language.phrasebook import Phrasebook
from vla_assistant.language.phrasebook_file import load as phrasebook
from vla_assistant.language.vocabulary import FIRST, Lexicon, Thing, Vocabulary, load
from vla_assistant.types import Reference, SeenThing, Step

EXAMPLES = 6
AT_FIRST, FURTHER = 2, 3
"""Examples of the usual before those of what else is learnt, and how many of these."""


def describe(steps: Sequence[Step], language: str = FIRST, form: str = "order") -> str:
    """The steps in words: "pick up the blue cube, then place it in the red bowl"; "" for no steps.

    Args:
        steps: What is to be done.
        language: Key of the vocabulary.
        form: An "order" to the arm, or the "infinitive" that follows "shall I".
    """
    return phrasebook(language).describe(steps, form) if steps else ""


def spoken_name(reference: Reference, lexicon: Lexicon) -> str:
    """The reference in the words the program prefers."""
    noun = " ".join(lexicon.words[reference.name][0]) if reference.name in lexicon.words else reference.name
    if reference.colour is None:
        return noun
    return f"{' '.join(lexicon.words[reference.colour][0])} {noun}"


def with_article(text: str) -> str:
    """ "a cup", "an elephant"."""
    return f"{'an' if text[:1] in 'aeiou' else 'a'} {text}"


def listed(items: Iterable[str], last: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    texts = list(items)
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} {last} {texts[-1]}" if texts else ""


def plurals(names: Iterable[str], lexicon: Lexicon) -> str:
    """ "cubes, balls and cups"."""
    return listed(" ".join(lexicon.plurals[name][0]) for name in names)


def shown(things: Mapping[str, Thing], seen: Sequence[SeenThing]) -> list[str]:
    """The kinds of things that are spoken of: what is usual on a table, and what is seen."""
    there = {other.reference.name for other in seen}
    return [name for name, thing in things.items() if thing.usual or name in there]


def what_is_seen(seen: Sequence[SeenThing], language: str = FIRST) -> str:
    """ "I see a red cup and a blue bowl." """
    book, there = phrasebook(language), [thing.reference for thing in seen]
    counted = [_counted(reference, there.count(reference), book) for reference in dict.fromkeys(there)]
    return book.say("i_see", things=book.listed(counted)) if counted else book.say("see_nothing")


def _counted(reference: Reference, count: int, book: Phrasebook) -> str:
    return book.clause("one" if count == 1 else "times", thing=reference, count=count)


def examples(
    seen: Sequence[SeenThing] = (), n: int = EXAMPLES, language: str = FIRST, learnt: Learnt = EVERYTHING
) -> list[str]:
    """Up to `n` commands that make sense for what is seen; general ones when nothing is seen.

    All of them are understood, learnt, and need no question for distinct things.
    """
    vocabulary = load()
    references = list(dict.fromkeys(thing.reference for thing in seen)) or [
        Reference("cup", "red"), Reference("ball", "green"), Reference("bowl", "blue"), Reference("cube", "yellow"),
    ]  # fmt: skip
    steps = _sensible(references, vocabulary)
    more = _more(references, vocabulary, learnt) if seen else []
    steps = [*steps[:AT_FIRST], *more[:FURTHER], *steps[AT_FIRST:]]
    return [describe(step, language) for step in steps][:n]


def help_text(seen: Sequence[SeenThing] = (), language: str = FIRST, learnt: Learnt = EVERYTHING) -> str:
    """What the arm can do and what may be said to it, each example on a line and a sentence of its own."""
    said = (example[:1].upper() + example[1:] for example in examples(seen, language=language, learnt=learnt))
    book = phrasebook(language)
    able = filter(None, (book.say("able"), _also(book, learnt), book.say("you_can_say")))
    return "\n".join([" ".join(able), *(f"{example}." for example in said)])


def _also(book: Phrasebook, learnt: Learnt) -> str:
    """What is learnt beyond the usual: "I can also ..." or nothing."""
    kinds = kinds_of_steps(learnt)
    also = [book.clause(f"able_{name}") for name, needed in ALSO.items() if needed <= kinds]
    return book.say("able_also", abilities=book.listed(also)) if also else ""


def _sensible(references: list[Reference], vocabulary: Vocabulary) -> list[tuple[Step, ...]]:
    things = vocabulary.things
    known = [reference for reference in references if reference.name in things and things[reference.name].usual]
    liftable = [reference for reference in known if things[reference.name].lift]
    fitting = [(a, b) for b in known for a in liftable if a != b and a.name in things[b.name].holds]
    fitting.sort(key=lambda pair: things[pair[1].name].lift)
    chosen: list[tuple[Step, ...]] = [(Step("pick", liftable[0]),)] if liftable else []
    chosen += [(Step("place", a, b),) for a, b in fitting[:2]]
    chosen += [(Step("push", reference, Reference("left")),) for reference in liftable[-1:]]
    chosen += [(Step("pick", a), Step("place", a, b)) for a, b in fitting[2:4]]
    return [*chosen, (Step("home"),)]


def _more(references: list[Reference], vocabulary: Vocabulary, learnt: Learnt) -> list[tuple[Step, ...]]:
    """What can be said of things that are seen beyond the usual, where it is learnt."""
    things = vocabulary.things
    liftable = [reference for reference in references if reference.name in things and things[reference.name].lift]
    chosen: list[tuple[Step, ...]] = [(Step("open", DRAWER),)] if DRAWER in references else []
    chosen += [(Step("give", reference),) for reference in liftable[:1]]
    beside = [(a, b) for a in liftable[:1] for b in references if a != b and b != DRAWER]
    chosen += [(Step("place", a, b, "next_to"),) for a, b in beside[:1]]
    return [steps for steps in chosen if not any(map(learnt.why_not, steps))]
