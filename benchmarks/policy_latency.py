"""How long the compact policy takes: a plan with its first chunk, and one chunk; wall and processor time.

Run: python benchmarks/policy_latency.py [--n N] [--engine torch|onnx] [--weights FILE] [--threads T]
Each time another simulated scene or pose, so nothing is kept from the time before. The values are wall time on a quiet
machine; `processor_ms` is what the thread itself used, whatever else runs. Levels: 60 ms and 12 ms at p95 on two cores.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from report import np, print_summary

from vla_assistant.data.table import Table
from vla_assistant.policies.compact import CompactPolicy, Config
from vla_assistant.sim.sampling import scene_for_steps
from vla_assistant.types import Observation, Reference, Step

CUBE, BOWL = Reference("cube", "blue"), Reference("bowl", "red")
STEPS = (Step("pick", CUBE), Step("place", CUBE, BOWL))
WARM_UP = 10
LEVELS_MS = {"plan_and_first_chunk": 60.0, "one_chunk": 12.0}


def observations(count: int) -> Iterator[Observation]:
    """Different pictures of different scenes; the arm's own pictures change from one to the next."""
    table = Table()
    for seed in range(count):
        if seed % 10 == 0:
            table.reset(scene_for_steps(STEPS, seed))
        seen = table.observe()
        shifted = {
            name: replace(frame, image=np.roll(frame.image, seed % 10, axis=1)) for name, frame in seen.frames.items()
        }
        yield replace(seen, frames=shifted)


def measure(ask: Callable[[Observation], object], seen: list[Observation]) -> tuple[list[float], list[float]]:
    """Wall and processor time of each question [ms]."""
    wall, processor = [], []
    for observation in seen:
        began, began_cpu = time.perf_counter(), time.process_time()
        ask(observation)
        processor.append((time.process_time() - began_cpu) * 1e3)
        wall.append((time.perf_counter() - began) * 1e3)
    return wall[WARM_UP:], processor[WARM_UP:]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=100)
    parser.add_argument("--engine", choices=("torch", "onnx"), default="torch")
    parser.add_argument("--weights", default="")
    parser.add_argument("--threads", type=int, default=1)
    chosen = parser.parse_args()
    began = time.process_time()
    policy = CompactPolicy(Config(weights=chosen.weights, engine=chosen.engine, threads=chosen.threads))
    loading: dict[str, Any] = {"engine": chosen.engine, "threads": chosen.threads}
    loading["load_processor_s"] = round(time.process_time() - began, 3)
    seen = list(observations(chosen.n + WARM_UP))
    questions: dict[str, Callable[[Observation], object]] = {
        "plan_and_first_chunk": lambda now: (policy.plan(STEPS, now), policy.act(now, STEPS[0])),
        "one_chunk": lambda now: policy.act(now, STEPS[0]),
    }
    for name, ask in questions.items():
        wall, processor = measure(ask, seen)
        median, p95 = (round(float(value), 3) for value in np.percentile(processor, [50, 95]))
        spent = {"processor_ms": {"median": median, "p95": p95}, "level_ms": LEVELS_MS[name]}
        print_summary(f"policy_{name}", wall, "ms", **spent, **loading)


if __name__ == "__main__":
    main()
