"""What the camera shows decides what was meant: "the red cap" where a red cup lies is the red cup, told and asked.

Only words that name a thing or its colour are put right, and only into words for what is seen: no word ever becomes
one that moves the arm. A word that names another known thing is taken for what is there only where both sound alike.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from vla_assistant.language import vocabulary
from vla_assistant.language import words as spelling
from vla_assistant.language.likeness import likeness
from vla_assistant.language.reading import lexicon as lexicons
from vla_assistant.language.reading.lexicon import Lexicon
from vla_assistant.language.reading.reader import read
from vla_assistant.language.reading.spelling import mended
from vla_assistant.language.request import ANYTHING
from vla_assistant.language.resolution import Refusal
from vla_assistant.language.resolving import resolve
from vla_assistant.language.turn_words import load as load_turns
from vla_assistant.language.vocabulary import Phrase
from vla_assistant.types import Intent, SeenThing, Understanding

STRANGE, KNOWN = 0.75, 0.8
"""Likeness from which on a word that names nothing is taken for one that names what is seen, and one that names
something else, or by a synonym. Of 60 words that recognizers and people confuse the first finds 56, and takes 4 of 71
words for other things for what is seen (tests/language/test_mishearing.py)."""
CLOSE = 0.1
"""What is so much less like than the likest may be meant too."""
UNSURE = 0.7
"""Confidence of what was put right by what is seen: it is asked about, and no answer in advance counts."""
_ALONE = 2
"""Words of an answer that names a thing and says no more: "cap", "bloo cup"."""
_BEFORE_A_THING = (
    "quantifiers",
    "ordinals",
    "sides",
    "choices",
    "numbers",
    "colours",
    "adjectives",
    "verbs",
    "relations",
)
_NAMING = ("nouns", "plurals", "colours")


@dataclass(frozen=True)
class Slip:
    """A word that names nothing on the table.

    Attributes:
        at: Which word.
        meant: The words for what is seen that are like it, the likest first.
        things: What these words, with those around it, may mean.
        typed: Whether the letters alone make the first of `meant` of it, whatever is seen.
    """

    at: int
    meant: tuple[str, ...]
    things: tuple[SeenThing, ...]
    typed: bool = False


@dataclass(frozen=True)
class Heard:
    """A text as it was meant, before what is seen.

    Attributes:
        said, text: As it was said, and with what was put right.
        repairs: Words that were read as others: (as said, as understood).
        sure: Whether that is no more than spelling.
        things: What may be meant, where that is more than one; else empty.
        renamed: Whether a word was put right that names another thing or colour.
    """

    said: str
    text: str
    repairs: tuple[tuple[str, str], ...]
    sure: bool
    things: tuple[SeenThing, ...] = ()
    renamed: bool = False

    def told(self, understanding: Understanding) -> Understanding | None:
        """With what was put right, as unsure as that is; None where it only changes why that is refused."""
        if understanding.intent not in (Intent.COMMAND, Intent.UNSUPPORTED):
            return replace(understanding, text=self.said)
        if understanding.intent is Intent.UNSUPPORTED and self.renamed:
            return None
        told = self.repairs[:-1] if self.things else self.repairs
        notes = [f'I took "{said}" as "{meant}".' for said, meant in told]
        if self.things:
            notes.append(f'I am not sure what "{self.repairs[-1][0]}" is.')
        notes += understanding.notes
        confidence = understanding.confidence if self.sure else min(understanding.confidence, UNSURE)
        return replace(understanding, text=self.said, notes=tuple(dict.fromkeys(notes)), confidence=confidence)


def may_slip(text: str) -> bool:
    """Whether anything in the text is named that what is seen could put right; nothing has to be looked at else."""
    lexicon, said = lexicons.load(), spelling.normalised(text)
    return any(
        _names(said, at, lexicon) or (_strange(said, at, lexicon) and _after(said, at, lexicon))
        for at in range(len(said))
    )


def heard_as(text: str, seen: Sequence[SeenThing]) -> Heard | None:
    """The text with words put right that name nothing that is seen; None where there are none."""
    first = _heard_once(text, seen)
    second = _heard_once(first.text, seen) if first is not None and not first.things else None  # "the reed cap"
    if first is None or second is None:
        return first
    return replace(second, said=text, repairs=(*first.repairs, *second.repairs), sure=first.sure and second.sure,
                   things=second.things, renamed=first.renamed or second.renamed)  # fmt: skip


def _heard_once(text: str, seen: Sequence[SeenThing]) -> Heard | None:
    said = spelling.normalised(text)
    if not seen or len(said) > spelling.LONGEST_SENTENCE:
        return None
    lexicon = lexicons.load()
    slips = [_possible(slip, text, said, seen) for slip in _slips(said, seen, lexicon)]
    if not slips:
        return None
    several = [slip for slip in slips if len(slip.meant) > 1][:1]
    right = [(slip.at, slip.meant[0]) for slip in slips if slip not in several]
    right += [(slip.at, slip.meant[0]) for slip in several]
    repairs = tuple(dict.fromkeys((said[at], meant) for at, meant in right))
    sure = not several and all(slip.typed for slip in slips)
    renamed = any(_names(said, slip.at, lexicon) for slip in slips)
    return Heard(text, _with(text, said, right), repairs, sure, several[0].things if several else (), renamed)


def _with(text: str, said: Phrase, right: Sequence[tuple[int, str]]) -> str:
    """The text with words replaced where they stand, so that its stops and dashes stay."""
    for at, meant in sorted(right, reverse=True):
        found = list(re.finditer(rf"\b{re.escape(said[at])}\b", text, re.IGNORECASE))
        before = said[:at].count(said[at])
        if len(found) != said.count(said[at]) and len(found) <= before:
            return " ".join(dict(right).get(index, word) for index, word in enumerate(said))
        text = text[: found[before].start()] + meant + text[found[before].end() :]
    return text


def _possible(slip: Slip, text: str, said: Phrase, seen: Sequence[SeenThing]) -> Slip:
    """Of several words that may be meant those with which it can be done, where there are such."""
    if len(slip.meant) < 2:
        return slip
    can = [meant for meant in slip.meant if _can_be_done(_with(text, said, [(slip.at, meant)]), seen)] or slip.meant
    if slip.typed and slip.meant[0] in can:
        can = can[:1]
    kinds = {kind for meant in can for kind in _values(meant, lexicons.load())}
    things = tuple(t for t in slip.things if {t.reference.name, t.reference.colour} & kinds)
    return Slip(slip.at, tuple(can), things, slip.typed and can[0] == slip.meant[0])


def _can_be_done(text: str, seen: Sequence[SeenThing]) -> bool:
    request = read(text)
    return request is None or not isinstance(resolve(request, seen), Refusal)


def _slips(said: Phrase, seen: Sequence[SeenThing], lexicon: Lexicon) -> Iterator[Slip]:
    there = _named_things(said, seen, lexicon)
    for at in range(len(said)):
        slip = _noun(said, at, seen, lexicon) or _colour(said, at, seen, lexicon)
        if slip is not None and not set(slip.things) <= there:
            yield slip


def _named_things(said: Phrase, seen: Sequence[SeenThing], lexicon: Lexicon) -> set[SeenThing]:
    """What the text names as it is, with its colour: nothing else is meant by that."""
    found: set[SeenThing] = set()
    for at in range(len(said)):
        kind, colour = _kind(said, at, lexicon), _colour_before(said, at, lexicon)
        if kind and colour:
            found.update(_fitting(seen, kind, colour))
    return found


def _noun(said: Phrase, at: int, seen: Sequence[SeenThing], lexicon: Lexicon) -> Slip | None:
    """A noun for which there is nothing of its kind and colour, or a word where a noun should stand."""
    kind, colour = _kind(said, at, lexicon), _colour_before(said, at, lexicon)
    if not (kind or _strange(said, at, lexicon)) or not _after(said, at, lexicon):
        return None
    if kind == ANYTHING or (kind and _fitting(seen, kind, colour)) or (not kind and _more_of_it(said, at, lexicon)):
        return None
    of_colour = _fitting(seen, ANYTHING, colour)
    kinds = dict.fromkeys(thing.reference.name for thing in of_colour)
    return _slip(said, at, {name: _fitting(of_colour, name, None) for name in kinds}, ("nouns", "plurals"), lexicon)


def _colour(said: Phrase, at: int, seen: Sequence[SeenThing], lexicon: Lexicon) -> Slip | None:
    """A word before a noun that is no colour, or a colour in which there is nothing of that kind."""
    colour = lexicon.at(said, at).get("colours", (None, at + 1))
    after = colour[1]
    kind = _kind(said, after, lexicon) if after < len(said) else None
    if after < len(said) and "substitutes" in lexicon.at(said, after):
        kind = ANYTHING
    if kind is None or not (colour[0] or _strange(said, at, lexicon)) or not _after(said, at, lexicon):
        return None
    if colour[0] and _fitting(seen, kind, colour[0]):
        return None
    of_kind = _fitting(seen, kind, None)
    colours = dict.fromkeys(thing.reference.colour for thing in of_kind if thing.reference.colour)
    return _slip(said, at, {name: _fitting(of_kind, kind, name) for name in colours}, ("colours",), lexicon)


def _slip(
    said: Phrase, at: int, meant: Mapping[str, Sequence[SeenThing]], kinds: Sequence[str], lexicon: Lexicon
) -> Slip | None:
    """The slip, where any of the words for `meant` is like what was said."""
    word, known = said[at], _names(said, at, lexicon)
    alike = {}
    for name in meant:
        forms = _forms(name, kinds, word.endswith("s"))
        sounding = {form: likeness(word, form) for form in forms}
        likest = max(sounding, key=lambda form: (sounding[form], form == name), default="")
        if likest and sounding[likest] >= (KNOWN if known or likest.rstrip("s") != name else STRANGE):
            alike[name] = likest, sounding[likest]
    if not alike:
        return None
    typed = mended((word,), lexicon)[0]
    by_letters = next((name for name, (likest, _) in alike.items() if likest == typed != word), None)
    best = max(sound for _, sound in alike.values())
    near = [name for name, (_, sound) in alike.items() if name == by_letters or sound >= best - CLOSE]
    near.sort(key=lambda name: (name != by_letters, -alike[name][1]))
    things = tuple(dict.fromkeys(thing for name in near for thing in meant[name]))
    return Slip(at, tuple(alike[name][0] for name in near), things, by_letters is not None)


@functools.cache
def _forms(name: str, kinds: Sequence[str], plural: bool) -> tuple[str, ...]:
    """The single words of the reader for a kind or a colour."""
    found = []
    for phrase, values in lexicons.load().phrases.items():
        of_kind = any(values.get(kind) == name for kind in kinds)
        if of_kind and len(phrase) == 1 and ("plurals" not in kinds or plural == ("nouns" not in values)):
            found.append(phrase[0])
    return tuple(found)


def _values(word: str, lexicon: Lexicon) -> set[str]:
    values = lexicon.phrases.get((word,), {})
    return {values[kind] for kind in _NAMING if kind in values}


def _fitting(seen: Sequence[SeenThing], kind: str, colour: str | None) -> tuple[SeenThing, ...]:
    return tuple(
        thing for thing in seen if kind in (ANYTHING, thing.reference.name) and colour in (None, thing.reference.colour)
    )


def _kind(said: Phrase, at: int, lexicon: Lexicon) -> str | None:
    """The kind that a noun here names; None of what is none, or of more than one word."""
    found = lexicon.at(said, at)
    match = found.get("nouns") or found.get("plurals")
    return match[0] if match and match[1] == at + 1 else None


def _colour_before(said: Phrase, at: int, lexicon: Lexicon) -> str | None:
    for start in range(max(0, at - 3), at):
        match = lexicon.at(said, start).get("colours")
        if match and match[1] == at:
            return match[0]
    return None


def _names(said: Phrase, at: int, lexicon: Lexicon) -> bool:
    return any(kind in lexicon.at(said, at) for kind in _NAMING)


def _strange(said: Phrase, at: int, lexicon: Lexicon) -> bool:
    """Whether the word means nothing here: to the reader, to the turns or in any language."""
    word = said[at]
    return word.isalpha() and word not in _meaning() and ((word not in lexicon.known) or word in lexicon.misheard)


@functools.cache
def _meaning() -> frozenset[str]:
    """Words that mean something to those who hear turns and closed words."""
    found = set(load_turns().own | load_turns().going_on | load_turns().harmless)
    found |= {word for phrase in load_turns().less for word in phrase}
    found |= {word for phrase in load_turns().fillers for word in phrase}
    known = vocabulary.load()
    return frozenset(found.union(*(known.lexicon(code).known_words for code in known.languages)))


def _after(said: Phrase, at: int, lexicon: Lexicon) -> bool:
    """Whether a thing may be named here: after an article, a colour, a verb or a relation, or with nothing before."""
    if at == 0 or said[at - 1] == ",":
        return len(said) <= at + _ALONE
    for start in range(max(0, at - 4), at):
        if any(lexicon.at(said, start).get(kind, ("", 0))[1] == at for kind in _BEFORE_A_THING):
            return True
    return _strange(said, at - 1, lexicon) and _after(said, at - 1, lexicon)


def _more_of_it(said: Phrase, at: int, lexicon: Lexicon) -> bool:
    """Whether the noun comes only after it: then it says which one."""
    after = said[at + 1 : at + 2]
    return bool(after) and (_kind(said, at + 1, lexicon) is not None or "substitutes" in lexicon.at(said, at + 1))
