"""What the action head is told of distances and angles, in units in which a millimetre is not lost. All in torch.

The position of a thing and the hand's pose are inputs too, but as numbers of the order of one of which an action hangs
on the third decimal; layers do not learn such differences from some hundred thousand frames.
"""

from __future__ import annotations

import torch
from torch import Tensor

from vla_assistant.networks import tokens
from vla_assistant.networks.senses import STATE_NAMES, constants

BEARING_WIDTH = 8
RELATION_WIDTH = 16
_OPENINGS = tuple(n / 8 for n in range(9))
_OPENING_SPREAD = 0.08
_HEIGHTS = (0.010, 0.015, 0.020, 0.025, 0.030, 0.040, 0.050, 0.065, 0.080, 0.100)  # m, of the tool over the table
_HEIGHT_SPREAD = (*[0.004] * 5, *[0.008] * 2, *[0.012] * 3)  # m
PHASE_WIDTH = 2 * len(_OPENINGS) + len(_HEIGHTS)
OUTWARD = {"left": (0.0, -1.0), "right": (0.0, 1.0), "forward": (-1.0, 0.0), "back": (1.0, 0.0)}
"""Where pushes go in the base frame (x, y)."""
_R11, _R21, _R31, _R32, _LAG_RZ = map(STATE_NAMES.index, ("r11", "r21", "r31", "r32", "lag_rz"))
_Z, _GRIPPER, _COMMAND = map(STATE_NAMES.index, ("z", "gripper", "gripper_command"))
_OFFSET, _SCALE = constants()["state_offset"], constants()["state_scale"]
_LAG = _SCALE[_LAG_RZ]  # rad
_TURN = constants()["action_scale"][5]  # rad
_FINE = 0.1  # rad


def near_and_far(offset: Tensor) -> Tensor:
    """An offset [m] with resolution for reaching (10 cm) and for grasping (2 cm): (..., n) -> (..., 2 n)."""
    return torch.cat([offset / 0.1, (offset / 0.02).tanh()], dim=-1)


def bearing(state: Tensor) -> Tensor:
    """How the hand is told to be turned and tilted, as finely as it turns in one action: (b, 17) -> (b, BEARING_WIDTH).

    The state holds this already, but as differences of some hundredths between numbers of the order of one.
    """
    turn = _turn(state)
    fourfold = [part(fold * turn) for fold in (2, 4) for part in (torch.sin, torch.cos)]
    tilt = (state[:, (_R31, _R32)] / _FINE).clamp(-3.0, 3.0)
    return torch.cat([torch.stack([turn / _TURN, (turn / _FINE).tanh(), *fourfold], dim=-1), tilt], dim=-1)


def phase(state: Tensor) -> Tensor:
    """How far the fingers have opened or closed, and how low the hand is, as bumps: (b, 17) -> (b, PHASE_WIDTH).

    What comes next hangs on such thresholds: fingers on their way to each other wait, fingers around a thing lift it.
    Between the two lies a tenth of a second, and an action of a centimetre.
    """
    opening, command, height = (state[:, i, None] * _SCALE[i] + _OFFSET[i] for i in (_GRIPPER, _COMMAND, _Z))
    openings = _bumps(opening, _OPENINGS, (_OPENING_SPREAD,))
    return torch.cat([openings, openings * (command < 0.5), _bumps(height, _HEIGHTS, _HEIGHT_SPREAD)], dim=-1)


def push_goals(ends: tuple[float, ...]) -> Tensor:
    """For each of `tokens.DIRECTIONS` the direction (x, y) of a push and how far along it goes [m], (d, 3); else 0."""
    rows = torch.zeros(len(tokens.DIRECTIONS), 3)
    for (name, outward), end in zip(OUTWARD.items(), ends, strict=True):
        rows[tokens.DIRECTIONS.index(name)] = torch.tensor([*outward, end])
    return rows


def relations(position: Tensor, hand: Tensor, state: Tensor, step: Tensor, goals: Tensor) -> Tensor:
    """How what the step names lies to each other and to where it is to go: (b, RELATION_WIDTH).

    The way from the object to its destination, from the hand to the middle between both anchors, the hand's turn
    against the line through them, and how far a push still has to go. What the step does not name counts 0.

    Args:
        position: Of object, destination and second anchor in the base frame (b, 3, 3) [m].
        hand: Of the tool (b, 3) [m].
        state: Normalised state (b, 17).
        step: Step codes (b, 8).
        goals: See `push_goals`.
    """
    thing, anchor, second = position.unbind(1)
    named = (step[:, tokens.NAMED_SHAPES] != tokens.NO_SHAPE).to(position.dtype)[:, :, None]
    way = near_and_far(anchor - thing) * named[:, 1]
    middle = near_and_far((anchor + second) / 2 - hand) * named[:, 2]
    line = (second - anchor)[:, :2]
    off = torch.atan2(line[:, 1], line[:, 0] + 1e-9) - _turn(state)
    across = torch.stack([torch.sin(2 * off), torch.cos(2 * off)], dim=-1) * named[:, 2]
    goal = goals[step[:, tokens.DIRECTION]]
    left = goal[:, 2:] - (goal[:, :2] * thing[:, :2]).sum(-1, keepdim=True)
    return torch.cat([way, middle, across, near_and_far(left)], dim=-1)


def _bumps(value: Tensor, centres: tuple[float, ...], spreads: tuple[float, ...]) -> Tensor:
    """1 at a centre, nearly 0 at the next but one: (b, 1) -> (b, n)."""
    return (-(((value - value.new_tensor(centres)) / value.new_tensor(spreads)) ** 2)).exp()


def _turn(state: Tensor) -> Tensor:
    """About the vertical, as the hand is told to be turned (b,) [rad]."""
    return torch.atan2(state[:, _R21], state[:, _R11]) + _LAG * state[:, _LAG_RZ]
