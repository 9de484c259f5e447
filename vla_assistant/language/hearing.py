"""Which turn a text is, from the kinds of its clauses and what is going on; before anything is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from vla_assistant.language import mood
from vla_assistant.language import words as spelling
from vla_assistant.language.closed import closed_intent
from vla_assistant.language.fragments import Fragment, denies, mentioned, warns
from vla_assistant.language.reading.reader import read
from vla_assistant.language.request import IT, Description
from vla_assistant.language.turns import REFERRING, SURE, Clause, clauses, load
from vla_assistant.language.vocabulary import Phrase
from vla_assistant.types import Intent

_BEFORE_ANOTHER = ("undo", "return", "again", "more")
"""Those that a request may follow in the same breath."""
_ASKING = ("help", "repeat", "understood")
_EMPTY = ("nothing", "unsupported")
_TAKING = (["pick"], ["push"])
_RIGHT = "right"
_STOPPING = frozenset({"stop", "halt", "freeze"})
_MANNERS = {"slower": "slow", "faster": "fast", "carefully": "careful"}


class Phase(StrEnum):
    """What is going on while something is said."""

    IDLE = "idle"
    ASKED = "asked"
    WAITING = "waiting"
    MOVING = "moving"


@dataclass(frozen=True)
class Heard:
    """What kind of turn a text is.

    Attributes:
        kind: "stop", "pause", "resume", "cancel", "confirm", "reject" (what is planned, without what is meant), "help",
            "repeat", "understood", "manner", one of REFERRING, "part" (names things or places only), "request",
            "unsupported" (asks for what no reader knows) or "nothing".
        thing: Of "return" and "same": with what.
        amount: Of "more": how far.
        part: What the clauses name; of "manner" how.
        corrects: Whether it puts something right.
        topic: Of "request": the one thing spoken of aside before it.
        wishes: Whether "I want" or the like stands before what is named.
        stranger: Whether something is named before it that is none of the known things, so that "it" may be that.
        then: The request that follows in the same breath: "undo that and go home".
        core: Of "request": its clauses without those that are aside; empty when one of these denies something.
    """

    kind: str
    thing: Description | None = None
    amount: str = ""
    part: Fragment = Fragment()  # noqa: RUF009  it is frozen
    corrects: bool = False
    topic: Description | None = None
    core: str = ""
    wishes: bool = False
    stranger: bool = False
    then: Heard | None = None


def hear(text: str, phase: Phase, language: str = "en") -> Heard:
    """The turn that the text makes in this phase. Closed words come first; less motion comes before more."""
    said = _without_interjection(clauses(text, language))
    intent = closed_intent(text, language)
    if phase in (Phase.ASKED, Phase.WAITING) and _refuses(said, language):
        return Heard("cancel")
    if halt := _halting(said, phase, language):
        return Heard(halt)
    if intent is Intent.STOP:
        return Heard("stop")
    if intent is Intent.CANCEL:
        return Heard("cancel")
    if phase is Phase.WAITING and not text.rstrip().endswith("?") and _approves(said, language):
        return Heard("confirm")
    if all(clause.kind in ("yes", "empty") for clause in said):
        return Heard("resume" if phase is Phase.MOVING and _goes_on(said, language) else "nothing")
    content = [clause for clause in said if _is_content(clause)]
    corrects = any(clause.corrects for clause in said)
    heard = _with_content(content, said, corrects, language) if content else _without_content(said, language)
    return _request(said, heard.part, corrects, language) if _is_request(heard, said, text, language) else heard


def _without_interjection(said: tuple[Clause, ...]) -> tuple[Clause, ...]:
    """Without "right" where something else than a place or a direction follows it: "right, carry on"."""
    spoken = [clause for clause in said if clause.kind != "empty"]
    if len(spoken) < 2 or spoken[0].words != (_RIGHT,) or spoken[1].kind == "fragment":
        return said
    return tuple(clause for clause in said if clause is not spoken[0])


def _refuses(said: Sequence[Clause], language: str) -> bool:
    """Whether it is no more than "don't" or "no, don't do that", which is no stop where nothing moves."""
    refusing = load(language).refusing
    spoken = [clause for clause in said if clause.kind != "empty"]
    return any(refusing.fit(clause.words) for clause in spoken) and all(
        clause.kind in ("no", "cancel") or refusing.fit(clause.words) for clause in spoken
    )


def _is_request(heard: Heard, said: Sequence[Clause], text: str, language: str) -> bool:
    """Whether the whole text is a request although none of its clauses alone is."""
    if heard.kind in _EMPTY:
        return read(text, language) is not None
    if heard.kind != "part" or heard.corrects or all(clause.kind != "aside" for clause in said):
        return False
    request = read(text, language)
    return request is not None and request.confidence >= SURE


def _is_content(clause: Clause) -> bool:
    named = clause.fragment is not None and (clause.fragment.says_something or clause.fragment.rejected)
    return clause.kind in ("request", *REFERRING) or bool(named)


def _halting(said: Sequence[Clause], phase: Phase, language: str) -> str:
    """ "stop" or "pause" when a clause says so: the first, one of the word itself, or any while the arm moves.

    "Wait, the blue one" is a correction and no stop; "take it, hold it, go up" is none while nothing moves.
    """
    openings = load(language).openings
    first = next((at for at, clause in enumerate(said) if clause.kind != "empty"), None)
    if phase is Phase.MOVING and any(_says_stop(clause.words, language) for clause in said):
        return "stop"
    for at, clause in enumerate(said):
        halts = clause.kind == "stop" and bool(_STOPPING & set(clause.words))
        halts = halts or (clause.kind in ("stop", "pause") and (at == first or phase is Phase.MOVING))
        goes_on = any(map(_is_content, said[at + 1 :]))
        goes_on = goes_on or (phase is not Phase.MOVING and any(other.kind in _ASKING for other in said[at + 1 :]))
        soft = goes_on and (openings.fit(clause.words) or (clause.kind == "pause" and phase is not Phase.MOVING))
        if halts and not soft:
            return "pause" if "pause" in [other.kind for other in said[at:]] else "stop"
    return ""


def _says_stop(words: Phrase, language: str) -> bool:
    """Whether the word stands in the clause, whatever is said around it, unless that is denied or makes a pause."""
    said = _STOPPING & set(words)
    return bool(said) and not denies(words, language) and not load(language).turns["pause"].fit(words)


def _goes_on(said: Sequence[Clause], language: str) -> bool:
    """ "Go ahead" is a yes, and after a pause it means to go on."""
    return any(load(language).turns["resume"].fit(clause.words) for clause in said)


def _approves(said: Sequence[Clause], language: str) -> bool:
    """Whether the text is a yes and nothing that could limit it."""
    lexicon = load(language)

    def praising(clause: Clause) -> bool:
        return clause.kind == "empty" or lexicon.praise.fit(clause.words)

    def approving(clause: Clause) -> bool:
        bare = spelling.without(lexicon.beside_approval, clause.words)
        return clause.kind == "yes" or lexicon.approval.fit(clause.words) or lexicon.approval.fit(bare)

    def remarks(clause: Clause) -> bool:
        bare = spelling.without(lexicon.beside_approval, clause.words)
        return clause.kind == "aside" and bool(lexicon.approving_remark.start(bare))

    first = next((clause for clause in said if clause.kind != "empty"), None)
    certain = (
        first is not None and approving(first) and not any(lexicon.limiting & set(clause.words) for clause in said)
    )
    plain = any(map(approving, said)) and all(praising(clause) or approving(clause) for clause in said)
    return plain or (certain and all(clause.kind == "empty" or approving(clause) or remarks(clause) for clause in said))


def _with_content(content: Sequence[Clause], said: Sequence[Clause], corrects: bool, language: str) -> Heard:
    kinds = {clause.kind for clause in content}
    asking = next((clause.kind for clause in said if clause.kind in _ASKING), None)
    if asking and "request" not in kinds:
        return Heard(asking)
    part = Fragment()
    for clause in content:
        part |= (clause.fragment if clause.kind == "fragment" else None) or Fragment()
    if any(clause.kind == "carefully" or clause.kind in _MANNERS for clause in said):
        part |= _manner(said)
    corrects = corrects or bool(part.rejected) or part.rejected_place
    if part.is_manner and kinds == {"fragment"}:
        return Heard("manner", part=part, corrects=corrects)
    referring = [clause for clause in content if clause.kind in REFERRING]
    if referring and "request" not in kinds and not replace(part, manner=frozenset()).says_something:
        best = min(referring, key=lambda clause: REFERRING.index(clause.kind))
        return Heard(best.kind, best.thing, best.amount, (best.fragment or Fragment()) | part, corrects)
    if kinds == {"again", "fragment"} and part == Fragment(direction=part.direction, amount=part.amount):
        return Heard("again", part=part, corrects=corrects)
    if len(content) == 2 and content[1].kind == "return" and (taken := _taken_back(content[0], content[1], language)):
        return Heard("return", taken, part=part, corrects=corrects)
    if len(referring) == len(content) == 1:
        return Heard(
            referring[0].kind,
            referring[0].thing,
            referring[0].amount,
            (referring[0].fragment or Fragment()) | part,
            corrects,
        )
    if content[0].kind in _BEFORE_ANOTHER and kinds == {content[0].kind, "request"}:
        first = _with_content(content[:1], said[:1], corrects, language)
        return replace(first, then=_with_content(content[1:], said[said.index(content[1]) :], False, language))
    cancels = [at for at, clause in enumerate(said) if clause.kind == "cancel"]
    if cancels and not any(map(_is_content, said[cancels[-1] :])):
        return Heard("cancel")
    if kinds == {"fragment"}:
        stranger = _stranger(said, language)
        return (
            Heard("part", part=part, corrects=corrects, stranger=stranger) if part.says_something else Heard("reject")
        )
    return _request(said, part, corrects, language)


def _taken_back(before: Clause, back: Clause, language: str) -> Description | None:
    """What goes back in "take it off and put it back" and "the cube, put it back"; None when more is asked for."""
    if before.fragment is not None:
        taken = before.fragment.things
    else:
        request = read(" ".join(before.meant), language) if before.kind == "request" else None
        taking = request is not None and [act.skill for act in request.acts] in _TAKING
        taken = (request.acts[0].object,) if request is not None and taking and request.acts[0].object else ()
    if len(taken) != 1:
        return None
    return taken[0] if back.thing is None or back.thing.kind == IT else back.thing


def _request(said: Sequence[Clause], part: Fragment, corrects: bool, language: str) -> Heard:
    topic, core, stranger = _topic(said, language), _core(said, language), _stranger(said, language)
    wishing = load(language).wishing
    wishes = any(clause.kind == "request" and wishing.start(clause.meant) for clause in said)
    return Heard("request", part=part, corrects=corrects, topic=topic, core=core, wishes=wishes, stranger=stranger)


def _stranger(said: Sequence[Clause], language: str) -> bool:
    return any(clause.kind == "aside" and mood.names_a_stranger(clause.words, language) for clause in said)


def _topic(said: Sequence[Clause], language: str) -> Description | None:
    """ "Today we start with the brown block, put it ..."."""
    kinds = [clause.kind for clause in said]
    earlier = said[: kinds.index("request") if "request" in kinds else 0]
    before = [clause for clause in earlier if clause.kind == "aside" or _names_only(clause)]
    named = [thing for clause in before for thing in mentioned(clause.words, language)]
    return named[0] if len(named) == 1 and not any(denies(clause.words, language) for clause in before) else None


def _names_only(clause: Clause) -> bool:
    """Whether the clause is about one thing and says no more: "let's start with the white block"."""
    named = clause.fragment
    return clause.kind == "fragment" and named is not None and named == Fragment(things=named.things[:1])


def _core(said: Sequence[Clause], language: str) -> str:
    """The clauses that say what to do and how; asides stay out unless they deny something or say what not to touch."""
    asides = [clause for clause in said if clause.kind == "aside"]
    if any(denies(clause.words, language) for clause in asides):
        return ""
    kept = [
        clause
        for clause in said
        if clause.kind in ("request", *_MANNERS)
        or (clause.fragment is not None and clause.kind == "fragment" and not clause.fragment.only_warns)
        or (clause.kind != "fragment" and warns(clause.words, language))
    ]
    return ", ".join(" ".join(clause.meant) for clause in kept)


def _without_content(said: Sequence[Clause], language: str) -> Heard:
    kinds = [clause.kind for clause in said]
    for kind in ("cancel", "resume", *_ASKING):
        if kind in kinds:
            return Heard(kind)
    if any(kind in _MANNERS for kind in kinds):
        return Heard("manner", part=_manner(said), corrects="no" in kinds)
    if "no" in kinds and all(kind in ("no", "empty") for kind in kinds):
        return Heard("reject")
    return Heard("unsupported" if mood.asks(tuple(said), language) else "nothing")


def _manner(said: Sequence[Clause]) -> Fragment:
    return Fragment(manner=frozenset(_MANNERS[clause.kind] for clause in said if clause.kind in _MANNERS))
