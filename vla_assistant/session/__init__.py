"""The life of commands: propose, confirm or cancel, act, outcome. Pure: no thread, no device, no clock of its own."""

from vla_assistant.session.machine import Rules, Session

__all__ = ["Rules", "Session"]
