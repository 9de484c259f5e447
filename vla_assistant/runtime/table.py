"""Whether the simulated table can be laid with what a command names."""

from __future__ import annotations

from vla_assistant.config import Settings
from vla_assistant.errors import InputError
from vla_assistant.types import Step

ADVICE = "Name fewer or other things; --no-require takes the bare table of the seed instead."


def why_not_laid(steps: tuple[Step, ...], settings: Settings) -> str:
    """Why the scene cannot hold what these steps name, with what to do; empty when it can, and on a real table."""
    if settings.use.arm != "simulated":
        return ""
    from vla_assistant.sim.scene import scene_for_steps

    try:
        scene_for_steps(steps, settings.simulation.seed)
    except InputError as error:
        return f"The table cannot be laid with what the command names. {error} {ADVICE}"
    return ""
