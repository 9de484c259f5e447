"""`vla-assistant transcribe`: sound files -> words."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from vla_assistant.commands.options import ConfigFile, Json, Sets, settings_of
from vla_assistant.errors import InputError

if TYPE_CHECKING:
    from vla_assistant.config import ListeningSection
    from vla_assistant.speech.recognizers.base import Recognizer

EXAMPLE = "Example: vla-assistant transcribe command.wav --json"
BAD_USE = 2


@dataclass(frozen=True)
class Transcript:
    """What one file holds, or why it cannot be used."""

    file: str
    text: str = ""
    confidence: float = 0.0
    seconds: float = 0.0
    others: tuple[str, ...] = ()
    recognizer: str = ""
    error: str = ""
    usable: bool = True
    """The recognizer is sure enough of the text that the program would act on it; a yes needs more than a no."""

    def as_json(self) -> str:
        """One line: file, text, confidence 0-1, seconds that listening took, other readings (the likeliest first),
        which recognizer decided; `error` only when there is one.
        """
        fields: dict[str, object] = {"file": self.file, "text": self.text, "confidence": self.confidence}
        fields |= {"seconds": self.seconds, "others": self.others, "recognizer": self.recognizer}
        return json.dumps(fields | ({"error": self.error} if self.error else {}), ensure_ascii=False)

    def __str__(self) -> str:
        if self.error:
            return self.error
        if not self.text:
            return f"{self.file}: (nothing heard; listening took {self.seconds:.2f} s)"
        doubt = "" if self.usable else ", too unsure to act on"
        return f"{self.file}: {self.text} ({self.confidence:.0%} sure{doubt}; listening took {self.seconds:.2f} s)"


def transcribe(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Sound files: WAV, FLAC or Ogg.")],
    recognizer: Annotated[
        Optional[str],  # noqa: UP045 - typer reads the annotation
        typer.Option(metavar="NAME", help="Which recognizer; `vla-assistant list recognizers` shows them."),
    ] = None,
    grammar: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(metavar="FILE.jsgf", help="Hear only this grammar; default: the full command vocabulary."),
    ] = None,
    as_json: Json = False,
    sets: Sets = None,
    config_file: ConfigFile = None,
) -> None:
    """Write down what is said in sound files.

    A file in which nothing is heard gives an empty text. Exit status: 0, or 2 when a file, the grammar or an option
    cannot be used; the other files are transcribed all the same.
    """
    from vla_assistant.speech import recognizers

    choice = [f"use.recognizer={recognizer}"] if recognizer else []
    settings = settings_of(config_file, [*(sets or ()), *choice])
    chosen = recognizers.choose(settings)
    text = _grammar_text(grammar)
    model = recognizers.create(settings, chosen)
    failed = False
    try:
        for transcript in transcripts(files, model, text, settings.listening):
            failed = failed or bool(transcript.error)
            if as_json:
                typer.echo(transcript.as_json())
            if transcript.error or not as_json:
                typer.echo(str(transcript), err=bool(transcript.error))
    finally:
        model.close()
    raise typer.Exit(BAD_USE if failed else 0)


def transcripts(
    files: list[Path], recognizer: Recognizer, grammar: str | None, limits: ListeningSection
) -> Iterator[Transcript]:
    """The transcript of each file, in order; a file that cannot be used gives one with `error`."""
    from vla_assistant.runtime.interpreting import doubt_about
    from vla_assistant.speech import audio

    for file in files:
        begin = time.perf_counter()
        try:
            heard = recognizer.transcribe(audio.read(file, _warn), grammar)
        except InputError as error:
            yield Transcript(str(file), error=str(error))
            continue
        seconds = round(time.perf_counter() - begin, 3)
        doubt = doubt_about(heard, limits)
        sure = round(heard.confidence, 3)
        yield Transcript(str(file), heard.text, sure, seconds, heard.others, heard.recognizer, usable=not doubt)


def _warn(sentence: str) -> None:
    typer.echo(f"! {sentence}", err=True)


def _grammar_text(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The grammar file {file} cannot be read ({error}).") from error
