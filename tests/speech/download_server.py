"""A server on 127.0.0.1 that gives files out as downloads meet them: in pieces, cut off, changed, or not at all."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Shelf:
    """What is given out, and how.

    Attributes:
        content: Path -> bytes.
        cuts: For each answer in turn, after how many bytes the connection is cut; answers beyond them are whole.
        ranges: Does the server go on in the middle of a file?
        tells_length: Does it say how long the file is?
        asked: The Range header of each request, "" for none.
        gate: Held until this is set.
    """

    content: dict[str, bytes] = field(default_factory=dict)
    cuts: list[int] = field(default_factory=list)
    ranges: bool = True
    tells_length: bool = True
    asked: list[str] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    url: str = ""


def _handler(shelf: Shelf) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            shelf.asked.append(wanted)
            shelf.gate.wait(20.0)
            whole = shelf.content.get(self.path)
            if whole is None:
                self.send_error(404)
                return
            start = int(re.findall(r"bytes=(\d+)-", wanted)[0]) if wanted and shelf.ranges else 0
            if start >= len(whole) > 0:
                self.send_error(416)
                return
            self._give(whole, start)

        def _give(self, whole: bytes, start: int) -> None:
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(whole) - 1}/{len(whole)}")
            if shelf.tells_length:
                self.send_header("Content-Length", str(len(whole) - start))
            self.end_headers()
            cut = shelf.cuts.pop(0) if shelf.cuts else len(whole)
            with suppress(ConnectionError):  # who asked may have gone
                self.wfile.write(whole[start : start + cut])

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def serving(shelf: Shelf) -> Iterator[Shelf]:
    """The shelf, at `shelf.url`."""
    shelf.gate.set()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(shelf)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        shelf.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield shelf
        finally:
            shelf.gate.set()
            server.shutdown()
            thread.join()
