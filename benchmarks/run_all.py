"""Run every benchmark and renew the table in docs/benchmarks.md."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
TABLE = HERE.parent / "docs" / "benchmarks.md"
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"
NO_BENCHMARK = {"ablations.py", "conversations_app.py", "report.py", "run_all.py", "whole_app.py"}


def run(file: Path) -> list[dict[str, Any]]:
    """The JSON objects that one benchmark printed; an empty list, and a line on stderr, when it failed."""
    print(f"running {file.name} ...", file=sys.stderr)
    result = subprocess.run([sys.executable, str(file)], capture_output=True, text=True)
    if result.returncode:
        print(f"{file.name} failed: {result.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return []
    return [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]


def rows(results: list[dict[str, Any]]) -> str:
    """The results as a Markdown table; what a benchmark adds to the common keys goes into the last column."""
    common = ("name", "n", "median", "p95", "p99", "max", "unit")
    lines = ["| " + " | ".join((*common, "more")) + " |", "|" + "---|" * (len(common) + 1)]
    for result in results:
        more = {key: value for key, value in result.items() if key not in (*common, "machine")}
        cells = [str(result[key]) for key in common] + [json.dumps(more) if more else ""]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> int:
    files = [file for file in sorted(HERE.glob("*.py")) if file.name not in NO_BENCHMARK]
    results = [result for file in files for result in run(file)]
    if not results:
        return 1
    head, _, rest = TABLE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, tail = rest.partition(END)
    stamp = f"Measured {datetime.now(UTC):%Y-%m-%d} on {results[0]['machine']}."
    TABLE.write_text(f"{head}{BEGIN}\n{stamp}\n\n{rows(results)}\n{END}{tail}", encoding="utf-8")
    print(rows(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
