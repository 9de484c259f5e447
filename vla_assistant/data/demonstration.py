"""One assignment carried out and recorded: the expert demonstrates, or corrects a policy that drives in part (DAgger).

The recorded action is always the expert's for the state at hand; what is executed may be noisy, kicked or the policy's.
Source of the correction: Ross, Gordon and Bagnell 2011, "A Reduction of Imitation Learning ... to No-Regret Online
Learning" (DAgger).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vla_assistant import language
from vla_assistant.data.aims import aim_reached
from vla_assistant.data.assignments import Assignment
from vla_assistant.data.disturbance import Disturbance
from vla_assistant.data.episode import Episode, EpisodeRecorder
from vla_assistant.data.features import MAX_THINGS
from vla_assistant.data.table import Table
from vla_assistant.data.targets import inside
from vla_assistant.networks import tokens
from vla_assistant.policies.base import Policy
from vla_assistant.sim.expert import expert_action
from vla_assistant.types import FloatArray, Observation, Step

SIZES = {"front": 128, "wrist": 64}
MAX_FRAMES = 130
DONE_FRAMES = 4
"""Frames recorded after the expert has ended the step: what "done" looks like."""
RANDOM_STARTS = 0.35
POLICY_FRAMES, EXPERT_FRAMES = (3, 26), (5, 13)
EXECUTE = 2
"""Actions of a policy's chunk that are carried out, as in the running program."""


def demonstrate(
    table: Table, assignment: Assignment, rng: np.random.Generator, policy: Policy | None = None
) -> list[Episode]:
    """Record one episode for each step of the assignment; a later step begins where the earlier one ended."""
    joints = table.random_joints(rng) if rng.random() < RANDOM_STARTS else None
    table.reset(assignment.scene, joints)
    episodes = []
    for step in assignment.steps:
        episodes.append(_Demonstration(table, step, rng, policy).record(assignment.scene.seed))
        if not episodes[-1].success:
            break
    return episodes


class _Demonstration:
    """One step being recorded."""

    def __init__(self, table: Table, step: Step, rng: np.random.Generator, policy: Policy | None) -> None:
        self._table, self._step, self._rng = table, step, rng
        self._disturbance = Disturbance(rng)
        self._driver = _Driver(policy, step, rng) if policy is not None else None
        self._recorder = EpisodeRecorder(SIZES)

    def record(self, seed: int) -> Episode:
        """Until the expert has been done for a while, something fell down, or time is up."""
        table, step = self._table, self._step
        done_frames, success = 0, False
        done: list[bool] = []
        while len(self._recorder) < MAX_FRAMES and done_frames < DONE_FRAMES and not table.arm.held:
            observation = table.observe()
            label, ended = expert_action(table.world, step, observation.state.T_base_command)
            success = aim_reached(table.world, step)
            action, foreign = self._choose(observation, label, ended)
            self._note(observation, label, ended, success, foreign)
            done.append(ended)
            done_frames = done_frames + 1 if ended else 0
            if not inside(table.world.thing_poses[:, :3]).all():
                break
            table.act(action)
        table.arm.resume()
        progress = _progress(np.array(done))
        return self._recorder.finish(language.describe([step]), seed=seed, success=success, label_progress=progress)

    def _choose(self, observation: Observation, label: FloatArray, ended: bool) -> tuple[FloatArray, bool]:
        """The action to execute, and whether it is not the expert's."""
        if self._driver is not None:
            driven = self._driver.drive(observation)
            return (label, False) if driven is None else (driven, True)
        return (label, False) if ended else self._disturbance.disturb(label)

    def _note(self, observation: Observation, label: FloatArray, ended: bool, success: bool, foreign: bool) -> None:
        world = self._table.world
        codes = np.full((MAX_THINGS, 2), -1, np.int64)
        for index, thing in enumerate(world.scene.things):
            codes[index] = tokens.encode_reference(thing.reference)
        self._recorder.add(
            observation,
            label,
            step_code=tokens.encode_step(self._step),
            label_noisy=int(foreign),
            label_done=np.float32(ended),
            label_success=np.float32(success),
            label_position=_positions(self._table, self._step),
            things_code=codes.ravel(),
            things_front=_appearance(self._table, "front", table_wide=True),
            things_wrist=_appearance(self._table, "wrist", table_wide=False),
        )


class _Driver:
    """Lets the policy drive for a while, then the expert, in turns."""

    def __init__(self, policy: Policy, step: Step, rng: np.random.Generator) -> None:
        self._policy, self._step, self._rng = policy, step, rng
        self._policy_turn = bool(rng.random() < 0.7)
        self._left = 0
        self._queue: list[FloatArray] = []

    def drive(self, observation: Observation) -> FloatArray | None:
        """The policy's action, or None when it is the expert's turn."""
        if self._left == 0:
            self._policy_turn = not self._policy_turn
            self._left = int(self._rng.integers(*(POLICY_FRAMES if self._policy_turn else EXPERT_FRAMES)))
            self._queue = []
        self._left -= 1
        if not self._policy_turn:
            return None
        if not self._queue:
            self._queue = list(self._policy.act(observation, self._step).actions[:EXECUTE])
        return self._queue.pop(0)


def _progress(done: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Share of the way to the first frame at which the step was done, (n, 1)."""
    way = int(np.argmax(done)) if done.any() else len(done)
    return np.minimum(np.arange(len(done), dtype=np.float32) / max(way, 1), 1.0)[:, None]


def _positions(table: Table, step: Step) -> NDArray[np.float32]:
    """Centres of object and destination (6,) [m]; zeros for what the step does not name."""
    result = np.zeros((2, 3), np.float32)
    for row, reference in enumerate((step.object, step.destination)):
        if reference is not None and reference.name in tokens.SHAPES:
            result[row] = table.world.thing_poses[table.world.find(reference), :3]
    return result.ravel()


def _appearance(table: Table, camera: str, *, table_wide: bool) -> NDArray[np.float32]:
    """Where everything is in the picture, and how much of the picture shows it: (MAX_THINGS * 3,).

    Nothing hides from the wrist camera, which looks along the fingers: there 1 means that the centre is in the picture.
    """
    result = np.zeros((MAX_THINGS, 3), np.float32)
    poses = table.world.thing_poses
    if not len(poses):
        return result.ravel()
    seen = table.world.project(camera, poses[:, :3])
    result[: len(poses), :2] = seen[:, :2].clip(-1.0, 2.0)
    inside = ((seen[:, :2] > 0.0) & (seen[:, :2] < 1.0)).all(axis=1) & (seen[:, 2] > 0.0)
    result[: len(poses), 2] = table.world.visible_share(camera)[:-1] if table_wide else inside
    return result.ravel()
