"""Names that tell things from each other, and the question made of them."""

from __future__ import annotations

import numpy as np
import pytest

from tests.language.table import lying, table
from vla_assistant.language.answering import answer
from vla_assistant.language.naming import MOST_CHOICES, names, question, shown
from vla_assistant.language.request import Act, Description, Request
from vla_assistant.language.resolution import Resolved
from vla_assistant.language.resolving import asked

COLOURS = ("red", "blue", "green", "pink", "white")
PICK = Request((Act("pick", Description("cup")),))


@pytest.mark.parametrize(
    ("seen", "text"),
    [
        ("red cup @ left near; blue cup @ right far", "The red cup or the blue one?"),
        ("red cup @ left near; red ball @ right far", "The red cup or the red ball?"),
        ("red cup @ left near; red cup @ right near", "The red cup on the left or the one on the right?"),
        ("red cup @ middle near; red cup @ middle far", "The red cup nearest to you or the one farthest from you?"),
        (
            "red cup @ left far; red cup @ middle far; red cup @ right far",
            "The red cup on the left, the one in the middle or the one on the right?",
        ),
        (
            "red cup @ left near; blue cup @ middle near; red cup @ right near",
            "The red cup on the left, the blue one or the red one on the right?",
        ),
    ],
)
def test_the_question_names_the_difference(seen: str, text: str) -> None:
    assert question(table(seen), table(seen)) == text


def test_what_lies_on_something_is_named_by_it() -> None:
    seen = (lying("red cup", 0.3, 0.5), lying("red cup", 0.7, 0.55), lying("white plate", 0.7, 0.56))
    assert names(seen[:2], seen) == ("the red cup on the left", "the red cup on the white plate")


def test_a_neighbour_tells_apart_what_no_side_does() -> None:
    row = [lying("red cup", 0.5 + 0.02 * i, 0.5 + 0.02 * i) for i in (0, 1)]
    far_off = [lying("red cup", 0.52, 0.75), lying("green ball", 0.5, 0.80)]
    told = names((row[0], row[1], far_off[0]), (*row, *far_off))
    assert len(set(told)) == 3


def test_at_most_four_are_offered_and_the_rest_is_mentioned() -> None:
    seen = tuple(lying(f"{colour} cup", 0.1 + 0.15 * i, 0.5) for i, colour in enumerate(COLOURS))
    offered = shown(seen)
    assert len(offered) == MOST_CHOICES
    assert asked(PICK, seen, seen, 0, "object", ()).text.endswith("or another one?")


def test_every_offered_name_means_its_choice() -> None:
    rng = np.random.default_rng(3)
    kinds = ("cup", "ball", "cube")
    for _ in range(200):
        alike = [lying("red cup", *rng.uniform((0.1, 0.42), (0.9, 0.75))) for _ in range(int(rng.integers(2, 5)))]
        others = [lying(f"green {kind}", *rng.uniform((0.1, 0.42), (0.9, 0.75))) for kind in kinds]
        seen = (*alike, *others)
        put = asked(PICK, (*alike, others[0]), seen, 0, "object", ())
        told = [choice.name for choice in put.choices]
        assert len(set(told)) == len(told), put.text
        for choice in put.choices:
            for said in (choice.name, f"I meant {choice.name}, please"):
                outcome = answer(put, PICK, said, seen)
                assert isinstance(outcome, Resolved)
                assert outcome.acts[0].object == choice.thing
