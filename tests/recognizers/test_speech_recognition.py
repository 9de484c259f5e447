"""SpeechRecognition's engines: nothing is sent unasked, and what goes wrong is told without the key."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.recognizers.speech_service import Service, answering
from tests.recognizers.voices import espeak, needs_espeak, noise, silence
from vla_assistant import config, registry
from vla_assistant.errors import BackendError
from vla_assistant.speech import recognizers
from vla_assistant.speech.recognizers.engines import ENGINES, Engine
from vla_assistant.speech.recognizers.speech_recognition import (
    UNTOLD,
    Config,
    SpeechRecognitionRecognizer,
    notice,
    require,
)
from vla_assistant.types import Audio

pytestmark = pytest.mark.expects_log  # that the voice leaves the computer
KEY = "s3cret-key"
NETWORK = "recognition connection failed: [Errno -2] Name or service not known"


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for engine in ENGINES.values():
        if engine.key:
            monkeypatch.delenv(engine.key, raising=False)


@pytest.fixture
def service() -> Iterator[Service]:
    with answering(Service()) as it:
        yield it


def voice(seconds: float = 1.0) -> Audio:
    time = np.arange(round(seconds * 16_000)) / 16_000
    return Audio((0.1 * np.sign(np.sin(2 * np.pi * 140 * time))).astype(np.float32), 16_000)


def google(service: Service, **options: Any) -> SpeechRecognitionRecognizer:
    return SpeechRecognitionRecognizer(Config(engine="google", send_voice=True, endpoint=service.url, **options))


class Answering:
    """Takes the place of one engine's method on a real `speech_recognition.Recognizer`."""

    def __init__(self, answer: Any) -> None:
        self.answer, self.asked = answer, {}

    def __call__(self, audio: Any, **parameters: Any) -> Any:
        self.asked = parameters
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def with_answer(engine: str, answer: Any, **options: Any) -> tuple[SpeechRecognitionRecognizer, Answering]:
    made = SpeechRecognitionRecognizer(Config(engine=engine, send_voice=True, **options))
    method = Answering(answer)
    setattr(made._recognizer, ENGINES[engine].method, method)
    return made, method


def test_by_default_nobody_listens() -> None:
    with pytest.raises(BackendError, match="No speech engine is chosen") as told:
        require(Config())
    assert "google, google_cloud, azure" in told.value.hint
    assert "send what you say to a company" in told.value.hint


def test_an_unknown_engine_is_told() -> None:
    with pytest.raises(BackendError, match="There is no speech engine 'gogle'"):
        SpeechRecognitionRecognizer(Config(engine="gogle", send_voice=True))


@pytest.mark.parametrize("engine", [name for name, engine in ENGINES.items() if engine.whose])
def test_the_voice_leaves_the_computer_only_when_that_is_allowed(engine: str) -> None:
    with pytest.raises(
        BackendError, match=f"'{engine}' sends what you say to {re.escape(ENGINES[engine].whose)}"
    ) as told:
        SpeechRecognitionRecognizer(Config(engine=engine))
    assert "send_voice=true" in told.value.hint


def test_a_missing_key_is_told_with_the_variable() -> None:
    with pytest.raises(BackendError, match="needs a key, and the environment variable AZURE_SPEECH_KEY is not set"):
        require(Config(engine="azure", send_voice=True))
    with pytest.raises(BackendError, match="MY_KEY is not set"):
        require(Config(engine="azure", send_voice=True, key_variable="MY_KEY"))


@pytest.mark.parametrize("engine", [name for name, engine in ENGINES.items() if engine.package])
def test_a_missing_package_is_told(engine: str) -> None:
    package = ENGINES[engine].package
    if registry.installed(package):
        pytest.skip(f"{package} is installed here")
    with pytest.raises(BackendError, match=f"needs the package {package}, which is not installed"):
        require(Config(engine=engine, send_voice=True))


def test_every_engine_is_a_method_of_the_package() -> None:
    import speech_recognition

    assert not [e.method for e in ENGINES.values() if not hasattr(speech_recognition.Recognizer, e.method)]


def test_who_gets_the_voice_is_said_when_the_recognizer_is_chosen_and_in_the_log(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    sets = ["use.recognizer=speech_recognition", "recognizers.speech_recognition.engine=azure"]
    assert (
        "What you say is sent to Microsoft: it leaves this computer."
        in recognizers.choose(config.load(overrides=sets)).reason
    )
    assert notice(Config(engine="vosk")) == ""
    with caplog.at_level(logging.WARNING):
        google(service)
    assert "it leaves this computer" in caplog.text


@needs_espeak
def test_a_command_goes_to_the_service_and_its_words_come_back(service: Service, tmp_path: Path) -> None:
    service.text, service.confidence = "Pick up the red cup.", 0.83
    heard = google(service, language="de").transcribe(espeak("pick up the red cup", tmp_path / "a.wav"))
    assert (heard.text, heard.confidence) == ("pick up the red cup", 0.83)
    assert (heard.recognizer, heard.language) == ("speech_recognition", "de")
    ((path, sound),) = service.asked
    assert "lang=de-DE" in path
    assert sound.startswith(b"fLaC")


def test_silence_and_noise_are_not_sent(service: Service) -> None:
    service.text = "thank you"
    made = google(service)
    for sound in (silence(), noise(1.0), noise(0.05), silence(0.0)):
        assert made.transcribe(sound).text == ""
    assert service.asked == []


def test_a_service_that_understands_nothing_says_nothing(service: Service) -> None:
    assert google(service).transcribe(voice()).confidence == 0.0


def test_what_services_built_on_whisper_invent_is_not_believed(service: Service) -> None:
    service.text = "Thanks for watching!"
    assert google(service).transcribe(voice()).text == ""


def test_a_service_that_is_not_there_is_told(service: Service) -> None:
    dead = service.url.replace("127.0.0.1", "127.0.0.2")
    made = SpeechRecognitionRecognizer(Config(engine="google", send_voice=True, endpoint=dead))
    with pytest.raises(BackendError, match="Google cannot be reached .*refused") as told:
        made.transcribe(voice())
    assert "use.recognizer=sphinx" in told.value.hint


def test_a_service_that_falls_silent_is_given_up(service: Service) -> None:
    service.gate.clear()
    with pytest.raises(BackendError, match="Google cannot be reached .*timed out"):
        google(service, timeout_s=0.05).transcribe(voice())


def test_a_key_that_is_not_accepted_is_told_without_the_key(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("GOOGLE_SPEECH_KEY", KEY)
    service.status = 403
    with caplog.at_level(logging.DEBUG), pytest.raises(BackendError, match="does not accept the key") as told:
        google(service).transcribe(voice())
    assert f"key={KEY}" in service.asked[0][0], "it was sent"
    assert "GOOGLE_SPEECH_KEY" in told.value.hint
    assert KEY not in str(told.value) + caplog.text
    assert told.value.__cause__ is None


def test_a_key_in_an_error_of_a_library_is_blotted_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_SPEECH_KEY", KEY)
    made, method = with_answer("azure", RuntimeError(f"bad header: {KEY}"), region="northeurope")
    with pytest.raises(BackendError, match=r"Microsoft could not make words of that \(bad header: \*\*\*\)"):
        made.transcribe(voice())
    assert method.asked == {"language": "en-US", "key": KEY, "location": "northeurope"}


def test_the_kinds_of_failure_of_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    import speech_recognition as package
    from speech_recognition.exceptions import SetupError

    monkeypatch.setenv("WIT_AI_KEY", KEY)
    failures = {
        package.RequestError(NETWORK): "Meta \\(Wit.ai\\) cannot be reached",
        package.RequestError("recognition request failed: Unauthorized"): "does not accept the key",
        package.RequestError("recognition request failed: Bad Request"): "could not make words",
        TimeoutError("timed out"): "cannot be reached",
        SetupError("missing module"): "could not make words",
    }
    for error, sentence in failures.items():
        made, _ = with_answer("wit", error)
        with pytest.raises(BackendError, match=sentence):
            made.transcribe(voice())
    made, _ = with_answer("wit", package.UnknownValueError())
    assert made.transcribe(voice()).text == ""


@pytest.mark.parametrize(
    ("answer", "confidence"),
    [("go home", UNTOLD), (("go home", 0.7), 0.7), (("go home", None), UNTOLD), (("go home", 1.7), 1.0)],
)
def test_confidence_is_the_services_own_or_too_little_for_a_yes(
    answer: Any, confidence: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIT_AI_KEY", KEY)
    made, _ = with_answer("wit", answer)
    assert made.transcribe(voice()).confidence == confidence
    limits = config.load(overrides=[]).listening
    assert limits.min_confidence < UNTOLD < limits.min_confidence_yes


def test_no_key_travels_with_the_configuration() -> None:
    assert not [name for name in Config.model_fields if "key" in name and name != "key_variable"]
    assert all(isinstance(engine, Engine) for engine in ENGINES.values())


def test_a_variable_of_ones_own_only_counts_where_we_hand_the_key_over() -> None:
    with pytest.raises(BackendError, match="GOOGLE_APPLICATION_CREDENTIALS|google.cloud.speech"):
        require(Config(engine="google_cloud", send_voice=True, key_variable="MY_KEY"))
