"""Trains the stop spotter: streams of synthetic voices -> embeddings -> a small network (`make stop-words`).

Streams are kept, so that a run goes on where it was stopped and the network can be trained again in a minute.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from vla_assistant import paths
from vla_assistant.speech.stop_words.classifier import weights_file
from vla_assistant.train.stop_words.kept import kept
from vla_assistant.train.stop_words.learning import Features, Learning


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--streams", type=int, default=480, metavar="N", help="streams of 40 s")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="number of the first stream")
    parser.add_argument("--epochs", type=int, default=10, metavar="N", help="0 only makes the streams")
    parser.add_argument("--workers", type=int, default=2, metavar="N")
    parser.add_argument("--without", nargs="*", default=[], metavar="VOICE", help="voices left out, for validation")
    parser.add_argument("--out", type=Path, default=weights_file(), metavar="FILE")
    parser.add_argument("--cache", type=Path, default=paths.cache() / "stop_words", metavar="FOLDER")
    parser.add_argument("sentences", nargs="*", type=Path, metavar="LIST", help="talk; each third line is left out")
    arguments = parser.parse_args()
    make = partial(kept, arguments.cache, tuple(arguments.sentences), tuple(arguments.without))
    numbers = range(arguments.first, arguments.first + arguments.streams)
    start_s = time.monotonic()
    features = []
    for made in _all(make, numbers, arguments.workers):
        features.append(made)
        if len(features) % 20 == 0:
            print(json.dumps({"streams": len(features), "seconds": round(time.monotonic() - start_s)}), flush=True)
    if not arguments.epochs:
        return
    learning = Learning(features)
    for epoch, loss in enumerate(learning.epochs(arguments.epochs), 1):
        print(json.dumps({"epoch": epoch, "loss": round(loss, 4)}), flush=True)
    learning.save(arguments.out, {"streams": str(arguments.streams), "epochs": str(arguments.epochs)})


def _all(make: partial[Features], numbers: Sequence[int], workers: int) -> Iterator[Features]:
    if workers < 2:
        yield from map(make, numbers)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(make, numbers)


if __name__ == "__main__":
    main()
