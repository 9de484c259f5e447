"""What a text names by colour and noun: what is looked for with more care than the rest."""

import pytest

from vla_assistant.language import named_in


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("swap the green ball and the pink can", {"green ball", "pink can"}),
        ("Put the blue block into the drawer!", {"blue cube"}),
        ("put it on the red plate", {"red plate"}),
        ("sort by colour", set()),
        ("take the red thing", set()),
        ("", set()),
    ],
)
def test_things_with_colour_and_noun(text: str, named: set[str]) -> None:
    assert {str(reference) for reference in named_in(text)} == named
