"""Rules of the policy that need no weights: evidence, doubles, and the loop that carries out a step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vla_assistant.policies.evidence import judge_step
from vla_assistant.policies.named import maybe_in_drawer
from vla_assistant.policies.posture import Hovering
from vla_assistant.policies.sighting import listed
from vla_assistant.policies.whereabouts import (
    BESIDE_GAP,
    BETWEEN_OFF,
    BETWEEN_SHARE,
    INSIDE_FROM_HANDLE,
    NEXT_TO_GAP,
    RADIUS,
    Belief,
)
from vla_assistant.sim import drawer_model, relations, things
from vla_assistant.types import (
    PixelPoint,
    PoseArray,
    Reference,
    RobotState,
    SeenThing,
    Step,
)

CUBE, BOWL, DRAWER = Reference("cube", "blue"), Reference("bowl", "red"), Reference("drawer")
MARKER = Reference("marker", "black")


def state(gripper: float, command: float | None = None, time_s: float = 0.0) -> RobotState:
    zeros, pose = np.zeros(7), np.eye(4)
    return RobotState(zeros, zeros, gripper, pose, pose, gripper if command is None else command, zeros, time_s)


def positions(*places: tuple[float, float, float]) -> np.ndarray:
    """Of object, destination and second anchor; those not given are nowhere."""
    return np.array([*places, *[(0.0, 0.0, 0.0)] * (3 - len(places))])


@pytest.mark.parametrize(
    ("step", "now", "believed", "done", "words"),
    [
        (Step("pick", CUBE), state(0.5, 0.0), 0.9, True, "lifted between the fingers"),
        (Step("pick", CUBE), state(0.02, 0.0), 0.9, False, "closed without the blue cube"),
        (Step("pick", CUBE), state(1.0), 0.9, False, "is open"),
        (Step("pick", CUBE), state(0.5, 0.0), 0.2, False, "does not show"),
        (Step("place", CUBE, BOWL), state(1.0), 0.8, True, "in or on the red bowl"),
        (Step("place", CUBE, BOWL), state(0.5, 0.0), 0.9, False, "not let go"),
        (Step("pick", MARKER), state(0.19, 0.0), 0.9, True, "lifted between the fingers"),
    ],
)
def test_judgement(step: Step, now: RobotState, believed: float, done: bool, words: str) -> None:
    lifted, inside = positions((0.5, 0.1, 0.12)), positions((0.5, 0.1, 0.03), (0.49, 0.11, 0.02))
    judgement = judge_step(step, now, Belief(believed, lifted if step.skill == "pick" else inside), 0.5)
    assert judgement.done is done
    assert words in judgement.evidence
    assert 0.5 <= judgement.confidence <= 1.0


@pytest.mark.parametrize(
    ("step", "thing", "destination", "words"),
    [
        (Step("pick", CUBE), (0.5, 0.1, 0.02), (0, 0, 0), "still on the table"),
        (Step("place", CUBE, BOWL), (0.5, 0.1, 0.02), (0.5, 0.0, 0.02), "10 cm beside the red bowl"),
        (Step("push", CUBE, Reference("left")), (0.5, -0.1, 0.02), (0, 0, 0), "not seem to be far enough"),
        (Step("put_down", CUBE, Reference("table")), (0.5, 0.1, 0.12), (0, 0, 0), "not seem to be on the table"),
    ],
)
def test_positions_overrule_a_confident_estimate(step: Step, thing: tuple, destination: tuple, words: str) -> None:
    now = state(0.5, 0.0) if step.skill == "pick" else state(1.0)
    judgement = judge_step(step, now, Belief(0.99, positions(thing, destination)), 0.5)
    assert not judgement.done
    assert words in judgement.evidence


SHUT_HANDLE, OPEN_HANDLE = (0.41, 0.1, 0.04), (0.56, 0.1, 0.04)
LEFT_OF = Step("place", CUBE, BOWL, "left_of")
BETWEEN = Step("place", CUBE, BOWL, "between", MARKER)


@pytest.mark.parametrize(
    ("step", "places", "objection"),
    [
        (Step("open", DRAWER), [OPEN_HANDLE], ""),
        (Step("open", DRAWER), [SHUT_HANDLE], "still shut"),
        (Step("close", DRAWER), [SHUT_HANDLE], ""),
        (Step("close", DRAWER), [OPEN_HANDLE], "still open"),
        (Step("place", CUBE, DRAWER), [(0.45, 0.12, 0.03), OPEN_HANDLE], ""),
        (Step("place", CUBE, DRAWER), [(0.45, 0.25, 0.03), OPEN_HANDLE], "not seem to be in the drawer"),
        (Step("place", CUBE, DRAWER), [(0.45, 0.12, 0.09), OPEN_HANDLE], "not seem to be in the drawer"),
        (Step("give", CUBE), [(0.66, 0.05, 0.02)], ""),
        (Step("give", CUBE), [(0.55, 0.05, 0.02)], "marked place"),
        (Step("give", CUBE), [(0.68, 0.0, 0.10)], "on the table"),
        (LEFT_OF, [(0.5, -0.12, 0.02), (0.51, 0.0, 0.02)], ""),
        (LEFT_OF, [(0.5, 0.12, 0.02), (0.51, 0.0, 0.02)], "another side of the red bowl"),
        (LEFT_OF, [(0.5, -0.30, 0.02), (0.51, 0.0, 0.02)], "30 cm from the red bowl"),
        (Step("place", CUBE, BOWL, "next_to"), [(0.6, 0.0, 0.02), (0.5, 0.0, 0.02)], ""),
        (Step("place", CUBE, BOWL, "next_to"), [(0.7, 0.0, 0.02), (0.5, 0.0, 0.02)], "20 cm from the red bowl"),
        (Step("place", CUBE, Reference("thing", "red"), "next_to"), [(0.67, 0.0, 0.02), (0.5, 0.0, 0.02)], ""),
        (Step("place", CUBE, BOWL, "behind"), [(0.4, 0.0, 0.02), (0.5, 0.0, 0.02)], ""),
        (Step("place", CUBE, BOWL, "in_front_of"), [(0.4, 0.0, 0.02), (0.5, 0.0, 0.02)], "another side"),
        (BETWEEN, [(0.5, 0.0, 0.02), (0.5, -0.1, 0.02), (0.5, 0.1, 0.01)], ""),
        (BETWEEN, [(0.5, 0.2, 0.02), (0.5, -0.1, 0.02), (0.5, 0.1, 0.01)], "lie elsewhere"),
        (BETWEEN, [(0.55, 0.0, 0.02), (0.5, -0.1, 0.02), (0.5, 0.1, 0.01)], "lie elsewhere"),
        (Step("push", CUBE, Reference("forward")), [(0.40, 0.1, 0.02)], ""),
        (Step("push", CUBE, Reference("forward")), [(0.50, 0.1, 0.02)], "far enough"),
        (Step("push", CUBE, Reference("back")), [(0.60, 0.1, 0.02)], ""),
        (Step("push", CUBE, Reference("back")), [(0.50, 0.1, 0.02)], "far enough"),
    ],
)
def test_positions_of_the_drawer_and_beside_things(step: Step, places: list, objection: str) -> None:
    judgement = judge_step(step, state(1.0), Belief(0.95, positions(*places)), 0.5)
    assert judgement.done == (not objection)
    assert objection in judgement.evidence
    assert ("The picture shows the" in judgement.evidence) == (not objection)


def test_drawer_is_done_only_when_its_handle_is_let_go() -> None:
    step, belief = Step("open", DRAWER), Belief(0.95, positions(OPEN_HANDLE))
    assert "let go of the handle" in judge_step(step, state(0.15, 0.0), belief, 0.5).evidence
    assert judge_step(step, state(0.5, 0.0), belief, 0.5).done  # it stood open, and the hand holds something


def test_inside_of_the_drawer_is_that_of_the_world() -> None:
    assert INSIDE_FROM_HANDLE[0] == pytest.approx(drawer_model.INSIDE_MIDDLE - drawer_model.TAB_MIDDLE)


def test_gaps_and_footprints_are_those_of_the_world_and_a_little_more() -> None:
    assert {name: pytest.approx(things.ALL_SHAPES[name].radius, abs=0.001) for name in things.SHAPES} == RADIUS
    for mine, counts in ((NEXT_TO_GAP, relations.NEXT_TO_GAP), (BESIDE_GAP, relations.BESIDE_GAP)):
        assert 0.005 < mine - counts < 0.015
    assert BETWEEN_SHARE == relations.BETWEEN_SHARE
    assert 0.005 < BETWEEN_OFF - relations.BETWEEN_OFF < 0.015


def test_what_is_sought_behind_an_opened_drawer_may_be_hidden() -> None:
    retrieve = (Step("open", DRAWER), Step("pick", MARKER), Step("place", MARKER, BOWL))
    assert maybe_in_drawer(retrieve) == {MARKER, BOWL}
    assert maybe_in_drawer((Step("pick", MARKER), *retrieve)) == {BOWL}
    assert not maybe_in_drawer((Step("pick", MARKER),))


@pytest.mark.parametrize(("success", "done"), [(0.8, False), (0.99, True)])
def test_height_objects_to_a_stack_only_where_the_picture_is_unsure(success: float, done: bool) -> None:
    step = Step("place", CUBE, Reference("cube", "red"))
    belief = Belief(success, positions((0.5, 0.0, 0.02), (0.5, 0.02, 0.02)))
    assert judge_step(step, state(1.0), belief, 0.5).done is done


def seen(name: str, colour: str, u: float, confidence: float) -> SeenThing:
    return SeenThing(Reference(name, colour), PixelPoint("front", u, 0.5, confidence))


def test_one_spot_has_one_name_but_a_ball_in_a_bowl_stays() -> None:
    things = [seen("bowl", "red", 0.5, 0.99), seen("ball", "blue", 0.505, 0.95), seen("plate", "red", 0.51, 0.6)]
    assert [str(t.reference) for t in listed(things, 0.5)] == ["red bowl", "blue ball"]


def test_what_lies_in_a_dish_of_its_colour_is_another_thing_where_both_are_surely_there() -> None:
    plate, ball = seen("plate", "green", 0.5, 0.99), seen("ball", "green", 0.505, 0.9)
    assert listed([plate, ball], 0.5) == (plate, ball)
    assert listed([plate, seen("ball", "green", 0.505, 0.7)], 0.5) == (plate,)
    assert listed([plate, seen("bowl", "green", 0.505, 0.9)], 0.5) == (plate,)


def test_what_the_words_name_is_listed_from_where_a_plan_would_take_it_for_seen() -> None:
    can, ball, cup = (seen(name, "pink", 0.5, sure) for name, sure in (("can", 0.6), ("ball", 0.35), ("cup", 0.25)))
    assert listed([can, ball, cup], 0.5) == (can,)
    assert listed([can, ball, cup], 0.5, {ball.reference, cup.reference}) == (can, ball)


def test_a_hand_that_moves_or_whose_fingers_were_told_something_new_does_not_hover() -> None:
    hovering, still = Hovering(), state(0.5, 0.0, 0.0)
    looks = [replace(still, time_s=0.2 * n) for n in range(20)]
    moving = [replace(now, T_base_tool=_lifted(now.T_base_tool, 0.01 * n)) for n, now in enumerate(looks)]
    assert not any(map(hovering.noticed, moving))
    told = [replace(now, gripper_command=float(n % 4 < 2)) for n, now in enumerate(looks)]
    assert not any(map(Hovering().noticed, told))


@pytest.mark.parametrize("period_s", [0.1, 0.2])
def test_hovering_is_a_matter_of_time_not_of_looks(period_s: float) -> None:
    hovering, still = Hovering(), state(0.5, 0.0, 0.0)
    looks = [replace(still, time_s=period_s * n) for n in range(40)]
    first = next(now.time_s for now in looks if hovering.noticed(now))
    assert first == pytest.approx(1.0)


def _lifted(T_base_tool: PoseArray, height: float) -> PoseArray:
    lifted = T_base_tool.copy()
    lifted[2, 3] += height
    return lifted
