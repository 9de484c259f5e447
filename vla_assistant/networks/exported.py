"""The compact network as an ONNX file, and answers from such a file through ONNX Runtime.

The file holds the whole network: pictures, state, step, queries and what is remembered in, the fields of
`networks.compact.Output` out. It says of which weights it was made, so that an old one beside new weights is refused
instead of being obeyed. Packages: `onnx` to write, `onnxruntime` to run; both come with the extra "onnx".
"""

from __future__ import annotations

import hashlib
import warnings
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from vla_assistant.data.files import write_whole
from vla_assistant.errors import BackendError, WeightsError
from vla_assistant.networks import tokens
from vla_assistant.networks.compact import CompactVLA, Output
from vla_assistant.networks.memory import nothing_remembered
from vla_assistant.networks.question import Question
from vla_assistant.networks.running import as_input, folded
from vla_assistant.networks.seeing import Sight
from vla_assistant.networks.senses import STATE_WIDTH
from vla_assistant.networks.weights import load_weights, require_file

INPUTS = Question._fields
ASKED = INPUTS[:-1]
SIGHT = ("logits", "uv", "visible", "feature")
OUTPUTS = (
    *(f"{camera}_{field}" for camera in ("front", "wrist") for field in SIGHT),
    *("position", "actions", "done", "progress", "success"),
)
OPSET = 18
MADE_OF = "weights_sha256"
_INSTALL = 'Install what it needs: pip install "vla-assistant[onnx]".'


class _Flat(nn.Module):
    """The network with its inputs and outputs in a row, as a graph has them."""

    def __init__(self, network: CompactVLA) -> None:
        super().__init__()
        self.network = network

    def forward(self, front: Tensor, wrist: Tensor, *rest: Tensor) -> tuple[Tensor, ...]:
        output = self.network((front, wrist), *rest)
        return (*output.sights[0], *output.sights[1], *output[1:-1])


def export_weights(weights: Path, out: Path) -> None:
    """Write the network of these weights to `out`, whole or not at all.

    Raises:
        WeightsError: As `weights.load_weights`.
        BackendError: The package onnx is not installed.
    """
    network = folded(load_weights(weights))
    try:
        import onnx
    except ImportError as error:
        raise BackendError("To write an ONNX file, the package onnx is needed.", _INSTALL) from error

    def write(draft: Path) -> None:
        _trace(network, draft)
        model = onnx.load(str(draft))
        onnx.helper.set_model_props(model, {MADE_OF: _digest(weights)})
        onnx.checker.check_model(model)
        onnx.save(model, str(draft))

    write_whole(out, write)


def _trace(network: CompactVLA, path: Path) -> None:
    """Write the graph. torch's newer exporter gives the same one, takes ten times as long and imports triton."""
    config = network.config
    examples = (
        torch.zeros(1, 3, config.front_size, config.front_size),
        torch.zeros(1, 3, config.wrist_size, config.wrist_size),
        torch.zeros(1, STATE_WIDTH),
        torch.zeros(1, tokens.CODE_WIDTH, dtype=torch.int64),
        torch.zeros(1, 2, 2, dtype=torch.int64),
        torch.from_numpy(nothing_remembered(config.width))[None],
    )
    queried = {name: {1: "things"} for name in OUTPUTS if name.partition("_")[2] in SIGHT}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that this exporter is the older one, and constants that it folds
        torch.onnx.export(
            _Flat(network).eval(),
            examples,
            path,
            input_names=list(INPUTS),
            output_names=list(OUTPUTS),
            dynamic_axes={"queries": {1: "queries"}} | queried,
            opset_version=OPSET,
            dynamo=False,
        )


class OnnxEngine:
    """See `running.Engine`. The last answer is kept: the first chunk of a plan was computed with the plan."""

    def __init__(self, path: Path, weights: Path, threads: int = 1) -> None:
        """Load the file that `export_weights` made of `weights`.

        Raises:
            BackendError: The package onnxruntime is not installed.
            WeightsError: The file is missing, damaged or of other weights.
        """
        require_file(weights)
        if not path.is_file():
            raise WeightsError(f"There is no file {path} for ONNX Runtime.", _remedy(path))
        try:
            import onnxruntime
        except ImportError as error:
            raise BackendError("ONNX Runtime is not installed.", _INSTALL) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # its errors share no class
            raise WeightsError(f"The file {path} is no network for ONNX Runtime.", _remedy(path)) from error
        if self._session.get_modelmeta().custom_metadata_map.get(MADE_OF) != _digest(weights):
            raise WeightsError(f"The file {path} was made of other weights than {weights}.", _remedy(path))
        if {entry.name for entry in self._session.get_inputs()} != set(INPUTS):
            raise WeightsError(f"The file {path} was made by another version of the program.", _remedy(path))
        self._last: tuple[Question, Output] | None = None

    def answer(self, question: Question) -> Output:
        """See `running.Engine`; where nothing further is asked for, what an earlier answer adds to that may stay."""
        if self._last is not None and _answers(self._last[0], question):
            return self._last[1]
        pictures = [as_input(picture).numpy() for picture in question[:2]]
        feeds = dict(zip(INPUTS, [*pictures, *(values[None] for values in question[2:])], strict=True))
        output = _output([torch.from_numpy(value) for value in self._session.run(list(OUTPUTS), feeds)])
        self._last = Question._make(values.copy() for values in question), output
        return output


def _answers(before: Question, now: Question) -> bool:
    """Whether what was answered before holds what is asked for now; nothing was seen between equal pictures."""
    names = ASKED if len(now.queries) else ASKED[:-1]
    return all(np.array_equal(getattr(before, name), getattr(now, name)) for name in names)


def _output(values: list[Tensor]) -> Output:
    width = len(SIGHT)
    front, wrist = Sight(*values[:width]), Sight(*values[width : 2 * width])
    position, actions, done, progress, success = values[2 * width :]
    return Output((front, wrist), position, actions, done, progress, success)


def _digest(weights: Path) -> str:
    return hashlib.sha256(weights.read_bytes()).hexdigest()


def _remedy(path: Path) -> str:
    return f"Make it with `vla-assistant export --out {path}`, or set policies.compact.engine to torch."
