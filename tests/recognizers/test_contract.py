"""One contract for every recognizer that is found."""

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.recognizers.voices import flite, needs_flite, noise, silence, tiny_whisper
from vla_assistant import registry
from vla_assistant.errors import BackendError
from vla_assistant.speech.recognizers.base import Recognizer
from vla_assistant.types import Audio

NAMES = sorted(registry.backends("recognizers"))
EXTRA = {"faster_whisper": "the extra faster-whisper is not installed"}
MAKERS: dict[str, Callable[[pytest.FixtureRequest, Path], dict[str, Any]]] = {
    "whisper": lambda request, folder: {"model": str(tiny_whisper(folder / "tiny.pt")), "max_tokens": 4},
    "faster_whisper": lambda request, folder: {"model": str(request.getfixturevalue("converted_whisper"))},
    "speech_recognition": lambda request, folder: {
        "engine": "google", "send_voice": True, "endpoint": request.getfixturevalue("speech_service").url
    },
}  # fmt: skip
"""Options with which a recognizer works here without weights, network and account."""
pytestmark = [
    pytest.mark.expects_log,  # a service says that the voice leaves the computer
    pytest.mark.timeout(900),  # a small Whisper is taught first
]


def made(request: pytest.FixtureRequest, name: str, folder: Path) -> Recognizer:
    backend = registry.backend("recognizers", name)
    if backend.missing:
        pytest.skip(EXTRA[name])
    options = MAKERS.get(name, lambda request, folder: {})(request, folder)
    recognizer: Recognizer = backend.create(backend.config_class.model_validate(options))
    return recognizer


@pytest.fixture(scope="module", params=NAMES)
def recognizer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recognizer]:
    one = made(request, request.param, tmp_path_factory.mktemp(request.param))
    yield one
    one.close()
    one.close()


def test_all_recognizers_are_found():
    assert {"sphinx", "whisper", "faster_whisper", "speech_recognition"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_backend_names_what_it_needs_and_has_working_defaults(name: str):
    backend = registry.backend("recognizers", name)
    assert backend.module.REQUIRES
    assert backend.summary
    assert backend.config_class()
    if name in EXTRA and backend.missing:
        pytest.skip(EXTRA[name])
    for package in backend.module.REQUIRES:
        assert importlib.util.find_spec(package), f"{package} is one of the project's dependencies"


@pytest.mark.parametrize(
    "audio",
    [silence(), silence(0.0), silence(3.0, 44_100), Audio(np.full(16_000, 0.4, np.float32), 16_000), noise(0.05)],
    ids=["silence", "nothing", "44 kHz silence", "offset", "a click"],
)
def test_nothing_is_heard_where_nobody_speaks(recognizer: Recognizer, audio: Audio):
    heard = recognizer.transcribe(audio)
    assert (heard.text, heard.confidence) == ("", 0.0)


@pytest.mark.parametrize("seed", [1, 2])
def test_noise_is_not_acted_on(recognizer: Recognizer, seed: int):
    heard = recognizer.transcribe(noise(1.0, level=0.05 * seed, seed=seed))
    assert heard.confidence < 0.3


@needs_flite
@pytest.mark.parametrize("rate_hz", [16_000, 48_000])
def test_what_comes_back_is_plain_words_with_a_confidence(recognizer: Recognizer, tmp_path: Path, rate_hz: int):
    from vla_assistant.speech.audio import resample

    heard = recognizer.transcribe(resample(flite("go home", tmp_path / "home.wav"), rate_hz))
    assert 0.0 <= heard.confidence <= 1.0
    assert heard.text == " ".join(heard.text.lower().split())
    assert (heard.confidence == 0.0) == (heard.text == "")
    assert heard.recognizer in NAMES


@pytest.mark.parametrize("name", NAMES)
def test_closed_is_closed(request: pytest.FixtureRequest, name: str, tmp_path: Path):
    one = made(request, name, tmp_path)
    one.close()
    with pytest.raises(BackendError, match="closed"):
        one.transcribe(noise(0.5))
