"""What holds for every request on every table."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from vla_assistant.language.answering import answer
from vla_assistant.language.memory import Memory
from vla_assistant.language.naming import MOST_CHOICES
from vla_assistant.language.request import ALL, ANYTHING, IT, Act, Description, Request
from vla_assistant.language.resolution import Question, Refusal, Resolved
from vla_assistant.language.resolving import likelihoods, resolve
from vla_assistant.types import PixelPoint, Reference, SeenThing

KINDS = ("cube", "ball", "can", "cup", "bowl", "plate")
COLOURS = ("red", "blue", "green")
SHARES = st.integers(0, 100).map(lambda percent: percent / 100)
SEEN = st.lists(
    st.builds(
        SeenThing,
        st.builds(Reference, st.sampled_from(KINDS), st.sampled_from(COLOURS)),
        st.builds(PixelPoint, st.just("front"), SHARES, SHARES, st.floats(0.3, 1.0)),
    ),
    max_size=8,
    unique_by=lambda thing: (thing.point.u, thing.point.v),
).map(tuple)
PLAIN = st.builds(
    Description,
    st.sampled_from((*KINDS, ANYTHING, IT)),
    st.none() | st.sampled_from(COLOURS),
    st.sampled_from((1, 1, 1, 2, 3, ALL)),
    st.sampled_from(("", "", "", "any", "other", "same")),
    st.sampled_from(("", "", "left", "right", "near", "far", "middle")),
    st.sampled_from((1, 1, 2, 3)),
)
BESIDE = st.sampled_from(("left of", "right of", "in front of", "behind", "near", "in", "on"))
DESCRIPTIONS = PLAIN | st.builds(lambda one, how, other: one.lying(how, other), PLAIN, BESIDE, PLAIN)
ACTS = st.one_of(
    st.builds(Act, st.sampled_from(("pick", "give", "put_down")), DESCRIPTIONS),
    st.builds(lambda one, how, at: Act("place", one, how, (at,)), DESCRIPTIONS, BESIDE, DESCRIPTIONS),
    st.builds(lambda one, a, b: Act("place", one, "between", (a, b)), PLAIN, PLAIN, PLAIN),
    st.builds(lambda one, way: Act("push", one, direction=way), DESCRIPTIONS, st.sampled_from(("left", "forward"))),
    st.builds(lambda way: Act("move", direction=way), st.sampled_from(("up", "left"))),
)
REQUESTS = st.builds(
    lambda acts, sure: Request(tuple(acts), confidence=sure),
    st.lists(ACTS, min_size=1, max_size=3),
    st.floats(0.4, 1.0),
)
MEMORIES = st.builds(lambda seen: Memory().spoke_of(*seen[:2]) if seen else Memory(), SEEN)


@settings(max_examples=100, deadline=None)
@given(REQUESTS, SEEN, MEMORIES, st.floats(0.001, 1.0))
def test_it_ends_in_acts_on_seen_things_or_in_a_short_question_or_a_reason(
    request: Request, seen: tuple[SeenThing, ...], memory: Memory, doubt: float
) -> None:
    outcome = resolve(request, seen, memory, doubt=doubt)
    known = {thing.reference for thing in (*seen, *((memory.held,) if memory.held else ()))}
    if isinstance(outcome, Resolved):
        used = [thing for act in outcome.acts for thing in (act.object, *act.anchors) if thing is not None]
        assert {thing.reference for thing in used} <= known
        assert all(act.object not in act.anchors for act in outcome.acts if act.object is not None)
    elif isinstance(outcome, Question):
        names = [choice.name for choice in outcome.choices]
        assert 1 < len(names) <= MOST_CHOICES
        assert len(set(names)) == len(names), outcome.text
        assert {choice.thing for choice in outcome.choices} <= set(outcome.candidates)
        assert outcome.text.endswith("?")
    else:
        assert isinstance(outcome, Refusal)
        assert outcome.text


@settings(max_examples=100, deadline=None)
@given(REQUESTS, SEEN, st.randoms())
def test_the_order_in_which_things_are_seen_does_not_matter(
    request: Request, seen: tuple[SeenThing, ...], random: object
) -> None:
    shuffled = list(seen)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = resolve(request, seen), resolve(request, tuple(shuffled))
    assert type(first) is type(second)
    if isinstance(first, Question) and isinstance(second, Question):
        assert (first.act, first.slot) == (second.act, second.slot)
        assert set(first.candidates) == set(second.candidates)


@settings(max_examples=100, deadline=None)
@given(REQUESTS, SEEN)
def test_a_click_settles_its_question(request: Request, seen: tuple[SeenThing, ...]) -> None:
    question: Resolved | Question | Refusal | None = resolve(request, seen)
    for _ in range(8):
        if not isinstance(question, Question):
            return
        before = (question.act, question.slot)
        question = answer(question, request, question.choices[0], seen)
        assert question is not None
        assert not isinstance(question, Question) or (question.act, question.slot) != before
    raise AssertionError("there is no end to the questions")


@settings(max_examples=100, deadline=None)
@given(SEEN, st.text(max_size=40))
def test_any_text_is_an_answer_or_none(seen: tuple[SeenThing, ...], text: str) -> None:
    request = Request((Act("pick", Description("cup")),))
    question = resolve(request, seen)
    if isinstance(question, Question):
        answer(question, request, text, seen)


@settings(max_examples=100, deadline=None)
@given(REQUESTS, SEEN)
def test_likelihoods_are_there_for_every_seen_thing(request: Request, seen: tuple[SeenThing, ...]) -> None:
    likely = likelihoods(request, seen)
    assert len(likely) == len(seen)
    assert all(value >= 0.0 for value in likely)
