"""Whether the words around a request make it one for another time, for nobody, or for what the arm cannot do.

Reader and decoder both look for what to do, with what and where; what they leave out may change all of it: "put it in
the bowl *later*", "... *three times*", "... *with your elbow*", "... *is a bad idea*", "*who* put it in the bowl". Each
clause that asks for a motion is looked through for such words; what is told in others ("we had lunch already") is not.
The words are in assets/reading_en.toml, table "framing".
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

from vla_assistant import paths
from vla_assistant.language import words as spelling
from vla_assistant.language.patterns import Patterns
from vla_assistant.language.reading import lexicon as lexicons
from vla_assistant.language.reading.spelling import mended
from vla_assistant.language.vocabulary import Phrase
from vla_assistant.language.word_files import word_tables

_NAMING = frozenset(("nouns", "plurals", "colours"))
_MEANT = _NAMING | {"pronouns", "hand", "home", "directions"}
"""What a request is about."""
_OF_MOTION = _NAMING | {"directions", "relations", "table", "home", "me", "amounts", "units", "verbs", "manner"}
_FORMS_OF_ORDERS = ("base", "ing")


def reserves(text: str) -> bool:
    """Whether a word of a clause of the request makes it one for another time or for nobody: "... if it is empty"."""
    framing, sets = _framing(), lexicons.load().sets
    said = spelling.normalised(text)
    if not sets["choosing"].isdisjoint(said) and sets["either"].isdisjoint(said):
        return True  # "the red cube or the blue one"
    clauses = [said[begin:end] for begin, end in spelling.between_commas(said) if begin < end]
    orders = [_order(clause) for clause in clauses]
    if any(map(_on_condition, clauses, orders)) or framing["ending"].fit(clauses[-1]):
        return True
    beside = [clause for clause, order in zip(clauses, orders, strict=True) if order is None]
    if any(framing["alone"].fit(clause) or framing["only_then"].start(clause) for clause in beside):
        return True
    return any(_framed(clause, order) for clause, order in zip(clauses, orders, strict=True) if order is not None)


def _framed(clause: Phrase, order: int) -> bool:
    """Whether the clause says more than the request in it, which begins at `order`."""
    framing, lexicon = _framing(), lexicons.load()
    reason = next((at for at in range(order, len(clause)) if clause[at] in lexicon.sets["explaining"]), len(clause))
    before, said = clause[:order], clause[order:reason]
    about = _NAMING if clause[0] in lexicon.sets["story_subjects"] else _MEANT  # "I need it later" says why
    if not any(about & set(lexicon.at(said, at)) for at in range(len(said))):
        return False
    return (
        not lexicon.sets["reserving"].isdisjoint(clause)
        or framing["within"].inside(said)
        or framing["ending"].end(said) > 0
        or framing["leading"].fit(before)
        or framing["asking"].end(before) > 0
        or framing["reported"].inside(clause)
        or _judged(said)
        or _of_none(clause)
        or _waits(clause)
        or _is_bid_strangely(clause)
        or (lexicon.sets["story_subjects"].isdisjoint(before) and bool(_unread_end(said)))
    )


def _on_condition(clause: Phrase, order: int | None) -> bool:
    """Whether a condition stands in it, other than a phrase of courtesy: "if it is empty", not "if you like".

    A clause that asks for nothing must begin with it: "I need three if Bob comes" is told.
    """
    framing, opening = _framing(), lexicons.load().sets["story_openers"] | lexicons.load().sets["excepting"]
    return any(
        framing["conditions"].start(clause[at:])
        and (order is not None or opening.issuperset(clause[:at]))
        and not framing["courteous"].start(clause[at:])
        and not framing["wishing"].end(clause[:at])
        for at in range(len(clause))
    )


def _order(clause: Phrase) -> int | None:
    """Where what is to be done begins; None in a clause that tells of something."""
    lexicon = lexicons.load()
    found = [lexicon.at(clause, at) for at in range(len(clause))]
    verbs = [at for at, here in enumerate(found) if _orders(here) and not _framing()["owned"].end(clause[:at])]
    first = next((word for word in clause if word not in lexicon.sets["story_openers"]), "")
    if not verbs and first in lexicon.sets["story_subjects"]:
        return None
    named = next((at for at, here in enumerate(found) if _NAMING & set(here)), None)
    starts = [*verbs[:1], *([named] if named is not None else [])]
    return min(starts) if starts else None


def _orders(here: Mapping[str, tuple[str, int]]) -> bool:
    """Whether a verb stands here in a form that may order something."""
    return here.get("verbs", ("",))[0].split(" ")[0] in _FORMS_OF_ORDERS


def _judged(said: Phrase) -> bool:
    """Whether something is said of doing it: "putting it in the bowl is a bad idea", not "... is your task".

    A relative word ("the one that is red") takes one such word for itself.
    """
    framing, lexicon = _framing(), lexicons.load()
    if "verbs" not in lexicon.at(said, 0):
        return False
    named = next((at for at in range(len(said)) if _MEANT & set(lexicon.at(said, at))), len(said))
    open_relatives = 0
    for at in range(1, said.index("but") if "but" in said else len(said)):
        if framing["relative"].fit((said[at],)):
            open_relatives += 1
        elif framing["judging"].start(said[at:]):
            if open_relatives:
                open_relatives -= 1
            elif at > named and not framing["subject"].fit((said[at - 1],)) and not framing["wanted"].start(said[at:]):
                return True
    return False


def _of_none(clause: Phrase) -> bool:
    """Whether a "no" stands where an article would: "the no red cup", not "the red, no, blue cup"."""
    lexicon, framing = lexicons.load(), _framing()
    for at in range(1, len(clause) - 1):
        before, after = lexicon.at(clause, at - 1), lexicon.at(clause, at + 1)
        if framing["none"].fit((clause[at],)) and _NAMING & set(after) and not _NAMING & set(before):
            return True
    return any(
        "verbs" in lexicon.at(clause, at) and framing["nothing"].start(clause[at + 1 :]) for at in range(len(clause))
    )


def _waits(clause: Phrase) -> bool:
    """Whether it is to be done when something else has happened: "... once my coffee is finished"."""
    framing, lexicon = _framing(), lexicons.load()
    for at in range(len(clause)):
        length = framing["awaiting"].start(clause[at:])
        rest = clause[at + length :]
        if length and rest and rest[0] not in lexicon.sets["continuing"]:
            return not any(_MEANT & set(lexicon.at(rest, i)) for i in range(len(rest)))
    return False


def _is_bid_strangely(clause: Phrase) -> bool:
    """Whether the clause opens with an adjective before an article, which is a verb then: "empty the cup into ..."."""
    lexicon, framing = lexicons.load(), _framing()
    verbs = any("verbs" in lexicon.at(clause, at) for at in range(len(clause)))
    return not verbs and set(lexicon.at(clause, 0)) == {"adjectives"} and framing["articles"].start(clause[1:]) > 0


def _unread_end(said: Phrase) -> list[str]:
    """Words that no reader knows, after the last that names something of the motion, unless they give a reason."""
    lexicon = lexicons.load()
    said = mended(said, lexicon)
    if "verbs" not in lexicon.at(said, 0):
        return []
    found = (entry for at in range(len(said)) for entry in lexicon.at(said, at).items())
    ends = max(end for kind, (_, end) in found if kind in _OF_MOTION)
    if not lexicon.sets["reasons"].isdisjoint(said[max(ends - 1, 0) :]):
        return []
    unread = [word for word in said[ends:] if len(word) > 1 and word.isalpha()]
    return [word for word in unread if word not in lexicon.known and word not in _small()]


@functools.cache
def _small() -> frozenset[str]:
    """The words of all the small sets."""
    return frozenset().union(*lexicons.load().sets.values())


@functools.cache
def _framing() -> Mapping[str, Patterns]:
    """The patterns of what stands around a request."""
    tables = word_tables("The reader's words", paths.assets() / "reading_en.toml", lexicons.VERSION)
    return {name: Patterns(written, tables["groups"]) for name, written in tables["framing"].items()}
