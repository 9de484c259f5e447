"""Whisper: weights from this machine only, and which recognizer is taken; test_taught_whisper.py has what it hears."""

import hashlib
import pickle
from pathlib import Path

import pytest

from tests.recognizers.voices import tiny_whisper
from tests.speech.download_server import Shelf, serving
from vla_assistant import config
from vla_assistant.errors import BackendError, WeightsError
from vla_assistant.speech import recognizers
from vla_assistant.speech.recognizers.whisper import MODELS, Config, WhisperRecognizer, require, weights_file


@pytest.fixture
def no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def test_missing_weights_are_told_and_never_fetched(no_cache: Path):
    with pytest.raises(WeightsError) as error:
        WhisperRecognizer(Config(model="tiny.en"))
    assert "'tiny.en' are not on this machine" in error.value.message
    for way in ("models fetch tiny.en", "download=true", "models import tiny.en.pt", "use.recognizer=sphinx"):
        assert way in error.value.hint


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

    content = tiny_whisper(no_cache / "source.pt").read_bytes()
    path = f"/{hashlib.sha256(content).hexdigest()}/tiny.en.pt"
    with serving(Shelf({path: content})) as shelf:
        monkeypatch.setitem(whisper._MODELS, "tiny.en", shelf.url + path)
        own = Config(model="tiny.en", folder=str(no_cache / "weights"), download=True)
        WhisperRecognizer(own).close()
        wrong = Config(model="base.en", folder=str(no_cache / "weights"), download=True)
        monkeypatch.setitem(whisper._MODELS, "base.en", shelf.url + path.replace("tiny.en.pt", "nothing.pt"))
        with pytest.raises(WeightsError, match="could not be fetched"):
            WhisperRecognizer(wrong)
    assert weights_file(own) == no_cache / "weights" / "tiny.en.pt"
    assert weights_file(wrong) is None


def test_auto_asks_whisper_after_sphinx_only_with_weights(no_cache: Path):
    folder = no_cache / "cache" / "whisper"
    nothing = recognizers.choose(config.load(overrides=["recognizers.whisper.model=tiny.en"]))
    assert nothing.name == "sphinx"
    assert "not on this machine" in nothing.reason
    folder.mkdir(parents=True)
    tiny_whisper(folder / "tiny.en.pt")
    found = recognizers.choose(config.load(overrides=["recognizers.whisper.model=tiny.en"]))
    assert (found.name, found.parts) == ("chain", ("sphinx", "whisper"))
    assert "tiny.en.pt" in found.reason


def test_other_languages_than_english_go_to_whisper_alone(no_cache: Path):
    folder = no_cache / "cache" / "whisper"
    folder.mkdir(parents=True)
    tiny_whisper(folder / "tiny.pt")
    chosen = recognizers.choose(config.load(overrides=["recognizers.whisper.model=tiny", "app.language=de"]))
    assert (chosen.name, chosen.parts) == ("whisper", ("whisper",))


def test_a_named_recognizer_is_taken_as_it_is():
    assert recognizers.choose(config.load(overrides=["use.recognizer=sphinx"])).name == "sphinx"
    with pytest.raises(BackendError, match="spinx"):
        recognizers.choose(config.load(overrides=["use.recognizer=spinx"]))
