"""The tabletop as a gymnasium environment, `vla_assistant/Tabletop-v0`, for other people's policies.

    >>> from vla_assistant.sim.environment import register
    >>> register()
    >>> environment = gymnasium.make("vla_assistant/Tabletop-v0", split="unseen-seeds")

Its episodes are those of the suite `tabletop` (docs/suite.md). One step is one action of 0.1 s: dx dy dz [m] and
rotation vector [rad] in the base frame, gripper 0 closed to 1 open. The reward is 1 in the step in which the
instruction's success test holds, else 0; that ends the episode, or, where the episode has several commands, gives the
next instruction. An episode is cut off after 20 s for each step of what is asked.

Every action goes through the guard and the servo that the program and its evaluation use (`data.table`): it is clipped
or refused by the same limits, and `info["guard"]` says why, in sentences. What is refused moves nothing, and the time
passes all the same. When the guard holds the arm, because it pushes too hard, the episode ends without reward.
"""

from __future__ import annotations

import string
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from vla_assistant.data.table import PICTURE_SIZES, STEP_S, Table
from vla_assistant.errors import InputError
from vla_assistant.sim.sampling import scene_for_steps
from vla_assistant.sim.suite import SuiteEpisode, episode, seeds, words
from vla_assistant.sim.tasks import TaskMonitor
from vla_assistant.types import ACTION_WIDTH, ImageArray, RobotState, Step

NAME = "vla_assistant/Tabletop-v0"
LARGEST_ACTION = np.array([0.04, 0.04, 0.04, 0.25, 0.25, 0.25, 1.0], dtype=np.float32)
ACTIONS_PER_STEP = 200  # 20 s
FRONT, WRIST = 128, 64  # pixels
_PROPRIOCEPTION = 7 + 7 + 3 + 6 + 1
_CHARACTERS = string.ascii_letters + string.digits + string.punctuation + " "
_LONGEST_INSTRUCTION = 400
_EPISODES = 10_000
"""Episodes of which a reset without options draws one."""

Sight = dict[str, Any]


def register() -> None:
    """Make `gymnasium.make(NAME)` work; calling it again does nothing."""
    if NAME not in gymnasium.registry:
        where = f"{__name__}:{TabletopEnvironment.__name__}"
        gymnasium.register(NAME, entry_point=where)


class TabletopEnvironment(gymnasium.Env[Sight, NDArray[np.float32]]):
    """The suite `tabletop`, by instruction.

    `reset(options={"split": "camera", "number": 7, "seed": 0})` is one episode of the suite; without a number the seed
    of the environment draws one, and without a split it is one of the split given to the constructor.
    `reset(options={"steps": (Step(...), ...), "instruction": "..."})` asks for something else, in an ordinary scene.
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 10}  # noqa: RUF012 - gymnasium declares it so

    def __init__(self, render_mode: str | None = None, split: str = "unseen-seeds") -> None:
        if render_mode not in (None, "rgb_array"):
            raise InputError(f"The environment cannot draw in the mode {render_mode!r}; rgb_array is available.")
        seeds.seeds_of(split)  # says which splits there are
        self.render_mode = render_mode
        self._split = split
        self._table = Table()
        self._monitor: TaskMonitor | None = None
        self._commands: list[tuple[tuple[Step, ...], str]] = []
        self._done = self._left = 0
        low = -LARGEST_ACTION
        low[6] = 0.0
        self.action_space = spaces.Box(low, LARGEST_ACTION, dtype=np.float32)
        self.observation_space = spaces.Dict(
            {
                "front": spaces.Box(0, 255, (FRONT, FRONT, 3), np.uint8),
                "wrist": spaces.Box(0, 255, (WRIST, WRIST, 3), np.uint8),
                "proprioception": spaces.Box(-np.inf, np.inf, (_PROPRIOCEPTION,), np.float32),
                "instruction": spaces.Text(_LONGEST_INSTRUCTION, charset=_CHARACTERS),
            }
        )

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Sight, dict[str, Any]]:
        """A fresh scene that contains what the task names."""
        super().reset(seed=seed)
        given = options or {}
        told = self._lay_out(given) if given.get("steps") else self._load(self._chosen(given))
        self._done, self._left = 0, ACTIONS_PER_STEP * sum(len(steps) for steps, _ in self._commands)
        self._monitor = TaskMonitor(self._table.world, self._commands[0][0])
        return self._observe(), told

    def step(self, action: NDArray[np.float32]) -> tuple[Sight, float, bool, bool, dict[str, Any]]:
        """One action (7,), clipped to the action space and then under guard."""
        if self._monitor is None:
            raise InputError("The environment has no scene yet.", "Call reset() before step().")
        if np.shape(action) != (ACTION_WIDTH,):
            raise InputError(f"An action has {ACTION_WIDTH} numbers, not the shape {np.shape(action)}.")
        reasons = self._act(np.clip(action, self.action_space.low, self.action_space.high))  # type: ignore[attr-defined]
        self._left -= 1
        self._monitor.update()
        reached, reason, held = self._monitor.success, self._monitor.reason, self._table.arm.held
        if reached:
            self._next_command()
        success = self._done == len(self._commands)
        told = {"success": success, "reason": reason, "guard": reasons, "commands_done": self._done}
        return self._observe(), float(reached), success or bool(held), self._left <= 0, told

    def _chosen(self, given: dict[str, Any]) -> SuiteEpisode:
        number = given.get("number", int(self.np_random.integers(_EPISODES)))
        return episode(given.get("split", self._split), number, given.get("seed", 0))

    def _load(self, chosen: SuiteEpisode) -> dict[str, Any]:
        self._commands = list(zip(chosen.commands, chosen.instructions, strict=True))
        self._table.reset(chosen.scene, chosen.start_joints, chosen.start_gripper)
        return {"steps": chosen.steps, "task": chosen.task, "split": chosen.split, "number": chosen.number}

    def _lay_out(self, given: dict[str, Any]) -> dict[str, Any]:
        """The scene of steps that the caller chose."""
        steps = tuple(given["steps"])
        self._commands = [(steps, given.get("instruction") or words.plain(steps))]
        self._table.reset(scene_for_steps(steps, int(self.np_random.integers(2**31))))
        return {"steps": steps}

    def _next_command(self) -> None:
        """What was asked is done: watch the next command, when there is one."""
        self._done += 1
        if self._done < len(self._commands):
            self._monitor = TaskMonitor(self._table.world, self._commands[self._done][0])

    def _act(self, action: NDArray[np.float32]) -> tuple[str, ...]:
        """Let 0.1 s pass with as much of the action as the guard allows; what it said."""
        arm = self._table.arm
        began_s = arm.state.time_s
        verdict = self._table.act(action)
        self._table.rest(STEP_S - (arm.state.time_s - began_s))
        return (*verdict.reasons, arm.held) if arm.held else verdict.reasons

    def render(self) -> ImageArray:
        """The front picture, 384 pixels square."""
        size = PICTURE_SIZES["front"]
        return self._table.world.render("front", size, size)

    def close(self) -> None:
        self._table.close()

    def _observe(self) -> Sight:
        seen = self._table.observe()
        return {
            "front": averaged(seen.frames["front"].image, FRONT),
            "wrist": averaged(seen.frames["wrist"].image, WRIST),
            "proprioception": proprioception(seen.state),
            "instruction": self._commands[min(self._done, len(self._commands) - 1)][1],
        }


def averaged(picture: ImageArray, size: int) -> ImageArray:
    """A square picture made smaller by a whole factor, each pixel the mean of those it replaces."""
    factor = picture.shape[0] // size
    blocks = picture.reshape(size, factor, size, factor, 3).astype(np.uint16).sum(axis=(1, 3), dtype=np.uint32)
    return ((blocks + factor * factor // 2) // (factor * factor)).astype(np.uint8)


def proprioception(state: RobotState) -> NDArray[np.float32]:
    """Joints (7) [rad], velocities (7) [rad/s], tool position (3) [m], its first two axes (6), gripper (1)."""
    axes = state.T_base_tool[:3, :2].T.ravel()
    parts = (state.joints, state.velocities, state.T_base_tool[:3, 3], axes, [state.gripper])
    return np.concatenate(parts).astype(np.float32)
