"""A virtual sound card for tests and demonstrations: a private PulseAudio with a microphone and a loudspeaker.

What is played into `mic` is what a program's default microphone hears; what the program plays is recorded from
`speaker`. Nothing of the user's own sound system is touched: sockets, configuration and state lie in a temporary
folder, programs find the card by the environment variables in `env`. Works as root, in CI and without sound hardware.

    with virtual_sound_card() as card:          # os.environ points to it meanwhile
        with card.recording() as recorded:
            card.play(audio)                    # into the program's microphone; returns when it is over
        print(recorded.audio.seconds)

    python -m tests.virtual_sound COMMAND ...   runs a command with such a card
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from vla_assistant.speech import audio
from vla_assistant.types import Audio

PROGRAMS = ("pulseaudio", "paplay", "parec", "pactl")
RATE_HZ = 48_000
START_TIMEOUT_S = 15.0

_SERVER_OPTIONS = (
    "--daemonize=no",
    "--use-pid-file=no",
    "--exit-idle-time=-1",
    "--disable-shm=yes",
    "--log-target=stderr",
)
_PULSE = """\
load-module module-native-protocol-unix auth-anonymous=1 socket={socket}
load-module module-null-sink sink_name=mic rate={rate} channels=1 sink_properties=device.description=mic
load-module module-null-sink sink_name=speaker rate={rate} channels=1 sink_properties=device.description=speaker
set-default-sink speaker
set-default-source mic.monitor
"""
_ALSA = """\
</usr/share/alsa/alsa.conf>
pcm.!default { type pulse hint { show on description "Virtual sound card" } }
ctl.!default { type pulse }
"""


class Recorded:
    """What the program played; `audio` grows until the recording ends."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._pieces: list[bytes] = []
        self._arrived: list[tuple[float, int]] = []
        self.first_s = 0.0
        """Monotonic time when the first piece arrived."""
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    @property
    def audio(self) -> Audio:
        """Everything so far, mono 16 kHz."""
        content = b"".join(self._pieces)
        samples = np.frombuffer(content[: len(content) // 2 * 2], np.int16).astype(np.float32) / 32_768
        return Audio(samples, audio.RATE_HZ)

    def level_dbfs(self, last_s: float) -> float:
        """Level of the last seconds."""
        return audio.level_dbfs(self.audio.samples[-round(last_s * audio.RATE_HZ) :])

    def arrived_s(self, sample: int) -> float:
        """Monotonic time when that sample arrived here, at most the recorder's own delay after it was played."""
        return next(at for at, count in self._arrived if count > sample)

    def finish(self) -> None:
        """End the recording."""
        self._process.terminate()
        self._process.wait(5)
        self._thread.join(5)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        while piece := os.read(descriptor, 4096):
            now = time.monotonic()
            self.first_s = self.first_s or now
            self._pieces.append(piece)
            before = self._arrived[-1][1] if self._arrived else 0
            self._arrived.append((now, before + len(piece) // 2))


class VirtualSoundCard:
    """A running card; `env` are the variables with which a program finds it."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self.env = dict(env)
        self._folder = folder
        self._files = 0

    def play(self, sound: Audio | str | Path, *, wait: bool = True) -> subprocess.Popen[bytes]:
        """Play a sound or a file into the microphone."""
        file = Path(sound) if isinstance(sound, str | Path) else self._write(sound)
        command = ["paplay", "--device=mic", "--latency-msec=200", str(file)]
        process = subprocess.Popen(command, env=self._environ(), stderr=subprocess.DEVNULL)
        if wait and process.wait(file.stat().st_size / 8_000 + 10):
            raise RuntimeError(f"{command} failed")
        return process

    @contextlib.contextmanager
    def recording(self, sink: str = "speaker") -> Iterator[Recorded]:
        """Record what comes out of a sink: "speaker", or "mic" for what the program hears."""
        command = ["parec", f"--device={sink}.monitor", "--format=s16le", "--channels=1", "--latency-msec=10"]
        command.append(f"--rate={audio.RATE_HZ}")
        process = subprocess.Popen(
            command, env=self._environ(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
        )
        recorded = Recorded(process)
        try:
            wait_for(lambda: len(recorded.audio.samples) > 0, 60, "the recording to start")
            yield recorded
        finally:
            recorded.finish()

    def pactl(self, *words: str) -> str:
        """Run pactl, for example to unload a sink (an unplugged device)."""
        done = subprocess.run(["pactl", *words], env=self._environ(), check=True, capture_output=True, timeout=10)
        return done.stdout.decode()

    def _write(self, sound: Audio) -> Path:
        self._files += 1
        file = self._folder / f"played{self._files}.wav"
        audio.write(file, sound)
        return file

    def _environ(self) -> dict[str, str]:
        return os.environ | self.env


@contextlib.contextmanager
def virtual_sound_card() -> Iterator[VirtualSoundCard]:
    """Start a card; `os.environ` points to it inside the block.

    Raises:
        RuntimeError: PulseAudio is not installed or does not start.
    """
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        raise RuntimeError(f"{', '.join(missing)} not found; sudo apt install pulseaudio pulseaudio-utils")
    folder = Path(tempfile.mkdtemp(prefix="vla-sound-"))
    env = _prepare(folder)
    with (folder / "pulse.log").open("wb") as log:
        server = subprocess.Popen(
            ["pulseaudio", "-n", "-F", str(folder / "setup.pa"), *_SERVER_OPTIONS],
            env=os.environ | env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    idle: list[subprocess.Popen[bytes]] = []
    before = {key: os.environ.get(key) for key in env}
    try:
        _await(server, env, folder)
        idle += [_keep_awake(sink, env) for sink in ("mic", "speaker")]
        for process in idle:
            _drain(process)
        os.environ.update(env)
        yield VirtualSoundCard(folder, env)
    finally:
        for key, value in before.items():
            os.environ.pop(key, None) if value is None else os.environ.update({key: value})
        for process in idle:
            _end(process)
        _end(server)
        shutil.rmtree(folder, ignore_errors=True)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(5)
    process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _keep_awake(sink: str, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """A listener that asks for short blocks: a null sink left alone works in blocks of 2 s, which delays everything."""
    return subprocess.Popen(
        ["parec", f"--device={sink}.monitor", "--latency-msec=20", "--rate=8000", "--format=u8", "--channels=1"],
        env=os.environ | dict(env),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _drain(process: subprocess.Popen[bytes]) -> None:
    """Wait for its first sound, then throw everything away."""
    assert process.stdout is not None
    descriptor = process.stdout.fileno()
    os.read(descriptor, 1)

    def drain() -> None:
        with contextlib.suppress(OSError):
            while os.read(descriptor, 65_536):
                pass

    threading.Thread(target=drain, name="virtual-sound-idle", daemon=True).start()


def _prepare(folder: Path) -> dict[str, str]:
    """Write the configuration files; the variables that lead to them."""
    folder.chmod(0o700)
    socket = folder / "native"
    (folder / "setup.pa").write_text(_PULSE.format(socket=socket, rate=RATE_HZ))
    (folder / "alsa.conf").write_text(_ALSA)
    return {
        "XDG_RUNTIME_DIR": str(folder),
        "PULSE_RUNTIME_PATH": str(folder),
        "PULSE_STATE_PATH": str(folder),
        "PULSE_COOKIE": str(folder / "cookie"),
        "PULSE_SERVER": f"unix:{socket}",
        "ALSA_CONFIG_PATH": str(folder / "alsa.conf"),
    }


def _await(server: subprocess.Popen[bytes], env: Mapping[str, str], folder: Path) -> None:
    def ready() -> bool:
        if server.poll() is not None:
            raise RuntimeError(f"PulseAudio ended: {(folder / 'pulse.log').read_text(errors='replace')}")
        done = subprocess.run(["pactl", "info"], env=os.environ | dict(env), capture_output=True, timeout=10)
        return done.returncode == 0 and b"Default Source: mic.monitor" in done.stdout

    wait_for(ready, START_TIMEOUT_S, "PulseAudio")


def wait_for(condition: Callable[[], bool], timeout_s: float, what: str) -> float:
    """Wait until the condition holds; the seconds it took.

    Raises:
        TimeoutError: it never did.
    """
    start_s = time.monotonic()
    while not condition():
        if time.monotonic() - start_s > timeout_s:
            raise TimeoutError(f"waited {timeout_s:.0f} s for {what}")
        time.sleep(0.01)
    return time.monotonic() - start_s


@pytest.fixture(scope="module")
def sound_card() -> Iterator[VirtualSoundCard]:
    """A virtual sound card for the tests of a module; skips where PulseAudio is not installed."""
    if any(shutil.which(program) is None for program in PROGRAMS):
        pytest.skip("PulseAudio is not installed")
    with virtual_sound_card() as card:
        yield card


if __name__ == "__main__":
    with virtual_sound_card():
        sys.exit(subprocess.call(sys.argv[1:]))
