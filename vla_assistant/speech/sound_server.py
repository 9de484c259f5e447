"""What the sound server (PulseAudio, PipeWire) says of the microphone in use: which one it is, muted, unplugged.

PortAudio reaches the server through ALSA, which hides an unplugged device: the server moves the stream to what is left,
often to the monitor of the loudspeaker, and silence flows on. `pactl` tells. Without it nothing is known here, and the
watchdog of the microphone has to do.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from vla_assistant.events import PartState

_WATCH = ("sh", "-c", "pactl subscribe & watch=$!; exec >&-; read _; kill $watch")
"""`pactl subscribe` that ends with our end of its stdin, however the program ended."""
_ENGLISH = {"LC_ALL": "C"}
_ASK_TIMEOUT_S = 2.0
_ASK_AGAIN_S = 0.1
_SETTLE_S = 0.05
"""A device that comes or goes makes many events; those of this long are one question."""


@dataclass(frozen=True)
class Source:
    """A source of the server: its name, what people call it, and its state."""

    name: str
    words: str
    muted: bool
    is_monitor: bool


@dataclass(frozen=True)
class Sources:
    """All sources by name, those that are no monitors, and the one our stream is at; None when we have no stream."""

    names: frozenset[str]
    microphones: frozenset[str]
    ours: Source | None


class Plug:
    """Judges whether the stream still comes from a microphone. Pure.

    The server moves a stream whose device was unplugged to another microphone, or for want of one to the monitor of a
    loudspeaker, and back when the device is there again.
    """

    def __init__(self) -> None:
        self.is_out = False
        """What comes is no microphone's sound."""
        self._home: Source | None = None

    def look(self, sources: Sources | None, device: str) -> tuple[PartState, str]:
        """READY, or WARNING when nobody can be heard, and the sentence to show; `device` is the name of the stream."""
        ours = None if sources is None else sources.ours
        if sources is None or ours is None:
            return PartState.READY, f"Listening to {device}."
        home = self._home or ours
        self.is_out = ours.name != home.name and ours.is_monitor and home.name not in sources.names
        if self.is_out:
            return PartState.WARNING, f"The microphone {home.words} was unplugged. Plug it in; it is found by itself."
        self._home = ours
        if ours.muted:
            return PartState.WARNING, f"The microphone {ours.words} is muted in the computer's sound settings."
        return PartState.READY, f"Listening to {device}{'' if ours.name == home.name else f' ({ours.words})'}."

    def may_be_back(self, sources: Sources | None) -> bool:
        """Whether the server has a microphone again."""
        return sources is not None and (
            self._home is None or self._home.name in sources.names or bool(sources.microphones)
        )


class SoundServer:
    """Follows the server from creation until `close`; `sources` never waits."""

    def __init__(self) -> None:
        self._sources: Sources | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        if sys.platform != "linux":
            return
        with suppress(OSError):
            self._process = subprocess.Popen(
                _WATCH,
                env=os.environ | _ENGLISH,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            self._thread = threading.Thread(target=self._follow, name="sound-server", daemon=True)
            self._thread.start()

    @property
    def sources(self) -> Sources | None:
        """What was last heard of; None while nothing is known."""
        return self._sources

    @property
    def alive(self) -> bool:
        """Whether it is still told of changes; not when the server has ended."""
        return self._thread is not None and self._thread.is_alive()

    def renewed(self) -> SoundServer:
        """A fresh one in its place."""
        self.close()
        return SoundServer()

    def close(self) -> None:
        """End the watch; nothing of it stays."""
        if self._process is None or self._thread is None:
            return
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(_ASK_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._thread.join(_ASK_TIMEOUT_S)
        self._process.stdout.close()
        self._process = None

    def _follow(self) -> None:
        """Ask anew whenever a source changes or a stream moves; the questions themselves are events of clients.

        Until the first event of any kind comes the watch may not have begun, so it is asked again and again.
        """
        assert self._process is not None
        assert self._process.stdout is not None
        pipe, told = self._process.stdout, False
        while True:
            if not told and not select.select([pipe], [], [], _ASK_AGAIN_S)[0]:
                self._sources = _asked()
                continue
            if not (events := os.read(pipe.fileno(), 65_536)):
                return
            if not told or b" on source" in events:
                self._sources = _asked()
                time.sleep(_SETTLE_S)
            told = True


def _asked() -> Sources | None:
    """The state now; None when the server does not say."""
    sources, streams = _listed("sources"), _listed("source-outputs")
    if sources is None or streams is None:
        return None
    return _read(sources, streams, str(os.getpid()))


def _read(sources: list[dict[str, Any]], streams: list[dict[str, Any]], our_pid: str) -> Sources:
    """From what `pactl --format=json list` prints."""
    found = {entry["index"]: _source(entry) for entry in sources}
    at = [stream["source"] for stream in streams if stream["properties"].get("application.process.id") == our_pid]
    return Sources(
        frozenset(source.name for source in found.values()),
        frozenset(source.name for source in found.values() if not source.is_monitor),
        found.get(at[0]) if at else None,
    )


def _source(entry: dict[str, Any]) -> Source:
    is_monitor = entry["properties"].get("device.class") == "monitor"
    return Source(entry["name"], entry["description"], entry["mute"], is_monitor)


def _listed(what: str) -> list[dict[str, Any]] | None:
    try:
        done = subprocess.run(
            ["pactl", "--format=json", "list", what],
            env=os.environ | _ENGLISH,
            capture_output=True,
            timeout=_ASK_TIMEOUT_S,
        )
        answer = json.loads(done.stdout) if done.returncode == 0 else None
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return answer if isinstance(answer, list) else None
