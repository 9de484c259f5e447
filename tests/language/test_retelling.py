"""What policies say in English is said again in the language that is spoken."""

import random

import numpy as np
import pytest

from tests.language.every_step import steps
from vla_assistant.language import vocabulary
from vla_assistant.language.phrasebook_file import load
from vla_assistant.language.retelling import retold
from vla_assistant.policies.evidence import judge_step
from vla_assistant.policies.execution import homed
from vla_assistant.policies.whereabouts import Belief
from vla_assistant.types import RobotState

OTHERS = tuple(code for code in vocabulary.load().languages if code != "en")


def evidence() -> set[str]:
    """What the compact policy can say of every step, whatever the pictures and the gripper show."""
    chance, said = random.Random(5), set[str]()
    zeros, pose = np.zeros(7), np.eye(4)
    for step in steps():
        for _ in range(12):
            gripper, command = chance.choice((0.02, 0.15, 0.5, 1.0)), chance.choice((0.0, 1.0))
            state = RobotState(zeros, zeros, gripper, pose, pose, command, zeros, 0.0)
            where = np.array([[chance.uniform(-0.2, 0.8) for _ in range(3)] for _ in range(3)])
            where[:, 2] = chance.choice((0.02, 0.2))
            said.add(judge_step(step, state, Belief(chance.random(), where), 0.5).evidence)
    return said | {homed(arrived).evidence for arrived in (True, False)}


@pytest.mark.parametrize("code", OTHERS)
def test_all_evidence_is_retold(code):
    for sentence in evidence():
        told = retold(sentence, code)
        assert told != sentence
        assert not {"the", "gripper", "picture", "seems", "red", "drawer"} & set(told.lower().split()), told
        assert told.endswith(".") == sentence.endswith(".")


def test_a_sentence_in_a_sentence_is_retold_with_its_things_and_numbers():
    text = "The gripper closed without the red cup, and the time of 30 s is up."
    assert retold(text, "de") == "Der Greifer hat sich ohne die rote Tasse geschlossen, und die Zeit von 30 s ist um."
    assert retold("you said 'stop'", "fr") == "tu as dit 'stop'"
    assert retold("the blue bowl", "es") == "el cuenco azul"


@pytest.mark.parametrize("text", ["", "The motor of joint 3 is too hot.", "The gripper closed without the red moon."])
def test_what_is_none_of_its_sentences_stays_as_it_is(text):
    assert retold(text, "de") == text
    assert retold("The gripper has not let go.", "en") == "The gripper has not let go."


def test_english_retold_in_english_would_be_the_same():
    for sentence in sorted(evidence())[:40]:
        assert load("en").sentences  # the patterns are made of these
        assert retold(sentence, "en") == sentence
