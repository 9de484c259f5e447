"""The kinds of failure, in one place: what the words, the policy's looks, the guard and the state say about one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Failure(StrEnum):
    """Why an episode is no success; NONE when it is one."""

    NONE = ""
    MISREAD = "misread"
    REFUSED = "not_seen"
    GUARD_HOLD = "guard_hold"
    WRONG_THING = "wrong_thing"
    DISTURBED = "disturbed"
    NEVER_GRASPED = "never_grasped"
    DROPPED = "dropped"
    PLACED_BESIDE = "placed_beside"
    TIMEOUT = "timeout"
    FALSE_DONE = "false_done"


MEANING = {
    Failure.MISREAD: "the words were read as other steps, or asked about, or not understood",
    Failure.REFUSED: "a thing that was named was not seen, or is unknown to the policy",
    Failure.GUARD_HOLD: "the guard held the arm",
    Failure.WRONG_THING: "the hand took, or pushed, a thing that was not named",
    Failure.DISTURBED: "a thing that was not named was moved by more than 2 cm in passing",
    Failure.NEVER_GRASPED: "the named thing was never between the fingers",
    Failure.DROPPED: "the named thing was lifted and lost",
    Failure.PLACED_BESIDE: "the named thing was let go where it does not belong",
    Failure.TIMEOUT: "the aim was not reached when time and attempts were up, and the policy said so",
    Failure.FALSE_DONE: "none of these: the policy said done and the aim was not reached",
}
"""One sentence a kind, for reports."""

_CARRYING = ("pick", "place", "put_down", "give")


@dataclass(frozen=True)
class Evidence:
    """What is known about an episode that is no success.

    Attributes:
        skill: Of the first step whose aim is not reached; empty when only something else was moved.
        misread: The steps that were read are not those that were meant.
        refused: The policy did not see or know what was named, and nothing moved.
        held: The guard latched a hold.
        took_other: The first thing that the hand acted on was not named.
        moved_other: A thing that was not named was moved.
        grasped: The step's object was between the fingers at some time.
        in_hand: It still is.
        claimed: The policy said done.
    """

    skill: str
    misread: bool = False
    refused: bool = False
    held: bool = False
    took_other: bool = False
    moved_other: bool = False
    grasped: bool = False
    in_hand: bool = False
    claimed: bool = False


def kind_of(evidence: Evidence) -> Failure:
    """The kind of an episode that is no success: the earliest cause that is known."""
    causes = (
        (evidence.misread, Failure.MISREAD),
        (evidence.refused, Failure.REFUSED),
        (evidence.held, Failure.GUARD_HOLD),
        (evidence.took_other, Failure.WRONG_THING),
        (not evidence.skill and evidence.moved_other, Failure.DISTURBED),
    )
    cause = next((kind for applies, kind in causes if applies), None)
    return cause or _carried_badly(evidence) or (Failure.FALSE_DONE if evidence.claimed else Failure.TIMEOUT)


def _carried_badly(evidence: Evidence) -> Failure | None:
    """What became of a thing that was to be taken somewhere; None where nothing was, or it is still on its way."""
    if evidence.skill not in _CARRYING:
        return None
    if not evidence.grasped:
        return Failure.NEVER_GRASPED
    if evidence.in_hand:
        return None
    return Failure.DROPPED if evidence.skill == "pick" else Failure.PLACED_BESIDE
