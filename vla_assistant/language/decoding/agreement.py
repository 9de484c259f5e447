"""The reader's reading and the decoder's together: two that came about differently and agree are rarely both wrong."""

from __future__ import annotations

from dataclasses import replace

from vla_assistant.language import words
from vla_assistant.language.decoding.opinion import opinion
from vla_assistant.language.reading import lexicon
from vla_assistant.language.request import Act, Request

DOUBT = 1.2
"""Of two that agree: how much of both doubts together is left; above 1, as both know the same words."""
DIFFERENT = 0.15
"""What an altogether sure decoder that says something else takes from the confidence."""
REFUSED = 0.1
"""What a decoder that sees nothing to do takes from it."""
_CARRIED = ("place", "give", "put_down")


def considered(text: str, read: Request | None) -> Request | None:
    """The reader's reading of the text after the decoder was asked too.

    Unchanged without a decoder, and where the text breaks off ("pick up the cup and"): the decoder reads what is there.
    """
    said = words.normalised(text)
    if read is None or not said or said[-1] in lexicon.load().sets["unfinished"]:
        return read
    seen = opinion(text)
    return agree(read, seen.request) if seen else read


def agree(read: Request | None, decoded: Request | None) -> Request | None:
    """The reader's reading, surer where the decoder says the same, less sure where it does not.

    What the decoder alone understands is not used: even where it is very sure it is wrong too often (docs/language.md).

    Args:
        read: What the reader understood.
        decoded: What the decoder understood; None when it sees nothing to do.
    """
    if read is None:
        return None
    if decoded is None:
        confidence = read.confidence - REFUSED
    elif alike(read, decoded):
        confidence = max(read.confidence, 1 - DOUBT * (1 - read.confidence) * (1 - decoded.confidence))
    else:
        confidence = read.confidence - DIFFERENT * decoded.confidence
    return replace(read, confidence=round(max(confidence, 0.0), 3))


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
