"""Moved to `vla_assistant.child_process`."""

from vla_assistant.child_process import *  # noqa: F403
