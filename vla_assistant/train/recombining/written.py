"""Sentences that writers wrote with what they mean (assets/written), said of other things.

Colours and kinds are exchanged one for another in the sentence and in its meaning alike, left and right are mirrored,
words slip, two sentences may be joined, and talk that asks for nothing may stand before, between and after them: so
a few thousand sentences make many that nobody wrote.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

from vla_assistant.language.decoding.notation import NOTHING
from vla_assistant.language.decoding.source import LONGEST
from vla_assistant.train.recombining.noise import denied, disturbed
from vla_assistant.train.recombining.style import Style, draw
from vla_assistant.train.recombining.things import COLOURS, KINDS
from vla_assistant.train.recombining.wordlists import Wordlists
from vla_assistant.train.recombining.wordlists import load as load_words
from vla_assistant.train.recombining.writers import Mention, Written, sentences, talk

_GROUPS = (("cube", "ball", "can"), ("cup", "bowl"))
"""Kinds of which one can stand for another in nearly every sentence."""
_NAMES = frozenset((*COLOURS, *KINDS))
"""Tokens that are nothing but colours and kinds."""
_MIRRORED = {"left": "right", "right": "left"}
_MOST_ACTS = 6
_JOINED_SHARE, _MIRRORED_SHARE, _SAME_SHARE, _DISTURBED_SHARE, _DENIED_SHARE = 0.18, 0.4, 0.12, 0.5, 0.05
_BARE_JOINT_SHARE, _TALK_SHARE = 0.25, 0.12
"""Of joints those without a word; of the places before, between and after sentences those with talk."""
_MOST_WORDS = LONGEST - 10
"""A decoder reads some more: what is put in later has room."""


def varied(seed: str) -> tuple[str, tuple[str, ...]]:
    """A sentence and the tokens it means, always the same for one seed; lengths as "5 cm".

    Raises:
        ValueError: no sentence ships.
    """
    rng = random.Random(seed)
    said = sentences()
    if not said:
        raise ValueError("assets/written holds no sentence")
    words = load_words()
    one = rng.choice(said)
    text, row = _changed(one, rng, words)
    between: list[str] = []
    if one.joins and rng.random() < _JOINED_SHARE:
        other = rng.choice(said)
        if other.joins and one.acts + other.acts <= _MOST_ACTS and len(text) + len(other.text) <= _MOST_WORDS:
            more, meaning = _changed(other, rng, words)
            joint = [","] if rng.random() < _BARE_JOINT_SHARE else words.one(rng, "joints", "then").split()
            between = _talk(rng, words, [*text, *more], after=True)
            text, row = [*text, *between, *joint, *more], (*row, ";", *meaning)
    if not row[0].startswith("<") and not between and rng.random() < _DENIED_SHARE:
        against = denied(" ".join(text), rng)
        if against is not None:
            return against, (NOTHING,)
    if one.stands_alone:
        text = [*_talk(rng, words, text), *text]
        text = [*text, *_talk(rng, words, text, after=True)]
    if rng.random() < _DISTURBED_SHARE:
        style = draw(rng, 0.0)
        disturbing = Style(
            filler=style.filler / 3, slip=style.slip, foreign=style.foreign / 3, comma=style.comma, bare=style.bare
        )
        return disturbed(_bared(text, rng, disturbing.bare / 3), rng, words, disturbing), row
    return " ".join(text), row


def _changed(said: Written, rng: random.Random, words: Wordlists) -> tuple[list[str], tuple[str, ...]]:
    """The sentence with other colours and kinds and perhaps mirrored."""
    if rng.random() < _SAME_SHARE:
        return list(said.text), said.row
    colours = _exchange(said.colours, said.row, (tuple(words.colours),), rng)
    kinds = _exchange(said.kinds, said.row, _GROUPS, rng)
    text = list(said.text)
    changes: list[tuple[Mention, Callable[[str, bool], str], Mapping[str, str]]] = [
        *((mention, lambda name, _: words.colour(rng, name), colours) for mention in said.colours),
        *((mention, lambda name, several: words.noun(rng, name, several), kinds) for mention in said.kinds),
    ]
    taken: set[int] = set()
    for (begin, end, name, several), named, exchanged in sorted(changes, key=lambda change: -change[0][0]):
        if exchanged.get(name, name) != name and not taken & set(range(begin, end)):
            taken |= set(range(begin, end))
            text[begin:end] = named(exchanged[name], several).split()
            if begin and text[begin - 1] in ("a", "an"):
                text[begin - 1] = "an" if text[begin][0] in "aeiou" else "a"
    row = tuple(colours.get(token, kinds.get(token, token)) if token in _NAMES else token for token in said.row)
    return _mirrored(text, row) if rng.random() < _MIRRORED_SHARE else (text, row)


def _talk(rng: random.Random, words: Wordlists, beside: Sequence[str], after: bool = False) -> list[str]:
    """Mostly nothing, else talk with a comma before or after it, as long as there is room beside what is said."""
    if rng.random() >= _TALK_SHARE or not talk():
        return []
    said, _ = _changed(rng.choice(talk()), rng, words)
    if len(said) + len(beside) > _MOST_WORDS:
        return []
    return [",", *said] if after else [*said, ","]


def _exchange(
    mentions: Sequence[Mention], row: Sequence[str], groups: Sequence[Sequence[str]], rng: random.Random
) -> dict[str, str]:
    """Which name stands for which: one for one within a group, and only for what the text surely names."""
    named = {name for _, _, name, _ in mentions}
    exchanged: dict[str, str] = {}
    for group in groups:
        meant = [name for name in group if name in row]
        if not set(meant) <= named:
            continue  # something in the meaning is said in words that are not known
        shuffled = list(group)
        rng.shuffle(shuffled)
        exchanged |= dict(zip(group, shuffled, strict=True))
    return exchanged


def _mirrored(text: list[str], row: tuple[str, ...]) -> tuple[list[str], tuple[str, ...]]:
    """Left for right and right for left, where each word of the text for a side is one of the meaning."""
    for side in _MIRRORED:
        said = sum(word.startswith(side) for word in text)
        if said != sum(token.startswith(side) for token in row):
            return text, row
    return [_other_side(word) for word in text], tuple(_other_side(token) for token in row)


def _other_side(word: str) -> str:
    side = next((side for side in _MIRRORED if word.startswith(side)), "")
    return _MIRRORED[side] + word.removeprefix(side) if side else word


def _bared(text: Sequence[str], rng: random.Random, share: float) -> str:
    """The text with some articles left out."""
    return " ".join(word for word in text if word not in ("the", "a", "an") or rng.random() >= share)
