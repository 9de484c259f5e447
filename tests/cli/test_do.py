"""`do`: one command, one end on the last line, whatever comes in between."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.cli.test_processes import PROGRAM, Started
from vla_assistant.cli import main
from vla_assistant.commands import telling
from vla_assistant.commands.do import NO_ANSWER, Notice, _confirmed_before
from vla_assistant.runtime.single_run import Decision
from vla_assistant.types import Command, Outcome, Plan, Proposal, Result, Source, Step


class Answering:
    """A terminal at which somebody sits."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("text", ["", "   "])
def test_an_empty_text_is_bad_use_with_a_clear_sentence(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["do", text, "--yes", "--json"])
    out, err = capsys.readouterr()
    assert ended.value.code == 2
    (line,) = [json.loads(line) for line in out.splitlines()]
    assert (line["event"], line["outcome"], line["claimed"]) == ("run_ended", "refused", False)
    assert line["reason"] == err.strip()
    assert err.startswith("The command is empty: say what the arm should do")


def test_a_silent_sound_is_told_once_and_truly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import soundfile

    silent = tmp_path / "silent.wav"
    soundfile.write(silent, np.zeros(16_000), 16_000)
    with pytest.raises(SystemExit) as ended:
        main(["do", "--audio", str(silent), "--yes", "--json"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert ended.value.code == 3
    assert [line["event"] for line in lines] == ["nothing_heard", "run_ended"]
    assert lines[-1]["outcome"] == "refused"
    assert lines[-1]["reason"] == lines[0]["reason"] == "I heard nothing usable in that sound."
    with pytest.raises(SystemExit):
        main(["do", "--audio", str(silent), "--yes"])
    assert capsys.readouterr().out == "  (I heard nothing usable in that sound.)\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--audio", "/nonexistent.wav"], "/nonexistent.wav"),
        (["go home", "--set", "use.arm=nosuch"], "There is no arm back end 'nosuch'."),
        (["go home", "--set", "safety.speed_scale=much"], "speed_scale"),
    ],
)
def test_what_cannot_be_used_is_an_end_too(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["do", *arguments, "--yes", "--json"])
    out, err = capsys.readouterr()
    (line,) = [json.loads(line) for line in out.splitlines()]
    assert (ended.value.code, line["event"], line["outcome"]) == (2, "run_ended", "failed")
    assert said in line["reason"]
    assert err == f"vla-assistant: {line['reason']}\n"


def test_neither_text_nor_sound_is_an_end_too(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["do", "--json"])
    out, err = capsys.readouterr()
    line = json.loads(out)
    assert (ended.value.code, line["event"], line["outcome"]) == (2, "run_ended", "refused")
    assert line["reason"] == err.strip() == "Give either the command as text or a sound file with --audio."


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_an_interrupt_while_listening_is_told(
    options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("vla_assistant.commands.do.heard", interrupted)
    with pytest.raises(SystemExit) as ended:
        main(["do", "--audio", "a.wav", *options])
    out, err = capsys.readouterr()
    assert (ended.value.code, err) == (3, "Stopped: you pressed Ctrl-C.\n")
    assert [json.loads(line)["outcome"] for line in out.splitlines()] == ["stopped"] * len(options)


def test_a_yes_given_beforehand_counts_only_for_what_is_surely_understood() -> None:
    command, plan = Command(1, "x", Source.TYPED, 0.0), Plan((Step("home"),), "go home", 1.0)
    sure = Proposal(1, command, plan, 1, 0.0, 1.0)
    assert _confirmed_before(sure).yes
    decision = _confirmed_before(replace(sure, sure=False))
    assert not decision.yes
    assert "not sure" in decision.reason
    decision = _confirmed_before(replace(sure, plan=replace(plan, familiar=0.1)))
    assert not decision.yes
    assert "does not look like the table" in decision.reason


@pytest.mark.parametrize(("typed", "yes"), [("yes", True), ("go ahead then", False), ("no", False)])
def test_an_answer_at_the_terminal_is_the_terminals(typed: str, yes: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Answering())
    assert telling.asked_on_terminal(lambda prompt: typed) == Decision(yes, "the terminal")


def test_without_a_terminal_the_reason_is_that(monkeypatch: pytest.MonkeyPatch) -> None:
    status, last, _ = Started("do", "go home", "--json").end()
    assert (status, last["outcome"]) == (3, "cancelled")
    assert last["reason"] == "Cancelled: there was no terminal to ask, --yes confirms beforehand."


def test_the_end_of_what_needs_no_arm_comes_although_it_asks_for_a_picture() -> None:
    """Nothing is started for these words, so nobody may wait for the arm."""
    status, last, err = Started("do", "no, the red one", "--json", "--yes").end()
    assert (status, last["event"], err) == (3, "run_ended", f"{NO_ANSWER}\n")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("put the red cube in the cup", "A cube does not stay in or on a cup; a cup takes balls."),
        (
            "leg den roten Würfel in die Tasse",
            "Ein Würfel bleibt nicht in oder auf einer Tasse; in oder auf einer Tasse bleiben Bälle.",
        ),
    ],
)
def test_what_is_refused_waits_for_no_model(text: str, reason: str) -> None:
    status, last, _ = Started("do", text, "--json", "--yes").end()
    assert (status, last["outcome"], last["reason"]) == (3, "refused", reason)


def test_a_german_command_is_answered_in_german() -> None:
    command = Started("do", "fahr in die Grundstellung", "--json", "--yes")
    status, last, _ = command.end()
    assert (status, last["reason"]) == (0, "Erledigt: in die Grundstellung fahren.")
    said = [(line["text"], line["language"]) for line in command.lines if line["event"] == "said"]
    assert ("Soll ich in die Grundstellung fahren?", "de") in said


@pytest.mark.parametrize("when", ["queued", "part_changed", "step_started"])
def test_a_polite_kill_is_a_stop_with_its_reason(when: str) -> None:
    quiet = ("--set", "safety.heartbeat_timeout_s=10.0", "--set", "safety.speed_scale=0.2")
    command = Started("do", "go home", "--json", "--yes", "--realtime", *quiet)
    command.line(when)
    command.process.send_signal(signal.SIGTERM)
    command.process.send_signal(signal.SIGTERM)  # `timeout` sends two
    status, last, err = command.end()
    assert (status, last["event"], last["outcome"]) == (3, "run_ended", "stopped")
    assert last["reason"] == "Stopped: the program was told to end (SIGTERM)."
    assert [line["event"] for line in command.lines].count("run_ended") == 1
    assert err == ""


def test_a_polite_kill_while_the_terminal_is_asked_is_a_stop() -> None:
    import os
    import pty

    master, slave = pty.openpty()
    command = subprocess.Popen(
        (*PROGRAM, "do", "go home", "--json"), stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert command.stdout is not None
    assert command.stderr is not None
    while json.loads(command.stdout.readline())["event"] != "proposed":
        pass
    assert command.stderr.read(9) == "Type yes "
    command.send_signal(signal.SIGTERM)
    last = json.loads(command.stdout.readlines()[-1])
    os.close(master)
    os.close(slave)
    assert (command.wait(timeout=60), last["outcome"]) == (3, "stopped")
    command.stdout.close()
    command.stderr.close()


@pytest.mark.parametrize("as_json", [True, False])
def test_an_end_that_is_told_again_after_an_interrupt_is_printed_once(
    as_json: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    notice = Notice(as_json)
    notice.end("go home", "done", "Done: go home.")
    notice.end("go home", "done", "Done: go home.")
    assert notice.ended
    assert capsys.readouterr().out.count("run_ended") == int(as_json)


def test_a_question_says_that_the_answer_belongs_into_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = Outcome(Result.ASKED, "The purple marker or the white one?")
    monkeypatch.setattr("vla_assistant.commands.do._run_to_its_end", lambda *_, **__: asked)
    with pytest.raises(SystemExit) as ended:
        main(["do", "take the marker", "--yes"])
    assert ended.value.code == 3
    assert "say it in the command" in capsys.readouterr().err
