"""Several acts one after the other, as somebody asks for them: what is spoken of again is called "it"."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from vla_assistant.language.request import ANYTHING, IT, Act, Description
from vla_assistant.train.recombining import drawing
from vla_assistant.train.recombining.clauses import WHAT, Clause, Clauses
from vla_assistant.train.recombining.style import Style
from vla_assistant.train.recombining.things import Things
from vla_assistant.train.recombining.wordlists import Wordlists

_OF_THINGS = ("push", "pick", "place", "give", "put_down")


@dataclass(frozen=True)
class Segment:
    """Clauses that belong together, with the acts they ask for."""

    clauses: tuple[Clause, ...]
    acts: tuple[Act, ...]


class Story:
    """Draws what to do next, knowing what was done before, and says it."""

    def __init__(self, rng: random.Random, words: Wordlists, style: Style) -> None:
        self._rng, self._words, self._style = rng, words, style
        self.things = Things(rng)
        self.clauses = Clauses(rng, words, style, self.things)
        self._last: Act | None = None

    def segment(self, room: int, *, imperative: bool | None = None) -> Segment:
        """The next one to `room` acts."""
        rng = self._rng
        if room >= 2 and rng.random() < 0.26 and imperative is None:
            return rng.choice((self._shared, self._gapped, self._chained, self._likewise))(room)
        act, how, where = self._next()
        clause = self._corrected(act, self.clauses.say(act, how, where, imperative=imperative), how, where)
        self._remember(act)
        return Segment((clause,), (act,))

    def drawn(self, *skills: str, thing: Description | None = None) -> Act:
        """An act of one of these skills, or of any."""
        skill = self._rng.choice(skills) if skills else drawing.skill(self._rng)
        return drawing.act(self._rng, skill, self.things, thing)

    def _remember(self, *acts: Act) -> None:
        for act in acts:
            self._last = act
            if act.object is not None and act.object not in self.things.mentioned[-2:]:
                self.things.mention(act.object)
            self.things.mention(*act.anchors)

    def _next(self) -> tuple[Act, str, str]:
        """What comes next, and how its object and its place are called."""
        rng, last = self._rng, self._last
        if last is None:
            act = self.drawn()
            return (replace(act, object=Description(IT)) if act.object and rng.random() < 0.06 else act), "new", "new"
        if last.object is not None and last.object.kind != ANYTHING:
            carried = last.skill == "pick"
            if rng.random() < (0.72 if carried else 0.26):
                return self._on_with(last, last.object, carried)
        if last.skill in ("move", "open", "close") and rng.random() < 0.4:
            return self.drawn("move", "move", "open", "close", "home"), "new", "new"
        act = self.drawn()
        if act.skill == "place" and rng.random() < 0.3:
            act, where = self._to_what_was_said(act, last)
            return act, "new", where
        return act, "new", "new"

    def _on_with(self, last: Act, thing: Description, carried: bool) -> tuple[Act, str, str]:
        """Something else with the same thing."""
        rng = self._rng
        skills = ("place", "place", "place", "give", "give", "put_down", "push") if carried else _OF_THINGS
        how = "left out" if rng.random() < 0.45 * self._style.bare else rng.choice(("it", "it", "it", "again"))
        if how == "it" and not carried and any(anchor.kind == thing.kind for anchor in last.anchors):
            how = "again"
        return self.drawn(*skills, thing=thing), how, "new"

    def _to_what_was_said(self, act: Act, last: Act) -> tuple[Act, str]:
        """Put to something that was spoken of already, and how that is called."""
        rng, known = self._rng, [thing for thing in self.things.mentioned if thing.number == 1 and thing != act.object]
        latest = list(dict.fromkeys(reversed(known)))
        if len(latest) >= 2 and rng.random() < 0.12:
            return replace(act, relation="between", anchors=(latest[1], latest[0])), "them"
        if last.skill == "place" and rng.random() < 0.3:
            return replace(act, relation=last.relation, anchors=last.anchors), "there"
        if len(last.anchors) == 1 and last.anchors[0].number == 1 and rng.random() < 0.3:
            relation = rng.choice(("next to", "behind", "left of", "right of", "in front of"))
            return replace(act, relation=relation, anchors=last.anchors), rng.choice(("it", "it", "again"))
        recent = [thing for thing in (*last.anchors, last.object) if thing is not None and thing.number == 1]
        hollow = [thing for thing in recent if thing.kind in ("bowl", "cup")]
        flat = [thing for thing in recent if thing.kind == "plate"]
        for relation, fitting in rng.sample([("in", hollow), ("on", flat)], 2):
            if len(fitting) == 1 and fitting[0] != act.object:
                return replace(act, relation=relation, anchors=(fitting[0],)), rng.choice(("it", "again", "again"))
        named = [thing for thing in known if self.things.is_unique(thing) and thing.kind not in (IT, ANYTHING)]
        if not named:
            return act, "new"
        relation = rng.choice(("next to", "behind", "left of", "right of", "in front of"))
        return replace(act, relation=relation, anchors=(rng.choice(named),)), "again"

    def _corrected(self, act: Act, clause: Clause, how: str, where: str) -> Clause:
        """Sometimes begun wrongly: another verb, place or direction, taken back."""
        rng, style, words = self._rng, self._style, self._words
        if act.object is not None and clause.imperative and rng.random() < style.contrast:
            other = self.drawn("push", "pick", "give", "put_down", thing=act.object)
            if other.skill != act.skill:
                wrong = self._say(other, how)
                right = self._say(act, "it", where)
                polite = {name: words.one(rng, "polite", name.lower()) for name in ("OPENING", "GERUND")}
                forms = {"ING": words.inflected(wrong, "ing"), "RING": words.inflected(right, "ing")}
                said = words.filled(rng, "clauses", "not_but", WRONG=wrong, RIGHT=right, **forms, **polite)
                return Clause(said, False)
        if act.object is not None and how == "new" and rng.random() < 0.3 * style.contrast:
            not_that = self.clauses.describer.say(self.things.other_than(act.object), simple=True)
            return Clause(words.filled(rng, "clauses", "not_that", OTHER=not_that, CLAUSE=clause.words), False)
        if rng.random() > style.repair * 0.6:
            return clause
        mark = words.one(rng, "repairs", "marks")
        if act.direction and rng.random() < 0.5:
            direction = f"{words.one(rng, 'directions', act.direction)} {self.clauses.amount(act.amount)}".strip()
            return Clause(f"{self._say(drawing.turned(act), how)} {mark} {direction}", True)
        if act.skill == "place" and rng.random() < 0.6:
            begun = self._say(self.drawn("place", thing=act.object), how)
            return Clause(f"{begun} {mark} {self.clauses.where(act)}", True)
        wrong = self.clauses.say(self.drawn(*_OF_THINGS)).words
        return Clause(f"{wrong} , {words.one(rng, 'repairs', 'clauses')} , {clause.words}", False)

    def _say(self, act: Act, how: str, where: str = "new") -> str:
        return self.clauses.say(act, how, where, imperative=True).words

    def _shared(self, room: int) -> Segment:
        """One verb, several things."""
        rng = self._rng
        act = self.drawn("place", "place", "give", "give", "push", "put_down")
        things = self.things.fresh(min(room, rng.choice((2, 2, 2, 3))))
        *first, last = (self.clauses.describer.say(thing) for thing in things)
        said = f"{' , '.join(first)} {rng.choice(('and', 'and', 'and also', ','))} {last}"
        clause = self.clauses.say(replace(act, object=Description(ANYTHING, number=len(things))), WHAT)
        acts = tuple(replace(act, object=thing) for thing in things)
        self._remember(*acts)
        whole = clause.words.replace(WHAT, said) if WHAT in clause.words else f"{said} {clause.words}"
        return Segment((Clause(whole, clause.imperative),), acts)

    def _gapped(self, room: int) -> Segment:
        """The verb is said once: "put A in B and C on D"."""
        rng, skill = self._rng, self._rng.choice(("place", "place", "push"))
        things = self.things.fresh(min(room, rng.choice((2, 2, 3, 4))))
        acts = [self.drawn(skill, thing=thing) for thing in things]
        first = self.clauses.say(acts[0])
        said = [first.words]
        for act in acts[1:]:
            self._remember(act)
            said.append(
                self.clauses.fill(rng.choice(("O R", "O , R") if skill == "place" else ("O D A", "O A D")), act)
            )
        joint = rng.choice((" and ", " , ", " , and ", " and then "))
        return Segment((Clause(joint.join(said), first.imperative),), tuple(acts))

    def _chained(self, room: int) -> Segment:
        """The hand here and there: "hand left 3 cm, up 2 cm, then close"."""
        rng = self._rng
        acts = [self.drawn("move")]
        while len(acts) < min(room, rng.choice((2, 3, 4))):
            following = self.drawn("move", "move", "move", "open", "close")
            if following.direction != acts[-1].direction or not following.direction:
                acts.append(following)
        said = [self.clauses.say(acts[0])]
        for act in acts[1:]:
            bare = f"D {act.amount.removesuffix(' cm')}" if act.amount.endswith(" cm") else "D A"
            by = "D by A" if act.amount else "D"
            ways = (
                ("D A", "A D", "D A", bare, by)
                if act.direction
                else (act.skill, f"{act.skill} it", f"{act.skill} GRIP")
            )
            said.append(Clause(self.clauses.fill(rng.choice(ways), act), False))
        self._remember(*acts)
        return Segment(tuple(said), tuple(acts))

    def _likewise(self, room: int) -> Segment:
        """ "... and do the same with the ball" """
        thing, other = self.things.fresh(2)
        act = self.drawn("place", "push", "give", "put_down", thing=thing)
        first = self.clauses.say(act)
        self._remember(act)
        said = self._words.filled(self._rng, "clauses", "likewise", O=self.clauses.describer.say(other))
        again = replace(act, object=other)
        self._remember(again)
        return Segment((first, Clause(said, False)), (act, again))
