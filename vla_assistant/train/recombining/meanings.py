"""A meaning as writers note it, "push(red cup, left, 5 cm)", as the tokens of `language.decoding.notation`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vla_assistant.evaluate.sayings import REFUSED
from vla_assistant.language.decoding.notation import TOKENS, TURNS

_TOKEN = re.compile(
    "|".join([r"\d+(?:\.\d+)? cm", *sorted(map(re.escape, TOKENS), key=len, reverse=True), r"[()]", r"\s+"])
)


def row_of(meaning: str) -> tuple[str, ...]:
    """The tokens of a meaning as it is written: "push(red cup, left, 5 cm)" is push red cup , left 5 cm.

    Raises:
        ValueError: it is no meaning.
    """
    if meaning in (*REFUSED, *TURNS):
        return (f"<{meaning}>",)
    tokens: list[str] = []
    at = 0
    while at < len(meaning):
        found = _TOKEN.match(meaning, at)
        if found is None:
            raise ValueError(f"{meaning[at:]!r} in {meaning!r} is no meaning")
        at = found.end()
        if (token := found[0].strip()) and token not in "()":
            tokens.append(token)
    acts: list[list[str]] = [[]]
    for token in tokens:
        acts.append([token]) if token in (";", "|") else acts[-1].append(token)
    return tuple(token for act in acts for token in _without_commas(act))


def _without_commas(act: Sequence[str]) -> list[str]:
    """A row has no comma before an amount; a moved hand none at all."""
    return [
        token
        for token, after in zip(act, [*act[1:], ""], strict=True)
        if not (token == "," and (after in ("a bit", "a lot") or after.endswith(" cm")))
    ]
