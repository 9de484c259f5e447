"""Whole evaluations of few episodes: what is kept, what is run again, the same figures however they are carried out."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from tests.evaluate.examples import record
from tests.one_machine import OneMachine
from vla_assistant.cli import app
from vla_assistant.commands import evaluate as command
from vla_assistant.errors import BackendError, ConfigError, InputError, ProcessError, WeightsError
from vla_assistant.evaluate.suite import cluster, running, working
from vla_assistant.evaluate.suite.contestants import Contestant, contestant, without_language
from vla_assistant.evaluate.suite.page import write_report
from vla_assistant.evaluate.suite.running import Entry, Evaluation, EvaluationPlan
from vla_assistant.evaluate.suite.summary import objects_of
from vla_assistant.evaluate.suite.working import Order, Performed
from vla_assistant.policies.compact import default_weights
from vla_assistant.session import progress
from vla_assistant.sim import suite
from vla_assistant.sim.suite import seeds

EXPERT = contestant("expert")
WANTED = ("pick", "push_left")


def plan(out: Path | None, episodes: int = 3, **changed: object) -> EvaluationPlan:
    values: dict[str, object] = {"splits": ("seen",), "entries": (Entry(EXPERT, episodes),), "out": out}
    return EvaluationPlan(**(values | changed))  # type: ignore[arg-type]


TWO_TASKS = plan(None, 2, splits=("unseen-seeds",), tasks={"unseen-seeds": WANTED})


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> list[Order]:
    """Work that ends at once: odd episodes fail, with a film if films are wanted. The orders that were given."""
    orders: list[Order] = []

    def work(order: Order) -> list[Performed]:
        orders.append(order)
        made = [record(number, success=number % 2 == 0) for number in order.numbers]
        return [Performed(one, b"" if one.success or not order.films else b"film") for one in made]

    monkeypatch.setattr(running, "work", work)
    return orders


def test_episodes_in_the_log_are_not_run_again(tmp_path: Path, scripted: list[Order]) -> None:
    first = list(Evaluation(plan(tmp_path)).run())
    assert [progress.done for progress in first] == [1, 2, 3]
    log = (tmp_path / "episodes" / "seen" / "expert.jsonl").read_bytes()
    scripted.clear()
    again = Evaluation(plan(tmp_path, episodes=5))
    assert [progress.record.number for progress in again.run()] == [3, 4]
    assert [number for order in scripted for number in order.numbers] == [3, 4]
    assert (tmp_path / "episodes" / "seen" / "expert.jsonl").read_bytes().startswith(log)
    assert [r.number for r in again.records("seen", "expert")] == [0, 1, 2, 3, 4]


def test_what_was_done_before_an_interruption_stays(tmp_path: Path, scripted: list[Order]) -> None:
    interrupted = Evaluation(plan(tmp_path)).run()
    next(interrupted)
    interrupted.close()
    assert list(Evaluation(plan(tmp_path)).logs["seen", "expert"].records) == [0]


def test_one_evaluation_at_a_time_in_a_folder(tmp_path: Path, scripted: list[Order]) -> None:
    first = Evaluation(plan(tmp_path))
    with pytest.raises(InputError, match=r"Another evaluation writes into .* at this moment\. Wait until it has ended"):
        Evaluation(plan(tmp_path))
    list(first.run())
    log = (tmp_path / "episodes" / "seen" / "expert.jsonl").read_bytes()
    first.close()
    assert not list(Evaluation(plan(tmp_path)).run()), "what the first has done is not done again"
    assert (tmp_path / "episodes" / "seen" / "expert.jsonl").read_bytes() == log


def test_fewer_episodes_than_the_log_holds_are_the_first_ones(tmp_path: Path, scripted: list[Order]) -> None:
    list(Evaluation(plan(tmp_path, episodes=4)).run())
    fewer = Evaluation(plan(tmp_path, episodes=2))
    assert not list(fewer.run())
    assert [r.number for r in fewer.records("seen", "expert")] == [0, 1]


def test_log_of_other_weights_is_refused(
    tmp_path: Path, scripted: list[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    list(Evaluation(plan(tmp_path)).run())
    monkeypatch.setattr(Contestant, "fingerprint", lambda self: "sha256 other")
    with pytest.raises(InputError, match="made with weights"):
        Evaluation(plan(tmp_path))


def test_log_of_other_rules_is_refused(tmp_path: Path, scripted: list[Order], monkeypatch: pytest.MonkeyPatch) -> None:
    list(Evaluation(plan(tmp_path)).run())
    with pytest.raises(InputError, match=r"session.step_timeout_s 30.0, not 15.0"):
        Evaluation(plan(tmp_path, timeout_s=15.0))
    monkeypatch.setattr(progress, "DOUBTS", 4)
    with pytest.raises(InputError, match=r"session.progress.DOUBTS 3, not 4"):
        Evaluation(plan(tmp_path))


def test_log_of_a_policy_with_other_settings_is_refused_and_how_it_runs_does_not_matter(tmp_path: Path) -> None:
    def entries(**options: object) -> tuple[Entry, ...]:
        return (Entry(replace(contestant("compact"), options=json.dumps(options)), 1),)

    first = Evaluation(plan(tmp_path, entries=entries()))
    assert first.logs["seen", "compact"].header.settings["policies.compact.execute_steps"] == 1
    first.close()
    Evaluation(plan(tmp_path, entries=entries(threads=2)))
    with pytest.raises(InputError, match=r"policies.compact.execute_steps 1, not 2"):
        Evaluation(plan(tmp_path, entries=entries(execute_steps=2)))
    with pytest.raises(InputError, match=r"policies.compact.engine 'torch', not 'onnx'"):
        Evaluation(plan(tmp_path, entries=entries(engine="onnx")))


def test_weights_that_change_before_they_are_loaded_are_not_logged_as_the_old_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mine.safetensors"
    file.write_bytes(default_weights().read_bytes())
    evaluation = Evaluation(plan(tmp_path, 1, entries=(Entry(contestant(str(file)), 1),)))
    file.write_bytes(file.read_bytes() + b" ")
    (order,) = evaluation._orders(1)
    assert order.made_of == contestant("compact").fingerprint()

    class Loaded:
        closed = False

        def close(self) -> None:
            self.closed = True

    loaded, place = Loaded(), working.Workplace(SimpleNamespace(world=None))  # type: ignore[arg-type]
    monkeypatch.setattr(Contestant, "create", lambda self, world: loaded)
    with pytest.raises(WeightsError, match="not those with which this run"):
        place.policy(order.contestant, order.made_of)
    assert loaded.closed


def dies(order: Order) -> list[Performed]:
    os._exit(1)


@pytest.mark.expects_log
def test_a_worker_that_dies_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "work", dies)
    with pytest.raises(ProcessError, match=r"died 3 times over the same work\. Run the same command again; it"):
        list(Evaluation(plan(None)).run(workers=2))


def test_films_are_kept_up_to_the_number_wanted_and_linked(tmp_path: Path, scripted: list[Order]) -> None:
    evaluation = Evaluation(plan(tmp_path, episodes=6, films=2))
    list(evaluation.run())
    films = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.mp4"))
    assert films == ["films/seen/expert/00001.mp4", "films/seen/expert/00003.mp4"]
    write_report(evaluation, tmp_path / "report.html", objects_of(evaluation, ["expert"]))
    page = (tmp_path / "report.html").read_text()
    assert [name in page for name in films] == [True, True]
    assert "00005.mp4" not in page
    assert "<svg" in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")


def test_films_are_made_up_for_where_an_earlier_run_made_none(tmp_path: Path, scripted: list[Order]) -> None:
    list(Evaluation(plan(tmp_path, episodes=4, films=0)).run())
    list(Evaluation(plan(tmp_path, episodes=10, films=2)).run())
    assert sorted(path.name for path in tmp_path.rglob("*.mp4")) == ["00005.mp4", "00007.mp4"]


def test_without_films_none_are_made(tmp_path: Path, scripted: list[Order]) -> None:
    list(Evaluation(plan(tmp_path, films=0)).run())
    list(Evaluation(plan(None)).run())
    assert not any(order.films for order in scripted)


def test_words_in_reports_cannot_be_markup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = record(0, success=False, reason="<script>alert(1)</script>", task="a</script>")
    monkeypatch.setattr(running, "work", lambda order: [Performed(bad)])
    evaluation = Evaluation(plan(tmp_path, episodes=1))
    list(evaluation.run())
    write_report(evaluation, tmp_path / "report.html", objects_of(evaluation, ["expert"]))
    page = (tmp_path / "report.html").read_text()
    assert "<script>alert" not in page
    assert page.count("</script>") == 1


def test_the_same_episodes_in_workers_as_in_this_process() -> None:
    here, there = Evaluation(TWO_TASKS), Evaluation(TWO_TASKS)
    list(here.run(workers=1))
    list(there.run(workers=2))
    ours, theirs = here.records("unseen-seeds", "expert"), there.records("unseen-seeds", "expert")
    assert [r.task for r in ours] == list(WANTED)
    assert all(r.success for r in ours), [r.reason for r in ours]
    assert [_untimed(r) for r in ours] == [_untimed(r) for r in theirs]


@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="ray is not installed: pip install ray")
@pytest.mark.timeout(400)  # a local cluster alone takes long to come up on a busy machine
def test_a_local_ray_carries_out_episodes() -> None:
    there = Evaluation(TWO_TASKS)
    list(there.run(ray="local"))
    records = there.records("unseen-seeds", "expert")
    assert [(r.task, r.success) for r in records] == [(task, True) for task in WANTED]


def test_parts_may_come_from_a_cluster_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    def work(order: Order) -> tuple[Performed, ...]:
        return tuple(Performed(record(number)) for number in order.numbers)

    ray = OneMachine()
    monkeypatch.setitem(sys.modules, "ray", ray)  # type: ignore[arg-type]
    monkeypatch.setattr(cluster, "work", work)
    evaluation = Evaluation(plan(None, 20))
    numbers = [progress.record.number for progress in evaluation.run(ray="head:6379")]
    assert numbers != sorted(numbers)
    assert [r.number for r in evaluation.records("seen", "expert")] == list(range(20))
    assert ray.connected[0]["address"] == "head:6379"
    assert ray.down


def test_without_ray_it_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(BackendError, match="Ray is not installed"):
        list(Evaluation(plan(None)).run(ray="auto"))


def _untimed(one: object) -> object:
    return one.model_copy(update={"act_ms": ()})  # type: ignore[attr-defined]


# Who takes part.


def test_names_of_contestants(tmp_path: Path) -> None:
    assert contestant("expert").is_expert
    blind = contestant("no-language")
    assert (blind.backend, blind.told) == ("compact", False)
    assert without_language(contestant("compact")) == blind
    copy = tmp_path / "mine.safetensors"
    copy.write_bytes(default_weights().read_bytes())
    mine = contestant(str(copy))
    assert (mine.backend, mine.weights) == ("compact", str(copy))
    assert mine.fingerprint() == contestant("compact").fingerprint() == contestant(f"compact={copy}").fingerprint()
    copy.write_bytes(b"other")
    assert mine.fingerprint() != contestant("compact").fingerprint()


def test_unknown_contestants_are_told() -> None:
    with pytest.raises(BackendError, match="no policy back end 'compac'"):
        contestant("compac")
    with pytest.raises(WeightsError, match="no weights at"):
        contestant("nowhere/weights.safetensors")


# The command.


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["evaluate", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


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
    low, high = (f"{100 * end:.1f} %" for end in objects[0]["false_done_ci95"])
    assert f"({low} - {high})" in page
    low, high = (f"{end:+.3f}" for end in objects[1]["obedience_ci95"])
    assert f"obedience {objects[1]['obedience']:+.3f} ({low} - {high})" in page


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


def test_a_worker_keeps_its_table(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    monkeypatch.setattr(working, "_kept", [])
    monkeypatch.setattr(working, "Workplace", lambda: made.append(1) or made)
    assert working.own_workplace() is working.own_workplace()
    assert len(made) == 1
