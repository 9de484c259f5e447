"""Whether what was said stops, refuses or approves: the turns on which it depends whether anything moves."""

from __future__ import annotations

from collections.abc import Sequence

from vla_assistant.language import words as spelling
from vla_assistant.language.fragments import denies
from vla_assistant.language.misheard_stops import STOPPING, nearly_stops
from vla_assistant.language.turn_words import load
from vla_assistant.language.turns import Clause, opens
from vla_assistant.language.vocabulary import Phrase
from vla_assistant.types import Going

ASKING = ("help", "repeat", "understood")
"""Kinds of clauses that ask the program something."""


def halting(said: Sequence[Clause], phase: Going, language: str) -> str:
    """ "stop" or "pause" when a clause says so: the first, one of the word itself, or any while the arm moves.

    "Wait, the blue one" is a correction and no stop; "take it, hold it, go up" is none while nothing moves,
    and neither is "enough, go home".
    """
    first = next((at for at, clause in enumerate(said) if clause.kind != "empty"), None)
    if phase is Going.MOVING and any(
        _says_stop(clause.words, language) or nearly_stops(clause.words, language) for clause in said
    ):
        return "stop"
    for at, clause in enumerate(said):
        halts = clause.kind == "stop" and bool(STOPPING & set(clause.words))
        halts = halts or (clause.kind in ("stop", "pause") and (at == first or phase is Going.MOVING))
        more = any(clause.is_content for clause in said[at + 1 :])
        more = more or (phase is not Going.MOVING and any(other.kind in ASKING for other in said[at + 1 :]))
        soft = more and (opens(clause.words, language) or (clause.kind == "pause" and phase is not Going.MOVING))
        soft = soft or (more and phase is Going.IDLE and load(language).ended.fit(clause.words))
        if halts and not soft:
            return "pause" if "pause" in [other.kind for other in said[at:]] else "stop"
    return ""


def _says_stop(words: Phrase, language: str) -> bool:
    """Whether the word stands in the clause, whatever is said around it, unless that is denied or makes a pause."""
    said = STOPPING & set(words)
    return bool(said) and not denies(words, language) and not load(language).turns["pause"].fit(words)


def refuses(said: Sequence[Clause], language: str) -> bool:
    """Whether it is no more than "don't" or "no, don't do that", which is no stop where nothing moves."""
    refusing = load(language).refusing
    spoken = [clause for clause in said if clause.kind != "empty"]
    return any(refusing.fit(clause.words) for clause in spoken) and all(
        clause.kind in ("no", "cancel") or refusing.fit(clause.words) for clause in spoken
    )


def forbids(said: Sequence[Clause], language: str) -> bool:
    """Whether it is one clause that forbids something and wants nothing instead: "don't put it back to the others"."""
    lexicon = load(language)
    spoken = [clause.words for clause in said if clause.kind != "empty"]
    if len(spoken) != 1 or lexicon.going_on & set(spoken[0]):
        return False
    filler = spelling.starts_with(lexicon.fillers, spoken[0]) or ()
    return bool(lexicon.forbidding.start(spoken[0]) or lexicon.forbidding.start(spoken[0][len(filler) :]))


def approves(said: Sequence[Clause], language: str) -> bool:
    """Whether the text is a yes and nothing that could limit it."""
    lexicon = load(language)

    def praising(clause: Clause) -> bool:
        return clause.kind == "empty" or lexicon.praise.fit(clause.words)

    def approving(clause: Clause) -> bool:
        bare = spelling.without(lexicon.beside_approval, clause.words)
        return clause.kind == "yes" or lexicon.approval.fit(clause.words) or lexicon.approval.fit(bare)

    def remarks(clause: Clause) -> bool:
        bare = spelling.without(lexicon.beside_approval, clause.words)
        harmless = lexicon.harmless.issuperset(bare)
        return clause.kind == "aside" and harmless and bool(lexicon.approving_remark.start(bare))

    first = next((clause for clause in said if clause.kind != "empty"), None)
    certain = (
        first is not None and approving(first) and not any(lexicon.limiting & set(clause.words) for clause in said)
    )
    plain = any(map(approving, said)) and all(praising(clause) or approving(clause) for clause in said)
    return plain or (certain and all(clause.kind == "empty" or approving(clause) or remarks(clause) for clause in said))


def goes_on(said: Sequence[Clause], language: str) -> bool:
    """ "Go ahead" is a yes, and after a pause it means to go on."""
    return any(load(language).turns["resume"].fit(clause.words) for clause in said)
