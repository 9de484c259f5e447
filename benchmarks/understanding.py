"""How many of the sentences people say are read exactly as they were meant, and how long a reading takes [ms].

python benchmarks/understanding.py              sentences that nothing was built or trained on, but looked at
python benchmarks/understanding.py --written    those that the reader was built on and the decoder trained on
python benchmarks/understanding.py --show       those that are misread, with what was meant and read
python benchmarks/understanding.py --unopened   the held back third: figures only, never a sentence
python benchmarks/understanding.py --said DIR   sentences of your own, in files as in tests/language/said
python benchmarks/understanding.py --with both  who reads: reader, decoder, or the reader with the decoder's opinion

`sure` are the readings that the program would propose: how many of them are exact, of how many commands, and how many
are of texts that ask for nothing or for what cannot be done.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.report import print_summary
from vla_assistant import paths
from vla_assistant.evaluate.sayings import Saying, is_right, load
from vla_assistant.language.decoding import considered, decode
from vla_assistant.language.reading.reader import read
from vla_assistant.language.request import Request
from vla_assistant.types import SURE

SAID = Path(__file__).resolve().parent.parent / "tests" / "language" / "said"
Reading = tuple[Saying, Request | None]


def both(text: str) -> Request | None:
    return considered(text, read(text))


READERS: dict[str, Callable[[str], Request | None]] = {"reader": read, "decoder": decode, "both": both}


def share(readings: Sequence[Reading]) -> dict[str, Any]:
    """How many are right, of how many, in percent."""
    right = sum(is_right(saying, request) for saying, request in readings)
    return {"right": right, "of": len(readings), "percent": round(100 * right / max(len(readings), 1), 1)}


def groups(readings: Sequence[Reading]) -> dict[str, dict[str, Any]]:
    """The figures that the issue asks for."""
    commands = [entry for entry in readings if entry[0].steps]
    sure = [entry for entry in readings if entry[1] is not None and entry[1].confidence >= SURE]
    sure_commands = [entry for entry in sure if entry[0].steps]
    return {
        "steps_1_3": share([entry for entry in commands if entry[0].steps <= 3]),
        "steps_4_6": share([entry for entry in commands if entry[0].steps > 3]),
        "unsupported_refused": share([entry for entry in readings if entry[0].meaning == "unsupported"]),
        "nothing_refused": share([entry for entry in readings if entry[0].meaning == "nothing"]),
        "sure": share(sure_commands) | {"commands": len(commands), "of_no_command": len(sure) - len(sure_commands)},
        "supported_refused": {"count": sum(request is None for _, request in commands), "of": len(commands)},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--unopened", action="store_true")
    only.add_argument("--written", action="store_true")
    only.add_argument("--said", type=Path, help="a folder of .tsv files")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--with", dest="reader", choices=READERS, default="both")
    options = parser.parse_args()
    understood = READERS[options.reader]
    if options.unopened and options.show:
        parser.error("--unopened shows no sentence: nobody looks at these")
    kind = "unopened" if options.unopened else "written" if options.written else "fresh"
    folder = options.said or (paths.assets() / kind if options.written else SAID / kind)
    files = {file.stem: list(load([file])) for file in sorted(folder.glob("*.tsv"))}
    readings: dict[str, list[Reading]] = {style: [] for style in files}
    took_ms = []
    understood("pick up the red cup")  # the words and weights are loaded once
    for style, sentences in files.items():
        for saying in sentences:
            begun_s = time.perf_counter()
            readings[style].append((saying, understood(saying.text)))
            took_ms.append(1000 * (time.perf_counter() - begun_s))
    if options.show:
        for saying, request in (entry for entries in readings.values() for entry in entries):
            if not is_right(saying, request):
                print(f"{saying.text}\n    meant {saying.meaning}\n    read  {request or 'nothing'}")
        return
    everything = [entry for entries in readings.values() for entry in entries]
    styles = {style: share([e for e in entries if e[0].steps])["percent"] for style, entries in readings.items()}
    sentences_read = str(options.said or kind)
    print_summary(
        "understanding", took_ms, "ms", sentences=sentences_read, read_by=options.reader, **groups(everything),
        commands_by_style=styles,
    )  # fmt: skip


if __name__ == "__main__":
    main()
