"""Whisper: weights from this machine only, what it may be believed, and a tiny model of the real class."""

import hashlib
import http.server
import pickle
import threading
from functools import partial
from pathlib import Path

import pytest

from tests.recognizers.voices import noise, tiny_whisper
from vla_assistant import config
from vla_assistant.errors import BackendError, WeightsError
from vla_assistant.speech import recognizers
from vla_assistant.speech.recognizers.invention import Segment, usable_text
from vla_assistant.speech.recognizers.whisper import MODELS, Config, WhisperRecognizer, require, weights_file


@pytest.fixture
def no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def test_the_real_class_runs_on_noise(tmp_path: Path):
    model = WhisperRecognizer(Config(model=str(tiny_whisper(tmp_path / "tiny.pt")), device="cpu", max_tokens=4))
    heard = model.transcribe(noise(1.0))
    assert heard.recognizer == "whisper"
    assert heard.confidence < 0.3, "random weights cannot be sure"


def test_missing_weights_are_told_and_never_fetched(no_cache: Path):
    with pytest.raises(WeightsError) as error:
        WhisperRecognizer(Config(model="tiny.en"))
    assert "'tiny.en' are not on this machine" in error.value.message
    assert "download=true" in error.value.hint


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("enormous", "There is no Whisper model 'enormous', and no weights file enormous.pt is here"),
        ("/nowhere/a.pt", "no Whisper weights file /nowhere/a.pt"),
        ("~nouser/a.pt", "no Whisper weights file ~nouser/a.pt"),
    ],
)
@pytest.mark.parametrize("download", [False, True])
def test_a_wrong_name_is_told(no_cache: Path, model: str, said: str, download: bool):
    """Nothing could be fetched for it, so it is not usable either way."""
    wrong = Config(model=model, download=download)
    for attempt in (WhisperRecognizer, require):
        with pytest.raises(WeightsError) as error:
            attempt(wrong)
        assert said in error.value.message
        assert "base.en" in error.value.hint
    auto = [f"recognizers.whisper.model={model}", f"recognizers.whisper.download={download}"]
    assert recognizers.choose(config.load(overrides=auto)).name == "sphinx"


def test_the_names_that_can_be_fetched_are_whispers_own():
    import whisper

    assert set(MODELS) == set(whisper._MODELS)


def test_own_weights_may_have_any_name(no_cache: Path):
    (no_cache / "enormous.pt").touch()
    require(Config(model="enormous", folder=str(no_cache)))


class Bomb:
    def __reduce__(self):
        return (Path.touch, (Path("/tmp/vla-assistant-bomb"),))


@pytest.mark.parametrize("content", [b"", b"rubbish" * 100, pickle.dumps(Bomb(), 2), pickle.dumps({"dims": 1}, 2)])
def test_corrupt_weights_are_told_and_run_nothing(tmp_path: Path, content: bytes):
    file = tmp_path / "broken.pt"
    file.write_bytes(content)
    with pytest.raises(WeightsError, match="cannot be used"):
        WhisperRecognizer(Config(model=str(file)))
    assert not Path("/tmp/vla-assistant-bomb").exists()


def test_weights_of_another_kind_are_told(tmp_path: Path):
    import torch

    torch.save({"state": torch.zeros(3)}, tmp_path / "other.pt")
    with pytest.raises(WeightsError, match="cannot be used"):
        WhisperRecognizer(Config(model=str(tmp_path / "other.pt")))


def test_a_wished_download_appears_whole(no_cache: Path, monkeypatch: pytest.MonkeyPatch):
    import whisper

    file = tiny_whisper(no_cache / "source.pt")
    folder = no_cache / "www" / hashlib.sha256(file.read_bytes()).hexdigest()
    folder.mkdir(parents=True)
    file.rename(folder / "tiny.en.pt")
    files = partial(http.server.SimpleHTTPRequestHandler, directory=str(no_cache / "www"))
    monkeypatch.setattr(http.server.SimpleHTTPRequestHandler, "log_message", lambda *_: None)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), files) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/{folder.name}/tiny.en.pt"
        monkeypatch.setitem(whisper._MODELS, "tiny.en", url)
        own = Config(model="tiny.en", folder=str(no_cache / "weights"), download=True)
        WhisperRecognizer(own).close()
        wrong = Config(model="base.en", folder=str(no_cache / "weights"), download=True)
        monkeypatch.setitem(whisper._MODELS, "base.en", url.replace("tiny.en.pt", "nothing.pt"))
        with pytest.raises(WeightsError, match="could not be fetched"):
            WhisperRecognizer(wrong)
        server.shutdown()
    assert weights_file(own) == no_cache / "weights" / "tiny.en.pt"
    assert weights_file(wrong) is None


def test_auto_takes_whisper_only_with_weights(no_cache: Path):
    folder = no_cache / "cache" / "whisper"
    nothing = recognizers.choose(config.load(overrides=["recognizers.whisper.model=tiny.en"]))
    assert nothing.name == "sphinx"
    assert "not on this machine" in nothing.reason
    folder.mkdir(parents=True)
    tiny_whisper(folder / "tiny.en.pt")
    found = recognizers.choose(config.load(overrides=["recognizers.whisper.model=tiny.en"]))
    assert found.name == "whisper"
    assert "tiny.en.pt" in found.reason


def test_a_named_recognizer_is_taken_as_it_is():
    assert recognizers.choose(config.load(overrides=["use.recognizer=sphinx"])).name == "sphinx"
    with pytest.raises(BackendError, match="spinx"):
        recognizers.choose(config.load(overrides=["use.recognizer=spinx"]))


def segment(text: str, logprob: float = -0.2, no_speech: float = 0.05, compression: float = 1.0) -> Segment:
    return Segment(text, logprob, no_speech, compression)


def test_clear_speech_is_believed():
    text, confidence = usable_text([segment(" Pick up the red cup."), segment(" Don't stop!")], 3.0)
    assert text == "pick up the red cup don't stop"
    assert 0.7 < confidence < 0.9


@pytest.mark.parametrize(
    "segments",
    [
        [],
        [segment(" ...")],
        [segment(" go home", logprob=-1.5)],
        [segment(" go home", logprob=-0.7, no_speech=0.9)],
        [segment(" stop stop stop", compression=3.0)],
        [segment(" the the the the")],
        [segment(" Thanks for watching!")],
        [segment(" one two three four five six seven eight nine ten eleven twelve")],
    ],
    ids=["nothing", "dots", "a guess", "no speech", "compressible", "repetition", "known invention", "too fast"],
)
def test_inventions_are_dropped(segments):
    assert usable_text(segments, 1.0) == ("", 0.0)
