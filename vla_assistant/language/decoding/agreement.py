"""The reader's reading and the decoder's together: two that came about differently and agree are rarely both wrong."""

from __future__ import annotations

from dataclasses import replace

from vla_assistant.language import words
from vla_assistant.language.decoding.grounding import grounded
from vla_assistant.language.decoding.opinion import opinion
from vla_assistant.language.reading import lexicon
from vla_assistant.language.request import Act, Request
from vla_assistant.language.vocabulary import Phrase

DOUBT = 1.2
"""Of two that agree: how much of both doubts together is left; above 1, as both know the same words."""
DIFFERENT = 0.25
"""What the confidence of the one that is less sure takes from that of the other, where they differ."""
REFUSED = 0.1
"""What a decoder that sees nothing to do takes from the reader's confidence."""
OUTWEIGHED = 0.5
"""The difference from which on a decoder that sees nothing to do is followed."""
ALONE = 0.95
"""How far the decoder's confidence counts where the reader understands nothing."""
UNGROUNDED = 0.5
"""How far it counts where the text lacks the words for it."""
PLACED = 0.9
"""How likely it must be where the text denies something and the reader understands nothing."""
_CARRIED = ("place", "give", "put_down")


def considered(text: str, read: Request | None) -> Request | None:
    """What the text asks for after the decoder was heard too.

    As the reader reads it without a decoder, and where the text breaks off ("pick up the cup and", "pick up"): the
    decoder reads what is there. What the decoder alone understands of a text that denies something must be likelier,
    and a negation that changes nothing for it was not understood (`grounded`).
    """
    said = words.normalised(text)
    if not said or said[-1] in lexicon.load().sets["unfinished"] or _is_bare(said):
        return read
    seen = opinion(text)
    if seen is None or (read is None and _denies(said) and seen.probability < PLACED):
        return read
    decoded = seen.request
    if decoded is None or (read is not None and alike(read, decoded)):
        return agree(read, decoded, seen.probability)
    return agree(read, decoded, seen.probability, grounded(text, decoded))


def _is_bare(said: Phrase) -> bool:
    """Whether it is nothing but a verb."""
    return lexicon.load().at(said, 0).get("verbs", ("", 0))[1] == len(said)


def _denies(said: Phrase) -> bool:
    return not lexicon.load().sets["negations"].isdisjoint(said)


def agree(
    read: Request | None, decoded: Request | None, probability: float = 0.0, grounded: bool = True
) -> Request | None:
    """One reading of two: surer where both say the same, less sure where they do not.

    Args:
        read: What the reader understood, None when nothing.
        decoded: What the decoder understood; None when it sees nothing to do.
        probability: How sure the decoder is of what it understood or that there is nothing to do.
        grounded: Whether the text has the words for what the decoder understood.
    """
    if decoded is None:
        outweighed = read is None or probability - read.confidence >= OUTWEIGHED
        return None if read is None or outweighed else _sure(read, read.confidence - REFUSED)
    weight = decoded.confidence if grounded else decoded.confidence * UNGROUNDED
    if read is None:
        return _sure(decoded, ALONE * weight)
    if alike(read, decoded):
        return _sure(read, max(read.confidence, 1 - DOUBT * (1 - read.confidence) * (1 - decoded.confidence)))
    if weight > read.confidence:
        return _sure(decoded, weight - DIFFERENT * read.confidence)
    return _sure(read, read.confidence - DIFFERENT * weight)


def _sure(request: Request, confidence: float) -> Request:
    return replace(request, confidence=round(max(confidence, 0.0), 3))


def alike(first: Request, second: Request) -> bool:
    """Whether the arm would do the same.

    Taking a thing and at once carrying it is one motion; "in" and "on" are told apart by what is below.
    """
    return _done(first) == _done(second) and first.manner == second.manner and set(first.avoid) == set(second.avoid)


def _done(request: Request) -> tuple[Act, ...]:
    done: list[Act] = []
    for act in request.acts:
        act = replace(act, relation="on") if act.relation == "in" else act
        before = done[-1] if done else None
        if before and before.skill == "pick" and act.skill in _CARRIED and before.object and act.object:
            bare = [replace(thing, relation="", anchors=()) for thing in (before.object, act.object)]
            if bare[0] == bare[1]:
                done[-1] = replace(act, object=max(before.object, act.object, key=lambda thing: len(str(thing))))
                continue
        done.append(act)
    return tuple(done)
