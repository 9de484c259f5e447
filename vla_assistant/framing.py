"""Messages on a pipe: four bytes of length, then msgpack of `wire`."""

from __future__ import annotations

import struct
from typing import IO, Any

from vla_assistant import wire

_LENGTH = struct.Struct("<I")


def send(pipe: IO[bytes], message: dict[str, Any]) -> None:
    """Write one message; OSError or ValueError when the other side is gone. One writer at a time."""
    payload = wire.pack(message)
    pipe.write(_LENGTH.pack(len(payload)) + payload)
    pipe.flush()


def receive(pipe: IO[bytes]) -> dict[str, Any] | None:
    """The next message, or None when the other side has closed the pipe."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (size,) = _LENGTH.unpack(head)
    payload = pipe.read(size)
    return None if len(payload) < size else wire.unpack(payload)
