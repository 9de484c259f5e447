"""The recognizer's grammar in JSGF, from the same vocabulary as the language layer.

It holds what is usually said, not every wording that is understood when typed: each further word costs accuracy. Sensible
combinations only (nobody asks to put a plate into a ball), so that "ball" and "bowl" are told apart by their place in the
sentence. With `seen` it holds only the things in the picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vla_assistant.language.vocabulary import Lexicon, Vocabulary, load
from vla_assistant.types import SeenThing

PREFERRED = 10
"""Weight of the word the program itself says against 1 for each synonym."""


def jsgf(seen: Sequence[SeenThing] | None = None, language: str = "en") -> str:
    """The JSGF text; the whole vocabulary without `seen`, else only what the picture shows."""
    vocabulary = load()
    lexicon = vocabulary.lexicon(language)
    rules = _thing_rules(vocabulary, lexicon, seen) | _fixed_rules(lexicon)
    lines = [f"<{name}> = {body};" for name, body in rules.items()]
    head = "public <utterance> = /4/ <sentence> | /1/ <closed>;"
    return "\n".join(["#JSGF V1.0;", "grammar vla;", head, *lines, ""])


def _thing_rules(vocabulary: Vocabulary, lexicon: Lexicon, seen: Sequence[SeenThing] | None) -> dict[str, str]:
    """One rule for each kind of thing, and the sets of things that sentences need."""
    present = {thing.reference.name for thing in seen or ()} & set(vocabulary.things) or set(vocabulary.things)
    rules = {"the": "the | /0.05/ a", "colour": _weighted([lexicon.words[colour] for colour in vocabulary.colours])}
    for name in vocabulary.things:
        if name in present:
            noun = _weighted([lexicon.words[name]])
            rules[f"one_{name}"] = f"<the> [{_colours_of(name, lexicon, seen)}] ({noun})"
    liftable = [name for name in present if vocabulary.things[name].lift]
    pushable = [name for name in present if vocabulary.things[name].push]
    rules["liftable"] = _any(liftable)
    rules["pushable"] = _any(pushable)
    into = [name for name in present if name in lexicon.inside]
    onto = [name for name in present if name not in lexicon.inside and vocabulary.things[name].holds]
    rules["where"] = f"(in | /0.1/ into) ({_any(into)}) | (on | /0.1/ onto | /0.1/ on top of) ({_any(onto)})"
    rules["onto"] = f"(on | /0.1/ onto | /0.1/ on top of) ({_any(onto)})"
    return rules


def _fixed_rules(lexicon: Lexicon) -> dict[str, str]:
    return {
        "pick": "(pick up | /0.2/ grab | /0.2/ take | /0.1/ lift) <liftable>",
        "place": "(put | place | /0.1/ drop | /0.1/ set) <liftable> <where>",
        "place_it": "(place | put | /0.1/ drop) it (<where> | /0.2/ on the table | /0.2/ down)",
        "stack": "stack <liftable> <onto>",
        "stack_it": "stack it <onto>",
        "release": "put down <liftable> | put <liftable> (down | on the table)",
        "push": "(push | /0.2/ move | /0.1/ slide) <pushable> to the (left | right)",
        "home": "go [back] home | move [back] home | move back to home",
        "sentence": "<pick> | <place> | <stack> | <push> | <home> | /0.5/ <release> | <pick> and (<place_it> | <stack_it>) "
        "| /0.2/ <place_it> | /0.2/ <stack_it> | /0.2/ <place> and <home>",
        "closed": _weighted([[phrase for phrase, kind in lexicon.closed.items() if kind == name] for name in CLOSED]),
    }


CLOSED = ("stop", "yes", "no", "cancel")


def _colours_of(name: str, lexicon: Lexicon, seen: Sequence[SeenThing] | None) -> str:
    """The colours that may stand before this noun."""
    shown = {thing.reference.colour for thing in seen or () if thing.reference.name == name} - {None}
    if not shown:
        return "<colour>"
    return _weighted([lexicon.words[colour] for colour in sorted(colour for colour in shown if colour)])


def _weighted(groups: Iterable[Sequence[tuple[str, ...]]]) -> str:
    """Alternatives; the first phrase of each group weighs PREFERRED times as much as the others."""
    parts = [(PREFERRED if index == 0 else 1, " ".join(p)) for group in groups for index, p in enumerate(group)]
    return " | ".join(f"/{weight}/ {text}" for weight, text in parts)


def _any(names: Iterable[str]) -> str:
    return " | ".join(f"<one_{name}>" for name in names) or "<VOID>"
