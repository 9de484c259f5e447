"""Steps as numbers, senses and actions there and back, the network's shapes, weights on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vla_assistant.errors import UnsupportedError, WeightsError
from vla_assistant.networks import senses, tokens
from vla_assistant.networks.layout import CompactConfig
from vla_assistant.sim import things
from vla_assistant.sim.hand import OPEN_INSIDE
from vla_assistant.types import DIRECTIONS, RELATIONS, SKILLS, Reference, RobotState, Step

SMALL = CompactConfig(stem=8, width=16, embedding=8, hidden=64)

references = st.builds(Reference, st.sampled_from(tokens.SHAPES), st.sampled_from((*tokens.COLOURS, None)))


def test_words_are_those_of_the_world() -> None:
    assert set(things.SHAPES) - set(things.HELD_OUT) == set(tokens.SHAPES) - {"drawer", "thing"}
    assert set(tokens.COLOURS) == set(things.COLOURS)
    assert set(tokens.DIRECTIONS) == {"", *RELATIONS, *DIRECTIONS}


@given(references)
def test_reference_there_and_back(reference: Reference) -> None:
    assert tokens.decode_reference(*tokens.encode_reference(reference)) == reference


def test_steps_differ_in_numbers() -> None:
    cube, bowl, drawer = Reference("cube", "red"), Reference("bowl", "blue"), Reference("drawer")
    steps = [Step("open", drawer), Step("close", drawer), Step("place", cube, drawer), Step("give", cube)]
    steps += [Step("place", cube, bowl, relation) for relation in RELATIONS]
    steps += [Step("place", cube, bowl, "between", Reference("can", "pink")), Step("pick", Reference("thing", "red"))]
    steps += [Step("push", cube, Reference("forward")), Step("push", cube, Reference("back"))]
    steps += [Step("pick", cube), Step("place", cube, bowl), Step("push", cube, Reference("left"))]
    steps += [Step("push", cube, Reference("right")), Step("put_down", cube, Reference("table")), Step("home")]
    codes = {tuple(tokens.encode_step(step)) for step in steps}
    assert len(codes) == len(steps)


def test_places_are_told_by_the_skill_alone() -> None:
    cube = Reference("cube", "red")
    assert tokens.encode_step(Step("give", cube, Reference("user"))).tolist() == [
        *(SKILLS.index("give"), 0, 0, 0, tokens.ANY_COLOUR, tokens.NO_SHAPE, tokens.ANY_COLOUR, tokens.NO_SHAPE)
    ]


def test_unknown_thing_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnsupportedError, match="elephant.*cube"):
        tokens.encode_step(Step("pick", Reference("elephant")))


@given(st.lists(st.floats(-0.04, 0.04), min_size=7, max_size=7))
def test_action_there_and_back(values: list[float]) -> None:
    action = np.array(values)
    np.testing.assert_allclose(senses.real_action(senses.normal_action(action)), action, atol=1e-6)


def test_fingers_shut_open_in_part_or_open() -> None:
    shares = np.array([0.05, 0.45, 0.55, senses.PART_OPEN, 0.8, 0.9])
    assert senses.opening(np.log(shares / (1 - shares))) == pytest.approx(
        [0.0, 0.0, senses.PART_OPEN, senses.PART_OPEN, senses.PART_OPEN, 1.0]
    )
    assert senses.PART_OPEN == OPEN_INSIDE


def test_state_vector_says_how_far_the_arm_lags() -> None:
    measured, commanded = np.eye(4), np.eye(4)
    commanded[0, 3] = 0.01
    angle = 0.3
    commanded[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    zeros = np.zeros(7)
    vector = senses.state_vector(RobotState(zeros, zeros, 0.4, measured, commanded, 1.0, zeros, 0.0))
    named = dict(zip(senses.STATE_NAMES, vector, strict=True))
    assert named["lag_x"] == pytest.approx(0.01)
    assert named["lag_rz"] == pytest.approx(0.3)
    assert (named["gripper"], named["gripper_command"]) == pytest.approx((0.4, 1.0))


@pytest.mark.parametrize("shape", [(384, 384), (480, 640), (64, 64), (128, 128), (1, 7)])
def test_policy_picture_takes_any_size(shape: tuple[int, int]) -> None:
    picture = senses.policy_picture(np.full((*shape, 3), 77, np.uint8), 128)
    assert picture.shape == (128, 128, 3)
    assert (picture == 77).all()


def test_policy_picture_averages_areas() -> None:
    board = np.indices((384, 384)).sum(0) % 2 * 255
    picture = senses.policy_picture(np.repeat(board[..., None], 3, axis=2).astype(np.uint8), 128)
    assert 100 < picture.min() <= picture.max() < 155


def test_network_answers_in_the_promised_shapes() -> None:
    import torch

    from vla_assistant.networks.compact import CompactVLA

    network = CompactVLA(SMALL).eval()
    step = torch.from_numpy(np.stack([tokens.encode_step(Step("pick", Reference("cube", "red")))] * 2))
    pictures = torch.zeros(2, 3, 128, 128), torch.zeros(2, 3, 64, 64)
    output = network(pictures, torch.zeros(2, 17), step, torch.zeros(2, 5, 2, dtype=torch.int64))
    assert output.actions.shape == (2, 8, 7)
    assert output.position.shape == (2, 3, 3)
    assert output.sights[0].logits.shape == (2, 8, 32, 32)
    assert output.sights[1].uv.shape == (2, 8, 2)
    assert output.done.shape == output.progress.shape == output.success.shape == (2,)


def saved(path: Path) -> Path:
    from vla_assistant.networks.compact import CompactVLA
    from vla_assistant.networks.weights import save_weights

    save_weights(path, SMALL, CompactVLA(SMALL).state_dict(), {"preset": "test"})
    return path


def test_weights_there_and_back(tmp_path: Path) -> None:
    from vla_assistant.networks.weights import load_weights, read_card

    path = saved(tmp_path / "w.safetensors")
    network = load_weights(path)
    assert network.config == SMALL
    assert not network.training
    assert read_card(path) == {"preset": "test"}


def test_weights_that_cannot_be_used_are_told_apart(tmp_path: Path) -> None:
    from vla_assistant.networks.weights import load_weights

    path = saved(tmp_path / "w.safetensors")
    whole = path.read_bytes()
    cases = {
        "missing": None,
        "damaged": whole[: len(whole) // 2],
        "format version 9": whole.replace(b'"version":"2"', b'"version":"9"'),
        "no weights of the compact policy": whole.replace(b"vla-assistant/compact", b"vla-assistant/another"),
        "other words or units": whole.replace(b"purple", b"violet"),
    }
    for sentence, content in cases.items():
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(WeightsError, match=sentence) as error:
            load_weights(path)
        assert "docs/training.md" in error.value.hint
