"""Runs a TensorFlow Lite network with the library that the package pyopen-wakeword brings. One owner thread.

The package runs its networks without XNNPACK, which its library holds as well: with it an embedding takes 1.3 ms
instead of
4.2 ms (2 cores, Xeon).
Source: tensorflow/lite/c/c_api.h, tensorflow/lite/delegates/xnnpack/xnnpack_delegate.h.
"""

from __future__ import annotations

import ctypes
import weakref
from pathlib import Path
from typing import Any

import numpy as np

from vla_assistant.errors import BackendError
from vla_assistant.types import FloatArray

HINT = "pip install pyopen-wakeword. Until then only the recognizer hears a spoken stop."
_POINTER = ctypes.c_void_p


def library() -> tuple[Any, Path]:
    """The library of the package, and the folder of its networks.

    Raises:
        BackendError: the package is missing, or its library does not run on this computer.
    """
    try:
        import pyopen_wakeword
        from pyopen_wakeword.openwakeword import _find_tensorflowlite_c
        from pyopen_wakeword.wakeword import TfLiteWakeWord

        found = TfLiteWakeWord(_find_tensorflowlite_c()).lib
    except ImportError as error:
        raise BackendError("The package pyopen-wakeword, which hears stop words, is missing.", HINT) from error
    except (OSError, ValueError, AttributeError) as error:
        raise BackendError(f"The library that hears stop words does not run here ({error}).", HINT) from error
    return found, Path(str(pyopen_wakeword.__file__)).parent / "models"


class Network:
    """A network with one input of fixed shape and one output, both float32.

    Raises:
        BackendError: there is no such network, or it does not take that shape.
    """

    def __init__(self, lib: Any, file: Path, shape: tuple[int, ...]) -> None:
        self._lib, self._shape = lib, shape
        options, delegate = _accelerated(lib)
        model = lib.TfLiteModelCreateFromFile(str(file).encode())
        interpreter = lib.TfLiteInterpreterCreate(model, options) if model else None
        self._interpreter = interpreter
        self._clean = weakref.finalize(self, _free, lib, interpreter, model, options, delegate)
        sizes = (ctypes.c_int32 * len(shape))(*shape)
        if not interpreter or lib.TfLiteInterpreterResizeInputTensor(interpreter, 0, sizes, len(shape)):
            raise BackendError(f"The network {file} cannot be used.", HINT)
        if lib.TfLiteInterpreterAllocateTensors(interpreter):
            raise BackendError(f"The network {file} does not take {shape}.", HINT)
        self._input = lib.TfLiteInterpreterGetInputTensor(interpreter, 0)
        self._output = lib.TfLiteInterpreterGetOutputTensor(interpreter, 0)
        dimensions = range(lib.TfLiteTensorNumDims(self._output))
        self._result_shape = [lib.TfLiteTensorDim(self._output, index) for index in dimensions]

    def __call__(self, values: FloatArray) -> FloatArray:
        """The output for float32 of the input's shape (or any of its size)."""
        given = np.ascontiguousarray(values, np.float32).reshape(self._shape)
        result = np.empty(self._result_shape, np.float32)
        self._lib.TfLiteTensorCopyFromBuffer(self._input, given.ctypes.data_as(_POINTER), given.nbytes)
        self._lib.TfLiteInterpreterInvoke(self._interpreter)
        self._lib.TfLiteTensorCopyToBuffer(self._output, result.ctypes.data_as(_POINTER), result.nbytes)
        return result


def _accelerated(lib: Any) -> tuple[Any, Any]:
    """Options with XNNPACK, and the delegate; nothing where the library was built without it."""
    try:
        lib.TfLiteXNNPackDelegateCreate.restype = _POINTER
        lib.TfLiteXNNPackDelegateCreate.argtypes = [_POINTER]
        lib.TfLiteXNNPackDelegateDelete.argtypes = [_POINTER]
        lib.TfLiteInterpreterOptionsCreate.restype = _POINTER
        lib.TfLiteInterpreterOptionsDelete.argtypes = [_POINTER]
        lib.TfLiteInterpreterOptionsAddDelegate.argtypes = [_POINTER, _POINTER]
    except AttributeError:
        return None, None
    options, delegate = lib.TfLiteInterpreterOptionsCreate(), lib.TfLiteXNNPackDelegateCreate(None)
    lib.TfLiteInterpreterOptionsAddDelegate(options, delegate)
    return options, delegate


def _free(lib: Any, interpreter: Any, model: Any, options: Any, delegate: Any) -> None:
    """In this order: an interpreter uses the rest."""
    if interpreter:
        lib.TfLiteInterpreterDelete(interpreter)
    if delegate:
        lib.TfLiteXNNPackDelegateDelete(delegate)
    if options:
        lib.TfLiteInterpreterOptionsDelete(options)
    if model:
        lib.TfLiteModelDelete(model)
