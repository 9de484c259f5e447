"""Real pictures for camera tests: a video file and a local MJPEG server."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import numpy as np

SIZE = (96, 128)


def picture(index: int) -> np.ndarray:
    """BGR, mostly red in RGB, with a bar that moves."""
    image = np.full((*SIZE, 3), (20, 30, 200), np.uint8)
    image[:, (index * 5) % SIZE[1] : (index * 5) % SIZE[1] + 8] = (200, 30, 20)
    return image


def write_video(path: Path, frames: int = 20, rate_hz: float = 20.0) -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), rate_hz, SIZE[::-1])
    assert writer.isOpened()
    for index in range(frames):
        writer.write(picture(index))
    writer.release()
    return path


class Stream:
    """What the MJPEG server sends: moving pictures, the same one again, or nothing."""

    def __init__(self) -> None:
        self.frozen = False
        self.silent = False
        self.cut = False
        self.address = ""


@contextmanager
def mjpeg_server() -> Iterator[Stream]:
    """An MJPEG stream on 127.0.0.1 at 20 pictures a second."""
    stream = Stream()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
            self.end_headers()
            index = 0
            while not stream.cut:
                time.sleep(0.05)
                if stream.silent:
                    continue
                index += 0 if stream.frozen else 1
                body = cv2.imencode(".jpg", picture(index))[1].tobytes()
                head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(body)}\r\n\r\n"
                try:
                    self.wfile.write(head.encode() + body + b"\r\n")
                except OSError:
                    return

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    stream.address = f"http://127.0.0.1:{server.server_address[1]}/stream.mjpg"
    try:
        yield stream
    finally:
        stream.cut = True
        server.shutdown()
        server.server_close()
        thread.join()
