"""What the card says of a proposal besides its steps."""

from __future__ import annotations

from dataclasses import replace

from tests.gui import story
from vla_assistant.gui.proposal_card import _facts


def test_a_strange_table_and_the_chance_are_facts() -> None:
    proposal = story.proposal()
    assert "likely" not in _facts(proposal)
    assert "not the table" not in _facts(proposal)
    strange = replace(proposal, plan=replace(story.plan(), familiar=0.1, chances=(0.9, 0.8)))
    assert "not the table I know" in _facts(strange)
    assert "72% likely to succeed" in _facts(strange)
