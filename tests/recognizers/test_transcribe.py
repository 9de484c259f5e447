"""`vla-assistant transcribe`: one line a file, and a clear sentence for each that cannot be used."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
import typer
from typer.testing import CliRunner

from tests.recognizers.voices import flite, needs_flite
from vla_assistant.commands.transcribe import Transcript, transcribe, transcripts
from vla_assistant.config import ListeningSection
from vla_assistant.errors import InputError
from vla_assistant.types import Audio, Utterance

app = typer.Typer()
app.command()(transcribe)


def run(*arguments: object):
    return CliRunner().invoke(app, ["--recognizer", "sphinx", *map(str, arguments)])


@needs_flite
def test_one_json_object_a_file(tmp_path: Path):
    flite("go home", tmp_path / "home.wav")
    loud, rate_hz = soundfile.read(tmp_path / "home.wav")
    eight = np.zeros((6 * len(loud), 8), np.float32)
    eight[:, 3] = np.repeat(loud, 6)
    soundfile.write(tmp_path / "eight.wav", eight, 6 * rate_hz)
    result = run(tmp_path / "home.wav", tmp_path / "eight.wav", "--json")
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["text"] for line in lines] == ["go home", "go home"]
    assert all(set(line) == {"file", "text", "confidence", "seconds", "others", "recognizer"} for line in lines)
    assert all(line["seconds"] > 0 and 0 < line["confidence"] <= 1 for line in lines)


@needs_flite
def test_a_bad_file_does_not_keep_the_others_from_being_heard(tmp_path: Path):
    flite("stop", tmp_path / "good.wav")
    (tmp_path / "broken.wav").write_bytes(b"RIFF....WAVEfmt rubbish")
    files = [tmp_path / name for name in ("broken.wav", "missing.wav", "good.wav")]
    result = run(*files, "--json")
    assert result.exit_code == 2
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["text"] for line in lines] == ["", "", "stop"]
    for line, said in zip(lines, ("broken", "no such file"), strict=False):
        assert said in line["error"]
        assert line["error"] in result.stderr


def test_a_file_in_which_nothing_is_heard_is_no_error(tmp_path: Path):
    silent = tmp_path / "silent.wav"
    soundfile.write(silent, np.zeros(16_000), 16_000)
    result = run(silent, "--json")
    assert result.exit_code == 0
    line = json.loads(result.stdout)
    assert (line["file"], line["text"], line["confidence"]) == (str(silent), "", 0.0)
    assert "error" not in line
    assert run(silent).stdout.startswith(f"{silent}: (nothing heard; listening took ")


@needs_flite
def test_other_readings_and_who_decided_are_told(tmp_path: Path):
    flite("pick up the red cup", tmp_path / "a.wav")
    flite("yes", tmp_path / "b.wav")
    result = run(tmp_path / "a.wav", tmp_path / "b.wav", "--recognizer", "sphinx", "--json")
    command, answer = (json.loads(line) for line in result.stdout.splitlines())
    assert command["text"] == "pick up the red cup"
    assert command["others"]
    assert command["text"] not in command["others"]
    assert (command["recognizer"], answer["recognizer"]) == ("sphinx", "closed words")


@needs_flite
def test_a_word_without_a_pronunciation_is_named(tmp_path: Path):
    flite("stop", tmp_path / "a.wav")
    (tmp_path / "a.jsgf").write_text("#JSGF V1.0; grammar x; public <x> = stop | gnarfl the cup;")
    result = run(tmp_path / "a.wav", "--grammar", tmp_path / "a.jsgf")
    assert result.exit_code == 2
    assert "'gnarfl'" in result.stderr


@needs_flite
def test_what_is_too_unsure_to_act_on_is_marked(tmp_path: Path):
    talk = tmp_path / "talk.wav"
    flite("the weather is rather nice today", talk)
    (tmp_path / "a.jsgf").write_text("#JSGF V1.0; grammar x; public <x> = go home;")
    line = json.loads(run(talk, "--grammar", tmp_path / "a.jsgf", "--json").stdout)
    assert line["text"]
    assert line["confidence"] < 0.3
    shown = run(talk, "--grammar", tmp_path / "a.jsgf")
    assert shown.exit_code == 0
    assert f"{talk}: {line['text']} (" in shown.stdout
    assert "too unsure to act on" in shown.stdout


@pytest.mark.parametrize(
    ("transcript", "line"),
    [
        (Transcript("a.wav", "go home", 0.99, 0.64), "a.wav: go home (99% sure; listening took 0.64 s)"),
        (
            Transcript("a.wav", "yes", 0.4, 1.0, usable=False),
            "a.wav: yes (40% sure, too unsure to act on; listening took 1.00 s)",
        ),
        (Transcript("a.wav", seconds=0.25), "a.wav: (nothing heard; listening took 0.25 s)"),
    ],
)
def test_the_line_for_people_says_what_its_numbers_are(transcript: Transcript, line: str):
    assert str(transcript) == line


class Hearing:
    """A recognizer that always hears the same."""

    def __init__(self, text: str, confidence: float) -> None:
        self.utterance = Utterance(text, confidence, "hearing")

    def transcribe(self, audio: Audio, grammar: str | None = None) -> Utterance:
        return self.utterance

    def close(self) -> None:
        """Nothing is held."""


@pytest.mark.parametrize(
    ("text", "confidence", "usable"),
    [("go home", 0.4, True), ("go home", 0.2, False), ("yes", 0.4, False), ("resume", 0.8, False), ("stop", 0.1, True)],
)
def test_unsure_is_what_the_program_would_not_act_on(tmp_path: Path, text: str, confidence: float, usable: bool):
    soundfile.write(tmp_path / "a.wav", np.zeros(16_000), 16_000)
    (transcript,) = transcripts([tmp_path / "a.wav"], Hearing(text, confidence), None, ListeningSection())
    assert transcript.usable == usable
    assert ("too unsure to act on" in str(transcript)) != usable


@needs_flite
def test_a_file_that_was_cut_short_is_heard_with_a_warning(tmp_path: Path):
    flite("go home", tmp_path / "whole.wav")
    (tmp_path / "cut.wav").write_bytes((tmp_path / "whole.wav").read_bytes()[:-4_000])
    result = run(tmp_path / "whole.wav", tmp_path / "cut.wav", "--json")
    assert result.exit_code == 0
    assert result.stderr.count("is cut short") == 1
    assert f"! The sound file {tmp_path / 'cut.wav'} is cut short" in result.stderr
    assert len(result.stdout.splitlines()) == 2


@needs_flite
def test_a_grammar_file_and_plain_output(tmp_path: Path):
    flite("stop", tmp_path / "a.wav")
    (tmp_path / "a.jsgf").write_text("#JSGF V1.0; grammar x; public <x> = stop | go;")
    result = run(tmp_path / "a.wav", "--grammar", tmp_path / "a.jsgf")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{tmp_path / 'a.wav'}: stop (")
    assert "unsure" not in result.stdout


def test_a_missing_grammar_is_told(tmp_path: Path):
    result = run(tmp_path / "a.wav", "--grammar", tmp_path / "none.jsgf")
    assert isinstance(result.exception, InputError)
    assert "grammar file" in str(result.exception)


def test_no_file_is_bad_use():
    assert run().exit_code == 2
