"""How many of the sentences people say are read exactly as they were meant, and how long a reading takes [ms].

python benchmarks/understanding.py              sentences that nothing was built or trained on, but looked at
python benchmarks/understanding.py --written    those that the reader was built on and the decoder trained on
python benchmarks/understanding.py --show       those that are misread, with what was meant and read
python benchmarks/understanding.py --unopened   the held back third: figures only, never a sentence
python benchmarks/understanding.py --said DIR   sentences of your own, in files as in tests/language/said
python benchmarks/understanding.py --with both  who reads: reader, decoder, or the reader with the decoder's opinion
python benchmarks/understanding.py --app        the whole way: what the program proposes, asks and refuses

With --app every sentence is the first of a conversation, over a table with one of each thing that its meaning names.

`sure` are the readings that the program would propose: how many of them are exact, of how many commands, and how many
are of texts that ask for nothing or for what cannot be done.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.report import print_summary
from benchmarks.whole_app import App, meant, unlearnt
from vla_assistant import paths
from vla_assistant.evaluate.sayings import Saying, is_right, load
from vla_assistant.language.abilities import is_plain, plain_steps
from vla_assistant.language.decoding import considered, decode
from vla_assistant.language.meaning import Refused
from vla_assistant.language.reading.reader import read
from vla_assistant.language.request import Description, Request
from vla_assistant.language.vocabulary import load as known_things
from vla_assistant.types import SURE, PixelPoint, Reference, SeenThing, Step

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


COLOURS = ("red", "blue", "green", "yellow", "white", "black")
USUAL = (
    Description("cup", "red"),
    Description("cube", "blue"),
    Description("bowl", "green"),
    Description("plate", "white"),
)
"""On the table where a meaning names nothing."""


def table_of(request: Request | None) -> tuple[SeenThing, ...]:
    """One of each thing that the request names, side by side; what it leaves open has a colour that no other has."""
    acts = request.acts if request else ()
    named = [
        thing for act in acts for thing in (act.object, *act.anchors) if thing and thing.kind in known_things().things
    ]
    named = list(dict.fromkeys(Description(thing.kind, thing.colour) for thing in named or USUAL))
    coloured = {(thing.kind, thing.colour) for thing in named if thing.colour}
    for thing in named:
        if thing.colour is None and not any(kind == thing.kind for kind, _ in coloured):
            taken = {colour for _, colour in coloured}
            coloured.add((thing.kind, next(colour for colour in COLOURS if colour not in taken)))
    return tuple(
        SeenThing(Reference(kind, colour), PixelPoint("front", 0.15 + 0.14 * at, 0.45 + 0.12 * (at % 3), 0.97))
        for at, (kind, colour) in enumerate(sorted(coloured, key=str))
    )


def expected(request: Request, seen: Sequence[SeenThing]) -> tuple[Step, ...] | None:
    """The canonical steps of a request; None where the arm cannot do them or the words alone do not name all."""
    if not is_plain(request):
        return None
    words = known_things()
    try:
        steps = plain_steps(request, words, words.lexicon("en"))
    except Refused:
        return None
    return tuple(
        replace(step, object=_of(step.object, seen), destination=_of(step.destination, seen)) for step in steps
    )


def _of(named: Reference | None, seen: Sequence[SeenThing]) -> Reference | None:
    found = [thing.reference for thing in seen if named is not None and thing.reference.name == named.name]
    return named if named is None or named.colour or len(found) != 1 else found[0]


_CARRYING = ("place", "put_down", "give")


def joined(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Without a pick that only comes before the placing or handing over of the same thing: that is one motion."""
    after = [*steps[1:], None][: len(steps)]
    return tuple(
        step
        for step, then in zip(steps, after, strict=True)
        if not (step.skill == "pick" and then and then.skill in _CARRYING and then.object == step.object)
    )


def _group(request: Request | None, steps: tuple[Step, ...] | None) -> str:
    """How the sentence is counted."""
    if request is None:
        return "no_command"
    if unlearnt(request):
        return "not_learnt"
    return "judged" if steps else "not_judged"


def through_app(sayings: Sequence[Saying], named: str, show: bool) -> None:
    """What the program makes of each sentence: judged where there are canonical steps."""
    ways: dict[str, Counter[str]] = {name: Counter() for name in ("judged", "not_judged", "not_learnt", "no_command")}
    took_ms = []
    for saying in sayings:
        request = meant(saying.meaning) if saying.steps else None
        seen = table_of(request)
        held = None
        steps = expected(request, seen) if request and not unlearnt(request) else None
        if steps and steps[0].skill == "put_down":
            held = steps[0].object
        app = App(seen, held)
        begun_s = time.perf_counter()
        heard = app.say(saying.text)
        took_ms.append(1000 * (time.perf_counter() - begun_s))
        group = _group(request, steps)
        right = steps is not None and joined(heard.steps) == joined(steps)
        way = heard.way if group != "judged" or not heard.steps else "right" if right else "wrong"
        if heard.steps and heard.understanding and not heard.understanding.is_sure:
            way += "_not_sure"
        ways[group][way] += 1
        if show and ((group == "judged" and not right) or (group in ("not_learnt", "no_command") and heard.steps)):
            came = (
                heard.understanding.reason or heard.question or heard.steps if heard.understanding else "a closed word"
            )
            print(f"{group} {way}: {saying.text}\n    meant {saying.meaning}\n    came to {came}")
    print_summary(
        "understanding_app", took_ms, "ms", sentences=named,
        **{name: dict(sorted(found.items())) | {"of": found.total()} for name, found in ways.items()},
        says="judged: canonical steps of things named by kind and colour; not_judged: learnt, but named by place, "
        "number or order, or not possible with these things; not_learnt: skills and places beside that the arm refuses "
        "(neither right nor wrong, but nothing may be proposed); no_command: unsupported or asking for nothing; "
        "_not_sure: proposed as 'I am not sure I understood you'",
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--unopened", action="store_true")
    only.add_argument("--written", action="store_true")
    only.add_argument("--said", type=Path, help="a folder of .tsv files")
    parser.add_argument("--app", action="store_true", help="through the session and the conversation")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--with", dest="reader", choices=READERS, default="both")
    options = parser.parse_args()
    understood = READERS[options.reader]
    if options.unopened and options.show:
        parser.error("--unopened shows no sentence: nobody looks at these")
    kind = "unopened" if options.unopened else "written" if options.written else "fresh"
    folder = options.said or (paths.assets() / kind if options.written else SAID / kind)
    files = {file.stem: list(load([file])) for file in sorted(folder.glob("*.tsv"))}
    if options.app:
        through_app(
            [saying for sayings in files.values() for saying in sayings], str(options.said or kind), options.show
        )
        return
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
