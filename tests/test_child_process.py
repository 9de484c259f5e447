"""What every child process has in common: its log, its pipes, its errors."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path

import pytest

from vla_assistant import child_process, framing
from vla_assistant.child_process import ChildProgram, close_quietly, described, restored, settle
from vla_assistant.errors import AssistantError, ProcessError, WeightsError

CHATTY = """
import os, subprocess, sys
from vla_assistant import framing
from vla_assistant.child_process import take_pipes
requests, answers = take_pipes()
print("a library talks")
subprocess.run([sys.executable, "-c", "print('its child too')"])
message = framing.receive(requests)
framing.send(answers, {"value": message["value"], "LANGUAGE_OF_TEST": os.environ["LANGUAGE_OF_TEST"]})
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ChildProgram:
    (tmp_path / "chatty.py").write_text(CHATTY)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return ChildProgram("chatty", "--chatty", "chatty.log", {"LANGUAGE_OF_TEST": "ours"})


def conversation(program: ChildProgram) -> dict[str, object] | None:
    process = program.start()
    assert process.stdin is not None
    assert process.stdout is not None
    framing.send(process.stdin, {"value": 7})
    answer = framing.receive(process.stdout)
    assert framing.receive(process.stdout) is None
    process.wait(10.0)
    close_quietly(process.stdin)
    close_quietly(process.stdout)
    return answer


def test_what_is_printed_is_log_and_only_messages_are_messages(program: ChildProgram) -> None:
    assert conversation(program) == {"value": 7, "LANGUAGE_OF_TEST": "ours"}
    log = program.log_file.read_text()
    assert "a library talks" in log
    assert "its child too" in log


def test_the_users_own_variables_win(program: ChildProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE_OF_TEST", "the user's")
    answer = conversation(program)
    assert answer is not None
    assert answer["LANGUAGE_OF_TEST"] == "the user's"


def test_a_log_goes_on_until_it_is_long(program: ChildProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    program.log_file.parent.mkdir(parents=True, exist_ok=True)
    program.log_file.write_text("of yesterday\n")
    conversation(program)
    assert program.log_file.read_text().startswith("of yesterday")
    monkeypatch.setattr(child_process, "_LONGEST_LOG", 10)
    conversation(program)
    assert "of yesterday" not in program.log_file.read_text()


def test_the_frozen_program_is_its_own_child(program: ChildProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(subprocess, "Popen", lambda arguments, **_: started.append(arguments))
    program.start()
    assert started == [[sys.executable, "--chatty"]]


@pytest.mark.parametrize("error", [WeightsError("No weights.", "Train some."), AssistantError("So it is.")])
def test_an_error_crosses_the_border_as_it_is(error: AssistantError) -> None:
    again = restored(described(error))
    assert type(again) is type(error)
    assert str(again) == str(error)


def test_an_error_of_a_kind_that_nobody_knows_is_one_of_the_process() -> None:
    assert isinstance(restored(("NewError", "What is that?", "")), ProcessError)


def test_an_answer_is_given_once() -> None:
    answer: Future[object] = Future()
    settle(answer, {"value": 1})
    settle(answer, {"error": described(ProcessError("Too late."))})
    assert answer.result(0.0) == 1
    failed: Future[object] = Future()
    settle(failed, {"error": described(ProcessError("It died."))})
    with pytest.raises(ProcessError, match="It died"):
        failed.result(0.0)
