"""Clauses with words that nobody here knows: stories beside a request may be left out, everything else may not.

"Guests are coming, hide everything in the drawer" tells something first. What denies, quotes, sets a condition or
another time, or may be a request in unknown words is no such story.
"""

from __future__ import annotations

from vla_assistant.language.composing.concepts import load
from vla_assistant.language.composing.row import Piece, Row
from vla_assistant.language.reading import lexicon as reading
from vla_assistant.language.vocabulary import Phrase

_NAMED = ("thing", "drawer", "all", "table", "hand", "shut_drawer")
_SPLITTING = frozenset(("so", "because", "cos", "cause", "like", "while", "since", "as", "where"))
_BEFORE = ("i", "we", "the", "my", "our", "somebody", "someone", "anybody", "anyone", "people", "it", "they")
"""What comes after "before" where it says no more than that it is time: "before we go on", not "before you ..."."""
_NEEDS = ("needs", "wants", "requires")
_OWN = ("my", "our", "the")
_DENYING = frozenset(("cant", "dont", "cannot", "doesnt", "isnt", "arent", "wasnt", "didnt", "couldnt"))
_READY = frozenset(("ready", "over", "done", "up", "here", "gone", "finished", "through", "coming"))
_FEWEST = 2


def is_unknown(clause: Row) -> bool:
    """Whether a word of the clause stands for nothing here."""
    return any(piece.may("unknown") for piece in clause)


def may_be_left_out(row: Row, at: int) -> bool:
    """Whether it is an unknown word that cannot be what is to be done: neither at the beginning nor before a thing."""
    if not row[at].may("unknown") or any(word in load().reserved for word in row[at].words):
        return False
    before = [piece for piece in row[:at] if not piece.may("nothing")]
    after = next((piece for piece in row[at + 1 :] if not piece.may("nothing") or piece.may("thing", "of")), None)
    bidden = any("base" in piece.concepts.values() or piece.may("want", "must", "polite") for piece in before)
    return bidden and not before[-1].may("and", "unknown") and (after is None or not after.may("thing", "drawer"))


def is_story(clause: Row) -> bool:
    """Whether the clause only tells something, in words of which some are unknown."""
    said = _spoken(clause)
    sets = reading.load().sets
    if said[:1] == ("before",) and said[1:2] and said[1] in _BEFORE:
        return is_story(clause[1:])
    if len(said) < _FEWEST or _reserves(said) or _may_bid(clause):
        return False
    if said[0] in _SPLITTING:
        return is_reason(clause)
    first = next((word for word in said if word not in sets["story_openers"]), "")
    tells = _is_short(said) or any(piece.is_only(("be",)) for piece in clause[1:])
    return tells or first in sets["story_subjects"] or not sets["story_verbs"].isdisjoint(said)


def _spoken(clause: Row) -> Phrase:
    """Its words without those that carry nothing."""
    return tuple(
        word for piece in clause for word in piece.words if not piece.is_only(("nothing",)) or len(piece.words) == 1
    )


def _is_short(said: Phrase) -> bool:
    """ "Dinner's ready", "playtime's over"."""
    return said[-1] in _READY and said[-2].endswith("s")


def _reserves(said: Phrase) -> bool:
    """Whether it denies, quotes, or sets a condition: "I can't stand it" only tells how somebody feels."""
    sets = reading.load().sets
    for at, word in enumerate(said):
        told = word in _DENYING and at > 0 and (said[at - 1] in sets["tellers"] or said[0] in _OWN)
        told = told and not (set(said[at + 1 : at + 2]) & sets["wished"])
        if word in load().reserved and not told:
            return True
    return False


def _may_bid(clause: Row) -> bool:
    """Whether it begins like an order, in known or unknown words: "paint the cube"."""
    if any(piece.may("polite", "want", "ensure") for piece in clause):
        return True
    if any(piece.may("must") and piece.words[0] not in _NEEDS for piece in clause):
        return True
    spoken = [piece for piece in clause if not piece.is_only(("nothing", "manner"))]
    if not spoken:
        return True
    if "base" in spoken[0].concepts.values() and not spoken[0].may("be", "thing"):
        return True
    after = next((piece for piece in spoken[1:] if not piece.may("unknown")), None)
    return spoken[0].may("unknown") and after is not None and after.may(*_NAMED) and not _is_subject(spoken[0])


def _is_subject(piece: Piece) -> bool:
    return piece.words[0] in reading.load().sets["story_subjects"]


def cut(clause: Row) -> tuple[Row, Row]:
    """What is asked for, and the reason or comparison behind it: "so the cat stays out", "like a layer cake"."""
    first = next((at for at, piece in enumerate(clause) if piece.may("unknown")), len(clause))
    begins = [at for at in range(1, min(first + 1, len(clause))) if _splits(clause, at)]
    if not begins:
        return clause, ()
    return clause[: begins[-1]], clause[begins[-1] :]


def _splits(clause: Row, at: int) -> bool:
    word, after = clause[at].words[0], clause[at + 1].words[0] if at + 1 < len(clause) else ""
    return word in _SPLITTING or (word == "before" and after in _BEFORE)


def is_reason(tail: Row) -> bool:
    """Whether the end of a clause says no more than why or like what."""
    said = tuple(word for piece in tail for word in piece.words)
    return len(said) >= _FEWEST and not any(word in load().reserved for word in said[1:] if word != "will")
