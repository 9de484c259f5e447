"""Memory that the app and the motion process share, without a name that could be left behind.

On POSIX it is an anonymous file that the child inherits, so it is gone with its last user even after `kill -9`; on
Windows it is a named mapping, which the system counts in the same way. (Python's own SharedMemory is named and needs a
tracker process of its own, which outlives a killed app.)
"""

from __future__ import annotations

import mmap
import os
import sys
import tempfile
import uuid


class SharedMemory:
    """A block of `size` bytes, created when `token` is None, else the one that `token` names in a child process."""

    def __init__(self, size: int, token: str | None = None) -> None:
        self._fd: int | None = None
        if sys.platform == "win32":
            self.token = token or f"vla-assistant-{uuid.uuid4().hex}"
            self._map = mmap.mmap(-1, size, tagname=self.token)
        else:
            self._fd = _anonymous_file(size) if token is None else int(token)
            self.token = str(self._fd)
            self._map = mmap.mmap(self._fd, size)
        self.buffer = memoryview(self._map)

    @property
    def inherited(self) -> tuple[int, ...]:
        """File descriptors that the child must inherit."""
        return () if self._fd is None else (self._fd,)

    def close(self) -> None:
        """Let go of it, once every view of the buffer is released. May be called twice."""
        self.buffer.release()
        self._map.close()
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def _anonymous_file(size: int) -> int:
    if hasattr(os, "memfd_create"):
        fd = os.memfd_create("vla-assistant")
    else:
        with tempfile.TemporaryFile() as file:
            fd = os.dup(file.fileno())
    os.ftruncate(fd, size)
    return fd
