"""`vla-assistant evaluate`: what is told to it, what it runs and what it prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from vla_assistant.cli import app
from vla_assistant.commands import evaluate as command
from vla_assistant.errors import ConfigError
from vla_assistant.evaluate.suite import running
from vla_assistant.evaluate.suite.working import Order
from vla_assistant.sim import suite
from vla_assistant.sim.suite import seeds


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["evaluate", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_command_prints_one_object_a_split(tmp_path: Path, scripted: list[Order]) -> None:
    options = ["--suite", "tabletop", "--episodes", "4", "--seed", "0", "--workers", "1", "--out", str(tmp_path)]
    lines = run("--split", "seen,swap", *options, "--json").splitlines()
    objects = [json.loads(line) for line in lines]
    assert [(o["split"], o["policy"], o["episodes"]) for o in objects] == [
        ("seen", "compact", 4),
        ("swap", "compact", 4),
    ]
    assert "obedience" in objects[1]
    assert set(objects[0]["beside"]) == {"expert", "no-language"}
    assert objects[0]["beside"]["expert"]["p_value"] == 1.0
    assert (tmp_path / "report.json").read_text().splitlines() == lines
    page = (tmp_path / "report.html").read_text()
    assert "<th>success</th>" in page
    low, high = (f"{100 * end:.1f} %" for end in objects[0]["false_done_ci95"])
    assert f"({low} - {high})" in page
    low, high = (f"{end:+.3f}" for end in objects[1]["obedience_ci95"])
    assert f"obedience {objects[1]['obedience']:+.3f} ({low} - {high})" in page


def test_the_report_keeps_what_other_runs_measured_in_the_folder(tmp_path: Path, scripted: list[Order]) -> None:
    options = ["--episodes", "2", "--workers", "1", "--beside", "0", "--out", str(tmp_path)]
    run("--split", "seen", *options)
    seen = (tmp_path / "report-seen.html").read_text()
    assert "Seed 0, words as they are said" in seen
    run("--split", "swap", *options)
    run("--split", "swap", *options)
    kept = [json.loads(line)["split"] for line in (tmp_path / "report.json").read_text().splitlines()]
    assert kept == ["seen", "swap"]
    page = (tmp_path / "report.html").read_text()
    assert 'href="report-seen.html"' in page
    assert 'href="report-swap.html"' in page
    assert (tmp_path / "report-seen.html").read_text() == seen


def test_an_interrupted_evaluation_says_that_it_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(order: Order) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "work", interrupted)
    options = ["--split", "seen", "--episodes", "2", "--workers", "1", "--out", str(tmp_path)]
    result = CliRunner().invoke(app, ["evaluate", *options])
    assert result.exit_code != 0
    assert "the same command goes on" in result.stderr


def test_command_runs_fewer_beside_or_none(scripted: list[Order]) -> None:
    found = json.loads(run("--episodes", "4", "--beside", "2", "--workers", "1", "--json"))
    assert [row["episodes"] for row in found["beside"].values()] == [2, 2]
    found = json.loads(run("--episodes", "4", "--beside", "0", "--workers", "1", "--json"))
    assert found["beside"] == {}


def test_names_may_have_blanks_between(scripted: list[Order]) -> None:
    options = ["--episodes", "1", "--beside", "0", "--workers", "1", "--json"]
    lines = run("--split", "seen, swap", "--tasks", "pick, give", *options).splitlines()
    assert [json.loads(line)["split"] for line in lines] == ["seen", "swap"]
    assert {order.tasks for order in scripted} == {("pick", "give")}


def test_long_tasks_are_those_of_each_split(scripted: list[Order]) -> None:
    options = ["--episodes", "1", "--beside", "0", "--workers", "1", "--json"]
    run("--split", "unseen-seeds,clutter", "--tasks", "long", *options)
    assert [order.tasks for order in scripted] == [("swap", "tower", "sort", "clear"), ("swap", "tower", "sort")]
    run("--split", "swap", "--tasks", "one-step", *options)
    assert scripted[-1].tasks == suite.tasks("swap")


@pytest.mark.parametrize(
    ("splits", "kind", "without"),
    [("unseen-seeds,swap", "long", "swap"), ("unseen-seeds,chain", "one-step", "chain"), ("named", "long", "named")],
)
def test_a_split_without_such_tasks_is_refused_before_anything_runs(
    scripted: list[Order], splits: str, kind: str, without: str
) -> None:
    with pytest.raises(ConfigError, match=f"The split {without} has no {kind} tasks"):
        CliRunner().invoke(app, ["evaluate", "--split", splits, "--tasks", kind], catch_exceptions=False)
    assert not scripted


def test_bounds_are_those_of_the_suite() -> None:
    assert (command.MOST, command.HIGHEST) == (seeds.NUMBERS, seeds.SEEDS - 1)
    for option in (("--episodes", "10001"), ("--seed", "10000")):
        assert CliRunner().invoke(app, ["evaluate", *option]).exit_code == 2


def test_settings_of_policy_and_session_count(scripted: list[Order], tmp_path: Path) -> None:
    sets = ("policies.compact.engine=onnx", "session.step_timeout_s=20", "session.retries=3")
    given = [part for one in sets for part in ("--set", one)]
    run("--episodes", "1", "--workers", "1", "--json", "--out", str(tmp_path), *given)
    assert {(order.timeout_s, order.retries) for order in scripted} == {(20.0, 3)}
    told, blind = (order.contestant for order in scripted if not order.contestant.is_expert)
    assert json.loads(told.options)["engine"] == json.loads(blind.options)["engine"] == "onnx"
    header = json.loads((tmp_path / "episodes" / "seen" / "compact.jsonl").read_text().splitlines()[0])
    assert header["settings"]["policies.compact.engine"] == "onnx"
    with pytest.raises(ConfigError, match=r"--set safety.tool_speed=1 changes nothing"):
        CliRunner().invoke(app, ["evaluate", "--set", "safety.tool_speed=1"], catch_exceptions=False)


@pytest.mark.parametrize(
    "arguments", [("--split", "nothing"), ("--suite", "other"), ("--instructions", "none"), ("--tasks", "fly")]
)
def test_wrong_names_are_told_with_the_right_ones(arguments: tuple[str, str]) -> None:
    with pytest.raises(ConfigError, match="Known: "):
        CliRunner().invoke(app, ["evaluate", *arguments], catch_exceptions=False)
