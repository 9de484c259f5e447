"""Messages: decode undoes encode, and foreign bytes raise one clear error."""

from dataclasses import fields, is_dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vla_assistant import types, wire
from vla_assistant.errors import ProcessError


def same(left: object, right: object) -> bool:
    if isinstance(left, np.ndarray):
        return isinstance(right, np.ndarray) and left.dtype == right.dtype and np.array_equal(left, right)
    if is_dataclass(left):
        return type(left) is type(right) and all(
            same(getattr(left, f.name), getattr(right, f.name)) for f in fields(left)
        )
    if isinstance(left, (tuple, list)):
        return isinstance(right, tuple) and len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return isinstance(right, dict) and left.keys() == right.keys() and all(same(left[k], right[k]) for k in left)
    return left == right


def state() -> types.RobotState:
    pose = np.eye(4)
    return types.RobotState(np.zeros(7), np.zeros(7), 1.0, pose, pose, 1.0, np.zeros(7), 2.5)


def observation() -> types.Observation:
    image = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
    return types.Observation({"front": types.Frame(image, "front", 7, 1.5)}, state(), "pick up the red cup")


STEP = types.Step("place", types.Reference("cup", "red"), types.Reference("plate"))


@pytest.mark.parametrize(
    "value",
    [
        observation(),
        STEP,
        types.Intent.STOP,
        types.Plan((STEP,), "place it", 0.5),
        types.Outcome(types.Result.DONE, "Done.", success=None),
        types.ActionChunk(np.zeros((8, 7), np.float32), 0.1, 3.0, done=0.25),
        {"nested": (1, 2.5, "three", None, True, b"four")},
    ],
    ids=lambda value: type(value).__name__,
)
def test_decode_undoes_encode(value: object) -> None:
    assert same(value, wire.unpack(wire.pack(value)))


@given(st.binary(max_size=200))
def test_foreign_bytes_never_raise_anything_else(payload: bytes) -> None:
    try:
        wire.unpack(payload)
    except ProcessError as error:
        assert "could not be read" in str(error)


def test_an_unknown_class_is_refused() -> None:
    import msgpack

    with pytest.raises(ProcessError):
        wire.unpack(msgpack.packb({"!": "Popen", "args": ["ls"]}))


def test_an_object_array_is_refused() -> None:
    import msgpack

    with pytest.raises(ProcessError):
        wire.unpack(msgpack.packb({"#": "object", "s": [1], "b": b"12345678"}))


def test_arrays_that_arrive_can_be_written() -> None:
    wire.unpack(wire.pack(np.zeros(3)))[0] = 1.0
