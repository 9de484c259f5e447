"""The report: HTML pages that need nothing else, but for the films they link: one of everything, one for each split."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from html import escape
from pathlib import Path

from vla_assistant.data.files import write_text_whole
from vla_assistant.evaluate.calibration import reliability
from vla_assistant.evaluate.suite.drawings import Bar, bars, reliability_plot
from vla_assistant.evaluate.suite.failures import MEANING, Failure
from vla_assistant.evaluate.suite.records import EpisodeRecord, LogHeader
from vla_assistant.evaluate.suite.running import Evaluation
from vla_assistant.evaluate.suite.summary import Figures, stated, summarise

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; color: #1a202c; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 0.6rem 0 1.4rem; }
th, td { text-align: left; padding: 0.2rem 0.8rem 0.2rem 0; border-bottom: 1px solid #e2e8f0; vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
h2 { margin-top: 2.4rem; border-bottom: 2px solid #2b6cb0; }
svg text { font: 13px system-ui, sans-serif; fill: #1a202c; }
"""


_COLUMNS = {
    "success": "share of the episodes that the simulator's success tests pass, with its 95 % interval",
    "false done": "share of the episodes that the policy called done and that were not",
    "of its own": "what only this split measures: obedience (swap), mean length (chain)",
    "seconds": "simulated, median of the successes",
    "violations": "what the guard clipped, refused or held, and contacts that the arm gave way to, in all episodes",
    "guard": "the same by kind",
    "p95 ms": "time of the policy for one look, which 95 % did not exceed, on the machine that ran it",
    "path m, jerk m/s^3": "of the hand, median",
    "bars": "the black line is the 95 % interval",
}


def write_report(evaluation: Evaluation, out: Path, objects: Sequence[Figures]) -> Path:
    """Write a page for each split that was run, and the one of all that stands in the folder; returns that one.

    Args:
        evaluation: Its logs make the pages of its splits.
        out: Folder of logs and films.
        objects: What `--json` prints; with what `report.json` holds of other splits and policies it is `report.json`.
    """
    measured = _measured(out / "report.json", objects)
    write_text_whole(out / "report.json", "".join(f"{json.dumps(figures)}\n" for figures in measured))
    for split in evaluation.plan.splits:
        write_text_whole(out / _page_of(split), _page(f"tabletop: {split}", _split(evaluation, split)))
    machine = json.dumps(measured).replace("<", "\\u003c")
    body = f'{_overview(measured)}{_legend()}<script type="application/json" id="figures">{machine}</script>'
    write_text_whole(out / "report.html", _page("tabletop: evaluation", body))
    return out / "report.html"


def _measured(file: Path, objects: Sequence[Figures]) -> list[Figures]:
    """The figures, after those that the file holds of other splits and policies."""
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    new = {(figures["split"], figures["policy"]) for figures in objects}
    kept = [figures for figures in map(json.loads, lines) if (figures["split"], figures["policy"]) not in new]
    return [*kept, *objects]


def _page_of(split: str) -> str:
    return f"report-{split}.html"


def _split(evaluation: Evaluation, split: str) -> str:
    names = [entry.contestant.name for entry in evaluation.plan.entries]
    kept = {name: records for name in names if (records := evaluation.records(split, name))}
    parts = ['<p><a href="report.html">all splits</a></p>', _comparison(kept, split)]
    parts += [_policy(evaluation, split, name, records) for name, records in kept.items()]
    return "".join([*parts, f"<h2>Kinds of failure</h2>{_kinds()}", _legend()])


def _page(title: str, body: str) -> str:
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>{body}"
        f"<p>Written {datetime.now().astimezone():%Y-%m-%d %H:%M %Z}.</p></body></html>\n"
    )


def _legend() -> str:
    return f"<h2>Columns</h2>{_table(('column', 'meaning'), _COLUMNS.items())}"


def _run_with(header: LogHeader) -> str:
    """What a policy was run with, a paragraph."""
    settings = ", ".join(f"{name} {value}" for name, value in header.settings.items())
    said = "words as they are said" if header.instructions == "words" else "the steps that are meant"
    told = f"Seed {header.seed}, {said}, retries {header.retries}, rules {header.rules}. {header.weights}."
    return f"<p>{escape(told)}</p><details><summary>settings</summary><p>{escape(settings)}</p></details>"


def _overview(objects: Sequence[Figures]) -> str:
    head = ("split", "policy", "episodes", "success", "false done", "of its own", "seconds", "violations", "p95 ms")
    rows = [
        (
            figures["split"],
            figures["policy"],
            figures["episodes"],
            _with_interval(_percent, figures, "success_rate", "ci95"),
            _with_interval(_percent, figures, "false_done_rate", "false_done_ci95"),
            _of_its_own(figures),
            figures["median_seconds"],
            figures["violations"],
            figures["latency_ms"]["p95"] or "",
        )
        for figures in objects
    ]
    pages = [f'<a href="{_page_of(figures["split"])}">page</a>' for figures in objects]
    return _table(head, rows, pages)


def _of_its_own(figures: Figures) -> str:
    """What only this split measures."""
    kept = {"obedience": "{:+.3f}", "mean_length": "{:.2f}"}
    told = [(n, _with_interval(form.format, figures, n, f"{n}_ci95")) for n, form in kept.items() if n in figures]
    return ", ".join(f"{name.replace('_', ' ')} {said}" for name, said in told)


def _with_interval(shown: Callable[[float], str], figures: Figures, value: str, interval: str) -> str:
    """A figure with its 95 % interval behind it: "93 % (91 % - 95 %)"."""
    return f"{shown(figures[value])} ({' - '.join(shown(end) for end in figures[interval])})"


def _comparison(kept: dict[str, list[EpisodeRecord]], split: str) -> str:
    figures = {name: summarise(split, name, records) for name, records in kept.items()}
    return bars([_bar(name, row, index) for index, (name, row) in enumerate(figures.items())])


def _bar(label: str, figures: Figures, series: int = 0) -> Bar:
    low, high = figures["ci95"]
    return Bar(label, figures["success_rate"], low, high, series)


def _policy(evaluation: Evaluation, split: str, name: str, records: list[EpisodeRecord]) -> str:
    tasks = summarise(split, name, records)["per_task"]
    drawn = bars([_bar(task, row) for task, row in tasks.items()])
    head = ("task", "episodes", "success", "false done", "seconds", "path m", "jerk m/s^3", "guard", "failures")
    rows = [
        (
            task,
            row["episodes"],
            _percent(row["success_rate"]),
            _percent(row["false_done_rate"]),
            row["median_seconds"],
            row["median_path_m"],
            row["median_jerk"],
            ", ".join(f"{kind} {count}" for kind, count in row["guard"].items() if count),
            ", ".join(f"{kind} {count}" for kind, count in row["failures"].items()),
        )
        for task, row in tasks.items()
    ]
    told = _run_with(evaluation.logs[split, name].header)
    parts = [f"<h2>{escape(name)}</h2>", told, drawn, _table(head, rows), _believed(records)]
    return "".join([*parts, _failures(evaluation, split, name, records)])


def _believed(records: Iterable[EpisodeRecord]) -> str:
    judged = [judged for record in records for judged in record.judged]
    return reliability_plot(reliability(*stated(judged))) if judged else ""


def _failures(evaluation: Evaluation, split: str, name: str, records: list[EpisodeRecord]) -> str:
    failed = [record for record in records if not record.success]
    if not failed:
        return "<p>No failure.</p>"
    counts = Counter(record.failure for record in failed)
    summary = ", ".join(f"{escape(kind)} {count}" for kind, count in counts.most_common())
    rows = [
        (r.number, r.task, r.instruction, str(r.failure) + (", claimed" if r.claimed else ""), r.reason) for r in failed
    ]
    films = [_film_link(evaluation, split, name, record.number) for record in failed]
    table = _table(("episode", "task", "said", "kind", "reason"), rows, films)
    return f"<details><summary>{len(failed)} failures: {summary}</summary>{table}</details>"


def _film_link(evaluation: Evaluation, split: str, name: str, number: int) -> str:
    film = evaluation.film_file(split, name, number)
    if film is None or not film.exists() or evaluation.plan.out is None:
        return ""
    return f'<a href="{escape(film.relative_to(evaluation.plan.out).as_posix())}">film</a>'


def _kinds() -> str:
    return _table(("kind", "meaning"), [(str(kind), MEANING[kind]) for kind in Failure if kind])


def _table(head: Sequence[str], rows: Iterable[Sequence[object]], links: Sequence[str] = ()) -> str:
    """A table of plain values; `links` are cells of HTML in front of the rows."""
    title = "".join(f"<th>{escape(name)}</th>" for name in (["", *head] if links else head))
    body = []
    for index, row in enumerate(rows):
        first = f"<td>{links[index]}</td>" if links else ""
        body.append(f"<tr>{first}{''.join(_cell(value) for value in row)}</tr>")
    return f"<table><tr>{title}</tr>{''.join(body)}</table>"


def _cell(value: object) -> str:
    style = ' class="number"' if isinstance(value, int | float) else ""
    return f"<td{style}>{escape(str(value))}</td>"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
