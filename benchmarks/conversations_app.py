"""The scripts of `conversations.py` played through the session and the conversation; run it with its `--app`."""

from __future__ import annotations

import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from benchmarks.conversations import KEEPING, WAITING, Said, Script, Table, expected_kind, meanings, plain
from benchmarks.report import print_summary
from benchmarks.whole_app import App, Heard, meant, unlearnt
from vla_assistant.events import Confirmed, Paused, RunEnded, Stopped, WentOn
from vla_assistant.language import Hand, vocabulary
from vla_assistant.language.abilities import is_plain, plain_steps
from vla_assistant.language.meaning import Refused, Unclear, one_handed
from vla_assistant.language.phrasebook_file import load as phrasebook
from vla_assistant.language.resolution import ResolvedAct
from vla_assistant.session import messages as m
from vla_assistant.types import Intent, Reference, Result, Step


def play_through_app(script: Script, show: bool) -> Iterator[tuple[str, str, float]]:
    """Each turn of the script in the program: its kind, "right", "wrong", "not learnt" or "after", and its time [s]."""
    table = Table(script.things)
    app = App(table.seen)
    left = False
    for said in script.turns:
        if app.stopped and said.meaning != "resume":
            app.resume()
        start = time.perf_counter()
        heard = app.say(said.text)
        took = time.perf_counter() - start
        outcome = judged(said, heard, table, app.held)
        if left:
            outcome = "after"
        elif show and outcome == "wrong":
            reason = heard.understanding.reason if heard.understanding else ""
            came = f"{app_told(heard, table)} {heard.question} {reason}"
            print(f"{script.name}\n   > {said.text}\n   = {said.meaning}\n   ! {came}", file=sys.stderr)
        yield expected_kind(said.meaning), outcome, took
        left = left or outcome == "not learnt"
        waits, moves = (said.meaning.startswith(f"{word}:") for word in WAITING)
        if not waits and expected_kind(said.meaning) not in KEEPING:
            app.confirm()
        if not moves and (expected_kind(said.meaning) not in KEEPING or said.meaning == "resume"):
            app.finish()
        table.carry_out(_as_acts(app.done, table))
        app.done.clear()
        app.seen = table.seen


def _as_acts(steps: Sequence[Step], table: Table) -> tuple[ResolvedAct, ...]:
    """The steps on what lies on the table."""
    found = {thing.reference: thing for thing in table.seen}
    return tuple(
        ResolvedAct(
            step.skill,
            found[step.object],
            "on" if step.destination in found else "",
            (found[step.destination],) if step.destination in found else (),
            step.destination.name if step.skill == "push" and step.destination else "",
        )
        for step in steps
        if step.object in found
    )


def judged(said: Said, heard: Heard, table: Table, held: Reference | None) -> str:
    """Whether the turn is what the script says, as far as the program can express it."""
    wanted = plain(said.meaning)
    came = plain(app_told(heard, table))
    kind = expected_kind(said.meaning)
    if kind in ("nothing", "unsupported"):
        return "right" if came in ("nothing", "help", "understood", "ask()") else "wrong"
    if kind == "ask":
        return _asked_right(wanted, heard)
    if kind not in ("steps", "instead", "return"):
        return "right" if came == wanted else "wrong"
    if kind == "return" or "return(" in wanted:
        back = {re.sub(r" \[.*", "", name) for name in re.findall(r"return\(([^()]*)\)", wanted)}
        if heard.steps and {str(step.object) for step in heard.steps} == back:
            return "right"
        return "wrong" if heard.steps else "not learnt"
    told = tuple(meanings(wanted, table))
    if any("[" in meaning or not _can(meaning, table, held) for meaning in told):
        return "wrong" if heard.steps else "not learnt"
    return "right" if any(plain(meaning) == came for meaning in told) else "wrong"


def _asked_right(wanted: str, heard: Heard) -> str:
    """Whether exactly these things are asked about; where all look alike, the arm cannot be directed to one of them."""
    offered = re.sub(r" \[[^]]*\]", "", wanted).removeprefix("ask(").removesuffix(")").split(" | ")
    if len(set(offered)) < len(offered):
        return "wrong" if heard.steps else "not learnt"
    choices = heard.understanding.choices if heard.understanding else ()
    named = sorted(" ".join(choice.removeprefix("the ").split()[:2]) for choice in choices)
    return "right" if named == sorted(offered) else "wrong"


def _can(meaning: str, table: Table, held: Reference | None) -> bool:
    """Whether the arm has learnt all of it, can do it with these things, and has its hand free for it."""
    request = meant(meaning)
    if request is None or unlearnt(request) or not is_plain(request):
        return False
    words = vocabulary.load()
    try:
        steps = plain_steps(request, words, words.lexicon("en"))
        one_handed(steps, Hand(held), phrasebook())
    except (Refused, Unclear):
        return False
    return True


def app_told(heard: Heard, table: Table) -> str:
    """What came of the text in the program, in the notation of the scripts."""
    understanding = heard.understanding
    if understanding is None:
        return _told_at_once(heard)
    if understanding.steps:
        steps = "; ".join(_step_told(step) for step in understanding.steps)
        return steps + (f" | {', '.join(sorted(understanding.manner))}" if understanding.manner else "")
    if understanding.question:
        return f"ask({' | '.join(understanding.choices)})"
    if understanding.intent is Intent.CONTROL:
        return understanding.reason
    if understanding.intent is Intent.QUESTION:
        return "understood" if understanding.reason.startswith(("I understood", "You have asked")) else "help"
    closed = {Intent.YES: "confirm", Intent.NO: "cancel", Intent.CANCEL: "cancel", Intent.STOP: "stop"}
    return closed.get(understanding.intent, "nothing")


def _told_at_once(heard: Heard) -> str:
    """What a closed word or an interjection came to."""
    for event, kind in ((Confirmed, "confirm"), (Stopped, "stop"), (Paused, "pause"), (WentOn, "resume")):
        if heard.told(event):
            return kind
    for effect in heard.effects:
        match effect:
            case m.Nudge(direction=direction):
                return f"nudge({direction})"
            case m.Pace(share):
                return "slower" if share < 1.0 else "faster"
            case m.Publish(event=RunEnded(outcome=outcome)) if outcome.result is Result.CANCELLED:
                return "cancel"
    return "nothing"


def _step_told(step: Step) -> str:
    if step.skill == "place" and step.destination is not None:
        return f"place({step.object}, on {step.destination})"
    where = f", {step.destination}" if step.skill == "push" else ""
    return f"{step.skill}({step.object or ''}{where})"


def main_app(chosen: Sequence[Script], show: bool) -> None:
    """The figures of `--app`."""
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    seconds, followed, whole = [], 0, 0
    for script in chosen:
        rows = list(play_through_app(script, show))
        outcomes = {outcome for _, outcome, _ in rows}
        followed += outcomes <= {"right", "wrong"}
        whole += outcomes == {"right"}
        seconds += [took for _, _, took in rows]
        for kind, outcome, _ in rows:
            kinds[kind][outcome] += 1
    total = sum(kinds.values(), Counter())
    judged_turns = total["right"] + total["wrong"]
    print_summary(
        "conversations_app", seconds, "s", scripts=len(chosen), scripts_within_what_is_learnt=followed,
        scripts_right=whole, turns=dict(total), turns_right=f"{total['right']}/{judged_turns}",
        by_kind={kind: dict(found) for kind, found in sorted(kinds.items())},
        says="not learnt: what this arm refuses (skills, things it cannot lift, a full hand, one of two alike things, "
        "an exact place to bring back to); after: later turns of such a script; neither is right or wrong",
    )  # fmt: skip
