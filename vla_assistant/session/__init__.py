"""The life of commands: propose, confirm or cancel, act, outcome. Pure: no thread, no device, no clock of its own."""

from vla_assistant.session.machine import Session
from vla_assistant.session.run import Rules

__all__ = ["Rules", "Session"]
