"""The suite `tabletop`: tasks, splits and their episodes, and what of it training may draw. See docs/suite.md."""

from vla_assistant.sim.suite.episodes import SuiteEpisode, episode, splits, tasks
from vla_assistant.sim.suite.named import NamedCommand, named_commands
from vla_assistant.sim.suite.training import Assigned, draw_training

__all__ = ["Assigned", "NamedCommand", "SuiteEpisode", "draw_training", "episode", "named_commands", "splits", "tasks"]
