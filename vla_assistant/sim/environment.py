"""The tabletop as a gymnasium environment, `vla_assistant/Tabletop-v0`, for other people's policies.

    >>> from vla_assistant.sim.environment import register
    >>> register()
    >>> environment = gymnasium.make("vla_assistant/Tabletop-v0")

One step is one action of 0.1 s: dx dy dz [m] and rotation vector [rad] in the base frame, gripper 0 closed to 1 open.
The reward is 1 in the step in which the instruction's success test holds, else 0; that ends the episode.

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
from vla_assistant.sim import things
from vla_assistant.sim.scene import Look, sample_look, scene_for_steps
from vla_assistant.sim.tasks import TaskMonitor
from vla_assistant.types import ACTION_WIDTH, ImageArray, Reference, RobotState, Step

NAME = "vla_assistant/Tabletop-v0"
LARGEST_ACTION = np.array([0.04, 0.04, 0.04, 0.25, 0.25, 0.25, 1.0], dtype=np.float32)
LONGEST_EPISODE = 300  # steps: 30 s
FRONT, WRIST = 128, 64  # pixels
_PROPRIOCEPTION = 7 + 7 + 3 + 6 + 1
_CHARACTERS = string.ascii_lowercase + " "

Sight = dict[str, Any]


def register() -> None:
    """Make `gymnasium.make(NAME)` work; calling it again does nothing."""
    if NAME not in gymnasium.registry:
        where = f"{__name__}:{TabletopEnvironment.__name__}"
        gymnasium.register(NAME, entry_point=where, max_episode_steps=LONGEST_EPISODE)


class TabletopEnvironment(gymnasium.Env[Sight, NDArray[np.float32]]):
    """Pick, place, put down, push and go home, by instruction.

    `reset(options={"steps": (Step(...), ...), "instruction": "..."})` sets the task; without, the seed draws one.
    `look` varies camera, light and table a little with every seed when true.
    """

    metadata = {"render_modes": ["rgb_array"], "render_fps": 10}  # noqa: RUF012 - gymnasium declares it so

    def __init__(self, render_mode: str | None = None, look: bool = False) -> None:
        if render_mode not in (None, "rgb_array"):
            raise InputError(f"The environment cannot draw in the mode {render_mode!r}; rgb_array is available.")
        self.render_mode = render_mode
        self._vary = look
        self._table = Table()
        self._monitor: TaskMonitor | None = None
        self._instruction = ""
        low = -LARGEST_ACTION
        low[6] = 0.0
        self.action_space = spaces.Box(low, LARGEST_ACTION, dtype=np.float32)
        self.observation_space = spaces.Dict(
            {
                "front": spaces.Box(0, 255, (FRONT, FRONT, 3), np.uint8),
                "wrist": spaces.Box(0, 255, (WRIST, WRIST, 3), np.uint8),
                "proprioception": spaces.Box(-np.inf, np.inf, (_PROPRIOCEPTION,), np.float32),
                "instruction": spaces.Text(200, charset=_CHARACTERS),
            }
        )

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Sight, dict[str, Any]]:
        """A fresh scene that contains what the task names."""
        super().reset(seed=seed)
        given = options or {}
        steps = tuple(given.get("steps") or sample_steps(self.np_random))
        self._instruction = given.get("instruction") or " then ".join(words_for(step) for step in steps)
        look = sample_look(self.np_random) if self._vary else Look()
        self._table.reset(scene_for_steps(steps, int(self.np_random.integers(2**31)), look=look))
        self._monitor = TaskMonitor(self._table.world, steps)
        return self._observe(), {"steps": steps}

    def step(self, action: NDArray[np.float32]) -> tuple[Sight, float, bool, bool, dict[str, Any]]:
        """One action (7,), clipped to the action space and then under guard."""
        if self._monitor is None:
            raise InputError("The environment has no scene yet.", "Call reset() before step().")
        if np.shape(action) != (ACTION_WIDTH,):
            raise InputError(f"An action has {ACTION_WIDTH} numbers, not the shape {np.shape(action)}.")
        reasons = self._act(np.clip(action, self.action_space.low, self.action_space.high))  # type: ignore[attr-defined]
        self._monitor.update()
        success, held = self._monitor.success, self._table.arm.held
        told = {"success": success, "reason": self._monitor.reason, "guard": reasons}
        return self._observe(), float(success), success or bool(held), False, told

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
            "instruction": self._instruction,
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


def sample_steps(rng: np.random.Generator) -> tuple[Step, ...]:
    """A random task of one step that the arm can do."""
    skill = ("pick", "place", "push")[rng.integers(3)]
    thing = _sample(rng, things.EVERYDAY_LIFTED)
    if skill == "pick":
        return (Step("pick", thing),)
    if skill == "push":
        return (Step("push", thing, Reference(("left", "right")[rng.integers(2)])),)
    fitting = tuple(name for name in things.EVERYDAY_SHAPES if things.can_place(thing.name, name))
    while (destination := _sample(rng, fitting)) == thing:
        continue
    return (Step("place", thing, destination),)


def words_for(step: Step) -> str:
    """A plain English instruction for the step."""
    if step.skill == "pick":
        return f"pick up the {step.object}"
    if step.skill == "place":
        relation = "in" if step.destination and step.destination.name in ("bowl", "cup") else "on"
        return f"place the {step.object} {relation} the {step.destination}"
    if step.skill == "push":
        return f"push the {step.object} to the {step.destination}"
    if step.skill == "put_down":
        return f"put the {step.object} down on the table" if step.object else "put it down on the table"
    return "go home"


def _sample(rng: np.random.Generator, names: tuple[str, ...]) -> Reference:
    colours = things.EVERYDAY_COLOURS
    return Reference(names[rng.integers(len(names))], colours[rng.integers(len(colours))])
