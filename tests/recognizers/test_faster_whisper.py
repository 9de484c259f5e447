"""faster-whisper with the same small checkpoint, converted: the same words and layers, and nothing from the network."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.recognizers.small_whisper import INVENTED, PHRASES
from tests.recognizers.voices import espeak, needs_espeak, noise, silence
from vla_assistant.cli import app
from vla_assistant.errors import AssistantError, InputError, WeightsError
from vla_assistant.speech.recognizers import faster_whisper_models as models
from vla_assistant.speech.recognizers.faster_whisper import Config, FasterWhisperRecognizer, require
from vla_assistant.types import Audio

pytest.importorskip("faster_whisper", reason="the extra faster-whisper is not installed")
pytestmark = [needs_espeak, pytest.mark.timeout(900)]  # teaching takes 10 s of a processor that may be shared


@pytest.fixture(scope="module")
def folder(converted_whisper: Path) -> Path:
    return converted_whisper


@pytest.fixture(scope="module")
def faster(folder: Path) -> Iterator[FasterWhisperRecognizer]:
    with closing(FasterWhisperRecognizer(Config(model=str(folder), device="cpu", max_tokens=16))) as made:
        yield made


@pytest.fixture
def says(tmp_path: Path) -> Callable[..., Audio]:
    return lambda text, voice="en-us": espeak(text, tmp_path / "said.wav", voice)


@pytest.fixture
def ran() -> Callable[..., Result]:
    return lambda *arguments: CliRunner().invoke(app, ["models", *map(str, arguments)])


@pytest.mark.parametrize("text", PHRASES["en"])
def test_it_hears_what_whisper_hears(faster: FasterWhisperRecognizer, says: Callable[..., Audio], text: str) -> None:
    utterance = faster.transcribe(says(text))
    assert utterance.text == text
    assert (utterance.recognizer, utterance.language) == ("faster_whisper", "en")
    assert 0.3 < utterance.confidence <= 1.0


@pytest.mark.parametrize("language", ["de", "auto"])
def test_another_language_is_heard_and_told(folder: Path, says: Callable[..., Audio], language: str) -> None:
    with closing(FasterWhisperRecognizer(Config(model=str(folder), device="cpu", language=language))) as made:
        utterance = made.transcribe(says("nimm den roten becher", "de"))
    assert (utterance.text, utterance.language) == ("nimm den roten becher", "de")


def test_the_same_layers_stand_against_inventions(faster: FasterWhisperRecognizer) -> None:
    hiss = noise(1.5, level=0.05, seed=0)
    (segment,) = faster.decode(hiss, "en", "")
    assert segment.text.strip() == INVENTED
    assert segment.no_speech_prob > 0.6
    assert faster.transcribe(hiss).text == ""
    assert faster.transcribe(silence()).text == ""


def test_figures_are_those_of_whisper(faster: FasterWhisperRecognizer, says: Callable[..., Audio]) -> None:
    said = says("go home")
    (segment,) = faster.decode(said, "en", "")
    assert -0.5 < segment.avg_logprob <= 0.0
    assert segment.no_speech_prob < 0.3
    assert segment.compression_ratio < 2.4
    assert (segment.start_s, segment.end_s) == (0.0, pytest.approx(said.seconds, abs=0.05))


def test_a_missing_model_is_told_and_never_fetched() -> None:
    with pytest.raises(WeightsError, match="'base.en' of faster-whisper is not on this machine") as told:
        FasterWhisperRecognizer(Config())
    for way in ("models fetch --faster base.en", "models import FOLDER", "use.recognizer=sphinx"):
        assert way in told.value.hint
    with pytest.raises(WeightsError, match="There is no folder /nowhere/model"):
        require(Config(model="/nowhere/model", download=True))


@pytest.mark.parametrize("name", models.NEEDED)
def test_a_folder_that_is_not_whole_is_told(folder: Path, tmp_path: Path, name: str) -> None:
    broken = Path(shutil.copytree(folder, tmp_path / "broken"))
    (broken / name).unlink()
    with pytest.raises(WeightsError, match=f"{name} is missing"):
        FasterWhisperRecognizer(Config(model=str(broken)))


def test_broken_weights_are_told(folder: Path, tmp_path: Path) -> None:
    broken = Path(shutil.copytree(folder, tmp_path / "broken"))
    (broken / "model.bin").write_bytes(b"rubbish")
    with pytest.raises(WeightsError, match="cannot be used"):
        FasterWhisperRecognizer(Config(model=str(broken), device="cpu"))
    with pytest.raises(WeightsError, match="cannot be used"):
        models.take_over(broken, str(tmp_path / "models"))


def test_a_folder_is_taken_over_listed_and_removed(ran: Callable[..., Result], folder: Path) -> None:
    assert ran("import", folder, "--name", "mine").exit_code == 0
    require(Config(model="mine"))
    assert json.loads(ran("--json").stdout.splitlines()[-1])["name"] == "mine"
    with pytest.raises(InputError, match="'mine' already"):
        models.take_over(folder, "", "mine")
    assert ran("remove", "--faster", "mine").exit_code == 0
    assert isinstance(ran("remove", "--faster", "mine").exception, AssistantError)


def test_a_fetched_model_appears_whole(
    ran: Callable[..., Result], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library that fetches is taken as it is; here it copies from this machine."""
    import huggingface_hub

    def fetched(name: str, local_dir: Path, **_: Any) -> None:
        shutil.copytree(folder, local_dir, dirs_exist_ok=True)

    def broken(name: str, local_dir: Path, **_: Any) -> None:
        local_dir.mkdir(parents=True)
        raise ConnectionError("cut off")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", broken)
    error = ran("fetch", "--faster", "tiny").exception
    assert isinstance(error, WeightsError)
    assert "could not be fetched (cut off)" in error.message
    assert ran("--json").stdout.count("faster_whisper") == 0
    monkeypatch.setattr(huggingface_hub, "snapshot_download", fetched)
    assert ran("fetch", "--faster", "tiny").exit_code == 0
    require(Config(model="tiny"))
    assert "'enormous'" in str(ran("fetch", "--faster", "enormous").exception)
