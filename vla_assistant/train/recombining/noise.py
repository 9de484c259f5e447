"""What happens to words on the way: typing slips, hesitations, and what a second language does to function words."""

from __future__ import annotations

import random

from vla_assistant.train.recombining.style import Style
from vla_assistant.train.recombining.wordlists import Wordlists

_KEPT = frozenset(
    ("no", "not", "dont", "left", "right", "up", "down", "in", "on", "one", "open", "close", "all", "any")
)
_INSERTED = (
    "not", "dont", "do not", "never", "cannot", "cant", "wont", "shouldnt", "mustnt", "neither", "nor", "please dont",
)  # fmt: skip
_NEGATIONS = frozenset(("no", "not", "dont", "never", "cannot", "cant", "wont", "shouldnt", "mustnt", "neither", "nor"))
_BESIDE = ("left", "right", "front", "side", "back")


def disturbed(text: str, rng: random.Random, words: Wordlists, style: Style) -> str:
    """The text as it arrives."""
    wrong, inserted = words.tables["wrong"], words.tables["fillers"]["inserted"]
    said: list[str] = []
    tokens = text.split()
    for index, word in enumerate(tokens):
        beside = {*tokens[index + 1 : index + 2], *tokens[max(index - 1, 0) : index]}
        if rng.random() < style.foreign and word in wrong and beside.isdisjoint(_BESIDE):
            said.append(rng.choice(wrong[word]))
        elif rng.random() < style.slip:
            said.append(_slipped(word, rng, words))
        else:
            said.append(word)
        if rng.random() < style.foreign * 0.15:
            said.append(rng.choice(inserted))
        if rng.random() < style.filler:
            said.append(words.one(rng, "fillers", "words") if rng.random() < 0.55 else rng.choice(("um", "uh")))
        if rng.random() < style.filler * 0.12:
            said.append(said[-1])
    return " ".join(word for word in said if word and (word != "," or rng.random() < style.comma))


def denied(text: str, rng: random.Random) -> str | None:
    """The command with a negation somewhere, after which nobody can tell what is wanted; None when it has one."""
    words = text.split()
    if not words or not _NEGATIONS.isdisjoint(words):
        return None
    at = rng.choice((0, rng.randint(0, len(words))))
    return " ".join([*words[:at], rng.choice(_INSERTED), *words[at:]])


def _slipped(word: str, rng: random.Random, words: Wordlists) -> str:
    misheard = words.tables["misheard"]
    if word in misheard and rng.random() < 0.5:
        return rng.choice(misheard[word])
    if len(word) < 4 or not word.isalpha() or word in _KEPT:
        return word
    at = rng.randrange(1, len(word) - 1)
    return rng.choice(
        (
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + rng.choice("abcdefghiklmnoprstuvwy") + word[at + 1 :],
        )
    )
