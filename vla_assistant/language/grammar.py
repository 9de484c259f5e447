"""The grammar of instructions: a small recursive parser over the vocabulary, from words to clauses.

    request    := clause (joint clause)*
    joint      := (comma | connector)*
    clause     := pick | place | release | push | home | give | open | close     each after courteous openings
    pick       := verb thing ["up"] ["from the table"]
    place      := verb thing ["down"] relation (thing | table) | verb thing "down"
                | verb thing ["down"] beside thing [connector thing]                 where a language has such words
    release    := verb thing ["down"] ["on the table"]
    push       := verb thing ["to" ["the"]] side ["of the table"]
    give       := verb thing                                                       open and close alike
    home       := verb ["back"] ["to"] ["the"] home | home
    thing      := pronoun | [quantifier | article]* (colour | unknown word)* [noun | "one"]
                                                            and a colour after the noun where a language has it there

A verb may have two parts with the rest of the clause between them ("heb ... auf"), or its object pronoun before it.

Verbs open several frames ("move" is place, push or home): all are tried, and the request counts only when it is used up
to its last word. The farthest failure is kept as a `Gap`, from which the question to the user is made.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator

from vla_assistant.language import words
from vla_assistant.language.clauses import SEVERAL, Clause, Gap, NounPhrase
from vla_assistant.language.vocabulary import Lexicon, Phrase
from vla_assistant.types import DIRECTIONS


class Parser:
    """Parses the words of one request; use `request()` once.

    Attributes:
        complete: The request used up all words.
        several: It holds a quantifier.
        gap: What went wrong when it is not complete.
    """

    def __init__(self, sentence: Phrase, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        fillers = lexicon.courtesy["fillers"]
        self._openings = _bare(lexicon.courtesy["openings"], fillers)
        self._closings = sorted(_bare(lexicon.courtesy["closings"], fillers), key=len, reverse=True)
        self._words = self._trimmed(words.without(fillers, sentence))
        self._dead: set[int] = set()
        self.complete = self.several = False
        self.gap = Gap("verb", 0)

    @property
    def words(self) -> Phrase:
        """The words that are parsed: without fillers and courteous closings."""
        return self._words

    def request(self) -> tuple[Clause, ...] | None:
        """The clauses of the whole text, or None."""
        if len(self._words) > words.LONGEST_SENTENCE:
            return None
        clauses = self._request(self._skip(0))
        self.complete = clauses is not None
        phrases = [phrase for clause in clauses or () for phrase in clause.things]
        self.several = any(phrase.quantifier for phrase in phrases)
        return clauses

    def bare_thing(self) -> NounPhrase | None:
        """The thing that makes up the whole text ("the red cup"), or None."""
        found = self._thing(self._skip(0))
        return found[0] if found and found[1] == len(self._words) else None

    def _request(self, at: int) -> tuple[Clause, ...] | None:
        if at in self._dead:
            return None
        for clause, after in self._clause(self._opened(at)):
            if after == len(self._words):
                return (clause,)
            rest = self._request(self._skip(after))
            if rest is not None:
                return (clause, *rest)
            self._fail(Gap("end", after, clause.frame, clause.object))
        self._dead.add(at)
        return None

    def _clause(self, at: int) -> Iterator[tuple[Clause, int]]:
        if home := self._place_named(at, ("home",)):
            yield Clause("home"), home[1]
        yield from self._by_verb(at, None)
        if before := words.longest_match(self._lexicon.proclitics, self._words, at):
            yield from self._by_verb(at + len(before), NounPhrase(before, pronoun=True))

    def _by_verb(self, at: int, before: NounPhrase | None) -> Iterator[tuple[Clause, int]]:
        """The clauses that a verb at `at` opens; `before`: the object that stands before it."""
        parsers: dict[str, Callable[[int, NounPhrase | None], Iterator[tuple[Clause, int]]]] = {
            "pick": self._pick,
            "place": self._place,
            "stack": self._place,
            "release": self._release,
            "push": self._push,
            "home": self._home,
            "give": functools.partial(self._alone, "give"),
            "open": functools.partial(self._alone, "open"),
            "close": functools.partial(self._alone, "close"),
        }
        for verb in self._lexicon.verbs_by_length:
            if self._stands(verb.head, at) and (not verb.tail or verb.tail[0] in self._words[at:]):
                for clause, after in parsers[verb.frame](at + len(verb.head), before):
                    if self._stands(verb.tail, after):
                        yield clause, after + len(verb.tail)

    def _pick(self, at: int, before: NounPhrase | None) -> Iterator[tuple[Clause, int]]:
        if (found := self._object(at, "pick", before)) is None:
            return
        thing, after = found
        after = self._optional(self._lexicon.small["up"], after)
        yield Clause("pick", thing), self._optional(self._lexicon.small["from_table"], after)

    def _place(self, at: int, before: NounPhrase | None) -> Iterator[tuple[Clause, int]]:
        if (found := self._object(at, "place", before)) is None:
            return
        thing, start = found
        after = self._optional(self._lexicon.small["down"], start)
        beside = words.longest_match(self._lexicon.beside, self._words, after)
        if beside is not None:
            yield from self._beside(thing, beside, after + len(beside))
            return
        relation = words.longest_match(self._lexicon.relations, self._words, after)
        beyond = words.longest_match(self._lexicon.refused_relations, self._words, after) or ()
        if relation is None or len(beyond) > len(relation):
            if after > start:
                yield Clause("put_down", thing), after
            self._fail(Gap("relation", after, "place", thing))
            return
        after += len(relation)
        table = self._place_named(self._optional(self._lexicon.small["articles"], after), ("table",))
        if table is not None:
            yield Clause("put_down", thing), table[1]
        elif (destination := self._thing(after)) is not None:
            yield Clause("place", thing, destination[0]), destination[1]
        else:
            self._fail(Gap("destination", after, "place", thing))

    def _beside(self, thing: NounPhrase, words_of: Phrase, at: int) -> Iterator[tuple[Clause, int]]:
        """The clause of a thing that goes beside another one, or between two."""
        relation, found = self._lexicon.beside[words_of], self._thing(at)
        second: tuple[NounPhrase, int] | None = None
        if found is not None and relation == "between":
            joint = words.longest_match(self._lexicon.small["connectors"], self._words, found[1])
            second = self._thing(found[1] + len(joint)) if joint else None
        if found is None or (relation == "between" and second is None):
            self._fail(Gap("destination", found[1] if found else at, "place", thing))
            return
        last, after = second or (None, found[1])
        yield Clause("place", thing, found[0], relation=relation, second=last), after

    def _alone(self, frame: str, at: int, before: NounPhrase | None) -> Iterator[tuple[Clause, int]]:
        """The clause of a verb and its object."""
        if (found := self._object(at, frame, before)) is not None:
            yield Clause(frame, found[0]), found[1]

    def _release(self, at: int, before: NounPhrase | None) -> Iterator[tuple[Clause, int]]:
        if (found := self._object(at, "put_down", before)) is None:
            return
        thing, after = found
        after = self._optional(self._lexicon.small["down"], after)
        yield from self._onto_table(thing, after)

    def _onto_table(self, thing: NounPhrase, after: int) -> Iterator[tuple[Clause, int]]:
        relation = words.longest_match(self._lexicon.relations, self._words, after)
        if relation is not None:
            start = self._optional(self._lexicon.small["articles"], after + len(relation))
            if (table := self._place_named(start, ("table",))) is not None:
                yield Clause("put_down", thing), table[1]
                return
        yield Clause("put_down", thing), after

    def _push(self, at: int, before: NounPhrase | None) -> Iterator[tuple[Clause, int]]:
        if (found := self._object(at, "push", before)) is None:
            return
        thing, after = found
        start = self._optional(self._lexicon.small["to"], after)
        side = self._place_named(after, DIRECTIONS) or self._place_named(start, DIRECTIONS)
        if side is None:
            self._fail(Gap("side", after, "push", thing))
            return
        yield Clause("push", thing, side=side[0]), self._optional(self._lexicon.small["of_table"], side[1])

    def _home(self, at: int, before: NounPhrase | None) -> Iterator[tuple[Clause, int]]:
        if before is not None:
            return
        after = self._optional(self._lexicon.small["back"], at)
        after = self._optional(self._lexicon.small["to"], after)
        after = self._optional(self._lexicon.small["articles"], after)
        if home := self._place_named(after, ("home",)):
            yield Clause("home"), home[1]
        else:
            self._fail(Gap("destination", after, "home"))

    def _object(self, at: int, frame: str, before: NounPhrase | None) -> tuple[NounPhrase, int] | None:
        if before is not None:
            return before, at
        found = self._thing(at)
        if found is None:
            self._fail(Gap("object", at, frame))
        return found

    def _thing(self, at: int) -> tuple[NounPhrase, int] | None:
        small = self._lexicon.small
        if words.longest_match(self._lexicon.refused_things, self._words, at):
            return None
        if held := words.longest_match(self._lexicon.held, self._words, at):
            return NounPhrase(held, pronoun=True, held=True), at + len(held)
        pronoun = words.longest_match(small["pronouns"], self._words, at)
        if pronoun and self._ends_thing(at + len(pronoun)):
            return NounPhrase(pronoun, pronoun=True), at + len(pronoun)
        quantifier, after = self._matched(small["quantifiers"], at)
        after = self._repeated(small["articles"], after)
        start = after
        colour: str | None = None
        unknown: list[str] = []
        while after < len(self._words):
            for nouns, name in ((self._lexicon.things, True), (small["substitutes"], False)):
                if noun := words.longest_match(nouns, self._words, after):
                    canonical = self._lexicon.things[noun] if name else None
                    if canonical and noun in self._lexicon.plurals[canonical]:
                        quantifier = quantifier or (SEVERAL,)
                    after += len(noun)
                    if colour is None and self._lexicon.colour_after:
                        colour, after = self._colour_after(after)
                    said = self._words[start:after]
                    return NounPhrase(said, canonical, colour, tuple(unknown), quantifier=" ".join(quantifier)), after
            shade = words.longest_match(self._lexicon.colours, self._words, after)
            if shade and colour is None:
                colour = self._lexicon.colours[shade]
                after = self._optional(small["adjective_suffixes"], after + len(shade))
            elif shade is None and self._ends_thing(after):
                break
            else:
                unknown.append(self._words[after])
                after += 1
        if colour is None and not unknown:
            return None
        said = self._words[start:after]
        return NounPhrase(said, None, colour, tuple(unknown), quantifier=" ".join(quantifier)), after

    def _colour_after(self, at: int) -> tuple[str | None, int]:
        """The colour that follows its noun, and where it ends."""
        start = self._optional(self._lexicon.small["adjective_suffixes"], at)
        shade = words.longest_match(self._lexicon.colours, self._words, start)
        return (self._lexicon.colours[shade], start + len(shade)) if shade else (None, at)

    def _ends_thing(self, at: int) -> bool:
        """Whether no word of a thing can stand at `at`: the text ends there, or a word of the sentence's frame does."""
        if at >= len(self._words) or self._words[at] == ",":
            return True
        small = self._lexicon.small
        bounds: Iterable[Iterable[Phrase]] = (
            self._lexicon.relations, self._lexicon.beside, self._lexicon.refused_relations, small["connectors"],
            small["up"], small["down"],
            small["to"], small["from_table"], small["negations"], small["pronouns"], self._lexicon.places,
            self._lexicon.verb_ends,
        )  # fmt: skip
        return any(words.longest_match(phrases, self._words, at) for phrases in bounds)

    def _place_named(self, at: int, names: tuple[str, ...]) -> tuple[str, int] | None:
        place = words.longest_match(self._lexicon.places, self._words, at)
        if place is None or self._lexicon.places[place] not in names:
            return None
        return self._lexicon.places[place], at + len(place)

    def _skip(self, at: int) -> int:
        """Past commas and connectors."""
        while at < len(self._words):
            if self._words[at] == ",":
                at += 1
            elif connector := words.longest_match(self._lexicon.small["connectors"], self._words, at):
                at += len(connector)
            else:
                break
        return at

    def _opened(self, at: int) -> int:
        """Past courteous openings."""
        before = -1
        while at != before:
            before = at
            at = self._skip(self._optional(self._openings, at))
        return at

    def _trimmed(self, sentence: Phrase) -> Phrase:
        """Without courteous closings and commas at the end."""
        for phrase in self._closings:
            if sentence[-len(phrase) :] == phrase:
                return self._trimmed(sentence[: -len(phrase)])
        return self._trimmed(sentence[:-1]) if sentence[-1:] == (",",) else sentence

    def _stands(self, phrase: Phrase, at: int) -> bool:
        return self._words[at : at + len(phrase)] == phrase

    def _optional(self, phrases: Iterable[Phrase], at: int) -> int:
        return at + len(words.longest_match(phrases, self._words, at) or ())

    def _repeated(self, phrases: Iterable[Phrase], at: int) -> int:
        while (after := self._optional(phrases, at)) != at:
            at = after
        return at

    def _matched(self, phrases: Iterable[Phrase], at: int) -> tuple[Phrase, int]:
        phrase = words.longest_match(phrases, self._words, at) or ()
        return phrase, at + len(phrase)

    def _fail(self, gap: Gap) -> None:
        if gap.kind == "object" and self.gap == Gap("object", gap.at, "pick"):
            return  # a verb that takes things may place them too: what is asked for first is what to take
        if gap.at >= self.gap.at and (gap.kind, gap.frame) != (self.gap.kind, self.gap.frame):
            self.gap = gap


def _bare(phrases: Iterable[Phrase], fillers: Iterable[Phrase]) -> tuple[Phrase, ...]:
    """The phrases as they look once fillers are dropped ("if you please" is "if you")."""
    bare = {phrase: words.without(fillers, phrase) for phrase in phrases}
    return tuple(left for phrase, left in bare.items() if left == phrase or len(left) > 1)
