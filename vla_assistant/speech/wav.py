"""What the header of a WAV file promises: libsndfile reads a file that was cut off without a word.

Source: Multimedia Programming Interface and Data Specifications 1.0 (IBM, Microsoft, 1991): RIFF chunks.
"""

from __future__ import annotations

import struct
from pathlib import Path

UNKNOWN_FROM = 0x7FFF0000
"""Programs that write into a pipe do not know the length yet and write zero or nearly the largest number there is."""


def share_there(file: Path) -> float:
    """The share 0-1 of the promised samples that the file holds; 1 when it promises no number, or is no WAV file."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        form = stream.read(12)
        if form[:4] != b"RIFF" or form[8:] != b"WAVE":
            return 1.0
        while len(head := stream.read(8)) == 8:
            name, length = struct.unpack("<4sI", head)
            if name == b"data":
                there = size - stream.tell()
                return there / length if 0 < there < length < UNKNOWN_FROM else 1.0
            stream.seek(length + length % 2, 1)
    return 1.0
