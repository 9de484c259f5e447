"""The recognizer's grammar in JSGF, from the same vocabulary as the language layer.

The sentences stand in the vocabulary file ([en.speech]); the things are put in here: with every colour, or with `seen`
only those in the picture. Only what fits is in it (nobody puts a plate into a ball), so "ball" and "bowl" are told
apart by their place in the sentence. The names of choices are in it only while a question offers them: the more may be
said, the less surely it is heard.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vla_assistant.language import words as spelling
from vla_assistant.language.capability import ALSO, DRAWER, Learnt, kinds_of_steps
from vla_assistant.language.vocabulary import FIRST, Lexicon, Phrase, Vocabulary, load
from vla_assistant.types import SeenThing

SYNONYM_WEIGHT = 0.1
"""Prior of a synonym against 1 for the word that the program itself says."""
FURTHER_WEIGHT = 0.5
"""Of a kind of command beyond the usual, as against 1 for the usual."""
_HEADER, _HEADER_UTF_8 = "#JSGF V1.0;", "#JSGF V1.0 UTF-8;"
PUBLIC, ASKED = "utterance", "asked"
"""Rules of what is heard, and of what is heard instead while a question waits for its answer."""


def further(seen: Sequence[SeenThing], learnt: Learnt) -> frozenset[str]:
    """What may be said beyond the usual: names of [en.speech_further] and of things that are not usual."""
    there = {thing.reference.name for thing in seen}
    kinds = kinds_of_steps(learnt) if there else frozenset()
    found = {name for name, needed in ALSO.items() if needed <= kinds}
    unusual = {name for name, thing in load().things.items() if not thing.usual and name in there}
    return frozenset((found - {DRAWER.name}) | unusual - ({DRAWER.name} - found))


def jsgf(
    seen: Sequence[SeenThing] | None = None,
    language: str = "en",
    choices: Sequence[str] = (),
    also: frozenset[str] = frozenset(),
) -> str:
    """The JSGF text.

    Args:
        seen: What the picture shows; without it all things of the vocabulary may be named.
        language: Whose words.
        choices: Names that a question offers now, "the red cup on the left": they, or parts that suffice, answer it.
        also: What may be said beyond the usual, see `further`.
    """
    vocabulary = load()
    lexicon = vocabulary.lexicon(language)
    rules = {**lexicon.speech, **_thing_rules(vocabulary, lexicon, seen or (), also)}
    more = {name: lexicon.speech_further[name] for name in sorted(also) if name in lexicon.speech_further}
    rules |= {f"further_{name}": body for name, body in more.items()}
    rules["command"] += "".join(f" | /{FURTHER_WEIGHT:g}/ <further_{name}>" for name in more)
    asked = rules.pop(ASKED, "")
    if choices and asked:
        rules[PUBLIC] = asked
        rules["answer"] += f" | {' | '.join(_answer(choice, vocabulary, lexicon) for choice in choices)}"
    lines = [f"{'public ' if name == PUBLIC else ''}<{name}> = {body};" for name, body in rules.items()]
    return "\n".join([_HEADER if language == FIRST else _HEADER_UTF_8, "grammar vla;", *lines, ""])


def _thing_rules(
    vocabulary: Vocabulary, lexicon: Lexicon, seen: Sequence[SeenThing], also: frozenset[str]
) -> dict[str, str]:
    """One rule for each kind of thing, and the sets of things that the sentences need."""
    things = vocabulary.things
    shown = [thing.reference for thing in seen if thing.reference.name in things]
    there = {reference.name for reference in shown}
    present = [n for n, thing in things.items() if ((n in there or not there) if thing.usual else n in also)]
    present = [name for name in present if name != DRAWER.name]
    rules = {"colour": _shades(vocabulary.colours, lexicon)}
    for name in present:
        colours = sorted({reference.colour for reference in shown if reference.name == name and reference.colour})
        shades = _shades(colours, lexicon) or "<colour>"
        rules[f"one_{name}"] = _named(shades, _weighted([lexicon.words[name]]), lexicon)
    carriers = [name for name in present if things[name].holds and things[name].usual]
    if also:
        rules["anything"] = _any(present)
        rules["stored"] = _any(name for name in present if name in things[DRAWER.name].holds)
    rules["liftable"] = _any(name for name in present if things[name].lift)
    rules["pushable"] = _any(name for name in present if things[name].push)
    rules["into"] = _any(name for name in carriers if name in lexicon.inside)
    rules["onto"] = _any(name for name in carriers if name not in lexicon.inside)
    return rules


def _shades(colours: Iterable[str], lexicon: Lexicon) -> str:
    """The words for these colours; the endings that a colour takes in other languages are no synonyms."""
    if lexicon.orthography is None:
        return _weighted(lexicon.words[colour] for colour in colours)
    return _weighted([phrase] for colour in colours for phrase in lexicon.words[colour])


def _named(shades: str, nouns: str, lexicon: Lexicon) -> str:
    """A thing of one of these colours, or without one."""
    return f"<the> ({nouns}) [/3/ ({shades})]" if lexicon.colour_after else f"<the> [/3/ ({shades})] ({nouns})"


def _answer(choice: str, vocabulary: Vocabulary, lexicon: Lexicon) -> str:
    """ "The red cup on the left" as "red one", "the cup on the left", or whatever else is left of it; "on the plate".

    A whole command stays as it is, and what is said in another language than English.
    """
    if lexicon.orthography is not None:
        return " ".join(spelling.normalised(choice))
    colours = {word for name in vocabulary.colours for phrase in lexicon.words[name] for word in phrase}
    kinds = {word for name in vocabulary.things for phrase in lexicon.words[name] for word in phrase}
    words = spelling.normalised(choice)
    noun = next((at for at, word in enumerate(words) if word in kinds), None)
    lead = words[: words.index("the")] if "the" in words[:noun] else ()
    if lead in lexicon.small["to"]:
        return f"[{' '.join(words[:-1])}] {words[-1]}"
    if noun is None or (lead and lead not in lexicon.relations):
        return " ".join(words)
    before = f"[{' '.join(lead)}] " if lead else ""
    shade = " ".join(word for word in words[:noun] if word in colours)
    place = " ".join(words[noun + 1 :])
    one = f"({words[noun]} | one)"
    if place:
        return f"{before}[<the>] {f'[{shade}] ' if shade else ''}{one} {place}"
    return f"{before}[<the>] {shade} [{one}]" if shade else f"{before}<the> {words[noun]}"


def _weighted(groups: Iterable[Sequence[Phrase]]) -> str:
    """Alternatives; the first phrase of each group is the preferred one."""
    parts = [(SYNONYM_WEIGHT if index else 1, " ".join(p)) for group in groups for index, p in enumerate(group)]
    return " | ".join(f"/{weight:g}/ {text}" for weight, text in parts)


def _any(names: Iterable[str]) -> str:
    """One of these things; <VOID>, which nothing matches, when there is none."""
    return f"({' | '.join(f'<one_{name}>' for name in names) or '<VOID>'})"
