"""What the guard of an arm allows: what the arm can do, made less by the settings."""

from __future__ import annotations

from vla_assistant.arms.base import Arm
from vla_assistant.config import SafetySection
from vla_assistant.safety import Limits
from vla_assistant.types import PoseArray

TURN_SPEED = 2.5  # rad/s


def limits_of(arm: Arm, safety: SafetySection) -> Limits:
    """What the arm can do, made less by the settings."""
    able = arm.ability
    top = safety.real_tool_speed if arm.is_real else safety.tool_speed
    workspace: tuple[PoseArray, PoseArray] = (able.workspace_lower, able.workspace_upper)
    return Limits(
        joint_lower=able.joint_lower,
        joint_upper=able.joint_upper,
        joint_speed=able.joint_speed * safety.speed_scale,
        workspace_lower=workspace[0],
        workspace_upper=workspace[1],
        tool_speed=top * safety.speed_scale,
        turn_speed=TURN_SPEED * safety.speed_scale,
        joint_margin=safety.joint_margin_rad,
        clearance=safety.clearance_m,
        stale_s=safety.stale_s,
        effort=able.effort,
    )
