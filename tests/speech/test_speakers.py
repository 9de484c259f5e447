"""The contract of a speaker over every back end; the voice's process; silence that is immediate."""

from __future__ import annotations

import glob
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from tests.speech import tiny_piper
from tests.speech.ears import likeness
from tests.virtual_sound import VirtualSoundCard, sound_card, wait_for  # noqa: F401
from vla_assistant import registry
from vla_assistant.errors import BackendError
from vla_assistant.events import Event, Part, PartChanged, PartState
from vla_assistant.speech import audio, voice
from vla_assistant.speech.speakers.base import Speaker
from vla_assistant.speech.speakers.pyttsx3 import Config, Pyttsx3Speaker
from vla_assistant.types import Audio

BACKENDS = registry.backends("speakers")
LONG = "I will pick up the blue cube, then place it in the red bowl, and then I will move back to my home position."


def leftovers() -> list[str]:
    return glob.glob(os.path.join(tempfile.gettempdir(), "vla-voice-*"))


def voices(parent: int | None = None) -> list[psutil.Process]:
    """The voice processes that a program, by default this one, has started."""
    children = psutil.Process(parent).children()
    return [child for child in children if "vla_assistant.speech.voice_main" in child.cmdline()]


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Temporary files of a test lie in its own folder, where other programs leave none."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = set(threading.enumerate())
    yield
    assert voices() == []
    assert leftovers() == []
    assert set(threading.enumerate()) <= before


@pytest.mark.parametrize("name", BACKENDS)
def test_contract(name: str, sound_card: VirtualSoundCard, tmp_path: Path) -> None:  # noqa: F811
    events: list[Event] = []
    options = {"voice": str(tiny_piper.make(tmp_path))} if name == "piper" else {}
    speaker: Speaker = BACKENDS[name].create(BACKENDS[name].config_class(**options), emit=events.append)
    start_s = time.monotonic()
    for text in ("first", "", " \n ", "...", "second"):
        speaker.speak(text)
    assert time.monotonic() - start_s < 5
    wait_for(lambda: not speaker.speaking, 90, "the sentences")
    assert [spoken.text for spoken in speaker.recent if spoken.text.strip(". \n")] == ["first", "second"]
    assert any(isinstance(event, PartChanged) and event.part is Part.SPEAKER for event in events)
    assert not [event for event in events if isinstance(event, PartChanged) and event.state is PartState.FAILED]
    speaker.speak(LONG)
    speaker.silence()
    wait_for(lambda: not speaker.speaking, 60, "silence")
    for loud in (0.0, 0.4, 2.0):
        speaker.set_volume(loud)
        assert speaker.volume == min(1.0, loud)
    speaker.set_rate(300)
    assert speaker.voice == "" or speaker.voice in [voice.id for voice in speaker.voices()]
    speaker.speak(LONG, topic="question", ttl_s=60.0)
    speaker.forget("question")
    wait_for(lambda: not speaker.speaking, 60, "the question to be forgotten")
    speaker.speak(LONG)
    start_s = time.monotonic()
    speaker.close()
    speaker.close()
    assert time.monotonic() - start_s < 20
    speaker.speak("after the end")
    assert not speaker.speaking


@pytest.fixture
def speaker(sound_card: VirtualSoundCard) -> Iterator[Pyttsx3Speaker]:  # noqa: F811
    speaker = Pyttsx3Speaker(Config())
    yield speaker
    speaker.close()


def test_the_very_samples_are_heard_from_the_output(sound_card: VirtualSoundCard, speaker: Pyttsx3Speaker) -> None:  # noqa: F811
    matches = []
    for attempt in range(1, 4):  # a machine that is too busy for sound drops some of it
        with sound_card.recording() as recorded:
            speaker.speak("the robot has finished")
            wait_for(lambda attempt=attempt: len(speaker.recent) == attempt, 90, "the rendering")  # type: ignore[misc]
            wait_for(lambda: not speaker.speaking, 90, "the end")
            time.sleep(0.5)
        matches.append(likeness(recorded.audio, audio.resample(speaker.recent[-1].audio)))
        if matches[-1] > 0.95:
            return
    pytest.fail(f"the output is not what was rendered: {matches}")


def test_silence_is_heard_within_100_ms(sound_card: VirtualSoundCard, speaker: Pyttsx3Speaker) -> None:  # noqa: F811
    latencies = []
    with sound_card.recording() as recorded:
        for _ in range(5):
            speaker.speak(LONG)
            wait_for(lambda: recorded.level_dbfs(0.1) > -40, 90, "the voice")
            time.sleep(0.5)
            speaker.silence()
            latencies.append(wait_for(lambda: recorded.level_dbfs(0.02) < -80, 90, "silence"))
            time.sleep(0.3)
            assert recorded.level_dbfs(0.1) < -80
            wait_for(lambda: not speaker.speaking, 60, "the speaker to notice")
    assert sorted(latencies)[2] < 0.1, latencies


def test_a_silence_before_the_sound_began_is_not_lost(sound_card: VirtualSoundCard, speaker: Pyttsx3Speaker) -> None:  # noqa: F811
    wait_for(lambda: bool(voices()), 90, "the voice")
    with sound_card.recording() as recorded:
        for delay_s in np.linspace(0, 0.25, 12):
            speaker.speak(LONG)
            time.sleep(delay_s)
            speaker.silence()
            wait_for(lambda: not speaker.speaking, 60, "the speaker to notice")
            time.sleep(0.15)
            assert recorded.level_dbfs(0.02) < -80, delay_s


def test_the_latest_sentence_wins(speaker: Pyttsx3Speaker) -> None:
    speaker.speak(LONG)
    wait_for(lambda: bool(speaker.recent), 90, "the first sentence")
    for number in ("one", "two", "three", "four"):
        speaker.speak(number)
    wait_for(lambda: not speaker.speaking, 90, "the end")
    assert [spoken.text for spoken in speaker.recent] == [LONG, "three", "four"]


def test_a_killed_engine_is_replaced(speaker: Pyttsx3Speaker) -> None:
    speaker.speak("one")
    wait_for(lambda: len(speaker.recent) == 1 and not speaker.speaking, 90, "the first sentence")
    (child,) = voices()
    child.kill()
    speaker.speak("two")
    wait_for(lambda: len(speaker.recent) == 2 and not speaker.speaking, 90, "the second sentence")
    assert speaker.recent[1].audio.seconds > 0.3


def test_a_hanging_engine_is_replaced_and_then_told(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = voice.VoiceEngine(voice.VoiceSettings())
    try:
        engine.start()
        (child,) = voices()
        child.suspend()
        monkeypatch.setattr(voice, "RENDER_TIMEOUT_S", 3.0)
        assert engine.render("hello").seconds > 0.3
    finally:
        engine.close()


def test_an_unknown_voice_is_told_with_those_near_it() -> None:
    with pytest.raises(BackendError, match=r"there is no voice 'en-zz'; near it are gmw/en"):
        voice.render("hello", voice="en-zz")


def test_rate_volume_and_voice_change_the_sound() -> None:
    plain = voice.render("the red cube is on the table")
    fast = voice.render("the red cube is on the table", rate_wpm=300)
    quiet = voice.render("the red cube is on the table", volume=0.3)
    other = voice.render("the red cube is on the table", voice="en-us")
    assert fast.seconds < 0.7 * plain.seconds
    assert audio.level_dbfs(quiet.samples) < audio.level_dbfs(plain.samples) - 6
    assert len(other.samples) != len(plain.samples)
    assert audio.level_dbfs(plain.samples) > -35


def test_any_text_can_be_rendered() -> None:
    engine = voice.VoiceEngine(voice.VoiceSettings())
    try:
        assert engine.render("").seconds == engine.render("?! \x07").seconds == 0
        for text in (
            "<b>a & b</b>",
            "größe 你好 naïve",
            "line one\nline two\ttab",
            "x " * 5_000,
            "--help; rm -rf $HOME",
        ):
            assert engine.render(text).seconds > 0.3
    finally:
        engine.close()


def test_ctrl_c_leaves_no_process_and_no_file(sound_card: VirtualSoundCard, tmp_path: Path) -> None:  # noqa: F811
    program = tmp_path / "program.py"
    program.write_text(
        "import time\n"
        "from vla_assistant.speech.speakers.pyttsx3 import Config, Pyttsx3Speaker\n"
        "if __name__ == '__main__':\n"
        "    speaker = Pyttsx3Speaker(Config())\n"
        f"    speaker.speak({LONG!r})\n"
        "    try:\n"
        "        while not speaker.recent: time.sleep(0.05)\n"
        "        print('speaking', flush=True)\n"
        "        time.sleep(30)\n"
        "    except KeyboardInterrupt:\n"
        "        speaker.close()\n"
    )
    env = os.environ | {"PYTHONPATH": os.getcwd()}
    with subprocess.Popen(
        [sys.executable, str(program)], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"speaking\n"
        (child,) = voices(process.pid)
        os.killpg(process.pid, signal.SIGINT)
        _, complaints = process.communicate(timeout=60)
    assert process.returncode == 0
    assert b"Traceback" not in complaints
    assert leftovers() == []
    assert not child.is_running()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_killed_program_leaves_no_process_and_no_file(number: signal.Signals, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import time\n"
        "from vla_assistant.speech.voice import VoiceEngine, VoiceSettings\n"
        "if __name__ == '__main__':\n"
        "    engine = VoiceEngine(VoiceSettings())\n"
        "    engine.start()\n"
        "    print('started', flush=True)\n"
        "    time.sleep(60)\n"
    )
    env = os.environ | {"PYTHONPATH": os.getcwd()}
    with subprocess.Popen(
        [sys.executable, str(program)], env=env, stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"started\n"
        (child,) = voices(process.pid)
        assert len(leftovers()) == 1
        process.send_signal(number)
    wait_for(lambda: not leftovers(), 60, "the folder to go")
    wait_for(lambda: not child.is_running(), 60, "the voice's process to end")


def test_the_users_main_script_runs_once(tmp_path: Path) -> None:
    """The voice's process imports only what it needs: a script needs no `if __name__ == "__main__"`."""
    program = tmp_path / "program.py"
    program.write_text("from vla_assistant.speech import voice\nprint(voice.render('hello').seconds > 0.3)\n")
    env = os.environ | {"PYTHONPATH": os.getcwd()}
    ran = subprocess.run([sys.executable, str(program)], env=env, capture_output=True, text=True, timeout=120)
    assert (ran.stdout, ran.stderr, ran.returncode) == ("True\n", "", 0)


def test_a_speaker_closed_while_the_engine_starts_leaves_nothing() -> None:
    for delay_s in (0.0, 0.1, 0.2, 0.3, 0.4):
        starting = Pyttsx3Speaker(Config())
        time.sleep(delay_s)
        starting.close()


@pytest.mark.parametrize("word", ["go home", "stop"])
def test_a_rendered_command_is_sound_that_can_be_written(word: str, tmp_path: Path) -> None:
    sound = voice.render(word)
    audio.write(tmp_path / "command.wav", sound)
    back = audio.read(tmp_path / "command.wav")
    assert isinstance(back, Audio)
    assert back.seconds == pytest.approx(sound.seconds, abs=0.01)
    assert not audio.is_silent(back)


def test_a_failed_engine_is_told_once() -> None:
    events: list[Event] = []
    speaker = Pyttsx3Speaker(Config(voice="en-zz"), emit=events.append)
    speaker.speak("one")
    speaker.speak("two")
    try:
        wait_for(lambda: not speaker.speaking, 90, "the end")
    finally:
        speaker.close()
    states = [event.state for event in events if isinstance(event, PartChanged)]
    assert states == [PartState.LOADING, PartState.FAILED]
    assert len(events) == 2  # told once, as the state of the part
