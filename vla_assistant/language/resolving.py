"""From what was described to what is seen: a request becomes acts on seen things, one short question, or a refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from vla_assistant.language import hidden, naming, places, refusing, vocabulary, weighing
from vla_assistant.language.chores import carrying_out
from vla_assistant.language.fitting import DOUBT, View, fits, kept
from vla_assistant.language.memory import Memory
from vla_assistant.language.request import ALL, ANYTHING, IT, OF_DRAWER, Act, Description, Request
from vla_assistant.language.resolution import Choice, Question, Refusal, Resolved, ResolvedAct, Settled
from vla_assistant.language.vocabulary import Thing
from vla_assistant.types import PixelPoint, SeenThing

PUSHED_M = 0.10
"""How far a push without an amount brings a thing, about [m]."""
_BEFORE_USER = (0.5, 0.8)


class _Ends(Exception):  # noqa: N818  it is no error
    """The request ends in a question or a refusal."""

    def __init__(self, outcome: Question | Refusal) -> None:
        super().__init__(outcome)
        self.outcome = outcome


def resolve(
    request: Request,
    seen: Sequence[SeenThing],
    memory: Memory = Memory(),  # noqa: B008  it is frozen
    *,
    settled: tuple[Settled, ...] = (),
    doubt: float = DOUBT,
    things: Mapping[str, Thing] | None = None,
) -> Resolved | Question | Refusal:
    """What the request comes to before what is seen.

    Args:
        request: As the words mean it.
        seen: What the policy sees in the front picture.
        memory: What earlier turns left behind.
        settled: What answers to questions about this request have settled.
        doubt: How likely a thing must be, compared with the likeliest, to be asked about; see `calibration`.
        things: What can be done with each kind of thing; the vocabulary's when None.
    """
    slots = _Slots(request, settled, things if things is not None else vocabulary.load().things)
    view, acts = View.of(hidden.with_hidden(request, seen, slots.things), memory, doubt), []
    try:
        for index in range(len(request.acts)):
            done, view = slots.act(index, view)
            acts += done
    except _Ends as end:
        return end.outcome
    avoid = {i: view.seen[i] for thing in request.avoid for i in kept(fits(thing, view), doubt)}
    return Resolved(tuple(acts), tuple(avoid.values()))


def asked(
    request: Request,
    fitting: Sequence[SeenThing],
    seen: Sequence[SeenThing],
    act: int,
    slot: str,
    settled: tuple[Settled, ...],
) -> Question:
    """The question which of these is meant in that slot of that act."""
    offered = naming.shown(fitting)
    choices = tuple(map(Choice, naming.names(offered, seen), offered))
    relation = request.acts[act].relation if slot != "object" else ""
    where = relation if relation != "between" else ""
    text = naming.question(offered, seen, len(fitting) > len(offered), where)
    return Question(text, choices, act, slot, tuple(places.ranked(fitting, "left")), settled)


def likelihoods(
    request: Request,
    seen: Sequence[SeenThing],
    memory: Memory = Memory(),  # noqa: B008  it is frozen
    things: Mapping[str, Thing] | None = None,
) -> list[float]:
    """How likely each seen thing is meant as the object of the first act, up to a factor; see `calibration`."""
    slots = _Slots(request, (), things if things is not None else vocabulary.load().things)
    act, view = request.acts[0], View.of(seen, memory)
    if act.object is None:
        return [0.0] * len(seen)
    useful = slots.wanted(act, view)
    return weighing.doubted(
        act.object, weighing.of_use(fits(act.object, view), useful), useful, request.confidence, view
    )


@dataclass(frozen=True)
class _Slots:
    request: Request
    settled: tuple[Settled, ...]
    things: Mapping[str, Thing]

    def act(self, index: int, view: View) -> tuple[list[ResolvedAct], View]:
        """The act on seen things, one for each object, and the view after it."""
        act = self.request.acts[index]
        if act.object is None:
            held = view.held if act.skill in ("put_down", "give", "place") else None
            bare = ResolvedAct(act.skill, view.now[held] if held is not None else None, act.relation, (),
                               act.direction, act.amount)  # fmt: skip
            return [bare], replace(view, held=None) if act.skill in ("put_down", "open") else view
        if act.skill in carrying_out.CHORES:
            return self._chore(index, act, view)
        objects = self._objects(index, act, view)
        anchors = self._anchors(index, act, objects, view)
        objects = self._movable(act, [i for i in objects if i not in anchors], anchors, view)
        done = []
        for thing in objects:
            where = tuple(view.now[i] for i in anchors)
            done.append(ResolvedAct(act.skill, view.now[thing], act.relation, where, act.direction, act.amount))
            view = _carried_out(act, thing, anchors, view)
        if act.skill in OF_DRAWER:  # it is nothing that "it" means after it
            return done, view
        done = self._opened_before(index, act, objects, view) + done
        lie_at = [tuple(anchors)] if _two(act) else [(i,) for i in anchors]
        called = [(act.object, tuple(objects)), *zip(act.anchors, lie_at, strict=True)]
        return done, view.after(called)

    def _opened_before(self, index: int, act: Act, objects: Sequence[int], view: View) -> list[ResolvedAct]:
        """The drawer is opened for what is to come out of it and is not seen."""
        before = any(
            other.skill == "open" or (other.object is not None and hidden.from_drawer(other.object))
            for other in self.request.acts[:index]
        )
        drawer = hidden.drawer_in(view.now)
        if before or drawer is None or not any(hidden.is_hidden(view.seen[i], view.seen) for i in objects):
            return []
        return [ResolvedAct("open", drawer)]

    def _chore(self, index: int, act: Act, view: View) -> tuple[list[ResolvedAct], View]:
        """The acts of a task of several steps, and the view after them."""
        meant = self._objects(index, act, view) if act.skill in ("swap", "tower") else []
        meant += self._anchors(index, act, meant, view) if meant else []
        refusals = [self._refused(replace(act, skill="pick"), i, [], view) for i in meant]
        if refusal := next(filter(None, refusals), None):
            raise _Ends(refusal)
        kinds = [anchor.kind for anchor in act.anchors]
        found = carrying_out.acts_of(act.skill, [view.now[i] for i in meant], kinds, view.now, self.things)
        if isinstance(found, Refusal):
            raise _Ends(found)
        return list(found), view

    def _objects(self, index: int, act: Act, view: View) -> list[int]:
        assert act.object is not None
        chosen = self._settled(index, "object", view) or view.called(act.object)
        return chosen or self._meant(act.object, index, "object", act.skill, self.wanted(act, view), view)

    def _anchors(self, index: int, act: Act, objects: list[int], view: View) -> list[int]:
        found: list[int] = []
        for number, anchor in enumerate(act.anchors):
            slot = f"anchor {number}"
            chosen = self._settled(index, slot, view) or [i for i in view.called(anchor) if i not in objects]
            if not chosen:
                single = objects if len(objects) == 1 else []
                useful = [i not in (*single, *found) for i in range(len(view.seen))]
                if anchor.kind in (ANYTHING, IT) and act.relation in places.INSIDE and objects:
                    kind = view.seen[objects[0]].reference.name
                    useful = [u and self._holds(i, kind, view) for i, u in enumerate(useful)]
                if _two(act):
                    return self._both(anchor, useful, view)
                chosen = self._meant(replace(anchor, number=1), index, slot, act.skill, useful, view)
            found += chosen[:1]
        return found

    def _settled(self, act: int, slot: str, view: View) -> list[int]:
        for entry in self.settled:
            if (entry.act, entry.slot) == (act, slot):
                return list(view.remembered(entry.things))
        return []

    def wanted(self, act: Act, view: View) -> list[bool]:
        """Which things the act could be about: what it can be done with, and what is not yet where it is to go."""
        assert act.object is not None
        goals = kept(fits(act.anchors[0], view), view.doubt) if act.relation in places.INSIDE else ()
        useful = [True] * len(view.seen)
        if act.object.kind in (ANYTHING, IT):
            useful = [self._possible(act, thing.reference.name, goals, view) for thing in view.seen]
        if act.skill == "pick" and view.held is not None:
            useful[view.held] = False
        if len(goals) == 1:
            there = [places.inside(thing, view.now[goals[0]]) > 0 or i in goals for i, thing in enumerate(view.now)]
            useful = [u and not t for u, t in zip(useful, there, strict=True)]
        return useful

    def _possible(self, act: Act, kind: str, goals: Sequence[int], view: View) -> bool:
        fitting = not goals or any(self._holds(i, kind, view) for i in goals)
        return fitting and refusing.able(act.skill, kind, self.things)

    def _meant(
        self, thing: Description, act: int, slot: str, skill: str, useful: Sequence[bool], view: View
    ) -> list[int]:
        """The things that are meant, several where several were asked for; else the request ends."""
        weights = fits(thing, view) if thing.kind != IT else weighing.pronoun(fits(thing, view), useful, view)
        if not any(weights):
            raise _Ends(self._nothing(thing, act, slot, skill, useful, view))
        weights = weighing.of_use(weights, useful)
        likely: Sequence[int] = kept(
            weighing.doubted(thing, weights, useful, self.request.confidence, view), view.doubt
        )
        if thing.number == ALL or thing.kind == IT:
            return sorted(kept(weights, view.doubt), key=lambda i: view.seen[i].point.u)
        if thing.number > 1:
            return self._several(thing, weights, view)
        if thing.choice == "any":
            return [max(likely, key=lambda i: (weights[i] > 0, view.now[i].point.v))]
        if len(likely) > 1:
            likely = weighing.preferred(likely, weights, slot, skill, view)
        if len(likely) > 1:
            raise _Ends(asked(self.request, [view.seen[i] for i in likely], view.seen, act, slot, self.settled))
        return list(likely)

    def _several(self, thing: Description, weights: Sequence[float], view: View) -> list[int]:
        found = sorted(kept(weights, view.doubt), key=lambda i: view.seen[i].point.u)
        if len(found) < thing.number:
            raise _Ends(refusing.too_few(thing, [view.seen[i] for i in found], view.seen))
        return found[: thing.number]

    def _nothing(
        self, thing: Description, act: int, slot: str, skill: str, useful: Sequence[bool], view: View
    ) -> Question | Refusal:
        able = [other for other, use in zip(view.seen, useful, strict=True) if use]
        if thing.kind == IT and able:
            return asked(self.request, able, view.seen, act, slot, self.settled)
        if thing.side and thing.rank > 1:
            fit = kept(fits(replace(thing, side="", rank=1), view), view.doubt)
            if fit:
                return refusing.no_such_rank(thing, [view.seen[i] for i in fit], view.seen)
        missing = next((anchor for anchor in thing.anchors if not any(fits(anchor, view))), thing)
        return refusing.not_seen(missing, skill, view.seen, self.things)

    def _both(self, thing: Description, useful: Sequence[bool], view: View) -> list[int]:
        """The two things of "between the two cans"."""
        found = [i for i in kept(fits(thing, view), view.doubt) if useful[i]]
        if len(found) != 2:
            fitting, refusal = [view.seen[i] for i in found], refusing.too_few if len(found) < 2 else refusing.not_two
            raise _Ends(refusal(replace(thing, number=2), fitting, view.seen))
        return found

    def _movable(self, act: Act, objects: list[int], anchors: list[int], view: View) -> list[int]:
        """The objects with which it can be done; of "everything", what cannot be moved so stays where it is."""
        assert act.object is not None
        if not objects:
            raise _Ends(refusing.itself(view.seen[anchors[0]].reference.name))
        found, ends = [], None
        for i in objects:
            refusal = self._refused(act, i, anchors, view)
            if refusal is None:
                found.append(i)
            ends = ends or refusal
        if ends is not None and (not found or act.object.kind != ANYTHING):
            raise _Ends(ends)
        return found

    def _refused(self, act: Act, index: int, anchors: list[int], view: View) -> Refusal | None:
        kind = view.seen[index].reference.name
        if not refusing.able(act.skill, kind, self.things):
            return refusing.unable(act.skill, kind, view.seen, self.things)
        if act.relation in places.INSIDE and anchors and not self._holds(anchors[0], kind, view):
            carrier = view.seen[anchors[0]].reference.name
            return refusing.does_not_hold(carrier, act.relation, kind, view.seen, self.things)
        return None

    def _holds(self, carrier: int, kind: str, view: View) -> bool:
        known = self.things.get(view.seen[carrier].reference.name)
        return known is not None and known.takes(kind)


def _two(act: Act) -> bool:
    """Whether it is between several things of one description: "between the two cans"."""
    return act.relation == "between" and len(act.anchors) == 1 and act.anchors[0].number in (2, ALL)


def _carried_out(act: Act, thing: int, anchors: Sequence[int], view: View) -> View:
    point = view.now[thing].point
    if act.skill == "pick":
        return view.moved(thing, point, held=True)
    if act.skill == "place" and anchors:
        return view.moved(thing, places.spot(act.relation, [view.now[i].point for i in anchors]))
    if act.skill == "push":
        return view.moved(thing, places.shifted(point, act.direction, act.metres or PUSHED_M))
    if act.skill == "give":
        return view.moved(thing, PixelPoint(point.camera, *_BEFORE_USER, point.confidence))
    return view.moved(thing, point)
