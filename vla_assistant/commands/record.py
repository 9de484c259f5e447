"""`vla-assistant record`: demonstrations with the connected arm and cameras, as a LeRobotDataset v3."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from vla_assistant.commands.ending import terminable
from vla_assistant.commands.options import ConfigFile, Seed, Sets, settings_of
from vla_assistant.commands.terminal_keys import TerminalKeys, terminal_keys

if TYPE_CHECKING:
    from vla_assistant.config import Settings
    from vla_assistant.data.features import Feature
    from vla_assistant.runtime.recording import Mark, Start, Task
    from vla_assistant.runtime.recording_cell import RecordingCell
    from vla_assistant.runtime.recording_drivers import Driver

INTERRUPTED = 130
TASK = "pick up the red cup"
OTHER_SIZE = 128
"""Edge of the pictures of cameras that the compact policy does not know [pixels]."""


def record(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the dataset; an existing one is added to.")],
    task: Annotated[
        list[str] | None, typer.Option(metavar="TEXT", help="What is demonstrated; may be given again, taken in turn.")
    ] = None,
    episodes: Annotated[int, typer.Option(min=1, help="How many demonstrations to keep.")] = 10,
    by: Annotated[
        Literal["keyboard", "policy", "hand"],
        typer.Option(help="Who moves the arm: keys, the policy, or a hand at an arm that can be guided."),
    ] = "keyboard",
    size: Annotated[
        int, typer.Option(min=0, max=1080, help="Edge of the pictures [pixels]; 0 takes the compact policy's own.")
    ] = 0,
    seed: Seed = None,
    sets: Sets = None,
    config_file: ConfigFile = None,
) -> None:
    """Record demonstrations with the arm and the cameras of config.toml, under guard; a real arm moves at 25 % speed.

    Each demonstration is on the disk once you have kept it. A task of several steps becomes one episode a step.

    Example: vla-assistant record --out own --task "pick up the red cup" --episodes 50
    """
    pace = "realtime" if by == "keyboard" else "lockstep"
    seeded = [f"simulation.seed={seed}"] if seed is not None else []
    settings = settings_of(config_file, [*(sets or ()), *seeded], [f"simulation.pace={pace}"])
    try:
        with terminable(), terminal_keys() as keys:
            _record(settings, keys, out, task or [TASK], episodes, by, size)
    except KeyboardInterrupt as interrupt:
        reason = str(interrupt) or "you pressed Ctrl-C"
        print(f"Stopped: {reason}. What was kept is in {out}.", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None


def _record(
    settings: Settings, keys: TerminalKeys, out: Path, texts: list[str], episodes: int, by: str, size: int
) -> None:
    from vla_assistant.data.recording_store import RecordingStore
    from vla_assistant.runtime import recording
    from vla_assistant.runtime.recording_cell import RecordingCell, with_safe_speed

    tasks = [recording.Task.of(text) for text in texts]
    for one in tasks:
        print(_about(one))
    with RecordingCell(with_safe_speed(settings), tasks[0].steps, _warn) as cell:
        sizes = _sizes(cell, size)
        store = RecordingStore(out, _columns(sizes), settings.use.arm)
        seed = settings.simulation.seed + store.episodes
        user = TerminalUser(keys, cell)
        try:
            driver = _driver(by, settings, cell)
            for made in recording.record(cell, driver, store, tasks, episodes, user, sizes=sizes, seed=seed):
                done = "done" if made.success else "failed"
                print(
                    f"{made.kept}/{made.total} {made.task}: {done}, {made.frames} frames; {out} holds "
                    f"{made.episodes} episodes"
                )
        except KeyboardInterrupt as interrupt:
            cell.stop(str(interrupt) or "you pressed Ctrl-C")
            raise
        print(f"{out} holds {store.episodes} episodes.")


def _about(task: Task) -> str:
    from vla_assistant import language

    if task.steps:
        return f"{task.text!r}: {language.describe(task.steps)}."
    return f"! {task.text!r} is no command that I understand: the compact policy cannot learn from it, others may."


def _sizes(cell: RecordingCell, size: int) -> dict[str, int]:
    """Camera -> edge of its recorded pictures [pixels]; video needs even ones."""
    from vla_assistant.data.supervision import SIZES

    return {camera: (size or SIZES.get(camera, OTHER_SIZE)) // 2 * 2 for camera in cell.observe().frames}


def _columns(sizes: dict[str, int]) -> dict[str, Feature]:
    from vla_assistant.data.features import picture_feature, picture_key

    return {picture_key(camera): picture_feature(edge, edge) for camera, edge in sizes.items()}


def _driver(by: str, settings: Settings, cell: RecordingCell) -> Driver:
    from vla_assistant import registry
    from vla_assistant.policies.execution import execute_in
    from vla_assistant.runtime.recording_drivers import KEYS_HELP, HandDriver, KeyboardDriver, PolicyDriver

    if by == "hand":
        return HandDriver(cell)
    if by == "policy":
        name = settings.use.policy
        config = settings.backend("policies", name)
        policy = registry.backend("policies", name).create(config)
        return PolicyDriver(policy, execute_in(config), settings.session.step_timeout_s)
    print(KEYS_HELP)
    return KeyboardDriver(cell.time_s, cell.tool_speed)


class TerminalUser:
    """The person at the terminal; when no more keys come from a script, that is the end."""

    def __init__(self, keys: TerminalKeys, cell: RecordingCell) -> None:
        self._keys, self._cell = keys, cell

    def start(self, task: Task, number: int, total: int) -> Start:
        from vla_assistant.runtime.recording import Start

        print(
            f"[{number}/{total}] {task.text}. Enter: the arm goes home and recording begins; u: throw away the last "
            "one; q: end."
        )
        answers = {"enter": Start.BEGIN, "u": Start.DROP_LAST, "q": Start.END}
        while True:
            key = self._answer({*answers, "r"} if self._cell.held else set(answers), "q")
            if key == "r":
                self._cell.resume()
            elif key == "enter" and self._cell.held:
                print(f"! {self._cell.held} r resumes.")
            else:
                return answers[key]

    def keys(self, by_keys: bool) -> tuple[str, ...]:
        try:
            waits = by_keys and (self._cell.lockstep or not self._keys.live)
            return self._keys.wait() if waits else self._keys.pressed()
        except EOFError:
            return ("x",)

    def mark(self, task: Task) -> Mark:
        from vla_assistant.runtime.recording import Mark

        print(f"Was it done: {task.text}? y: yes, keep it; n: no, keep it as failed; d: throw it away, once more.")
        marks = {"y": Mark.SUCCESS, "n": Mark.FAILURE, "d": Mark.DISCARD}
        return marks[self._answer(set(marks), "d")]

    def tell(self, sentence: str) -> None:
        print(f"  {sentence}", flush=True)

    def _answer(self, allowed: set[str], at_the_end: str) -> str:
        """The first of these keys that is pressed from now on."""
        sys.stdout.flush()
        self._keys.pressed()  # what was pressed before the question is no answer to it
        while True:
            try:
                pressed = self._keys.wait()
            except EOFError:
                return at_the_end
            for key in pressed:
                if key in allowed:
                    return key


def _warn(sentence: str) -> None:
    print(f"! {sentence}", file=sys.stderr, flush=True)
