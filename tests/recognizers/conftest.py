"""What several tests of recognizers share, made once: a small Whisper that is taught, and a speech service."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.recognizers.small_ct2 import converted
from tests.recognizers.small_whisper import taught
from tests.recognizers.speech_service import Service, answering


@pytest.fixture(scope="session")
def taught_whisper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its file, in OpenAI's form."""
    return taught(tmp_path_factory.mktemp("taught"))


@pytest.fixture(scope="session")
def converted_whisper(taught_whisper: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a folder for faster-whisper."""
    return converted(taught_whisper, tmp_path_factory.mktemp("converted"))


@pytest.fixture(scope="session")
def speech_service() -> Iterator[Service]:
    """A service on this machine that hears "go home" in everything."""
    with answering(Service(text="go home")) as service:
        yield service
