"""The network as it runs answers like the network that was trained: folded, with features kept, and exported."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from vla_assistant.errors import WeightsError
from vla_assistant.networks.compact import CompactVLA, Output
from vla_assistant.networks.exported import INPUTS, OUTPUTS, OnnxEngine, export_weights
from vla_assistant.networks.layout import CompactConfig
from vla_assistant.networks.memory import nothing_remembered
from vla_assistant.networks.question import Question
from vla_assistant.networks.running import Engine, TorchEngine, as_input
from vla_assistant.networks.weights import load_weights, save_weights
from vla_assistant.policies.compact import default_weights
from vla_assistant.types import FloatArray

STEP = np.array([0, 0, 2, 0, 3, 4, 10, 9], dtype=np.int64)
QUERIES = np.array([[0, 0], [1, 3], [10, 7]], dtype=np.int64)
NONE = np.zeros((0, 2), dtype=np.int64)
Pictures = tuple[np.ndarray, np.ndarray]


@pytest.fixture(scope="module", params=["shipped", "of today"])
def weights(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped weights, which may be of an older version, and small ones with batch norms that do something."""
    if request.param == "shipped":
        return default_weights()
    torch.manual_seed(3)
    config = CompactConfig(front_size=32, wrist_size=16, stem=8, width=16, hidden=64, head="geometric", aim=True)
    network = CompactVLA(config).train()
    for _ in range(3):
        network((torch.rand(4, 3, 32, 32), torch.rand(4, 3, 16, 16)), torch.rand(4, 17), *_batch(4))
    path = tmp_path_factory.mktemp("weights") / "small.safetensors"
    save_weights(path, config, network.state_dict())
    return path


@pytest.fixture(scope="module")
def exported(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    path = tmp_path_factory.mktemp("exported") / "network.onnx"
    export_weights(weights, path)
    return path


@pytest.fixture(scope="module")
def nothing(weights: Path) -> FloatArray:
    return nothing_remembered(load_weights(weights).config.width)


def _batch(size: int) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.from_numpy(STEP).expand(size, -1), torch.from_numpy(QUERIES).expand(size, -1, -1)


def _pictures(network: CompactVLA, seed: int) -> Pictures:
    rng, config = np.random.default_rng(seed), network.config
    front, wrist = (rng.integers(0, 256, (s, s, 3), np.uint8) for s in (config.front_size, config.wrist_size))
    return front, wrist


def _trained(network: CompactVLA, pictures: Pictures, queries: np.ndarray = QUERIES) -> Output:
    front, wrist = (as_input(picture).contiguous() for picture in pictures)
    with torch.inference_mode():
        rest = (torch.from_numpy(values)[None] for values in (STATE, STEP, queries))
        output: Output = network((front, wrist), *rest)
        return output


STATE = np.linspace(-1, 1, 17, dtype=np.float32)


def _flat(output: Output) -> list[torch.Tensor]:
    return [*output.sights[0], *output.sights[1], *output[1:-1]]


def _furthest(one: Output, other: Output) -> float:
    """How far the furthest of all numbers is off, as a share of one or of itself."""
    pairs = zip(_flat(one), _flat(other), strict=True)
    return max(float(((a - b).abs() / b.abs().clamp(min=1.0)).max()) for a, b in pairs)


def test_folded_and_with_kept_features_the_answers_are_the_same(weights: Path, nothing: FloatArray) -> None:
    network, engine = load_weights(weights), TorchEngine(load_weights(weights))
    for seed in range(4):
        pictures = _pictures(network, seed)
        asked = engine.answer(Question(*pictures, STATE, STEP, QUERIES, nothing))
        assert _furthest(asked, _trained(network, pictures)) < 1e-4
        again = engine.answer(Question(*pictures, STATE, STEP, NONE, nothing))
        torch.testing.assert_close(again.actions, asked.actions, rtol=0, atol=1e-5)


def test_nothing_is_left_to_fold_but_what_it_became(weights: Path) -> None:
    engine = TorchEngine(load_weights(weights))
    assert not [module for module in engine._network.modules() if isinstance(module, torch.nn.BatchNorm2d)]


def test_features_of_a_picture_are_computed_once(weights: Path, nothing: FloatArray) -> None:
    engine = TorchEngine(load_weights(weights))
    seen: list[int] = []
    for camera, trunk in enumerate(engine._network.trunks):
        trunk.register_forward_hook(lambda *_, camera=camera: seen.append(camera))
    front, wrist = _pictures(engine._network, 0)
    for queries in (QUERIES, NONE):
        engine.answer(Question(front, wrist, STATE, STEP, queries, nothing))
    assert seen == [0, 1]
    engine.answer(Question(front, wrist + 1, STATE, STEP, NONE, nothing))
    assert seen == [0, 1, 1]
    front[0, 0, 0] ^= 1  # the same array, altered: a camera that fills its buffer again
    engine.answer(Question(front, wrist + 1, STATE, STEP, NONE, nothing))
    assert seen == [0, 1, 1, 0]


def test_the_exported_network_gives_the_same_answers(weights: Path, exported: Path, nothing: FloatArray) -> None:
    network, engine = load_weights(weights), OnnxEngine(exported, weights)
    for seed, queries in enumerate((QUERIES, NONE, QUERIES[:1])):
        pictures = _pictures(network, seed)
        answer = engine.answer(Question(*pictures, STATE, STEP, queries, nothing))
        assert _furthest(answer, _trained(network, pictures, queries)) < 1e-3


def test_what_is_hidden_is_taken_from_memory_by_either_engine(
    weights: Path, exported: Path, nothing: FloatArray
) -> None:
    network = load_weights(weights)
    pictures = _pictures(network, 5)
    remembered = nothing.copy()
    remembered[1] = np.linspace(0, 1, len(remembered[1]), dtype=np.float32)
    engines: list[Engine] = [TorchEngine(load_weights(weights)), OnnxEngine(exported, weights)]
    for engine in engines:
        plain = engine.answer(Question(*pictures, STATE, STEP, QUERIES, nothing))
        hidden = bool(plain.sights[0].visible[0, 1] < 0)
        other = type(engine)(*((exported, weights) if isinstance(engine, OnnxEngine) else (load_weights(weights),)))
        helped = other.answer(Question(*pictures, STATE, STEP, QUERIES, remembered))
        assert torch.equal(helped.position[0, 1], plain.position[0, 1]) is not hidden
        assert torch.equal(helped.actions, plain.actions) is not hidden
        assert torch.equal(helped.position[0, 0], plain.position[0, 0])
        assert torch.equal(helped.sights[0].uv, plain.sights[0].uv)


def test_an_answer_is_kept_for_the_same_question_only(weights: Path, exported: Path, nothing: FloatArray) -> None:
    engine: Engine = OnnxEngine(exported, weights)
    pictures = _pictures(load_weights(weights), 0)
    first = engine.answer(Question(*pictures, STATE, STEP, QUERIES, nothing))
    assert engine.answer(Question(*pictures, STATE, STEP, NONE, nothing)) is first
    fewer = engine.answer(Question(*pictures, STATE, STEP, QUERIES[:1], nothing))
    assert fewer.sights[0].uv.shape[1] == 4
    moved = engine.answer(Question(*pictures, STATE + 0.5, STEP, NONE, nothing))
    assert not torch.equal(moved.actions, first.actions)


def test_the_file_says_what_goes_in_and_what_comes_out(weights: Path, exported: Path) -> None:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(exported), providers=["CPUExecutionProvider"])
    assert tuple(value.name for value in session.get_inputs()) == INPUTS
    assert tuple(value.name for value in session.get_outputs()) == OUTPUTS


def test_a_file_of_other_weights_is_refused(weights: Path, exported: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.safetensors"
    save_weights(other, CompactConfig(), CompactVLA(CompactConfig()).state_dict())
    with pytest.raises(WeightsError, match=r"made of other weights.*export --out"):
        OnnxEngine(exported, other)


def test_a_file_of_another_version_is_refused(weights: Path, exported: Path, tmp_path: Path) -> None:
    import onnx

    model = onnx.load(str(exported))
    model.graph.input[-1].name = "of_before"
    for node in model.graph.node:
        node.input[:] = ["of_before" if name == "remembered" else name for name in node.input]
    onnx.save(model, str(tmp_path / "old.onnx"))
    with pytest.raises(WeightsError, match=r"made by another version.*export --out"):
        OnnxEngine(tmp_path / "old.onnx", weights)


def test_a_missing_or_damaged_file_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"no file .*compact\.onnx.*vla-assistant export"):
        OnnxEngine(tmp_path / "compact.onnx", default_weights())
    pytest.importorskip("onnxruntime")
    (tmp_path / "compact.onnx").write_bytes(b"nothing")
    with pytest.raises(WeightsError, match=r"no network for ONNX Runtime"):
        OnnxEngine(tmp_path / "compact.onnx", default_weights())
