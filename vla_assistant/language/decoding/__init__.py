"""From text to the request it makes, by a small network that was trained on recombined texts."""

from vla_assistant.language.decoding.agreement import agree, considered
from vla_assistant.language.decoding.opinion import decode

__all__ = ["agree", "considered", "decode"]
