"""`vla-assistant evaluate`: how often a policy does what it was told, on the tabletop suite."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vla_assistant.commands.options import ConfigFile, Sets, names_in, settings_of
from vla_assistant.errors import ConfigError

if TYPE_CHECKING:
    from vla_assistant.config import Settings
    from vla_assistant.evaluate.suite.running import Entry, Evaluation, Progress

MOST, HIGHEST = 10_000, 9_999
"""Of --episodes and --seed: as many as the suite has."""
SECTIONS = ("session", "policies")
"""Of config.toml: what counts in an evaluation."""
LONG = "long"
KINDS = (LONG, "one-step")
"""Words of --tasks for all tasks of a kind."""

INTERRUPTED = "Interrupted. What was carried out is in the logs; the same command goes on there."
INTERRUPTED_FOR_GOOD = "Interrupted. Without --out nothing was kept."


def evaluate(
    split: Annotated[str, typer.Option(help="Names of splits with commas between, or all.")] = "seen",
    episodes: Annotated[int, typer.Option(min=1, max=MOST, help="Of each split.")] = 100,
    seed: Annotated[int, typer.Option(min=0, max=HIGHEST, help="Of the suite: other seeds, other scenes.")] = 0,
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
    retries: Annotated[
        int | None, typer.Option(min=0, help="Further attempts at a failed step; default: session.retries.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for logs, films and report; a run in it goes on.")] = None,
    videos: Annotated[int | None, typer.Option(min=0, help="Films of failures of each policy; default: all.")] = None,
    no_videos: Annotated[bool, typer.Option("--no-videos", help="Make no films.")] = False,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; default: one for each core.")] = None,
    ray: Annotated[str, typer.Option(metavar="ADDRESS", help="Use this Ray cluster; local starts one here.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for each split and policy.")] = False,
    sets: Sets = None,
    config_file: ConfigFile = None,
) -> None:
    """Measure how often a policy does what it was told, with 95 % intervals.

    The expert and the same policy without language run beside it on the same scenes. Of the settings those of
    [session] and [policies] count.

    Example: vla-assistant evaluate --split seen,swap --episodes 20 --out runs/evaluation
    """
    from vla_assistant.evaluate.suite.running import Evaluation, EvaluationPlan

    _check("suite", suite, ("tabletop",))
    _check("instructions", instructions, ("words", "steps"))
    settings = _settings(config_file, sets or [])
    chosen = _splits(split)
    plan = EvaluationPlan(
        splits=chosen,
        entries=_entries(policy or ["compact"], episodes, beside, settings),
        seed=seed,
        tasks=_tasks(chosen, tasks),
        words=instructions == "words",
        retries=settings.session.retries if retries is None else retries,
        timeout_s=settings.session.step_timeout_s,
        out=out,
        films=0 if no_videos else videos,
    )
    with closing(Evaluation(plan)) as evaluation:
        try:
            for progress in evaluation.run(workers or os.cpu_count() or 1, ray):
                typer.echo(_told(progress), err=as_json)
        except KeyboardInterrupt:
            typer.echo(INTERRUPTED if out is not None else INTERRUPTED_FOR_GOOD, err=True)
            raise
        _report(evaluation, policy or ["compact"], as_json)


def _check(option: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise ConfigError(f"There is no --{option} {value!r}.", f"Known: {', '.join(known)}.")


def _settings(config_file: Path | None, sets: Sequence[str]) -> Settings:
    """What is measured is the simulator and its guard as they ship: other settings would change nothing."""
    for one in sets:
        if one.split(".")[0].strip() not in SECTIONS:
            raise ConfigError(f"--set {one} changes nothing in an evaluation.", f"What counts: {', '.join(SECTIONS)}.")
    return settings_of(config_file, sets)


def _splits(names: str) -> tuple[str, ...]:
    from vla_assistant.sim.suite import splits

    chosen = tuple(dict.fromkeys(splits() if names.strip() == "all" else names_in(names)))
    for name in chosen or ("",):
        _check("split", name, splits())
    return chosen


def _tasks(chosen: Sequence[str], names: str) -> dict[str, tuple[str, ...]]:
    """Split -> names of its tasks; nothing where all of them are meant."""
    from vla_assistant.sim.suite import tasks

    if names.strip() in KINDS:
        return {split: _of_kind(split, names.strip()) for split in chosen}
    found = names_in(names)
    for name, split in itertools.product(found, chosen):
        _check("tasks", name, tasks(split))
    return dict.fromkeys(chosen, found) if found else {}


def _of_kind(split: str, kind: str) -> tuple[str, ...]:
    """The long or the other tasks of a split; sequences and chains are neither."""
    from vla_assistant.sim.suite import tasks
    from vla_assistant.sim.suite.tasks import TASKS

    found = tuple(name for name in tasks(split, long=kind == LONG) if name in TASKS)
    if not found:
        raise ConfigError(f"The split {split} has no {kind} tasks.", f"Its tasks: {', '.join(tasks(split))}.")
    return found


def _entries(names: Sequence[str], episodes: int, beside: int | None, settings: Settings) -> tuple[Entry, ...]:
    """Those under test, then the expert and the first of them without language, unless they are under test."""
    from vla_assistant.evaluate.suite.contestants import EXPERT, contestant, without_language
    from vla_assistant.evaluate.suite.running import Entry

    tested = [contestant(name, settings) for name in dict.fromkeys(names)]
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
    from vla_assistant.evaluate.suite.summary import objects_of

    objects = objects_of(evaluation, list(dict.fromkeys(tested)))
    for figures in objects:
        typer.echo(json.dumps(figures) if as_json else _sentence(figures))
    if (out := evaluation.plan.out) is None:
        return
    from vla_assistant.evaluate.suite.page import write_report

    page = write_report(evaluation, out, objects)
    if not as_json:
        typer.echo(f"The report is {page}.")


def _sentence(figures: dict[str, Any]) -> str:
    low, high = figures["ci95"]
    further = [f"{name} {figures[name]:+.3f}" for name in ("obedience", "mean_length") if name in figures]
    others = [f"{name} {100 * that['success_rate']:.1f} %" for name, that in figures["beside"].items()]
    parts = [
        f"{figures['split']} {figures['policy']}: {100 * figures['success_rate']:.1f} % of {figures['episodes']}",
        f"({100 * low:.1f}-{100 * high:.1f} %),",
        f"false done {100 * figures['false_done_rate']:.1f} %,",
        f"median {figures['median_seconds']:.1f} s, " + ", ".join([f"{figures['violations']} safety events", *further]),
        f"[beside it: {', '.join(others)}]" if others else "",
    ]
    return " ".join(filter(None, parts))
