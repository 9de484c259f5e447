"""A Piper voice of a few kilobytes: the inputs and the output of a real one, and a hum for each phoneme."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

RATE_HZ = 16_000
_HOP = 800
"""Samples of a phoneme at length scale 1."""
_SYMBOLS = ["_", "^", "$", *" abcdefghijklmnopqrstuvwxyzɹʃʒθðŋæɑɒɔəɛɜɪʊʌɐɡɚˈˌː.,!?'"]


def make(folder: Path, name: str = "en_US-hum-low.onnx") -> Path:
    """Write the model and its settings; the model's path."""
    pytest.importorskip("piper")
    onnx = pytest.importorskip("onnx")
    file = folder / name
    onnx.save(_model(), file)
    file.with_name(f"{name}.json").write_text(json.dumps(_settings()), encoding="utf-8")
    return file


def _settings() -> dict[str, object]:
    return {
        "audio": {"sample_rate": RATE_HZ, "quality": "x_low"},
        "espeak": {"voice": "en-us"},
        "phoneme_type": "espeak",
        "num_symbols": len(_SYMBOLS),
        "num_speakers": 1,
        "speaker_id_map": {},
        "inference": {"noise_scale": 0.667, "length_scale": 1.0, "noise_w": 0.8},
        "phoneme_id_map": {symbol: [index] for index, symbol in enumerate(_SYMBOLS)},
    }


def _model() -> object:
    """input (1, n) ids, input_lengths (1,), scales (3,) -> output (1, 1, 1, samples): a sine whose pitch is the id."""
    from onnx import TensorProto, helper, numpy_helper

    def constant(name: str, value: object, kind: type) -> object:
        return numpy_helper.from_array(np.array(value, kind), name)

    constants = [
        constant("one", [1], np.int64),
        constant("two", [2], np.int64),
        constant("hop", _HOP, np.float32),
        constant("step", 2 * np.pi * 10 / RATE_HZ, np.float32),
        constant("lowest", 2 * np.pi * 100 / RATE_HZ, np.float32),
        constant("half", 0.5, np.float32),
        constant("flat", [1, 1, 1, -1], np.int64),
        constant("along", 3, np.int64),
    ]
    nodes = [
        helper.make_node("Slice", ["scales", "one", "two"], ["length"]),
        helper.make_node("Mul", ["length", "hop"], ["samples"]),
        helper.make_node("Cast", ["samples"], ["width"], to=TensorProto.INT64),
        helper.make_node("Cast", ["input"], ["ids"], to=TensorProto.FLOAT),
        helper.make_node("Shape", ["ids"], ["shape"]),
        helper.make_node("Concat", ["shape", "width"], ["wide"], axis=0),
        helper.make_node("Unsqueeze", ["ids", "two"], ["thin"]),
        helper.make_node("Expand", ["thin", "wide"], ["held"]),
        helper.make_node("Reshape", ["held", "flat"], ["row"]),
        helper.make_node("Mul", ["row", "step"], ["above"]),
        helper.make_node("Add", ["above", "lowest"], ["turn"]),
        helper.make_node("CumSum", ["turn", "along"], ["phase"]),
        helper.make_node("Sin", ["phase"], ["wave"]),
        helper.make_node("Mul", ["wave", "half"], ["output"]),
    ]
    inputs = [
        helper.make_tensor_value_info("input", TensorProto.INT64, [1, "phonemes"]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, [1]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
    ]
    outputs = [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, 1, "time"])]
    graph = helper.make_graph(nodes, "hum", inputs, outputs, constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
