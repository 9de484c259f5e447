"""The voice engine's process as a program: answers each text with the bytes of a sound file. `voice` starts it.

It ends when its stdin is closed: the app has closed it, or is gone.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import signal
import sys
import tempfile
from pathlib import Path
from typing import IO, Any

from vla_assistant import framing
from vla_assistant.child_process import described, take_pipes
from vla_assistant.errors import BackendError
from vla_assistant.speech.voice import VoiceSettings
from vla_assistant.speech.voice_engines import VoiceProgram

log = logging.getLogger(__name__)


def main() -> None:
    """Serve until stdin ends."""
    requests, answers = take_pipes()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    first = framing.receive(requests)
    if first is None:  # the app closed it before it began
        return
    with contextlib.suppress(OSError):
        try:
            engine = _engine(first["settings"])
        except Exception as error:
            log.exception("starting")
            failure = _failed(f"The voice engine cannot be used ({_sentence(error)}).", first["settings"].hint)
            framing.send(answers, failure)
        else:
            _serve(requests, answers, engine)


def _serve(requests: IO[bytes], answers: IO[bytes], engine: VoiceProgram) -> None:
    """The folder is made here, so that it goes with this process, however the program ended."""
    with tempfile.TemporaryDirectory(prefix="vla-voice-", ignore_cleanup_errors=True) as folder:
        framing.send(answers, {"value": (engine.voice, folder)})
        while (request := framing.receive(requests)) is not None:
            framing.send(answers, _answer(engine, request, Path(folder) / "voice.wav"))


def _engine(settings: VoiceSettings) -> VoiceProgram:
    program: VoiceProgram = importlib.import_module(settings.engine).load(settings)
    return program


def _answer(engine: VoiceProgram, request: dict[str, Any], file: Path) -> dict[str, Any]:
    """The sound of a text, or the voices there are where there is no text."""
    try:
        if "text" not in request:
            return {"value": engine.voices()}
        return {"value": engine.spoken(request["text"], request["settings"], file)}
    except Exception as error:
        log.exception("speaking")
        return _failed(f"The voice engine failed ({_sentence(error)}).", request.get("settings", VoiceSettings()).hint)


def _failed(sentence: str, hint: str) -> dict[str, Any]:
    return {"error": described(BackendError(sentence, hint))}


def _sentence(error: Exception) -> str:
    return str(error).strip().rstrip(".") or type(error).__name__


if __name__ == "__main__":
    main()
