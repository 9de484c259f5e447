"""Brings a large file over a connection that may break: goes on where it was broken off, checks it, shows it whole.

What has arrived lies beside the file as FILE.part. The file itself appears by rename, when its checksum is right.
"""

from __future__ import annotations

import errno
import hashlib
import http.client
import os
import re
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from vla_assistant.data.lock import lock
from vla_assistant.errors import WeightsError

TIMEOUT_S = 30.0
"""A connection that is silent for so long is broken."""
BLOCK = 1 << 18
PARTIAL, OUT_OF_RANGE = 206, 416
MB = 1_000_000
AGAIN = "What has arrived is kept: the same command goes on from there."
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)")


@dataclass(frozen=True)
class Progress:
    """How far a download is: bytes that are here, and of how many if the server says so."""

    done: int
    total: int | None

    @property
    def share(self) -> float | None:
        """Of the whole, 0-1."""
        return self.done / self.total if self.total else None

    def __str__(self) -> str:
        of = f" of {self.total / MB:.0f} MB, {self.share:.0%}" if self.total else " MB"
        return f"{self.done / MB:.0f}{of}"


def now_and_then(progress: Iterator[Progress], step: float) -> Iterator[Progress]:
    """The first progress, the last, and one for each such share between them; of an unknown whole, of 100 MB."""
    shown: float | None = None
    for now in progress:
        share = now.share if now.share is not None else now.done / (100 * MB)
        if shown is None or share >= shown + step or now.share == 1.0:
            shown = share
            yield now


def partial_file(file: Path) -> Path:
    """Where the bytes lie until they are all there."""
    return file.with_name(f"{file.name}.part")


def fetch(url: str, sha256: str, file: Path) -> Iterator[Progress]:
    """Bring the file from the address, telling how far it is; it is there when the iteration is over.

    Args:
        url: Where it is.
        sha256: Its checksum in hexadecimal digits.
        file: Where it shall be; a file that is there already is left as it is.

    Raises:
        WeightsError: it cannot be had: no connection, no room, a wrong checksum.
        InputError: another process writes into the folder at this moment.
    """
    try:
        locked = lock(file.parent, "download")
    except OSError as error:
        raise _unwritable(file, error, None) from error
    with closing(locked):
        if file.is_file():
            return
        part = partial_file(file)
        yield from _received(url, part)
        require_checksum(part, sha256, url)
        part.replace(file)


def require_checksum(file: Path, sha256: str, url: str) -> None:
    """Let the file be the one that is meant, or be gone.

    Raises:
        WeightsError: it was another one.
    """
    with file.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    if found != sha256:
        file.unlink()
        raise WeightsError(
            f"What came from {_host(url)} is not the file that was asked for: its checksum is {found[:12]}..., "
            f"not {sha256[:12]}....",
            "It was deleted. Run the same command again; if it happens twice, something on the way changes files.",
        )


def _received(url: str, part: Path) -> Iterator[Progress]:
    """All bytes into `part`, with a new connection as long as each brings something."""
    while True:
        before = _size(part)
        try:
            yield from _through_one_connection(url, part)
            return
        except (OSError, http.client.HTTPException) as error:
            if isinstance(error, urllib.error.HTTPError) or _size(part) <= before:
                raise _unreachable(url, part, error) from error


def _through_one_connection(url: str, part: Path) -> Iterator[Progress]:
    """What one connection brings, added to what is there.

    Raises:
        WeightsError: there is no room for it.
        OSError: the connection could not be made, or broke.
    """
    offset = _size(part)
    headers = {"Range": f"bytes={offset}-"} if offset else {}
    try:
        response = urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=TIMEOUT_S)
    except urllib.error.HTTPError as error:
        if error.code == OUT_OF_RANGE and offset:
            return  # there is no more: all of it is here, or something else, as the checksum will tell
        raise
    with closing(response):
        begin, total = _piece(response, offset)
        _require_room(part, total, begin)
        for done in _written(response, part, begin):
            yield Progress(done, total)
        if total is not None and _size(part) < total:
            raise ConnectionError("the connection was cut")


def _piece(response: Any, offset: int) -> tuple[int, int | None]:
    """Where in the file the answer begins, and how long the file is; a server may ignore the wish to go on."""
    found = _CONTENT_RANGE.match(response.headers.get("Content-Range", ""))
    if response.status == PARTIAL and found and int(found[1]) == offset:
        return offset, int(found[2])
    length = response.headers.get("Content-Length")
    return 0, int(length) if length else None


def _written(response: Any, part: Path, begin: int) -> Iterator[int]:
    """Bytes that are in `part` after each block."""
    try:
        output: IO[bytes] = part.open("ab" if begin else "wb", buffering=0)
    except OSError as error:
        raise _unwritable(part, error, None) from error
    with output:
        done = begin
        while block := response.read(BLOCK):
            _write(output, block, part)
            done += len(block)
            yield done


def _write(output: IO[bytes], block: bytes, part: Path) -> None:
    try:
        while block:
            block = block[output.write(block) :]
    except OSError as error:
        raise _unwritable(part, error, None) from error


def _require_room(part: Path, total: int | None, begin: int) -> None:
    if total is not None and shutil.disk_usage(part.parent).free < total - begin:
        raise _unwritable(part, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), total - begin)


def _size(file: Path) -> int:
    return file.stat().st_size if file.is_file() else 0


def _host(url: str) -> str:
    return urlsplit(url).hostname or url


def _unwritable(file: Path, error: OSError, needed: int | None) -> WeightsError:
    if error.errno in _FULL:
        wanted = f": {needed / MB:.0f} MB more are needed" if needed else ""
        return WeightsError(f"The disk with {file.parent} is full{wanted}.", f"Make room. {AGAIN}")
    reason = error.strerror or type(error).__name__
    return WeightsError(
        f"The folder {file.parent} cannot be written ({reason}).", "Choose another folder, or allow it."
    )


def _unreachable(url: str, part: Path, error: Exception) -> WeightsError:
    if isinstance(error, urllib.error.HTTPError):
        return WeightsError(f"{_host(url)} does not give the file ({error.code} {error.reason}).", _kept(part))
    reason = getattr(error, "reason", error)
    said = getattr(reason, "strerror", None) or str(reason) or type(error).__name__
    return WeightsError(f"There is no connection to {_host(url)} ({said}).", f"Is this computer online? {_kept(part)}")


def _kept(part: Path) -> str:
    return f"{AGAIN} ({_size(part) / MB:.0f} MB are here.)" if _size(part) else ""
