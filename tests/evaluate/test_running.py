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

from tests.evaluate.examples import record
from tests.one_machine import OneMachine
from vla_assistant.errors import BackendError, InputError, ProcessError, WeightsError
from vla_assistant.evaluate.suite import cluster, running, working
from vla_assistant.evaluate.suite.contestants import Contestant, contestant
from vla_assistant.evaluate.suite.page import write_report
from vla_assistant.evaluate.suite.running import Entry, Evaluation, EvaluationPlan
from vla_assistant.evaluate.suite.summary import objects_of
from vla_assistant.evaluate.suite.working import Order, Performed
from vla_assistant.policies.compact import default_weights
from vla_assistant.session import progress

EXPERT = contestant("expert")
WANTED = ("pick", "push_left")


def plan(out: Path | None, episodes: int = 3, **changed: object) -> EvaluationPlan:
    values: dict[str, object] = {"splits": ("seen",), "entries": (Entry(EXPERT, episodes),), "out": out}
    return EvaluationPlan(**(values | changed))  # type: ignore[arg-type]


TWO_TASKS = plan(None, 2, splits=("unseen-seeds",), tasks={"unseen-seeds": WANTED})


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
    write_report(evaluation, tmp_path, objects_of(evaluation, ["expert"]))
    page = (tmp_path / "report-seen.html").read_text()
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
    write_report(evaluation, tmp_path, objects_of(evaluation, ["expert"]))
    pages = [(tmp_path / name).read_text() for name in ("report.html", "report-seen.html")]
    assert not any("<script>alert" in page for page in pages)
    assert [page.count("</script>") for page in pages] == [1, 0]


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


def test_a_worker_keeps_its_table(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    monkeypatch.setattr(working, "_kept", [])
    monkeypatch.setattr(working, "Workplace", lambda: made.append(1) or made)
    assert working.own_workplace() is working.own_workplace()
    assert len(made) == 1


def _untimed(one: object) -> object:
    return one.model_copy(update={"act_ms": ()})  # type: ignore[attr-defined]
