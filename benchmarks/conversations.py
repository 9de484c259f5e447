"""Conversations with the arm, turn by turn: what each comes to, compared with what the writers of the scripts meant.

The scripts are tests/language/said/conversations; every proposal that no next turn changes is carried out in a small
model of the table, so that things lie where a conversation has left them. `--show` prints what went wrong. All of them
have been looked at while the program was written; for an honest figure let somebody write new ones (`--scripts`).

`--app` plays them through the session and the conversation. The writers took the arm for one that can do everything, so
a turn that this arm refuses is counted as not learnt, and from there on the conversation is another one than that of
the script: what follows is counted as `after`. Neither is right or wrong.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.report import print_summary
from vla_assistant.language import places, tasks, vocabulary
from vla_assistant.language.dialogue import Dialogue
from vla_assistant.language.memory import apart, found_again
from vla_assistant.language.reading.reader import read
from vla_assistant.language.resolution import ResolvedAct
from vla_assistant.language.turn import WITH_ACTS, Turn
from vla_assistant.language.vocabulary import Thing
from vla_assistant.types import PixelPoint, Reference, SeenThing

SCRIPTS = Path(__file__).resolve().parent.parent / "tests" / "language" / "said" / "conversations"
ACROSS = {"left": 0.22, "middle": 0.5, "right": 0.78}
TOWARDS_USER = {"far": 0.3, "middle": 0.52, "near": 0.76}
RAISED, ON_TOP = 0.15, 0.01
"""How much higher in the picture a thing is seen in the hand, and on another."""
WAITING = {"wait": "waiting", "moving": "moving"}
KEEPING = ("nothing", "help", "repeat", "understood", "slower", "faster", "nudge", "pause", "resume")
"""Turns after which what was going on still is."""
_ASKING = ("help", "repeat", "understood", "nothing")
_KINDS = (
    "ask",
    "confirm",
    "cancel",
    "slower",
    "faster",
    "pause",
    "resume",
    "stop",
    "help",
    "repeat",
    "understood",
    "unsupported",
    "nothing",
)


@dataclass(frozen=True)
class Said:
    """One turn of a script: what is said and what it means, in the notation of the scripts."""

    text: str
    meaning: str


@dataclass(frozen=True)
class Script:
    """A conversation: its things by the names the meanings use, and its turns."""

    name: str
    things: Mapping[str, SeenThing]
    turns: tuple[Said, ...]


def scripts(folder: Path = SCRIPTS) -> Iterator[Script]:
    """All scripts, in the order of their files."""
    for file in sorted(folder.glob("*.txt")):
        for index, part in enumerate(re.split(r"(?m)^## ", file.read_text(encoding="utf-8"))[1:]):
            title, _, body = part.partition("\n")
            listed = re.search(r"(?m)^things: (.*)$", body)
            turns = tuple(Said(*map(str.strip, found)) for found in re.findall(r"(?m)^> (.*)\n= (.*)$", body))
            yield Script(f"{file.stem} {index} {title}", _things(listed[1] if listed else ""), turns)


def _things(listed: str) -> dict[str, SeenThing]:
    """The listed things by colour and noun, with their place in square brackets where two are alike."""
    entries = [entry.strip().partition(" @ ") for entry in listed.split(";")]
    names = [name for name, _, _ in entries]
    found = {}
    for name, _, place in entries:
        colour, noun = name.split()
        across, towards = place.split()
        point = PixelPoint("front", ACROSS[across], TOWARDS_USER[towards], 0.97)
        found[f"{name} [{place}]" if names.count(name) > 1 else name] = SeenThing(Reference(noun, colour), point)
    return found


class Table:
    """Where the things of a script are while it is played."""

    def __init__(self, things: Mapping[str, SeenThing]) -> None:
        self.things = dict(things)

    @property
    def seen(self) -> tuple[SeenThing, ...]:
        return tuple(self.things.values())

    def name(self, thing: SeenThing) -> str:
        """The name by which the script calls it."""
        now = found_again(thing, self.seen)
        return next(name for name, other in self.things.items() if other == now)

    def carry_out(self, acts: Sequence[ResolvedAct]) -> None:
        """Move the things as the acts do; what was picked up is seen in the raised hand."""
        for act in acts:
            if act.object is None:
                continue
            name = self.name(act.object)
            returns = act.skill == tasks.RETURN
            anchors = act.anchors if returns else tuple(self.things[self.name(thing)] for thing in act.anchors)
            point = tasks.landing(replace(act, anchors=anchors), self.things[name].point)
            raised = RAISED if act.skill == "pick" else ON_TOP if act.relation in places.INSIDE else 0.0
            moved = replace(self.things[name], point=replace(point, v=point.v - raised))
            self.things[name] = apart(moved, [thing for other, thing in self.things.items() if other != name])


def told(turn: Turn, table: Table) -> str:
    """The turn in the notation of the scripts."""
    if turn.kind == "ask" and turn.question is not None:
        return f"ask({' | '.join(sorted(table.name(choice.thing) for choice in turn.question.choices))})"
    if turn.kind == "nudge":
        return f"nudge({turn.direction})"
    if turn.kind not in WITH_ACTS:
        return turn.kind
    constraints = [*sorted(turn.manner), *(f"avoid {table.name(thing)}" for thing in turn.avoid)]
    acts = "; ".join(_told(act, table) for act in turn.acts)
    return acts + (f" | {', '.join(constraints)}" if constraints else "")


def _told(act: ResolvedAct, table: Table) -> str:
    where = f"{act.relation} {' & '.join(map(table.name, act.anchors))}" if act.relation else ""
    thing = table.name(act.object) if act.object else ""
    return f"{act.skill}({', '.join(filter(None, (thing, where, act.direction, act.amount)))})"


def plain(meaning: str) -> str:
    """The meaning without what counts as the same.

    That is a pick before placing or giving it, in or on as the carrier decides, the order of choices, what goes on.
    """
    meaning = re.sub(r"^(wait|moving|instead): ", "", meaning)
    if asked := re.fullmatch(r"ask\((.*)\)", meaning):
        return f"ask({' | '.join(sorted(choice.strip() for choice in asked[1].split('|')))})"
    meaning = re.sub(r"pick\(([^()]*)\); (?=(place\(\1,|give\(\1\)))", "", meaning)
    meaning = re.sub(r", in (\w+ (plate|cube|can|ball))", r", on \1", meaning)
    return re.sub(r", (in|on) (\w+ (bowl|cup))", r", in \2", meaning)


def expected_kind(meaning: str) -> str:
    """The kind of turn, for the figures by kind."""
    head = re.match(r"[a-z_]+", re.sub(r"^(wait|moving): ", "", meaning))
    word = head[0] if head else ""
    if meaning.startswith("instead"):
        return "instead"
    return word if word in (*_KINDS, "nudge", "return") else "steps"


def right(said: Said, turn: Turn, table: Table, paused: bool = False) -> bool:
    """Whether the turn is what the script says; a motion in place of another must be told as such.

    Not of a paused one: what is asked for then comes in its place by any name.
    """
    if not paused and said.meaning.startswith("instead") != (turn.kind == "instead"):
        return False
    return any(plain(told(turn, table)) == plain(meaning) for meaning in meanings(said.meaning, table))


def meanings(meaning: str, table: Table) -> Iterator[str]:
    """The meaning; where a thing is "any brown ball", with each of these."""
    found = re.search(r"any (\w+ \w+)", meaning)
    names = [name for name in table.things if found and name.partition(" [")[0] == found[1]]
    yield from (meaning.replace(found[0], name) for name in names) if found else (meaning,)


def play(script: Script, things: Mapping[str, Thing] | None, show: bool) -> Iterator[tuple[str, bool, float]]:
    """Each turn of the script: its kind, whether it was right, and how long it took [s]."""
    dialogue, table = Dialogue(things=things), Table(script.things)
    phase = "idle"
    planned: tuple[ResolvedAct, ...] = ()
    paused = False
    for said in script.turns:
        if phase == "idle":
            table.carry_out(planned)
            planned = ()
            if said.meaning != "resume":
                dialogue.ended(done=True)
        start = time.perf_counter()
        turn = dialogue.hear(said.text, table.seen, phase)
        took = time.perf_counter() - start
        if turn.kind in WITH_ACTS and phase == "moving" and turn.kind != "instead":
            table.carry_out(planned)
        if dialogue.past.awaited:
            dialogue.ended(done=False)
        good = right(said, turn, table, paused)
        if show and not good:
            came = f"{turn.kind}: {told(turn, table)}  (reader: {read(said.text)}) {turn.says}"
            print(f"{script.name} [{phase}]\n   > {said.text}\n   = {said.meaning}\n   ! {came}", file=sys.stderr)
        yield expected_kind(said.meaning), good, took
        if turn.kind in WITH_ACTS:
            planned = turn.acts
        elif turn.kind == "cancel":
            planned = ()
        phase = after(said.meaning, phase)
        paused = phase == "moving" and (said.meaning == "pause" or (paused and said.meaning in _ASKING))


def after(meaning: str, phase: str) -> str:
    """What is going on once that turn has been said; after a resume the motion is carried out, as the rules say."""
    prefix = meaning.partition(":")[0]
    if prefix in WAITING:
        return WAITING[prefix]
    if meaning.startswith("ask("):
        return "asked"
    return phase if expected_kind(meaning) in KEEPING and meaning != "resume" else "idle"


def able() -> dict[str, Thing]:
    """The vocabulary's things as the writers of the scripts took them, who did not know what this arm cannot lift."""
    known = vocabulary.load().things
    return {name: replace(thing, lift=True, push=True, holds=tuple(known)) for name, thing in known.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--this-arm", action="store_true", help="with what this arm can lift and what holds what")
    parser.add_argument("--show", action="store_true", help="print what went wrong to stderr")
    parser.add_argument("--app", action="store_true", help="through the session and the conversation")
    parser.add_argument("--scripts", type=Path, default=SCRIPTS, help="a folder of scripts in .txt files")
    options = parser.parse_args()
    chosen = list(scripts(options.scripts))
    if options.app:
        from benchmarks.conversations_app import main_app

        main_app(chosen, options.show)
        return
    things = None if options.this_arm else able()
    kinds: dict[str, list[bool]] = defaultdict(list)
    whole, seconds = 0, []
    for script in chosen:
        rows = list(play(script, things, options.show))
        whole += all(good for _, good, _ in rows)
        seconds += [took for _, _, took in rows]
        for kind, good, _ in rows:
            kinds[kind].append(good)
    by_kind = {kind: f"{sum(goods)}/{len(goods)}" for kind, goods in sorted(kinds.items())}
    turns_right = sum(sum(goods) for goods in kinds.values())
    print_summary(
        "conversations",
        seconds,
        "s",
        scripts=len(chosen),
        scripts_right=whole,
        turns_right=turns_right,
        by_kind=by_kind,
    )


if __name__ == "__main__":
    main()
