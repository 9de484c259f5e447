"""A text about the drawer, the marker or a task of several steps, taken apart.

The clauses about the drawer and the long tasks are read here, by patterns that a clause must fit from its first word to
its last. What is left is read as ever, by the reader and the decoder: they have learnt six kinds of things, so in what
they read the drawer stands as a bowl, and the marker as a can, or as another kind that the text does not name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from vla_assistant.language import words as spelling
from vla_assistant.language.chores.clauses import acts_of, is_aside
from vla_assistant.language.chores.phrases import load
from vla_assistant.language.composing.composer import composed_of, is_accounted_for, only_asks
from vla_assistant.language.reading import lexicon as lexicons
from vla_assistant.language.request import Act, Description, Request
from vla_assistant.language.vocabulary import Lexicon, Phrase
from vla_assistant.language.vocabulary import load as load_vocabulary

DRAWER, MARKER = "drawer", "marker"
STAND_INS = {DRAWER: ("bowl", "cup"), MARKER: ("can", "ball", "cube")}
"""What is read instead: things in which others rest, and things that are lifted."""
_INTO = {("in",), ("into",), ("inside",), ("in", "there"), ("inside", "of")}
_OUT = {("out",), ("out", "of"), ("from",), ("from", "inside")}


@dataclass(frozen=True)
class Apart:
    """A text in parts, in the order in which they were said.

    Attributes:
        parts: The request or the acts of a clause that was read here, or the words of what is to be read.
        meant: Kind that is read -> kind that is meant.
        text: The whole, with what is read for what is meant.
        accounted: Whether every word of it stands for something in the request, so that none can make it another one.
    """

    parts: tuple[Request | tuple[Act, ...] | str, ...]
    meant: Mapping[str, str]
    text: str
    accounted: bool = False

    def read(self, reader: Callable[[str], Request | None]) -> Request | None:
        """The whole request; None when a part is not understood."""
        found = [_request(part) if not isinstance(part, str) else reader(part) for part in self.parts]
        requests = [request for request in found if request is not None]
        if len(requests) < len(found) or not requests:
            return None
        return Request(
            tuple(self._act(act) for request in requests for act in request.acts),
            frozenset().union(*(request.manner for request in requests)),
            tuple(self._thing(thing) for request in requests for thing in request.avoid),
            min(request.confidence for request in requests),
            tuple(repair for request in requests for repair in request.repairs),
        )

    def _act(self, act: Act) -> Act:
        thing = self._thing(act.object) if act.object is not None else None
        anchors = tuple(map(self._thing, act.anchors))
        inside = act.relation == "on" and anchors and anchors[0].kind == DRAWER
        return replace(act, object=thing, anchors=anchors, relation="in" if inside else act.relation)

    def _thing(self, thing: Description) -> Description:
        without = self._thing(thing.without) if thing.without is not None else None
        anchors = tuple(map(self._thing, thing.anchors))
        return replace(thing, kind=self.meant.get(thing.kind, thing.kind), anchors=anchors, without=without)


def _request(part: Request | tuple[Act, ...]) -> Request:
    return part if isinstance(part, Request) else Request(part)


def apart(text: str) -> Apart | None:
    """The text in parts; None when it is about none of this, and is read as it is."""
    phrases, said = load(), spelling.normalised(text)
    if (composed := composed_of(text)) is not None:
        return Apart((composed,), {}, text, is_accounted_for(text))
    if only_asks(text):
        return None
    furniture = phrases.about("drawer", said) or phrases.about("marker", said)
    if not furniture and not phrases.about("long", said):
        return None
    lexicon = load_vocabulary().lexicon("en")
    standing = _stand_ins(said, lexicon)
    parts = list(_parts(said, lexicon))
    if not standing and not any(part.acts for part in parts):
        return None
    found: list[Request | tuple[Act, ...] | str] = []
    for before, part in zip([_Part(), *parts], parts, strict=False):
        words = _of_drawer(part.words, lexicon) if _is_of_drawer(before.acts) else part.words
        found.append(part.acts or " ".join(_standing_in(words, standing, lexicon)))
    whole = " ".join(_standing_in(said, standing, lexicon))
    return Apart(tuple(found), {read: meant for meant, read in standing.items()}, whole)


@dataclass(frozen=True)
class _Part:
    """Acts of a clause that was read, or words that are to be."""

    acts: tuple[Act, ...] = ()
    words: Phrase = ()


def _is_of_drawer(acts: tuple[Act, ...]) -> bool:
    return any(act.object is not None and act.object.kind == DRAWER for act in acts)


def _parts(said: Phrase, lexicon: Lexicon) -> Iterator[_Part]:
    """Acts of the clauses that are read here, and the words between them."""
    at, rest = 0, 0
    of_drawer = False
    while at < len(said):
        acts, end = _longest(said, at, of_drawer, lexicon)
        begins = _after_aside(said, at, lexicon) if at == rest and not acts else at
        if begins > at:
            acts, end = _longest(said, begins, DRAWER in said[:begins], lexicon)
        if acts:
            if words := _trimmed(said[rest:at], lexicon):
                yield _Part(words=words)
            yield _Part(acts)
            at = rest = _after_joint(said, end, lexicon)
        else:
            at = _next_clause(said, at, lexicon)
        of_drawer = DRAWER in said[:at]
    words = _trimmed(said[rest:], lexicon)
    if words and not (rest and is_aside(_plain(words, lexicon))):
        yield _Part(words=words)


def _longest(said: Phrase, at: int, of_drawer: bool, lexicon: Lexicon) -> tuple[tuple[Act, ...], int]:
    """The acts of the longest clause that begins here and is read here, and the index after it."""
    ends = [len(said), *(end for end in range(len(said) - 1, at, -1) if _joint(said, end, lexicon))]
    for end in ends:
        acts = acts_of(_plain(said[at:end], lexicon), of_drawer)
        if acts:
            return acts, end
    return (), at


def _after_aside(said: Phrase, at: int, lexicon: Lexicon) -> int:
    """Where the clause after this one begins, when this one only says how things are; else the same index."""
    for end in range(at + 1, len(said)):
        if _joint(said, end, lexicon):
            return _after_joint(said, end, lexicon) if is_aside(_plain(said[at:end], lexicon)) else at
    return at


def _joint(said: Phrase, at: int, lexicon: Lexicon) -> int:
    """How many words join two clauses here: 0 for none."""
    if said[at] == ",":
        return 1
    return len(spelling.longest_match(lexicon.small["connectors"], said, at) or ())


def _after_joint(said: Phrase, at: int, lexicon: Lexicon) -> int:
    while at < len(said) and (joined := _joint(said, at, lexicon)):
        at += joined
    return at


def _next_clause(said: Phrase, at: int, lexicon: Lexicon) -> int:
    at += 1
    while at < len(said) and not _joint(said, at, lexicon):
        at += 1
    return _after_joint(said, at, lexicon)


def _plain(clause: Phrase, lexicon: Lexicon) -> Phrase:
    """The clause without courtesy."""
    clause = spelling.without(lexicon.courtesy["fillers"], clause)
    closings = [closing for closing in lexicon.courtesy["closings"] if clause[-len(closing) :] == closing]
    if closings:
        return _plain(clause[: -max(map(len, closings))], lexicon)
    opening = spelling.starts_with(lexicon.courtesy["openings"], clause)
    return _plain(clause[len(opening) :], lexicon) if opening else clause


def _trimmed(part: Phrase, lexicon: Lexicon) -> Phrase:
    """The part without what joins it to others; nothing when only courtesy is left."""
    part = part[_after_joint(part, 0, lexicon) :]
    for end in range(len(part)):
        if _after_joint(part, end, lexicon) == len(part):
            part = part[:end]
            break
    return part if _plain(part, lexicon) else ()


def _stand_ins(said: Phrase, lexicon: Lexicon) -> dict[str, str]:
    """What is read for the drawer and for the marker, where they are named: a kind that the text does not name."""
    words = lexicons.load()
    found = [words.at(said, at) for at in range(len(said))]
    named = {entry[0] for here in found for kind, entry in here.items() if kind in ("nouns", "plurals")}
    standing: dict[str, str] = {}
    for meant, kinds in STAND_INS.items():
        free = [kind for kind in kinds if kind not in named]
        if _named(meant, said, lexicon) and free:
            standing[meant] = free[0]
    return standing


def _named(kind: str, said: Phrase, lexicon: Lexicon) -> bool:
    return any(_noun(said, at, lexicon)[0] == kind for at in range(len(said)))


def _noun(said: Phrase, at: int, lexicon: Lexicon) -> tuple[str, int]:
    """The drawer or the marker when it is named here, and how many words that takes."""
    phrase = spelling.longest_match(lexicon.things, said, at)
    kind = lexicon.things[phrase] if phrase else ""
    return (kind, len(phrase)) if phrase and kind in STAND_INS else ("", 1)


def _standing_in(said: Phrase, standing: Mapping[str, str], lexicon: Lexicon) -> Phrase:
    """The words with those for the drawer and the marker replaced."""
    words: list[str] = []
    at = 0
    while at < len(said):
        kind, length = _noun(said, at, lexicon)
        if kind in standing:
            several = said[at : at + length] in lexicon.plurals[kind]
            words += (lexicon.plurals if several else lexicon.words)[standing[kind]][0]
        else:
            words += said[at : at + length]
        at += length
    return tuple(words)


def _of_drawer(said: Phrase, lexicon: Lexicon) -> Phrase:
    """What follows the opening of the drawer, with the drawer where it is "it" or left out: "put the cube in (it)"."""
    if _named(DRAWER, said, lexicon):
        return said
    for at in range(len(said)):
        place = next((said[at:end] for end in (at + 2, at + 1) if said[at:end] in _INTO | _OUT), ())
        after = at + len(place)
        ends = after == len(said) or bool(_joint(said, after, lexicon))
        if place and said[after : after + 1] == ("it",):
            return (*said[:after], "the", DRAWER, *said[after + 1 :])
        if place and ends:
            where = (*(place if place in _INTO - {("in", "there")} else ("in",)), "the", DRAWER)
            return (*said[:at], *(where if place in _INTO else ()), *said[after:])
    return _taken_out(said)


def _taken_out(said: Phrase) -> Phrase:
    """ "Take out the marker" from the drawer that was just opened is taking it."""
    return tuple(word for at, word in enumerate(said) if word != "out" or at == 0)
