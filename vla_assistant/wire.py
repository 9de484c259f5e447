"""Values of `types` and messages as msgpack bytes and back: what travels between processes. Never pickle.

A frozen dataclass travels as {"!": class name, field: value, ...}, an array as {"#": dtype, "s": shape, "b": bytes}.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from enum import StrEnum
from typing import Any, TypeVar

import msgpack
import numpy as np

from vla_assistant import types
from vla_assistant.errors import ProcessError

VERSION = 1

T = TypeVar("T", bound=type)
_CLASSES: dict[str, type] = {}
_DTYPES = frozenset({"uint8", "int32", "int64", "float16", "float32", "float64", "bool"})


def travels(cls: T) -> T:
    """Class decorator: let this dataclass (or string enum) cross a process border under its own name."""
    if _CLASSES.setdefault(cls.__name__, cls) is not cls:
        raise TypeError(f"two classes named {cls.__name__} want to travel")
    return cls


for _value in vars(types).values():
    if isinstance(_value, type) and (is_dataclass(_value) or issubclass(_value, StrEnum)) and _value is not StrEnum:
        travels(_value)


def pack(value: Any) -> bytes:
    """Bytes of a value made of registered dataclasses, arrays, tuples, mappings and plain values."""
    return msgpack.packb(_encode(value), use_bin_type=True)


def unpack(payload: bytes) -> Any:
    """The value back; sequences come back as tuples.

    Raises:
        ProcessError: the bytes are no message of this version.
    """
    try:
        return _decode(msgpack.unpackb(payload, raw=False, use_list=False, strict_map_key=False))
    except (ValueError, TypeError, KeyError, msgpack.exceptions.UnpackException) as error:
        raise ProcessError(f"A message between processes could not be read ({error}).") from error


def _encode(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return {"!": type(value).__name__, "v": str(value)}
    if is_dataclass(value) and not isinstance(value, type):
        return {"!": type(value).__name__} | {f.name: _encode(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, np.ndarray):
        return {"#": str(value.dtype), "s": value.shape, "b": np.ascontiguousarray(value).tobytes()}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, dict):
        return {key: _encode(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_encode(item) for item in value]
    return value


def _decode(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_decode(item) for item in value)
    if not isinstance(value, dict):
        return value
    if "#" in value:
        if value["#"] not in _DTYPES:
            raise ValueError(f"array type {value['#']!r}")
        return np.frombuffer(value["b"], dtype=value["#"]).reshape(value["s"]).copy()
    if "!" in value:
        cls = _CLASSES[value["!"]]
        if issubclass(cls, StrEnum):
            return cls(value["v"])
        return cls(**{key: _decode(item) for key, item in value.items() if key != "!"})
    return {key: _decode(item) for key, item in value.items()}
