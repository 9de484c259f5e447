"""The one owner of PortAudio: a thread that lists, opens and closes devices for microphones and speakers.

PortAudio is not thread-safe, keeps the device list of its start, and a refresh of that list kills running streams. So
everything goes through one thread, and the list is read again only while no stream is open.
"""

from __future__ import annotations

import atexit
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from vla_assistant.errors import DeviceError
from vla_assistant.speech import alsa

T = TypeVar("T")
Direction = Literal["input", "output"]
WHAT = {"input": "microphone", "output": "sound output"}
BLOCK_S = 0.02
"""Asked of PortAudio: left to itself it calls back 470 times a second through PulseAudio."""
CALL_TIMEOUT_S = 20.0
"""A driver that has not opened or closed a device by then hangs; an overloaded machine took 10 s."""
JOIN_TIMEOUT_S = 2.0
_LIBRARY_HINT = "Install it with: sudo apt install libportaudio2 (Debian, Ubuntu); pip brings it on Windows and macOS."


@dataclass(frozen=True)
class Device:
    """A sound device; `name` is "host API: device", which stays the same when indices shift after a replug."""

    index: int
    name: str
    channels: int
    rate_hz: int
    is_default: bool


class PortAudio:
    """Runs calls on the owner thread, which lives while anybody uses it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._calls: queue.SimpleQueue[tuple[Future[Any], Callable[[Any], Any]] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._streams: list[Any] = []

    def acquire(self) -> None:
        """Register a user; the first one starts the thread."""
        with self._lock:
            self._users += 1
            if self._users == 1:
                self._calls = queue.SimpleQueue()
                self._thread = threading.Thread(target=_own, args=(self._calls,), name="portaudio", daemon=True)
                self._thread.start()

    def release(self) -> None:
        """The user is done; the last one ends the thread and PortAudio."""
        with self._lock:
            self._users -= 1
            if self._users or self._thread is None:
                return
            self._calls.put(None)
            self._thread.join(JOIN_TIMEOUT_S)
            self._thread = None

    def devices(self, direction: Direction, *, again: bool = False) -> list[Device]:
        """Devices with channels in that direction, the default one first.

        Args:
            direction: "input" or "output".
            again: Read the list anew; does nothing while a stream is open.

        Raises:
            DeviceError: PortAudio is missing or does not answer.
        """
        if again and not self._streams:
            self._call(_restart)
        return self._call(lambda sd: _list(sd, direction))

    def open(
        self, direction: Direction, device: Device, rate_hz: int, prepare: Callable[[int], None], **options: Any
    ) -> tuple[Any, int]:
        """A running callback stream of sounddevice and its rate: `rate_hz` mono if the device can, else its own format.

        Args:
            direction: "input" or "output".
            device: One of `devices`.
            rate_hz: The wanted rate.
            prepare: Called with the rate of each attempt before the stream runs.
            options: Those of the stream's constructor.

        Raises:
            DeviceError: the device refuses them all, is busy or hangs.
        """
        refused = ""
        for rate, channels in ((rate_hz, 1), (device.rate_hz, 1), (device.rate_hz, min(2, device.channels))):
            prepare(rate)
            form = {"samplerate": rate, "channels": channels, "blocksize": round(BLOCK_S * rate)}
            try:
                return self._open(direction, device, **form, **options), rate
            except DeviceError as error:
                refused = str(error)
        raise DeviceError(f"The {WHAT[direction]} {device.name} cannot be opened.", refused)

    def _open(self, direction: Direction, device: Device, **options: Any) -> Any:

        def work(sd: Any) -> Any:
            make = sd.InputStream if direction == "input" else sd.OutputStream
            stream = make(device=device.index, dtype="float32", **options)
            stream.start()
            return stream

        stream = self._call(work)
        self._streams.append(stream)
        return stream

    def close(self, stream: Any) -> None:
        """Close a stream at once, dropping what it has not played; errors of a vanished device do not matter."""
        if stream in self._streams:
            self._streams.remove(stream)
        try:
            self._call(lambda _: stream.abort(ignore_errors=True))
            self._call(lambda _: stream.close(ignore_errors=True))
        except DeviceError:
            return

    def _call(self, work: Callable[[Any], T], timeout_s: float = CALL_TIMEOUT_S) -> T:
        future: Future[T] = Future()
        self._calls.put((future, work))
        try:
            return future.result(timeout_s)
        except TimeoutError as error:
            _forget_exit_handler()
            raise DeviceError(
                f"The sound system has not answered for {timeout_s:.0f} s.", "Replug the device or restart the program."
            ) from error


def _own(calls: queue.SimpleQueue[tuple[Future[Any], Callable[[Any], Any]] | None]) -> None:
    """The owner thread: PortAudio is initialised, used and terminated here."""
    sd, reason = _import()
    while (call := calls.get()) is not None:
        future, work = call
        if sd is None:
            future.set_exception(DeviceError(reason, _LIBRARY_HINT))
            continue
        try:
            future.set_result(work(sd))
        except sd.PortAudioError as error:
            future.set_exception(DeviceError(f"The sound device failed: {_sentence(error)}."))
        except Exception as error:
            future.set_exception(error)
    if sd is not None:
        _terminate(sd)
        alsa.unhush()


def _import() -> tuple[Any, str]:
    """Sounddevice, initialised, or None and why not."""
    try:
        import sounddevice as sd
    except OSError:
        return None, "The PortAudio library is not installed, so there is no microphone and no voice."
    except ImportError as error:
        return None, f"The package sounddevice cannot be used ({error})."
    alsa.hush()
    if not sd._initialized:
        sd._initialize()
    return sd, ""


def _terminate(sd: Any) -> None:
    while sd._initialized:
        sd._terminate()


def _restart(sd: Any) -> None:
    _terminate(sd)
    sd._initialize()


def _forget_exit_handler() -> None:
    """A hung driver would hang the interpreter's exit too."""
    import sounddevice as sd

    atexit.unregister(sd._exit_handler)


def _sentence(error: Exception) -> str:
    return str(error.args[0] if error.args else error).rstrip(".")


def _list(sd: Any, direction: Direction) -> list[Device]:
    hosts = sd.query_hostapis()
    key = f"max_{direction}_channels"
    default = sd.default.device[0 if direction == "input" else 1]
    if default < 0:
        default = next((host[f"default_{direction}_device"] for host in hosts if host["devices"]), -1)
    found = [
        Device(
            entry["index"],
            f"{hosts[entry['hostapi']]['name']}: {entry['name']}",
            entry[key],
            round(entry["default_samplerate"]),
            entry["index"] == default,
        )
        for entry in sd.query_devices()
        if entry[key] > 0
    ]
    return sorted(found, key=lambda device: not device.is_default)


def pick(devices: list[Device], name: str, direction: Direction) -> Device:
    """The device of that name; the default one for an empty name.

    Raises:
        DeviceError: there is none; the hint lists those there are.
    """
    what = WHAT[direction]
    if not devices:
        raise DeviceError(f"This computer has no {what}.", "Plug one in; it is found by itself.")
    if not name:
        return devices[0]
    found = next((device for device in devices if device.name == name), None)
    if found is None:
        raise DeviceError(f"There is no {what} {name!r}.", f"Available are: {', '.join(d.name for d in devices)}.")
    return found


portaudio = PortAudio()
"""The owner of this process."""


def require_device(direction: Direction, name: str) -> None:
    """Look whether there is such a device, without opening it.

    Raises:
        DeviceError: there is none, or PortAudio is missing.
    """
    portaudio.acquire()
    try:
        pick(portaudio.devices(direction), name, direction)
    finally:
        portaudio.release()
