"""How far the confidences of reader and decoder can be believed: fits the numbers of `language.decoding.agreement`.

python benchmarks/agreement_calibration.py [DIR ...]    folders of sentences that the decoder was not trained on

For each way in which the two can stand to each other a logistic regression of "the reading is exact" on the logits of
both confidences is fitted, and printed with how many sentences it comes from. Half of the sentences are fitted, the
other half say how well the result is calibrated (`reliability`: of each tenth of the confidences, how many are exact).
Source: Platt 1999, "Probabilistic outputs for support vector machines".
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from vla_assistant.evaluate.sayings import Saying, is_right, load
from vla_assistant.language.decoding.agreement import alike, logit
from vla_assistant.language.decoding.opinion import opinion
from vla_assistant.language.reading.reader import read

SAID = Path(__file__).resolve().parent.parent / "tests" / "language" / "said" / "fresh"
PULL = 1.0
"""How strongly few sentences are kept from extreme numbers (ridge)."""
Case = tuple[float, float, bool]
"""Logit of the confidence that is judged, logit of the other one, and whether the reading is exact."""


def cases(saying: Saying) -> Iterator[tuple[str, Case]]:
    """What one sentence says about each way in which the two stand to each other."""
    request, seen = read(saying.text), opinion(saying.text)
    if seen is None:
        return
    own = logit(seen.probability)
    if seen.request is None:
        if request is not None:
            yield "refused", (logit(request.confidence), own, is_right(saying, request))
    elif request is None:
        yield "alone", (own, 0.0, is_right(saying, seen.request))
    elif alike(request, seen.request):
        yield "agreed", (own, logit(request.confidence), is_right(saying, seen.request))
    else:
        yield "decoded", (own, logit(request.confidence), is_right(saying, seen.request))
        yield "read", (logit(request.confidence), own, is_right(saying, request))


def fitted(known: Sequence[Case]) -> NDArray[np.float64]:
    """Constant and weights of both logits (3,), by Newton's method."""
    x = np.array([(1.0, own, other) for own, other, _ in known])
    right = np.array([exact for _, _, exact in known], dtype=np.float64)
    found, pull = np.zeros(3), PULL * np.diag([0.1, 1.0, 1.0])
    for _ in range(50):
        likely = 1 / (1 + np.exp(-x @ found))
        slope = x.T @ (right - likely) - pull @ found
        found = found + np.linalg.solve(x.T @ (x * (likely * (1 - likely))[:, None]) + pull, slope)
    return found


def reliability(known: Sequence[Case], found: NDArray[np.float64]) -> list[str]:
    """For each tenth of the confidence: its mean, and how many are exact."""
    tenths: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for own, other, exact in known:
        likely = float(1 / (1 + np.exp(-(found @ (1.0, own, other)))))
        tenths[min(int(likely * 10), 9)].append((likely, exact))
    return [
        f"{np.mean([likely for likely, _ in part]):.2f}: {sum(exact for _, exact in part)}/{len(part)}"
        for _, part in sorted(tenths.items())
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, default=[SAID])
    folders = parser.parse_args().folders
    sayings = [saying for folder in folders for saying in load(sorted(folder.glob("*.tsv")))]
    halves: list[dict[str, list[Case]]] = [defaultdict(list), defaultdict(list)]
    for number, saying in enumerate(sayings):
        for kind, case in cases(saying):
            halves[number % 2][kind].append(case)
    for kind in sorted(halves[0]):
        both = [*halves[0][kind], *halves[1][kind]]
        print(json.dumps({
            "name": "agreement_calibration", "kind": kind, "n": len(both),
            "constant_own_other": [round(float(weight), 2) for weight in fitted(both)],
            "reliability": reliability(halves[1][kind], fitted(halves[0][kind])),
        }))  # fmt: skip


if __name__ == "__main__":
    main()
