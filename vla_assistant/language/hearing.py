"""Which turn a text is, from the kinds of its clauses and what is going on; before anything is looked at."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from vla_assistant.language import mood, slips
from vla_assistant.language import words as spelling
from vla_assistant.language.bystanders import without_bystanders
from vla_assistant.language.closed import closed_intent
from vla_assistant.language.decoding import considered
from vla_assistant.language.fragments import Fragment, denies, mentioned, speaks_of_hand, warns
from vla_assistant.language.halting import ASKING, approves, forbids, goes_on, halting, refuses
from vla_assistant.language.learnt import learnt_turn
from vla_assistant.language.less import means_less
from vla_assistant.language.manner import manner_after
from vla_assistant.language.openings import (
    adds,
    asks_for_none,
    counts_backwards,
    given_up,
    without_apology,
    without_interjection,
    without_opening,
)
from vla_assistant.language.reading.reader import read
from vla_assistant.language.request import ANYTHING, IT, Description
from vla_assistant.language.turn_words import load
from vla_assistant.language.turns import CLEAR, REFERRING, Clause, clauses
from vla_assistant.language.vocabulary import load as load_vocabulary
from vla_assistant.language.withdrawing import only_told, taken_back
from vla_assistant.types import SURE, Going, Intent

_BEFORE_ANOTHER = ("undo", "return", "again", "more")
"""Those that a request may follow in the same breath."""
_EMPTY = ("nothing", "unsupported")
_SLIPPED = ("stop", "pause", "cancel", "reject", "help", "repeat", "understood", "praise", *REFERRING)
"""Turns that a slip may stand for: none of them moves the arm without a yes."""
_MOST_TYPED = 8
"""Words of what is taken for a turn with a slip; longer texts are read as they are."""
_TAKING = (["pick"], ["push"])
_MANNERS = {"slower": "slow", "faster": "fast", "carefully": "careful"}


@dataclass(frozen=True)
class Heard:
    """What kind of turn a text is.

    Attributes:
        kind: "stop", "pause", "resume", "cancel", "confirm", "reject" (what is planned, without what is meant), "help",
            "repeat", "understood", "praise", "manner", one of REFERRING, "part" (names things or places only),
            "request", "unsupported" (asks for what no reader knows) or "nothing".
        thing: Of "return", "join" and "same": with what.
        other: Of "join": what lies where the thing is to go.
        amount: Of "more" and "measure": how far.
        part: What the clauses name; of "manner" how.
        corrects: Whether it puts something right.
        topic: Of "request": the one thing spoken of aside before it.
        wishes: Whether "I want" or the like stands before what is named.
        stranger: Whether something is named before it that is none of the known things, so that "it" may be that.
        of_hand: Whether the hand is spoken of before it.
        then: The request that follows in the same breath: "undo that and go home".
        adds: Whether it comes after what waits to be confirmed, not in its place.
        drops: Whether what was asked for before is given up for it: "scratch that, go home".
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
    of_hand: bool = False
    other: Description | None = None
    then: Heard | None = None
    adds: bool = False
    drops: bool = False

    @property
    def adds_motion(self) -> bool:
        """Whether something begins, goes on or gets faster by it: that has to be said and not left over."""
        return self.kind in ("confirm", "resume") or (self.kind == "manner" and "fast" in self.part.manner)


def hear(text: str, phase: Going, language: str = "en") -> Heard:
    """The turn that the text makes in this phase. Closed words come first; less motion comes before more.

    What is none may be one with a slip of the keyboard put right.
    """
    heard = _heard(text, phase, language)
    if len(spelling.normalised(text)) > _MOST_TYPED or (mended := slips.mended(text, language)) == text:
        return heard
    if not load(language).own.isdisjoint(spelling.normalised(mended)):  # "unod" opens no gripper
        return _with_slips(text, mended, phase, language) or Heard("unsupported")
    if heard.kind not in _EMPTY or heard.part != Fragment():
        return heard
    return _with_slips(text, mended, phase, language) or heard


def _with_slips(text: str, mended: str, phase: Going, language: str) -> Heard | None:
    """The turn with slips put right; what adds motion only where letters have changed places.

    A yes needs a word for it besides: "yes, thats rihgt".
    """
    heard = _heard(mended, phase, language)
    if heard.kind in _SLIPPED or heard.part.manner == frozenset({"slow"}):
        return heard
    surely = slips.mended(text, language, swapped=True) == mended
    if heard.kind == "confirm":
        surely = surely and closed_intent(spelling.normalised(text)[0], language) is Intent.YES
    return heard if surely and heard.kind in ("confirm", "resume", "manner") else None


def _heard(text: str, phase: Going, language: str) -> Heard:
    """The turn without what leads over to it; "we are done, ok" is no yes."""
    if len(spelling.normalised(text)) > spelling.LONGEST_SENTENCE:
        return Heard("unsupported")
    said = without_opening(text, language)
    heard = _turn(said, text, phase, language)
    return heard if said == text or not heard.adds_motion else _turn(text, text, phase, language)


def _turn(text: str, whole: str, phase: Going, language: str) -> Heard:
    said = without_apology(without_interjection(clauses(text, language)), language)
    intent = closed_intent(text, language)
    if phase in (Going.ASKED, Going.WAITING) and refuses(said, language):
        return Heard("cancel")
    if halt := halting(said, phase, language):
        return Heard(halt)
    if intent is Intent.STOP:
        return Heard("stop")
    if intent is Intent.CANCEL:
        return Heard("cancel")
    if phase is Going.WAITING and not text.rstrip().endswith("?") and approves(said, language):
        return Heard("confirm")
    if (mine := without_bystanders(text, language)) != text:
        heard = _heard(mine, phase, language) if mine else Heard("nothing")
        return Heard("nothing") if heard.adds_motion else heard
    if counts_backwards(text, language):
        return Heard("unsupported")
    if any(c.kind == "praise" for c in said) and all(clause.kind in ("praise", "empty") for clause in said):
        return Heard("nothing" if means_less(text) else "praise")
    if all(clause.kind in ("yes", "empty") for clause in said):
        return Heard("resume" if phase is Going.MOVING and goes_on(said, language) else "nothing")
    content = [clause for clause in said if clause.is_content]
    corrects = any(clause.corrects for clause in said)
    heard = _with_content(content, said, corrects, language) if content else _without_content(said, language)
    heard = replace(heard, drops=given_up(said))
    if _is_request(heard, said, text, phase, language):
        heard = replace(_request(said, heard.part, corrects, language), drops=heard.drops)
    acts = heard.kind in ("part", "request", *REFERRING) and not heard.part.only_warns
    goes_back = heard.kind in ("undo", "return")
    wants = acts or heard.kind == "unsupported"
    if (acts and (forbids(said, language) or asks_for_none(text, language))) or (
        wants and taken_back(text, language, goes_back=goes_back)
    ):
        return Heard("reject")
    if acts and only_told(text, language):
        return Heard("nothing")
    if (
        heard.kind in (*_EMPTY, "request")
        and not corrects
        and (learnt := learnt_turn(text, heard.kind, phase, language))
    ):
        return Heard("manner", part=Fragment(manner=frozenset({"slow"}))) if learnt == "slower" else Heard(learnt)
    return _added(heard, whole, phase, language)


def _added(heard: Heard, text: str, phase: Going, language: str) -> Heard:
    """What comes after what waits; "and the blue one" is the same with that, no correction."""
    if phase is not Going.WAITING or heard.corrects or heard.drops or not adds(text, language):
        return heard
    if heard.kind == "part" and len(heard.part.things) == 1 and heard.part == Fragment(things=heard.part.things):
        return replace(heard, kind="same", thing=heard.part.things[0], part=Fragment())
    return replace(heard, adds=True)


def _is_request(heard: Heard, said: Sequence[Clause], text: str, phase: Going, language: str) -> bool:
    """Whether the whole text is a request although none of its clauses alone is."""
    if heard.kind in _EMPTY:
        return read(text, language) is not None or _decoded(heard, text, phase, language)
    if heard.kind != "part" or heard.corrects or all(clause.kind != "aside" for clause in said):
        return False
    request = read(text, language)
    return request is not None and request.confidence >= CLEAR


def _decoded(heard: Heard, text: str, phase: Going, language: str) -> bool:
    """Whether it is a request to the decoder alone: of words that ask for something, and of none said of a motion."""
    if heard.kind != "unsupported" or phase is Going.MOVING:
        return False
    if not load_vocabulary().lexicon(language).stop_words.isdisjoint(spelling.normalised(text)):
        return False
    found = considered(text, None)
    return found is not None and found.confidence >= SURE


def _with_content(content: Sequence[Clause], said: Sequence[Clause], corrects: bool, language: str) -> Heard:
    kinds = {clause.kind for clause in content}
    asking = next((clause.kind for clause in said if clause.kind in ASKING), None)
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
        said_of = (best.fragment or Fragment()) | part
        return Heard(best.kind, best.thing, best.amount, said_of, corrects, other=best.other)
    if kinds == {"again", "fragment"} and part == Fragment(direction=part.direction, amount=part.amount):
        return Heard("again", part=part, corrects=corrects)
    if kinds == {"more", "fragment"} and part == Fragment(amount=part.amount):
        return Heard("part", part=part, corrects=corrects)
    if (same := _same(content, part)) is not None:
        return replace(same, corrects=corrects)
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
    if cancels and not any(clause.is_content for clause in said[cancels[-1] :]):
        return Heard("cancel")
    if kinds == {"fragment"}:
        stranger = _stranger(said, language)
        return (
            Heard("part", part=part, corrects=corrects, stranger=stranger) if part.says_something else Heard("reject")
        )
    return _request(said, part, corrects, language)


def _same(content: Sequence[Clause], part: Fragment) -> Heard | None:
    """ "The same with the black cube, but left of the can", "... with the cup, the left one", "left one, same push"."""
    kinds = [clause.kind for clause in content]
    if len(content) != 2 or set(kinds) not in ({"same", "fragment"}, {"again", "fragment"}):
        return None
    thing, named = next((clause.thing for clause in content if clause.kind == "same"), None), part.things
    if len(named) > 1 or part.rejected or part.rejected_place:
        return None
    if thing is not None and named:
        alike = named[0].kind in (ANYTHING, thing.kind)
        if not alike and kinds[0] == "same":
            return None
        specified = replace(named[0], kind=thing.kind, colour=named[0].colour or thing.colour)
        thing = specified if alike else named[0]  # "black cube, same bowl"
    thing = thing or next(iter(named), None)
    if thing is None:
        return None
    other = replace(part, things=(), manner=frozenset())
    if other.says_something:
        return Heard("same", part=replace(part, things=(thing,)))
    return Heard("same", thing, part=Fragment(manner=part.manner))


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
    of_hand = any(clause.kind == "aside" and speaks_of_hand(clause.words, language) for clause in said)
    return Heard("request", None, "", part, corrects, topic, core, wishes, stranger, of_hand)


def _stranger(said: Sequence[Clause], language: str) -> bool:
    return any(clause.kind == "aside" and mood.names_a_stranger(clause.words, language) for clause in said)


def _topic(said: Sequence[Clause], language: str) -> Description | None:
    """ "Today we start with the brown block, put it ..."."""
    kinds = [clause.kind for clause in said]
    earlier = said[: kinds.index("request") if "request" in kinds else 0]
    before = [clause for clause in earlier if clause.kind == "aside" or _names_only(clause)]
    named = [thing for clause in before for thing in mentioned(clause.words, language)]
    named += [clause.thing for clause in earlier if clause.kind == "same" and clause.thing is not None]
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
    for kind in ("cancel", "resume", *ASKING):
        if kind in kinds:
            return Heard(kind)
    if any(kind in _MANNERS for kind in kinds):
        return Heard("manner", part=_manner(said), corrects="no" in kinds)
    if "no" in kinds and all(kind in ("no", "empty") for kind in kinds):
        return Heard("reject")
    return Heard("unsupported" if mood.asks(tuple(said), language) else "nothing")


def _manner(said: Sequence[Clause]) -> Fragment:
    manners = (frozenset({_MANNERS[clause.kind]}) for clause in said if clause.kind in _MANNERS)
    return Fragment(manner=functools.reduce(manner_after, manners, frozenset()))
