"""What earlier turns leave behind."""

from __future__ import annotations

from dataclasses import replace

from tests.language.table import lying
from vla_assistant.language.memory import Memory, apart, found_again, found_again_all

CUP, BALL, BOWL = lying("red cup", 0.2, 0.5), lying("green ball", 0.5, 0.5), lying("blue bowl", 0.8, 0.5)


def test_the_latest_comes_first_and_comes_once() -> None:
    memory = Memory().spoke_of(CUP).spoke_of(BALL, BOWL).spoke_of(CUP)
    assert memory.last == (CUP, BALL, BOWL)
    assert memory.group == ()
    assert Memory().spoke_of(CUP, BALL).group == (CUP, BALL)


def test_a_thing_in_the_hand_keeps_the_place_it_was_taken_from() -> None:
    memory = Memory().took(CUP)
    lifted = memory.moved(CUP, replace(CUP.point, v=0.3))
    assert lifted.held is not None
    assert lifted.held.point.v == 0.3
    assert lifted.before(lifted.held) == CUP.point


def test_a_thing_moved_again_was_before_where_it_was_last() -> None:
    once = Memory().spoke_of(BALL).moved(BALL, BOWL.point)
    there = once.last[0]
    assert once.before(there) == BALL.point
    twice = once.moved(there, CUP.point)
    assert twice.before(twice.last[0]) == BOWL.point
    assert len(twice.places) == 1


def test_remembered_things_are_found_where_they_are_seen_now() -> None:
    other = lying("red cup", 0.9, 0.6)
    now = replace(CUP, point=replace(CUP.point, u=0.24))
    memory = Memory().spoke_of(CUP, BALL).took(BALL).seeing((other, now))
    assert memory.last == (now, BALL)
    assert memory.held == BALL
    assert found_again(BOWL, (other, now)) is None


def test_letting_go_empties_the_hand_and_forgets_nothing_else() -> None:
    memory = Memory().spoke_of(CUP).took(CUP)
    assert memory.let_go() == replace(memory, held=None)


def test_two_alike_are_never_taken_for_the_same_thing() -> None:
    near = replace(CUP, point=replace(CUP.point, u=0.24))
    far = replace(CUP, point=replace(CUP.point, u=0.4))
    assert found_again_all((near, CUP), (CUP, far)) == {CUP: CUP, near: far}
    assert found_again_all((near, CUP), (CUP,)) == {CUP: CUP, near: CUP}
    beside = apart(CUP, (CUP,))
    assert beside.point != CUP.point
    assert apart(CUP, (CUP, beside)) not in (CUP, beside)
    assert apart(CUP, (BALL,)) == CUP
