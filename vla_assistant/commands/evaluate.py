"""`vla-assistant evaluate`: how often a policy does what it was told, on the tabletop suite."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vla_assistant.errors import ConfigError
from vla_assistant.seeds import HIGHEST_SEED

if TYPE_CHECKING:
    from vla_assistant.evaluate.suite.running import Entry, Evaluation, Progress


def evaluate(
    split: Annotated[str, typer.Option(help="Names of splits with commas between, or all.")] = "seen",
    episodes: Annotated[int, typer.Option(min=1, help="Of each split.")] = 100,
    seed: Annotated[int, typer.Option(min=0, max=HIGHEST_SEED, help="Of the suite: other seeds, other scenes.")] = 0,
    suite: Annotated[str, typer.Option(help="Only tabletop.")] = "tabletop",
    policy: Annotated[
        list[str] | None,
        typer.Option(help="compact, another back end, a weights file, expert or no-language; may be given again."),
    ] = None,
    beside: Annotated[
        int | None, typer.Option(min=0, help="Episodes of the expert and of no-language; default: as many.")
    ] = None,
    tasks: Annotated[str, typer.Option(help="Only these tasks, with commas; long or one-step for all of those.")] = "",
    instructions: Annotated[str, typer.Option(help="words (understood by the program) or steps (as meant).")] = "words",
    retries: Annotated[int, typer.Option(min=0, help="Further attempts at a failed step.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder for logs, films and report; a run in it goes on.")] = None,
    videos: Annotated[int | None, typer.Option(min=0, help="Films of failures of each policy; default: all.")] = None,
    no_videos: Annotated[bool, typer.Option("--no-videos", help="Make no films.")] = False,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; default: one for each core.")] = None,
    ray: Annotated[str, typer.Option(metavar="ADDRESS", help="Use this Ray cluster; local starts one here.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for each split and policy.")] = False,
) -> None:
    """Measure how often a policy does what it was told, with 95 % intervals.

    The expert and the same policy without language run beside it on the same scenes.

    Example: vla-assistant evaluate --split seen,swap --episodes 20 --out runs/evaluation
    """
    from vla_assistant.evaluate.suite.running import Evaluation, EvaluationPlan

    _check("suite", suite, ("tabletop",))
    _check("instructions", instructions, ("words", "steps"))
    plan = EvaluationPlan(
        splits=_splits(split),
        entries=_entries(policy or ["compact"], episodes, beside),
        seed=seed,
        tasks=_tasks(_splits(split), tasks),
        words=instructions == "words",
        retries=retries,
        out=out,
        films=0 if no_videos else videos,
    )
    evaluation = Evaluation(plan)
    for progress in evaluation.run(workers or os.cpu_count() or 1, ray):
        if not as_json:
            typer.echo(_told(progress))
    _report(evaluation, policy or ["compact"], as_json)


def _check(option: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise ConfigError(f"There is no --{option} {value!r}.", f"Known: {', '.join(known)}.")


def _splits(names: str) -> tuple[str, ...]:
    from vla_assistant.sim.suite import splits

    chosen = tuple(dict.fromkeys(splits() if names == "all" else names.split(",")))
    for name in chosen:
        _check("split", name, splits())
    return chosen


def _tasks(chosen: Sequence[str], names: str) -> tuple[str, ...]:
    """Names of tasks that every one of the splits has."""
    from vla_assistant.sim.suite import tasks

    if names in ("long", "one-step"):
        return tasks(chosen[0], long=names == "long")
    found = tuple(filter(None, names.split(",")))
    for name, split in itertools.product(found, chosen):
        _check("tasks", name, tasks(split))
    return found


def _entries(names: Sequence[str], episodes: int, beside: int | None) -> tuple[Entry, ...]:
    """Those under test, then the expert and the first of them without language, unless they are under test."""
    from vla_assistant.evaluate.suite.contestants import EXPERT, contestant, without_language
    from vla_assistant.evaluate.suite.running import Entry

    tested = [contestant(name) for name in dict.fromkeys(names)]
    learnt = [one for one in tested if one.told and not one.is_expert]
    others = [contestant(EXPERT), *map(without_language, learnt[:1])] if beside != 0 else []
    known = {one.name for one in tested}
    fewer = episodes if beside is None else min(beside, episodes)
    return (
        *(Entry(one, episodes) for one in tested),
        *(Entry(one, fewer) for one in others if one.name not in known),
    )


def _told(progress: Progress) -> str:
    record = progress.record
    verdict = "success" if record.success else f"{record.failure}: {record.reason}"
    wrong = " (said done)" if record.claimed and not record.success else ""
    where = f"{progress.done}/{progress.total} {progress.split} {progress.policy} {record.number}"
    return f"{where} {record.task}: {verdict}{wrong}"


def _report(evaluation: Evaluation, tested: Sequence[str], as_json: bool) -> None:
    from vla_assistant.data.files import write_text_whole
    from vla_assistant.evaluate.suite.summary import objects_of

    objects = objects_of(evaluation, list(dict.fromkeys(tested)))
    for figures in objects:
        typer.echo(json.dumps(figures) if as_json else _sentence(figures))
    if (out := evaluation.plan.out) is None:
        return
    from vla_assistant.evaluate.suite.page import write_report

    write_text_whole(out / "report.json", "".join(f"{json.dumps(figures)}\n" for figures in objects))
    write_report(evaluation, out / "report.html", objects)
    if not as_json:
        typer.echo(f"The report is {out / 'report.html'}.")


def _sentence(figures: dict[str, Any]) -> str:
    low, high = figures["ci95"]
    further = [f"{name} {figures[name]:+.3f}" for name in ("obedience", "mean_length") if name in figures]
    others = [f"{name} {100 * that['success_rate']:.1f} %" for name, that in figures["beside"].items()]
    parts = [
        f"{figures['split']} {figures['policy']}: {100 * figures['success_rate']:.1f} % of {figures['episodes']}",
        f"({100 * low:.1f}-{100 * high:.1f} %),",
        f"false done {100 * figures['false_done_rate']:.1f} %,",
        f"median {figures['median_seconds']:.1f} s, {figures['violations']} safety events",
        *further,
        f"[beside it: {', '.join(others)}]" if others else "",
    ]
    return " ".join(filter(None, parts))
