"""A server on 127.0.0.1 that answers like the web service that SpeechRecognition's engine "google" asks."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Service:
    """What is answered, and what was asked.

    Attributes:
        text: What it hears; empty for nothing.
        confidence: How sure it says it is; None says nothing of that.
        status: Of HTTP.
        gate: Held until this is set.
        asked: Path with query, and the sound, of each request.
    """

    text: str = ""
    confidence: float | None = 0.9
    status: int = 200
    gate: threading.Event = field(default_factory=threading.Event)
    asked: list[tuple[str, bytes]] = field(default_factory=list)
    url: str = ""

    @property
    def answer(self) -> bytes:
        """As Google writes it: an empty result first, then the one that counts."""
        said: dict[str, Any] = {"transcript": self.text}
        if self.confidence is not None:
            said["confidence"] = self.confidence
        results = [{"alternative": [said], "final": True}] if self.text else []
        return b'{"result":[]}\n' + json.dumps({"result": results, "result_index": 0}).encode() + b"\n"


@contextmanager
def answering(service: Service) -> Iterator[Service]:
    """The service, at `service.url`."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sound = self.rfile.read(int(self.headers["Content-Length"]))
            service.asked.append((self.path, sound))
            service.gate.wait(10.0)
            self.send_response(service.status)
            self.end_headers()
            self.wfile.write(service.answer)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    service.gate.set()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # who asked may have gone
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        service.url = f"http://127.0.0.1:{server.server_port}/recognize"
        try:
            yield service
        finally:
            service.gate.set()
            server.shutdown()
            thread.join()
