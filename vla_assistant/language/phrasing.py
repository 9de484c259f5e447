"""What the program says: steps as a sentence, lists of things, examples of commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from vla_assistant.language.capability import ALSO, DRAWER, EVERYTHING, Learnt, kinds_of_steps
from vla_assistant.language.vocabulary import Lexicon, Thing, Vocabulary, load
from vla_assistant.types import Reference, SeenThing, Step

EXAMPLES = 6
AT_FIRST, FURTHER = 2, 3
"""Examples of the usual before those of what else is learnt, and how many of these."""


def describe(steps: Sequence[Step], language: str = "en") -> str:
    """The steps as an instruction: "pick up the blue cube, then place it in the red bowl"; "" for no steps."""
    lexicon = load().lexicon(language)
    parts: list[str] = []
    before: Reference | None = None
    for step in steps:
        parts.append(_step(step, before, lexicon))
        before = step.object or before
    return ", then ".join(parts)


def _step(step: Step, before: Reference | None, lexicon: Lexicon) -> str:
    if step.object is None:
        thing = lexicon.says["held"]
    else:
        thing = "it" if step.object == before else f"the {spoken_name(step.object, lexicon)}"
    where = "" if step.destination is None else spoken_name(step.destination, lexicon)
    second = "" if step.second is None else spoken_name(step.second, lexicon)
    return lexicon.says[_template(step, thing, lexicon)].format(object=thing, destination=where, second=second)


def _template(step: Step, thing: str, lexicon: Lexicon) -> str:
    """Which of the templates says the step."""
    if step.skill == "pick" and thing == "it":
        return "pick_it"
    if step.destination is None or step.skill == "put_down":
        return step.skill
    if step.skill == "place":
        inside = "in" if step.destination.name in lexicon.inside else "on"
        return f"place_{step.relation or inside}"
    return f"push_{step.destination.name}"


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


def what_is_seen(seen: Sequence[SeenThing], lexicon: Lexicon) -> str:
    """ "I see a red cup and a blue bowl." """
    names = [spoken_name(thing.reference, lexicon) for thing in seen]
    counted = [_counted(name, names.count(name)) for name in dict.fromkeys(names)]
    return f"I see {listed(counted)}." if counted else "I see nothing that I know on the table."


def _counted(name: str, count: int) -> str:
    return with_article(name) if count == 1 else f"{count} times {with_article(name)}"


def examples(
    seen: Sequence[SeenThing] = (), n: int = EXAMPLES, language: str = "en", learnt: Learnt = EVERYTHING
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


def help_text(seen: Sequence[SeenThing] = (), language: str = "en", learnt: Learnt = EVERYTHING) -> str:
    """What the arm can do and what may be said to it, each example on a line and a sentence of its own."""
    said = (example[:1].upper() + example[1:] for example in examples(seen, language=language, learnt=learnt))
    says = load().lexicon(language).says
    return "\n".join([f"{says['able']}.{_also(says, learnt)} You can say:", *(f"{example}." for example in said)])


def _also(says: Mapping[str, str], learnt: Learnt) -> str:
    """What is learnt beyond the usual: " I can also ..." or nothing."""
    kinds = kinds_of_steps(learnt)
    also = [says[f"able_{name}"] for name, needed in ALSO.items() if needed <= kinds]
    return f" I can also {listed(also)}." if also else ""


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
