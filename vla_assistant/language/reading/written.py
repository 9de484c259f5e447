"""Signs and short forms of written text as the words that they stand for."""

from __future__ import annotations

import re

from vla_assistant.language.reading.lexicon import Lexicon

_ARROW = re.compile(r"\s*(?:-+>|=>|→|⇒|>)\s*")
_SIGNS = (
    (re.compile(r"\b(mrs|mr|ms|dr|st|prof)\.", re.IGNORECASE), r"\1"),
    (re.compile(r"\((?:[a-f]|i{1,3}|iv|vi?|\d)\)|(?<![\w'])(?:i{1,3}|iv|vi?|[a-f])\)"), " , "),
    (re.compile(r"(?<=\S)\s+[-–]+\s+(?=[^\W\d])|\s*[—(]\s*|(?<=[^\s\d])\s*\)"), " , "),
    (re.compile(r"\bw/o\b"), "without "),
    (re.compile(r"\bw/"), "with "),
    (re.compile(r"\s+/\s+"), " , "),
    (re.compile(r"\s*&\s*|\s+\+\s+|(?<=[a-z])/(?=[a-z])"), " and "),
    (re.compile(r"(?<=\d)\s*(?:\"|''|″)"), " inches "),
)  # fmt: skip
_SIDE_OF = re.compile(
    r"\b(?:at|on|to|in|by)\s+(?:the\s+)?((?:\w+\s+){0,2}\w+)(?:['’]s)?\s+(left|right|front|back|rear)\s+(?:hand\s+)?side\b"
    r"|\b(?:at|on|to|in|by)\s+(?:the\s+)?((?:\w+\s+){0,2}\w+)['’]s\s+(left|right|front|back|rear|behind)\b"
)
_SIDES = {"left": "left of", "right": "right of", "front": "in front of", "back": "behind", "rear": "behind"}
_IS = re.compile(r"\b([a-z]+)['’]s\b")
_WORD = re.compile(r"\d+\.\d+|\w+")
_ACTS = ("verbs", "directions", "hand")
_THINGS = ("nouns", "plurals", "colours", "substitutes", "pronouns", "quantifiers", "sides", "me", "table", "home")


def written_out(text: str, lexicon: Lexicon) -> str:
    """Arrows and short forms as words: "cube -> bowl" is "cube to bowl", "the can's in the way" "the can is ..."."""
    text = text.lower()
    for sign, words in _SIGNS:
        text = sign.sub(words, text)
    text = _WORD.sub(lambda found: lexicon.short.get(found[0], found[0]), text)
    text = _ARROW.sub(lambda found: _arrow(text[found.end() :], lexicon), text)
    text = _SIDE_OF.sub(lambda found: _beside(found, lexicon), _digits(text, lexicon))
    return _IS.sub(lambda found: f"{found[1]} is" if _is_thing(found[1], lexicon) else found[0], text)


def _beside(found: re.Match[str], lexicon: Lexicon) -> str:
    """ "at the bowl's left side" as "left of the bowl"."""
    thing, side = found[1] or found[3], found[2] or found[4]
    noun = lexicon.at((thing.split()[-1],), 0).get("nouns")
    return found[0] if noun is None else f" {_SIDES.get(side, side)} the {thing} "


def _kinds(text: str, lexicon: Lexicon) -> set[str]:
    """What the first word of the text may be."""
    found = _WORD.match(text.lstrip())
    return set(lexicon.at((found[0],), 0)) if found else set()


def _arrow(after: str, lexicon: Lexicon) -> str:
    """ "cube -> bowl" says where to, "open -> down -> close" what comes next."""
    kinds = _kinds(after, lexicon)
    return " , " if kinds & set(_ACTS) and not kinds & set(_THINGS) else " to "


def _digits(text: str, lexicon: Lexicon) -> str:
    """ "2 me" is "to me", "the red 1" is "the red one"."""
    said = list(_WORD.finditer(text))
    for at in range(len(said) - 1, 0, -1):
        word = said[at]
        if word[0] not in ("1", "2") or not text[said[at - 1].end() : word.start()].isspace():
            continue
        before, rest = said[at - 1][0], text[word.end() :]
        after = said[at + 1][0] if at + 1 < len(said) and rest[: said[at + 1].start() - word.end()].isspace() else ""
        meant = _one(before, after, lexicon) if word[0] == "1" else _to(before, after, lexicon)
        text = text[: word.start()] + meant + rest if meant else text
    return text


def _one(before: str, after: str, lexicon: Lexicon) -> str:
    """ "pick the middle 1", and not "left 1 cm"."""
    kinds, follows = set(lexicon.at((before,), 0)), set(lexicon.at((after,), 0)) if after else set()
    pointed = kinds & {"colours", "sides"} or before in ("the", "that", "this", "other")
    measures = "directions" in kinds and before not in ("left", "right")
    return "one" if pointed and not measures and not follows & {"units", "nouns", "plurals", "verbs"} else ""


def _to(before: str, after: str, lexicon: Lexicon) -> str:
    """ "can 2 me", "next 2 the cup", "ball 2 bowl", "need u 2 pick"; not "2 cups", "step 2", "left 2 cm"."""
    if not after:
        return ""
    kinds, follows = lexicon.at((before,), 0), lexicon.at((after,), 0)
    if before in ("next", "close", "closest", "near", "nearest", "you", "want", "back") and "units" not in follows:
        return "to"
    if after in ("me", "us", "my"):
        return "to"
    carried = "nouns" in kinds and kinds["nouns"][0] != "thing"
    return "to" if carried and ("nouns" in follows or "colours" in follows) else ""


def _is_thing(word: str, lexicon: Lexicon) -> bool:
    kinds = lexicon.at((word,), 0)
    return "nouns" in kinds or "colours" in kinds or "substitutes" in kinds or "sides" in kinds or "hand" in kinds
