"""Clauses of what is said in a conversation, and which turn each makes; the words are in assets/turns_en.toml."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from vla_assistant.language import words as spelling
from vla_assistant.language.closed import closed_intent, control_word
from vla_assistant.language.fragments import Fragment, cut, denial, denies, described, fragment, number, without_manner
from vla_assistant.language.patterns import Found
from vla_assistant.language.reading.reader import read
from vla_assistant.language.request import ANYTHING, IT, Description
from vla_assistant.language.turn_words import TurnWords, load
from vla_assistant.language.vocabulary import Phrase
from vla_assistant.types import Intent

CLEAR = 0.6
"""Confidence from which on a clause alone is read as a request."""
_DASH = re.compile(r"\s[-–—]+\s|[–—…]|\.\.\.")
_AND = ("and", "but", "then")
REFERRING = ("undo", "return", "join", "there", "same", "opposite", "again", "more", "measure")
"""Turns that refer to what was done before."""
_REMARKED = (*REFERRING, "stop", "pause", "resume", "cancel", "slower", "faster")
"""Turns that a remark follows without a pause."""
_REMARKING = ("i", "im", "ive", "id", "because", "its", "thats", "we", "since", "my", "you", "youre", "sorry")
"""Words with which such a remark begins."""
_NAMING = ("my", "sorry")
"""Of these what may as well say with what to go on: "carry on my wayward son"."""
_ANY = Description(ANYTHING)
"""What "same thing" names, which is nothing else."""
_ASKED = ("what", "whats", "which", "who", "where", "wheres", "why", "how")


@dataclass(frozen=True)
class Clause:
    """One clause of what was said.

    Attributes:
        words: As they were said.
        kind: A kind of turn of the word file; "stop", "yes", "no" (closed words, or words that reject); "resume";
            "request"; "fragment"; "aside" for what belongs to none; "empty" for fillers alone.
        thing: Of "return", "join" and "same": with what.
        other: Of "join": what lies where the thing is to go.
        amount: Of "more" and "measure": how far; a number alone is of the unit that was said before.
        fragment: Of "fragment" what it names, of "same" what is different.
        corrects: Whether words of a correction stand in it: "no, ...", "... instead".
        meant: The words without those of a correction.
    """

    words: Phrase
    kind: str
    thing: Description | None = None
    amount: str = ""
    fragment: Fragment | None = None
    corrects: bool = False
    meant: Phrase = ()
    other: Description | None = None

    @property
    def is_content(self) -> bool:
        """Whether it asks for something to be done, or names what with or where."""
        named = self.fragment is not None and self.fragment != Fragment()
        return self.kind in ("request", *REFERRING) or bool(named)


@functools.lru_cache(maxsize=64)
def clauses(text: str, language: str = "en") -> tuple[Clause, ...]:
    """The clauses of the text between its commas and stops; one that joins two turns by "and" is cut there."""
    found: list[Clause] = []
    for part in parts(text):
        whole = _clause(part, language)
        several = _joined(part, language) or _remarked(part, language) if whole.kind in ("aside", "request") else ()
        found.extend(several or (whole,))
    return tuple(found if _alone(found) else (_told(clause) for clause in found))


def _alone(said: list[Clause]) -> bool:
    """Whether "put it there" is all that is said: after "the bowl is better" it would be there, not where it was."""
    return all(clause.kind in ("there", "empty", "yes", "no") for clause in said)


def _told(clause: Clause) -> Clause:
    return replace(clause, kind="aside") if clause.kind == "there" else clause


def parts(text: str) -> Iterator[Phrase]:
    """The words between commas, stops and dashes, of as much as is read."""
    return phrases_of(text[: spelling.LONGEST_TEXT])


def phrases_of(text: str) -> Iterator[Phrase]:
    """The words between commas, stops and dashes, however long the text is."""
    words = spelling.normalised(_DASH.sub(" , ", text))
    yield from (words[begin:end] for begin, end in spelling.between_commas(words) if begin < end)


def _joined(words: Phrase, language: str) -> tuple[Clause, ...]:
    """The two clauses of "a bit more and we are good", "undo that and go home" or "take it off and put it back"."""
    for at in (at for at, word in enumerate(words) if word in _AND and 0 < at < len(words) - 1):
        first, second = _plain_clause(words[:at], language), words[at + 1 :]
        if first is not None and first.kind in load(language).turns:
            return first, _clause(second, language)
        back = _plain_turn(second, language) if first is None else None
        if back is not None and back.kind == "return":
            first = _clause(words[:at], language)
            if first.kind == "request":
                return first, back
    return ()


def _remarked(words: Phrase, language: str) -> tuple[Clause, ...]:
    """A turn and the remark that is said with it in one breath: "put it back I changed my mind", or in front of it."""
    for at in range(1, len(words)):
        first, rest = _plain_turn(words[:at], language), words[at:]
        if first is None or first.kind not in _REMARKED:
            continue
        second = _plain_turn(rest, language)
        if second is not None and second.kind in ("undo", "return") and not denies(words[:at], language):
            return first, second
        named = first.kind == "resume" and words[at] in _NAMING
        if words[at] in _REMARKING and not named and not denies(rest, language):
            return first, Clause(rest, "aside", meant=rest)
    return ()


def _plain_turn(words: Phrase, language: str) -> Clause | None:
    """The words as a turn of the word file, with or without fillers."""
    return next(filter(None, (_turn(words, said, language) for said in _variants(words, language))), None)


def _variants(words: Phrase, language: str) -> tuple[Phrase, ...]:
    """The words, and the words with less and less around what they say."""
    lexicon = load(language)
    courteous, framed = (spelling.without(phrases, words) for phrases in (lexicon.courtesy, lexicon.frames))
    return tuple(dict.fromkeys((words, courteous, _bare(words, language), framed)))


def _clause(words: Phrase, language: str) -> Clause:
    return _plain_clause(words, language) or _named_or_asked(words, language)


def _plain_clause(words: Phrase, language: str) -> Clause | None:
    """The clause where it makes a turn, rejects or says nothing; None where it names or asks for something."""
    lexicon = load(language)
    bare = _bare(words, language)
    if (found := _closed(words, language) or _plain_turn(words, language) or _how(words, language)) is not None:
        return found
    if lexicon.rejecting.fit(words) or lexicon.rejecting.fit(bare):
        return Clause(words, "no", corrects=True)
    if not bare:
        return Clause(words, "empty")
    if (cleft := _cleft(words, bare, language)) is not None:
        return cleft
    rest, corrects = _uncorrected(words, language)
    return _turn(words, _bare(rest, language), language, corrects) if corrects else None


def _named_or_asked(words: Phrase, language: str) -> Clause:
    lexicon = load(language)
    rest, corrects = _uncorrected(words, language)
    named = fragment(words, language)
    if named is None or not named.rejected:
        named = fragment(spelling.without(lexicon.fillers, rest), language) or _whole_manner(rest, language)
    if named is not None and words[0] not in _ASKED and not (named.is_vague and not corrects):
        return Clause(words, "fragment", fragment=named, corrects=corrects, meant=rest)
    request = read(" ".join(rest), language)
    kind = "request" if request is not None and request.confidence >= CLEAR else "aside"
    return Clause(words, kind, corrects=corrects, meant=rest)


def _whole_manner(words: Phrase, language: str) -> Fragment | None:
    """How it is to be done, in one phrase that holds fillers: "as quick as you can"."""
    items = cut(words, language)
    return Fragment(manner=frozenset({items[0].value})) if [item.kind for item in items] == ["manner"] else None


def _cleft(words: Phrase, bare: Phrase, language: str) -> Clause | None:
    """ "It's the purple one I want in there": the thing that is meant."""
    for said in (words, bare):
        for found in load(language).cleft.matches(said):
            if (thing := described(found.slots["thing"], language)) is not None:
                return Clause(words, "fragment", fragment=Fragment(things=(thing,)), corrects=True, meant=words)
    return None


def _how(words: Phrase, language: str) -> Clause | None:
    """A turn that refers to what was done, and how it is to be done: "put it back carefully"."""
    rest, manner = without_manner(words, language)
    found = _plain_turn(rest, language) if manner and rest else None
    if found is None or found.kind not in REFERRING:
        return None
    return replace(found, words=words, fragment=(found.fragment or Fragment()) | Fragment(manner=manner), meant=words)


def _bare(words: Phrase, language: str) -> Phrase:
    """The words without fillers, and what is said several times in a row only once."""
    bare = spelling.without(load(language).fillers, words)
    return tuple(word for word, before in zip(bare, ("", *bare), strict=False) if word != before)


def _closed(words: Phrase, language: str) -> Clause | None:
    """A clause of closed words; "no" said often is a rejection here, for more was said than that."""
    text = " ".join(words)
    intent = closed_intent(text, language)
    pauses = load(language).turns["pause"]
    addressed = spelling.without(load(language).courtesy, words)
    if intent is Intent.STOP and any(map(pauses.fit, (words, addressed, _bare(words, language)))):
        return Clause(words, "pause")
    if intent is Intent.STOP and closed_intent(words[0], language) is Intent.NO:
        return Clause(words, "no", corrects=True)
    if intent is None:
        return Clause(words, "resume") if control_word(text, language) == "resume" else None
    return Clause(words, str(intent.value), corrects=intent is Intent.NO)


def _turn(words: Phrase, bare: Phrase, language: str, corrects: bool = False) -> Clause | None:
    """The clause as a turn of the word file, or None."""
    for kind, patterns in load(language).turns.items():
        for found in patterns.matches(bare):
            slots = _slots(found, language)
            other = described(found.slots["other"], language) if "other" in found.slots else None
            if slots is None or (kind == "same" and slots[0] is not None and (slots[0].kind == IT or slots[0] == _ANY)):
                continue
            if other is not None or kind != "join":
                return Clause(words, kind, *slots, corrects=corrects, meant=words, other=other)
    if control_word(" ".join(bare), language) == "resume":
        return Clause(words, "resume", corrects=corrects)
    return None


def _slots(found: Found, language: str) -> tuple[Description | None, str, Fragment | None] | None:
    """What stands at the slots, or None when it is not what belongs there."""
    thing, amount, part = None, "", None
    if found.slots.get("thing", ("",))[0] in _ASKED:
        return None
    if "thing" in found.slots and (thing := described(found.slots["thing"], language)) is None:
        return None
    if "was" in found.slots and not _amount(found.slots["was"], language):
        return None
    if "amount" in found.slots and not (amount := _amount(found.slots["amount"], language)):
        return None
    if "part" in found.slots and (part := fragment(found.slots["part"], language)) in (None, Fragment(things=(_ANY,))):
        return None
    return thing, amount, part


def _amount(words: Phrase, language: str) -> str:
    """How far, a number alone without a unit; "" where it says something else."""
    named = fragment(words, language)
    amount = named.amount if named is not None and named == Fragment(amount=named.amount) else ""
    return amount or number(words, language)


def _uncorrected(words: Phrase, language: str) -> tuple[Phrase, bool]:
    """The words without what opens or ends a correction, and whether there was any; "no need to" opens none."""
    rest, lexicon = words, load(language)
    start = 0
    while start < len(rest) and (taken := _opening(rest[start:], lexicon)):
        start += taken
    if start < denial(words, language):
        return words, False
    after = len(rest) - lexicon.endings.end(rest[start:]) if start < len(rest) else len(rest)
    trimmed = rest[start:after]
    return (trimmed, True) if trimmed and trimmed != rest else (rest, False)


def opens(words: Phrase, language: str = "en") -> bool:
    """Whether the words are nothing but openings of a correction: "oh wait no"."""
    lexicon, rest = load(language), words
    while rest and (taken := _opening(rest, lexicon)):
        rest = rest[taken:]
    return rest != words and not spelling.without(lexicon.fillers, rest)


def _opening(words: Phrase, lexicon: TurnWords) -> int:
    """How many words open a correction, with the fillers before them."""
    filler = spelling.starts_with(lexicon.fillers, words) or ()
    return lexicon.openings.start(words) or (
        len(filler) + taken if filler and (taken := _opening(words[len(filler) :], lexicon)) else 0
    )
