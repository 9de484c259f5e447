"""From text to the request it makes, by a small network that was trained on recombined texts."""

from vla_assistant.language.decoding.agreement import agree
from vla_assistant.language.decoding.opinion import Opinion, decode, opinion

__all__ = ["Opinion", "agree", "decode", "opinion"]
