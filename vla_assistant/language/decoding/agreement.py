"""The reader's reading and the decoder's together: two that came about differently and agree are rarely both wrong."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from vla_assistant.language import words
from vla_assistant.language.chores.apart import Apart, apart
from vla_assistant.language.composing.composer import loosely_composed_of, plainly_composed_of
from vla_assistant.language.composing.preferring import says_more
from vla_assistant.language.decoding.grounding import denied, denies_request, grounded
from vla_assistant.language.decoding.opinion import opinion
from vla_assistant.language.decoding.reserving import reserves
from vla_assistant.language.decoding.stand_in import among_others
from vla_assistant.language.reading import lexicon, reader
from vla_assistant.language.request import Act, Request
from vla_assistant.language.vocabulary import Phrase
from vla_assistant.types import SURE


@dataclass(frozen=True)
class Belief:
    """How likely a reading is exact, from how sure its reader is and how sure the other one is of something else.

    The logistic function of `constant` and the weighted logits of both; fitted by benchmarks/agreement_calibration.py.
    """

    constant: float
    own: float
    other: float = 0.0

    def of(self, own: float, other: float = 0.5) -> float:
        return 1 / (1 + math.exp(-(self.constant + self.own * logit(own) + self.other * logit(other))))


AGREED = Belief(1.83, 0.62, 0.2)
"""Of what both say: by the decoder's and the reader's confidence."""
DECODED = Belief(0.1, 0.57, -0.24)
"""Of what the decoder says and the reader does not."""
READ = Belief(-2.06, 0.57, -0.37)
"""Of what the reader says and the decoder does not."""
ALONE = Belief(0.53, 0.58)
"""Of what the decoder says where the reader understands nothing."""
REFUSED = Belief(0.0, 0.6, -0.5)
"""Of what the reader says where the decoder sees nothing to do."""
UNLIKELY = 0.2
"""Below this the decoder that sees nothing to do is followed."""
UNGROUNDED = 0.5
"""How far what the decoder alone says counts where the text lacks the words for it."""
DENIED = 0.5
"""How far counts what both say, or the decoder alone, where a negation makes no difference to it."""
ELSEWHERE, PLACED = 0.79, 0.985
"""How far where the decoder is so sure that something else will be denied, what it alone says of a text in whose
request a negation stands, and what is asked for under a condition or for another time: not for sure."""
LIKELY = 0.5
"""From this on counts what the known words of a text come to as well."""
_NEAREST = 0.001
_CARRIED = ("place", "give", "put_down")


def considered(text: str, read: Request | None) -> Request | None:
    """What the text asks for after the decoder was heard too.

    As the reader reads it without a decoder, and where the text breaks off ("pick up the cup and", "pick up"): the
    decoder reads what is there. What it understands counts less where a negation makes no difference to it. Nothing is
    sure where words around the request make it one for another time or for nobody.
    """
    found = _by_itself(text, read)
    if found is not None and found.confidence >= SURE:
        return found
    among = among_others(text, lambda words: _by_itself(words, reader.read(words)))
    doubted = found is not None and among is not None and found.acts == among.acts and reserves(text)
    return found if among is None or doubted else among


def _by_itself(text: str, read: Request | None) -> Request | None:
    """The same without an order that stands in for what is asked."""
    found = _in_parts(parts) if (parts := apart(text)) is not None else _considered(text, read)
    known = plainly_composed_of(text)
    if found is None or found.confidence < SURE:
        known = known or _confirmed(text, found)
    elif known is not None and not says_more(known, found):
        return found
    return found if known is None or reserves(text) else known


def _confirmed(text: str, found: Request | None) -> Request | None:
    """What is likely, where the parts of the text that are known come to the same; else None."""
    if found is None or found.confidence < LIKELY:
        return None
    known = loosely_composed_of(text)
    return _sure(found, SURE) if known is not None and alike(known, found) else None


def _in_parts(parts: Apart) -> Request | None:
    """What the text asks for where it is taken apart: of its parts by themselves, less sure of what is reserved."""
    whole = parts.read(lambda part: _considered(part, reader.read_plain(part)))
    if whole is None or whole.confidence <= ELSEWHERE or parts.accounted or not reserves(parts.text):
        return whole
    return _sure(whole, ELSEWHERE)


def _considered(text: str, read: Request | None) -> Request | None:
    """The same of a text that is not taken apart."""
    said = words.normalised(text)
    if not said or said[-1] in lexicon.load().sets["unfinished"] or _is_bare(said):
        return read
    found = _weighed(text, read)
    if found is None or found.confidence <= ELSEWHERE or not reserves(text):
        return found
    return _sure(found, ELSEWHERE)


def _weighed(text: str, read: Request | None) -> Request | None:
    """What both together take it for, apart from what the words around the request say."""
    seen = opinion(text)
    if seen is None:
        return read
    decoded = seen.request
    if decoded is None:
        return agree(read, None, seen.probability)
    agreed = read is not None and alike(read, decoded)
    if read is not None and not agreed and any(act.object in act.anchors for act in decoded.acts):
        return read  # "now put in cup brown" puts no cup into itself
    trust = 1.0 if agreed or grounded(text, decoded) else UNGROUNDED
    within = denies_request(text, decoded)
    if denied(text, decoded):
        believed = ELSEWHERE if within else 1.0
        trust *= believed if seen.probability >= PLACED else DENIED
    elif within and not agreed:
        trust *= ELSEWHERE
    return agree(read, decoded, seen.probability, trust)


def _is_bare(said: Phrase) -> bool:
    """Whether it is nothing but a verb."""
    return lexicon.load().at(said, 0).get("verbs", ("", 0))[1] == len(said)


def agree(
    read: Request | None, decoded: Request | None, probability: float = 0.0, trust: float = 1.0
) -> Request | None:
    """One reading of two: surer where both say the same, less sure where they do not.

    Args:
        read: What the reader understood, None when nothing.
        decoded: What the decoder understood; None when it sees nothing to do.
        probability: How sure the decoder is of what it understood or that there is nothing to do.
        trust: How far what the decoder understood counts, 0-1.
    """
    if decoded is None:
        left = REFUSED.of(read.confidence, probability) if read is not None else 0.0
        return _sure(read, left) if read is not None and left >= UNLIKELY else None
    if read is None:
        return _sure(decoded, trust * ALONE.of(decoded.confidence))
    if alike(read, decoded):
        return _sure(read, trust * AGREED.of(decoded.confidence, read.confidence))
    decoders = trust * DECODED.of(decoded.confidence, read.confidence)
    readers = READ.of(read.confidence, decoded.confidence)
    return _sure(decoded, decoders) if decoders > readers else _sure(read, readers)


def logit(confidence: float) -> float:
    """Logarithm of the odds; of confidences nearer to 0 or 1 than a thousandth, that of a thousandth."""
    kept = min(max(confidence, _NEAREST), 1 - _NEAREST)
    return math.log(kept / (1 - kept))


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
