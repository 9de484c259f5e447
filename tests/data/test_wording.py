"""The words of recordings: several for one step, the same for one seed, and always ones that training may show."""

from __future__ import annotations

from vla_assistant import language
from vla_assistant.data.wording import wording
from vla_assistant.sim.suite import words
from vla_assistant.types import Reference, Step

PICK = Step("pick", Reference("cup", "red"))


def test_a_step_is_said_in_the_seen_wordings_and_often_in_the_program_s_own() -> None:
    said = [wording(PICK, seed) for seed in range(400)]
    assert said == [wording(PICK, seed) for seed in range(400)]
    own = language.describe([PICK])
    seen = {template.format(object="red cup") for template in words.templates("pick", words.SEEN)}
    assert set(said) == seen | {own}
    assert 0.4 < said.count(own) / len(said) < 0.75


def test_what_has_no_wording_is_said_in_the_program_s_own() -> None:
    release = Step("put_down")
    assert {wording(release, seed) for seed in range(20)} <= {
        language.describe([release]),
        *words.templates("release", words.SEEN),
    }
    assert wording(PICK, -1) == language.describe([PICK])
