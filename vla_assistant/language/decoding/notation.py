"""Requests as rows of tokens, and the grammar of these rows: whatever is decoded under it is a request.

The grammar is LL(1): a row is read from left to right with a stack of what is still to come, and the next token alone
says which rule goes on.
"""

from __future__ import annotations

from collections.abc import Sequence

from vla_assistant.language.decoding.source import SLOTS
from vla_assistant.language.request import ALL, Act, Description, Request

END, NOTHING, UNSUPPORTED = "<end>", "<nothing>", "<unsupported>"
TURNS = (
    "undo", "again", "repeat", "understood", "help", "pause", "resume", "slower", "faster", "cancel",
)  # fmt: skip
"""What is said about what was done, is being done or was said; as tokens in angle brackets."""
HANDLED = ("pick", "put_down", "give")
BARE = ("open", "close", "home")
SIDES = ("left", "right", "near", "far", "middle")
RANKS = ("2nd", "3rd", "4th", "5th")
CHOICES = ("any", "other", "same")
NUMBERS = ("2", "3", "4", "5", "6")
COLOURS = ("red", "green", "blue", "yellow", "purple", "orange", "white", "black", "pink", "brown")
KINDS = ("cube", "ball", "can", "cup", "bowl", "plate", "thing", "it")
LYING = ("left of", "right of", "in front of", "behind", "near", "in", "on", "between")
PLACED = ("in", "on", "next to", "left of", "right of", "in front of", "behind", "between")
DIRECTIONS = ("left", "right", "forward", "back", "up", "down")
LENGTHS = tuple(f"#{slot}" for slot in range(1, SLOTS + 1))
AMOUNTS = ("a bit", "a lot", *LENGTHS)
MANNERS = ("slow", "fast", "careful")
TOKENS = tuple(
    dict.fromkeys(
        (
            END, NOTHING, UNSUPPORTED, *(f"<{turn}>" for turn in TURNS),
            "pick", "place", "put_down", "give", "push", "move", *BARE,
            ";", "|", ",", "&", "avoid", "except", "all", *MANNERS, *CHOICES, *NUMBERS, *RANKS, *SIDES,
            *COLOURS, *KINDS, *LYING, *PLACED, *DIRECTIONS, *AMOUNTS,
        )
    )
)  # fmt: skip
LONGEST = 90
"""Tokens of a row."""

_Rules = dict[str, dict[str, tuple[str, ...]]]


def _optional(name: str, tokens: Sequence[str], *rest: str) -> _Rules:
    return {name: {token: (token, *rest) for token in tokens} | {"": ()}}


_RULES: _Rules = {
    "text": {token: (token,) for token in (NOTHING, UNSUPPORTED, *(f"<{turn}>" for turn in TURNS))}
    | {"": ("act", "acts", "constraints")},
    "act": {skill: (skill, "ref") for skill in HANDLED}
    | {skill: (skill,) for skill in BARE}
    | {"place": ("place", "ref", ",", "where"), "push": ("push", "ref", ",", "pushed"), "move": ("move", "moved")},
    "where": {relation: (relation, "ref") for relation in PLACED} | {"between": ("between", "ref", "&", "ref")},
    "pushed": {direction: (direction, "amount") for direction in DIRECTIONS[:4]},
    "moved": {direction: (direction, "amount") for direction in DIRECTIONS},
    "constraint": {manner: (manner,) for manner in MANNERS} | {"avoid": ("avoid", "ref")},
    "ref": {"": ("many", "side", "colour", "kind", "lying", "without")},
    "plain": {"": ("many", "side", "colour", "kind")},
    "ranked": {side: (side,) for side in SIDES},
    "kind": {kind: (kind,) for kind in KINDS},
    "lying": {relation: (relation, "plain") for relation in LYING}
    | {"between": ("between", "plain", "&", "plain"), "": ()},
}
_RULES |= _optional("acts", (";",), "act", "acts") | _optional("constraints", ("|",), "constraint", "more")
_RULES |= _optional("more", (",",), "constraint", "more") | _optional("amount", AMOUNTS)
_RULES |= _optional("many", ("all", *CHOICES, *NUMBERS)) | _optional("colour", COLOURS)
_RULES |= _optional("without", ("except",), "plain")
_RULES |= {"side": {side: (side,) for side in SIDES} | {rank: (rank, "ranked") for rank in RANKS} | {"": ()}}


class Grammar:
    """Where in a row one is, and what may follow."""

    def __init__(self) -> None:
        self._stack: tuple[str, ...] = ("text",)
        self.done = False

    def allowed(self) -> frozenset[str]:
        """Tokens that may come next."""
        found, empty = _first(self._stack)
        return found | {END} if empty else found

    def take(self, token: str) -> None:
        """Go on with this token, one of `allowed`."""
        if token == END:
            self.done = True
            return
        stack = list(self._stack)
        while stack:
            top = stack.pop(0)
            if top not in _RULES:
                break
            rules = _RULES[top]
            chosen = rules.get(token)
            if chosen is None:
                chosen = rules[""]
            stack = [*chosen, *stack]
        self._stack = tuple(stack)


def _first(stack: Sequence[str]) -> tuple[frozenset[str], bool]:
    """Tokens that can begin what is on the stack, and whether it can be nothing."""
    found: frozenset[str] = frozenset()
    for symbol in stack:
        if symbol not in _RULES:
            return found | {symbol}, False
        rules = _RULES[symbol]
        found |= {token for token in rules if token}
        if "" not in rules:
            return found, False
        if rules[""]:
            more, empty = _first(rules[""])
            found |= more
            if not empty:
                return found, False
    return found, True


def says(tokens: Sequence[str]) -> bool:
    """Whether the grammar has this row; lengths are still "5 cm"."""
    grammar = Grammar()
    for token in tokens:
        token = LENGTHS[0] if token.endswith(" cm") else token
        if token not in grammar.allowed():
            return False
        grammar.take(token)
    return END in grammar.allowed()


def with_slots(tokens: Sequence[str], lengths_cm: Sequence[float]) -> tuple[str, ...] | None:
    """The row with each length ("5 cm") as the number of the text that says it; None when the text does not hold it."""
    free = list(range(len(lengths_cm)))
    made = [_slot(token, lengths_cm, free) if token.endswith(" cm") else token for token in tokens]
    return None if None in made else tuple(token for token in made if token is not None)


def _slot(amount: str, lengths_cm: Sequence[float], free: list[int]) -> str | None:
    """Which number of the text the length is, one that stands for no other act if there is such a one."""
    wanted = float(amount.removesuffix(" cm"))
    fitting = [slot for slot in range(len(lengths_cm)) if abs(lengths_cm[slot] - wanted) < 1e-6]
    if not fitting:
        return None
    slot = next((slot for slot in fitting if slot in free), fitting[-1])
    free[:] = [other for other in free if other != slot]
    return LENGTHS[slot]


def row(request: Request | str, lengths_cm: Sequence[float]) -> tuple[str, ...] | None:
    """The tokens of a request, NOTHING or UNSUPPORTED, without END; None when the text does not hold its lengths."""
    if isinstance(request, str):
        return (request,)
    tokens: list[str] = []
    free = list(range(len(lengths_cm)))
    for act in request.acts:
        tokens += [";"] if tokens else []
        made = _act_row(act, lengths_cm, free)
        if made is None:
            return None
        tokens += made
    constraints = [[manner] for manner in sorted(request.manner)] + [
        ["avoid", *_thing_row(thing)] for thing in request.avoid
    ]
    for index, constraint in enumerate(constraints):
        tokens += [",", *constraint] if index else ["|", *constraint]
    return tuple(tokens)


def _act_row(act: Act, lengths_cm: Sequence[float], free: list[int]) -> list[str] | None:
    tokens = [act.skill, *(_thing_row(act.object) if act.object else [])]
    if act.relation:
        tokens += [",", act.relation, *_joined(act.anchors)]
    if act.direction:
        tokens += [",", act.direction] if act.object else [act.direction]
    if act.amount and act.amount not in AMOUNTS:
        slot = _slot(act.amount, lengths_cm, free)
        return [*tokens, slot] if slot else None
    return [*tokens, act.amount] if act.amount else tokens


def _thing_row(thing: Description) -> list[str]:
    many = "all" if thing.number == ALL else str(thing.number) if thing.number > 1 else thing.choice
    rank = RANKS[thing.rank - 2] if thing.rank > 1 else ""
    tokens = [token for token in (many, rank, thing.side, thing.colour, thing.kind) if token]
    tokens += [thing.relation, *_joined(thing.anchors)] if thing.relation else []
    return [*tokens, "except", *_thing_row(thing.without)] if thing.without else tokens


def _joined(things: Sequence[Description]) -> list[str]:
    first, *rest = (_thing_row(thing) for thing in things)
    return [*first, *(token for tokens in rest for token in ("&", *tokens))]
