"""Moved to `vla_assistant.framing`."""

from vla_assistant.framing import *  # noqa: F403
