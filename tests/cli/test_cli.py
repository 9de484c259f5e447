"""The commands as a user types them: lines, exit status, one clear sentence for what goes wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vla_assistant.cli import main
from vla_assistant.types import SKILLS

COMMANDS = (
    *("do", "plan", "chat", "check", "list", "demo"),
    *("generate", "record", "train", "trials", "evaluate", "calibrate", "export", "transcribe"),
)
MODELS = ("fetch", "import", "remove")
PICK = "pick up the blue cube"
ROOT = Path(__file__).parents[2]


class Ran:
    """What a command printed and how it ended."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def end(self) -> dict[str, Any]:
        assert self.lines[-1]["event"] == "run_ended"
        return self.lines[-1]


@pytest.fixture
def ran(capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*arguments: str) -> Ran:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return Ran(int(ended.value.code or 0), out, err)

    return run


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS), *(("models", name) for name in MODELS)])
def test_every_command_has_help_with_an_example(ran: Any, command: tuple[str, ...]) -> None:
    shown = ran(*command, "--help")
    assert shown.status == 0
    assert "Example: vla-assistant" in shown.out


@pytest.mark.parametrize(
    ("text", "status", "outcome", "words"),
    [
        ("stop", 3, "stopped", "Stopped."),
        ("yes", 3, "refused", "There is nothing to confirm."),
        ("cancel", 3, "cancelled", "There is nothing to cancel."),
        ("x" * 10_000, 3, "refused", "10,000 characters"),
        ("pick up the elephant", 3, "refused", "I do not know an elephant"),
        ("do not pick up the red cup", 3, "refused", "I move nothing"),
    ],
)
def test_what_is_no_command_ends_without_any_motion(ran: Any, text: str, status: int, outcome: str, words: str) -> None:
    result = ran("do", text, "--yes", "--json")
    assert result.status == status
    assert result.end["outcome"] == outcome
    assert words in result.end["reason"]
    assert result.end["claimed"] is False
    assert not result.end["success"]
    assert {"seconds", "version"} <= set(result.end)
    assert not [line for line in result.lines if line["event"] in ("acting", "step_started", "proposed")]
    assert result.err == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("do",), "Give either the command as text or a sound file"),
        (("do", PICK, "--audio", "x.wav"), "Give either the command as text or a sound file"),
        (("do", PICK, "--set", "sesion.retries=2"), "did you mean 'session'"),
        (("do", PICK, "--set", "session.retries=many"), "session.retries must be a whole number from 0 to 5"),
        (("do", PICK, "--set", "retries"), "not of the form section.key=value"),
        (("do", PICK, "--config", "/no/such.toml"), "The configuration file /no/such.toml cannot be read"),
        (("do", PICK, "--set", "use.arm=so1O1"), "There is no arm back end 'so1O1'"),
        (("do", PICK, "--set", "use.policy=compakt"), "Did you mean 'compact'?"),
        (("do", "--audio", "/no/such.wav"), "there is no such file"),
        (("plan",), "Give either one text or a file"),
        (("do", PICK, "--set", "use.recognizer=ears"), "There is no recognizer back end 'ears'"),
        (("do", PICK, "--set", "use.policy=none"), "There is no policy back end 'none'"),
        (("plan", "--file", "/no/such.txt"), "The file /no/such.txt cannot be read"),
        (("plan", "--file", "/dev/null"), "The file /dev/null is empty"),
        (("plan", ""), "The text is empty"),
        (("plan", " \n ", "--json"), "The text is empty"),
        (("list", "robots"), "There is no kind of back end 'robots'"),
    ],
)
def test_bad_use_is_a_sentence_on_stderr(ran: Any, arguments: tuple[str, ...], words: str) -> None:
    result = ran(*arguments)
    assert result.status == 2
    assert words in result.err
    assert result.out == ""


def test_broken_and_silent_sounds(ran: Any, tmp_path: Path) -> None:
    broken, silent = tmp_path / "broken.wav", tmp_path / "silent.wav"
    broken.write_bytes(b"RIFF\x00\x00\x00\x00WAVEjunk")
    write(silent, np.zeros((16_000, 1)), 16_000)
    result = ran("do", "--audio", str(broken), "--yes")
    assert (result.status, result.out) == (2, "")
    assert "broken or of an unknown format" in result.err
    result = ran("do", "--audio", str(silent), "--yes", "--json")
    assert result.status == 3
    assert result.lines[0]["event"] == "nothing_heard"
    assert result.end["outcome"] == "refused"


def placed(thing: str, destination: str) -> dict[str, str | None]:
    """The step as `plan --json` says it."""
    return {"skill": "place", "object": thing, "destination": destination, "relation": "", "second": None}


def test_plan_lines_have_the_public_form(ran: Any) -> None:
    result = ran("plan", "put the green ball in the blue bowl", "--json", "--no-ground")
    (line,) = result.lines
    assert set(line) == {"version", "text", "intent", "steps", "confidence", "question", "reason", "points"}
    assert line["version"] == 3
    assert line["intent"] == "command"
    assert line["steps"] == [placed("green ball", "blue bowl")]
    assert line["question"] == ""
    assert 0 < line["confidence"] <= 1


def test_a_stack_is_a_place_on_a_cube_in_the_plan_its_help_and_the_documents(ran: Any) -> None:
    (line,) = ran("plan", "stack the red cube on the blue cube", "--json", "--no-ground").lines
    assert line["steps"] == [placed("red cube", "blue cube")]
    said = ran("plan", "stack the red cube on the blue cube", "--no-ground").out
    assert said.endswith("command. place the red cube on the blue cube\n")
    helped, readme = (" ".join(text.split()) for text in (ran("plan", "--help").out, (ROOT / "README.md").read_text()))
    assert "push, open, close (the drawer), give or home; to stack is to place on a cube" in helped
    assert "to stack is to place on a cube" in readme
    form = (ROOT / "docs" / "architecture.md").read_text()
    assert all(f"`{skill}`" in form and f"`{skill}`" in readme for skill in SKILLS)


TOO_MANY = " and then ".join(
    f"put the {colour} cube in the bowl" for colour in ("red", "blue", "green", "yellow", "orange")
)


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        (TOO_MANY, "no 5 cubes (it has 4)."),
        ("put both red cubes in the bowl", "no 2 red cubes: "),
    ],
)
def test_what_cannot_be_laid_on_the_table_is_told_with_what_to_do(ran: Any, text: str, lacking: str) -> None:
    told = f"The table cannot be laid with what the command names. The simulated table has {lacking}"
    result = ran("do", text, "--yes", "--json")
    assert (result.status, result.end["outcome"], result.err) == (3, "refused", "")
    assert result.end["reason"].startswith(told)
    assert result.end["reason"].endswith(
        ". Name fewer or other things; --no-require takes the bare table of the seed instead."
    )
    assert [line["event"] for line in result.lines] == ["said", "run_ended"]
    assert ran("do", text, "--yes").out == f"{result.end['reason']}\n"
    (line,) = ran("plan", text, "--json").lines
    assert (line["reason"], line["intent"], line["points"]) == (result.end["reason"], "command", [])
    assert line["question"] == ""
    assert ran("plan", text).out == f"{text!r}: command. {result.end['reason']}\n"


def test_what_only_a_look_can_tell_lies_there_too(ran: Any) -> None:
    (line,) = ran("plan", "both cups on the plate", "--seed", "3", "--json").lines
    assert [(step["skill"], step["object"].split()[-1]) for step in line["steps"]] == [("place", "cup")] * 2
    assert line["steps"][0] != line["steps"][1]


def test_without_the_requirement_what_cannot_be_laid_is_looked_for(ran: Any) -> None:
    result = ran("do", TOO_MANY, "--yes", "--no-require", "--json", "--seed", "3")
    assert result.status == 3
    assert "a green cup" in result.end["reason"]


def test_one_text_that_cannot_be_laid_does_not_keep_the_others_from_being_planned(ran: Any, tmp_path: Path) -> None:
    file = tmp_path / "texts.txt"
    file.write_text(f"{TOO_MANY}\npick up the cube\n", encoding="utf-8")
    for options in ((), ("--no-require",)):
        result = ran("plan", "--file", str(file), "--seed", "0", "--json", *options)
        first, second = result.lines
        assert (result.status, result.err) == (0, "")
        assert ("no 5 cubes" in first["reason"]) == (not options), "without the requirement it is planned as it stands"
        assert len(second["points"]) == (not second["question"])
        assert options or not second["question"], "the only cube on the table is meant"


def test_plan_reads_a_file_line_by_line(ran: Any, tmp_path: Path) -> None:
    file = tmp_path / "texts.txt"
    file.write_text("stop\n\nyes please\ncancel\npick up the elephant\nno\n", encoding="utf-8")
    result = ran("plan", "--file", str(file), "--json")
    assert [line["intent"] for line in result.lines] == ["stop", "yes", "cancel", "unsupported", "no"]
    assert result.status == 0


def test_list_names_every_back_end(ran: Any) -> None:
    names = {(line["kind"], line["name"]): line for line in ran("list", "--json").lines}
    assert {("arms", "simulated"), ("policies", "compact"), ("recognizers", "sphinx"), ("speakers", "silent")} <= set(
        names
    )
    assert names["arms", "simulated"]["usable"]
    assert "recognizers.sphinx: " in ran("list", "recognizers").out


def test_list_says_what_is_missing_and_what_to_do(ran: Any, tmp_path: Path) -> None:
    missing = {
        "policies.compact.weights": tmp_path / "none.safetensors",
        "cameras.opencv.source": tmp_path / "none.mp4",
        "microphones.wav.file": tmp_path / "none.wav",
        "recognizers.whisper.folder": tmp_path,
        "microphones.sounddevice.device": "none such",
        "speakers.pyttsx3.device": "none such",
    }
    lines = ran("list", "--json", *(part for name, value in missing.items() for part in ("--set", f"{name}={value}")))
    reasons = {f"{line['kind']}.{line['name']}": line["reason"] for line in lines.lines}
    assert all(line["usable"] is not bool(line["reason"]) for line in lines.lines)
    assert reasons["policies.compact"].startswith("The weights of the compact policy are missing")
    assert reasons["cameras.opencv"].startswith(f"There is no video file {tmp_path / 'none.mp4'}")
    assert reasons["microphones.wav"].endswith("there is no such file.")
    assert str(tmp_path) in reasons["recognizers.whisper"]
    assert "recognizers.whisper.download=true" in reasons["recognizers.whisper"]
    assert reasons["microphones.sounddevice"]
    assert reasons["speakers.pyttsx3"]
    assert not reasons["arms.simulated"]
    shown = ran("list", "policy", "--set", f"policies.compact.weights={tmp_path / 'none.safetensors'}")
    assert f"not usable. {reasons['policies.compact']}" in shown.out


def test_list_loads_nothing_heavy() -> None:
    script = (
        "import sys\nfrom vla_assistant.cli import app\napp(['list'], standalone_mode=False)\n"
        "heavy = {'torch', 'mujoco', 'cv2', 'whisper', 'transformers', 'scipy', 'pyarrow', 'av', 'PyQt6'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    ended = subprocess.run((sys.executable, "-c", script), capture_output=True, text=True, timeout=60)
    assert ended.stderr == ""
    assert "recognizers.sphinx: " in ended.stdout


def test_the_window_needs_a_display(ran: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    result = ran()
    assert result.status == 2
    assert "there is no display" in result.err


def write(file: Path, samples: np.ndarray, rate_hz: int) -> None:
    import soundfile

    soundfile.write(file, samples, rate_hz)
