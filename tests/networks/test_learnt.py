"""What weights have learnt, and weights of format version 1, which answer as they did before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vla_assistant.networks import tokens
from vla_assistant.networks.learnt import EVERYTHING, VERSION_1, Learnt, learnt_from
from vla_assistant.types import Reference, Step

CUBE, BOWL, DRAWER = Reference("cube", "blue"), Reference("bowl", "red"), Reference("drawer")
# A toy of version 1 with random weights, and what it answered to the steps before version 2 existed.
VERSION_1_WEIGHTS = Path(__file__).parent / "version1.safetensors"
VERSION_1_ANSWERS = Path(__file__).parent / "version1.npz"
STEPS = (
    Step("pick", CUBE),
    Step("place", CUBE, BOWL),
    Step("push", Reference("can", "green"), Reference("right")),
    Step("put_down", None, Reference("table")),
    Step("home"),
    Step("place", Reference("cube"), Reference("plate")),
)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (Step("open", DRAWER), "learnt to open a drawer"),
        (Step("give", CUBE), "bring things to the user"),
        (Step("place", CUBE, BOWL, "left_of"), "place things to the left of others"),
        (Step("push", CUBE, Reference("forward")), "push things forward"),
        (Step("pick", Reference("marker", "red")), "the word 'marker'"),
        (Step("place", CUBE, Reference("bowl", "pink")), "the colour pink"),
        (Step("place", CUBE, DRAWER), "the word 'drawer'"),
        (Step("pick", Reference("thing", "red")), "the word 'thing'"),
        (Step("place", CUBE, BOWL), ""),
        (Step("put_down", None, Reference("table")), ""),
    ],
)
def test_what_was_not_learnt_is_told_in_a_sentence(step: Step, words: str) -> None:
    assert EVERYTHING.why_not(step) == ""
    assert words in VERSION_1.why_not(step)
    assert bool(VERSION_1.why_not(step)) == bool(words)


def test_learnt_words_are_those_of_the_data() -> None:
    steps = np.stack([tokens.encode_step(Step("pick", CUBE)), tokens.encode_step(Step("place", CUBE, BOWL, "behind"))])
    things = np.full((2, 3, 2), -1)
    things[1, 0] = tokens.encode_reference(Reference("can", "pink"))
    learnt = learnt_from(steps, things)
    assert learnt == Learnt(("pick", "place"), ("cube", "can", "bowl"), ("red", "blue", "pink"), ("", "behind"))
    assert learnt_from(steps, things, names_by_colour=True).knows(Reference("thing", "blue"))
    assert Learnt.from_json(learnt.as_json()) == learnt


def test_version_1_weights_answer_as_before() -> None:
    import torch

    from vla_assistant.networks.weights import load_weights, read_learnt

    network, before = load_weights(VERSION_1_WEIGHTS), np.load(VERSION_1_ANSWERS)
    pictures = [torch.from_numpy(before[key]).float().permute(0, 3, 1, 2) / 127.5 - 1 for key in ("front", "wrist")]
    asked = [Reference(shape, colour) for shape in VERSION_1.shapes for colour in VERSION_1.colours][::5]
    asked += [Reference(shape) for shape in VERSION_1.shapes]
    queries = torch.tensor([[tokens.encode_reference(reference) for reference in asked]] * len(STEPS))
    steps = torch.from_numpy(np.stack([tokens.encode_step(step) for step in STEPS]))
    with torch.inference_mode():
        now = network((pictures[0], pictures[1]), torch.from_numpy(before["state"]), steps, queries)
    for name in ("actions", "done", "progress", "success"):
        np.testing.assert_allclose(getattr(now, name), before[name], atol=1e-4, err_msg=name)
    np.testing.assert_allclose(now.position[:, :2], before["position"], atol=1e-4)
    kept = [0, 1, *range(3, 3 + len(asked))]  # the second anchor is new
    for camera, sight in enumerate(now.sights):
        np.testing.assert_allclose(sight.visible[:, kept], before["visible"][camera], atol=1e-4)
        np.testing.assert_allclose(sight.uv[:, kept], before["uv"][camera], atol=1e-4)
    assert read_learnt(VERSION_1_WEIGHTS) == VERSION_1


def test_new_words_begin_like_similar_old_ones() -> None:
    from vla_assistant.networks.weights import load_weights

    rows = load_weights(VERSION_1_WEIGHTS).colour.weight
    assert rows.shape[0] == len(tokens.COLOURS) + 1
    assert rows[tokens.COLOURS.index("pink")].equal(rows[tokens.COLOURS.index("red")])


def test_a_geometric_head_that_was_told_less_answers_as_before(tmp_path: Path) -> None:
    import torch

    from vla_assistant.networks.compact import CompactVLA
    from vla_assistant.networks.geometry import PHASE_WIDTH
    from vla_assistant.networks.layout import CompactConfig
    from vla_assistant.networks.weights import load_weights, save_weights

    torch.manual_seed(0)
    config = CompactConfig(front_size=64, stem=8, width=16, hidden=32, head="geometric")
    network = CompactVLA(config).eval()
    with torch.no_grad():
        network.act[1].weight[:, -PHASE_WIDTH:] = 0.0
    state = network.state_dict()
    for name in ("act.0.running_mean", "act.0.running_var", "act.1.weight"):
        state[name] = state[name][..., :-PHASE_WIDTH]
    save_weights(tmp_path / "before.safetensors", config, state)

    pictures, now = (torch.rand(2, 3, 64, 64), torch.rand(2, 3, 64, 64)), torch.randn(2, 17) / 3
    steps = torch.from_numpy(np.stack([tokens.encode_step(step) for step in STEPS[:2]]))
    asked = torch.zeros(2, 0, 2, dtype=torch.long)
    with torch.inference_mode():
        before = network(pictures, now, steps, asked)
        after = load_weights(tmp_path / "before.safetensors")(pictures, now, steps, asked)
    torch.testing.assert_close(after.actions, before.actions, atol=1e-2, rtol=1e-2)
    torch.testing.assert_close(after.success, before.success, atol=1e-2, rtol=1e-2)
