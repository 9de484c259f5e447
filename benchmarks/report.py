"""What every benchmark prints: one JSON object with the same keys."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import vla_assistant  # noqa: F401  before numpy: it says how many threads that may use

import numpy as np  # isort: skip


def machine() -> str:
    """Processor, cores and system, as far as this machine tells."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        model = names[0].partition(":")[2].strip() if names else model
    return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}"


def summary(name: str, values: Sequence[float], unit: str, **extra: Any) -> dict[str, Any]:
    """The common keys over `values`, rounded to four digits, then what else the benchmark has to say.

    Raises:
        ValueError: nothing was measured.
    """
    if not len(values):
        raise ValueError(f"benchmark {name}: nothing was measured")
    median, p95, p99 = np.percentile(np.asarray(values, dtype=float), [50, 95, 99])
    figures = {"median": median, "p95": p95, "p99": p99, "max": max(values)}
    rounded = {key: round(float(value), 4) for key, value in figures.items()}
    return {"name": name, "n": len(values), **rounded, "unit": unit, "machine": machine(), **extra}


def print_summary(name: str, values: Sequence[float], unit: str, **extra: Any) -> None:
    """Print `summary` as one line."""
    print(json.dumps(summary(name, values, unit, **extra)), flush=True)
