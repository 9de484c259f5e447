"""What must hold for every sentence, not only for those anybody thought of."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.language.sentences import COMMANDS
from vla_assistant.errors import InputError
from vla_assistant.language import closed_intent, describe, understand
from vla_assistant.language.reading.lexicon import load as reading_words
from vla_assistant.language.reading.reader import read
from vla_assistant.language.vocabulary import load
from vla_assistant.language.words import normalised
from vla_assistant.types import SURE, Intent

LEXICON = load().lexicon("en")
VERBS = {phrase for phrases in LEXICON.verbs.values() for phrase in phrases} | {
    phrase for phrase, place in LEXICON.places.items() if place == "home"
}
WORDS = reading_words("en")
# "no" is not among them: in the middle of a sentence people repair with it ("the red, no, the blue cube").
NEGATIONS = (
    "not", "dont", "do not", "never", "cannot", "cant", "wont", "shouldnt", "mustnt", "neither", "nor", "stop",
    "cancel",
)  # fmt: skip
commands = st.sampled_from(list(COMMANDS))
fillers = st.sampled_from([" ".join(phrase) for phrase in LEXICON.courtesy["fillers"]])
openings = st.sampled_from([" ".join(phrase) for phrase in LEXICON.courtesy["openings"]])
closings = st.sampled_from([" ".join(phrase) for phrase in LEXICON.courtesy["closings"]])
known_words = st.sampled_from(sorted(LEXICON.known_words))


@given(commands, fillers, openings, closings)
def test_politeness_changes_nothing(text, filler, opening, closing):
    steps = understand(text).steps
    assert understand(f"{filler} {text}").steps == steps
    assert understand(f"{opening} {filler} {text}").steps == steps
    assert understand(f"{text} {closing}").steps == steps


@given(commands, st.sampled_from(["upper", "title", "lower"]), st.sampled_from(["", ".", "!", " ..."]))
def test_spelling_changes_nothing(text, case, end):
    assert understand(getattr(text, case)() + end).steps == understand(text).steps


@given(commands)
def test_a_question_mark_never_asks_for_another_motion(text):
    assert understand(f"{text}?").steps in ((), understand(text).steps)


@given(commands, st.data())
def test_synonyms_change_nothing(text, data):
    words = list(normalised(text))
    synonyms = [w for names in (LEXICON.things, LEXICON.colours) for w in [(p, n) for p, n in names.items()]]
    singular = {name: LEXICON.words[name] for name in {name for _, name in synonyms}}
    for index, word in enumerate(words):
        for category in (LEXICON.things, LEXICON.colours):
            if (word,) in category and word != "orange":
                words[index] = " ".join(data.draw(st.sampled_from(singular[category[(word,)]])))
    assert understand(" ".join(words)).steps == understand(text).steps


@given(commands, st.sampled_from(["don't ", "do not ", "never ", "please do not ", "you must not ", "I said don't "]))
def test_a_negation_moves_nothing(text, negation):
    understood = understand(negation + text)
    assert understood.steps == ()
    assert understood.intent is not Intent.COMMAND


@pytest.mark.parametrize("negation", NEGATIONS)
def test_a_negation_anywhere_never_yields_the_same_motion(negation):
    for text in COMMANDS:
        steps, words = understand(text).steps, text.split()
        for at in range(len(words) + 1):
            negated = " ".join([*words[:at], negation, *words[at:]])
            moved = understand(negated).steps
            assert not moved or moved != steps, negated


@settings(max_examples=200)
@given(st.text(max_size=200))
def test_random_text_never_moves_and_never_crashes(text):
    try:
        understood = understand(text)
    except InputError:
        return
    assert not understood.steps or has_a_verb(text)
    assert understood.intent is Intent.COMMAND or not understood.steps


@settings(max_examples=200)
@given(st.lists(known_words | st.text(string.ascii_lowercase, min_size=1, max_size=6), min_size=1, max_size=14))
def test_shuffled_words_move_only_with_the_words_for_it(words):
    text = " ".join(words)
    try:
        understood = understand(text)
    except InputError:
        return
    if understood.steps:
        assert has_a_verb(text)
        for step in understood.steps:
            for reference in (step.object, step.destination):
                named = reference is None or reference.name == "table" or names(reference.name, text)
                assert named, (text, understood.steps)
        assert understand(describe(understood.steps)).steps == understood.steps or any(
            step.object is None and step.skill == "put_down" for step in understood.steps
        )


@given(st.lists(known_words, min_size=1, max_size=6))
def test_a_closed_word_comes_only_from_closed_words(words):
    text = " ".join(words)
    if closed_intent(text) is not None:
        assert not understand(text).steps
        closed = {word for phrase in LEXICON.closed for word in phrase}
        courtesy = {w for name in ("fillers", "closings") for phrase in LEXICON.courtesy[name] for w in phrase}
        assert set(normalised(text)) <= closed | courtesy


def has_a_verb(text: str) -> bool:
    """Whether any word says what to do: a verb, a place to go, a relation or a direction."""
    words = tuple(word for word in normalised(text) if word != ",")
    if any(words[i : i + len(verb)] == verb for verb in VERBS for i in range(len(words))):
        return True
    kinds = {"verbs", "home", "relations", "directions", "me", "table"}
    return any(kinds & set(WORDS.at(words, at)) for at in range(len(words)))


def names(name: str, text: str) -> bool:
    phrases = (*LEXICON.words[name], *LEXICON.plurals.get(name, ()))
    words = normalised(text)
    if any(words[i : i + len(p)] == p for p in phrases for i in range(len(words))):
        return True
    found = [WORDS.at(words, at) for at in range(len(words))]
    kinds = ("nouns", "plurals", "directions", "relations")
    return any(here[kind][0].startswith(name) for here in found for kind in kinds if kind in here)


# 10,000 take a minute alone; where others compute too they took longer than the usual limit.
@pytest.mark.parametrize(
    "count",
    [
        pytest.param(10_000, marks=pytest.mark.timeout(900)),
        pytest.param(100_000, marks=[pytest.mark.slow, pytest.mark.timeout(1800)]),
    ],
)
def test_random_lines_move_nothing_without_the_words_for_it(count: int):
    import random

    random_source = random.Random(count)
    pool = [*sorted(LEXICON.known_words), "elephant", "xyzzy", "der", "42"]
    for _ in range(count):
        text = " ".join(random_source.choices(pool, k=random_source.randint(1, 12)))
        if normalised(text) and understand(text).steps:
            assert has_a_verb(text), text


# The order of what stands beside the verb says nothing: how, where to, what to keep clear of.
_COLOURS, _KINDS = ["red", "blue", "green", "white", "yellow"], ["cube", "ball", "can", "cup"]
things = st.tuples(st.permutations(_COLOURS), st.permutations(_KINDS)).map(
    lambda drawn: tuple(f"{colour} {kind}" for colour, kind in zip(*drawn, strict=False))
)
manners = st.sampled_from(["slowly", "carefully", "quickly", "gently"])
places = st.sampled_from(["in the purple bowl", "on the purple plate", "into the purple cup", "onto the purple cube"])
sides = st.sampled_from(["to the left", "to the right", "to the left by 5 cm", "5 cm to the right"])
keeping_clear = st.sampled_from(["without touching the {}", "keeping clear of the {}", "without bumping into the {}"])
PLACING = (
    "{how} {verb} {it} {to}", "{how}, {verb} {it} {to}", "{verb} {it} {how} {to}", "{to} {verb} {it}, {how}",
    "{to}, {verb} {it} {how}", "{verb} {to} {it} {how}", "{verb} {how} {it} {to}", "{how} {verb} {to} {it}",
    "please {how} {verb} {it} {to}", "{to} {how} {verb} {it}", "{to}, {how} {verb} {it}",
)  # fmt: skip
TAKING = ("{how} {verb} {it}", "{verb} {how} {it}", "{how}, {verb} {it}", "pick {it} up {how}", "{how} pick {it} up")
GIVING = ("{how} give me {it}", "give {it} to me {how}", "give {it} {how} to me", "to me {how} give {it}")
PUTTING_DOWN = ("put {it} down {how}", "{how} put {it} down", "put {it} {how} down", "{how} put down {it}")
WITH_CARE = (
    "{clear}, {verb} {it} {to}",
    "{clear} {verb} {it} {to}",
    "{verb} {it}, {clear}, {to}",
    "{clear}, {to} {verb} {it}",
)
TWO = (
    "{one} and then {two}", "first {one} then {two}", "{one} then {two}", "{one}, afterwards {two}",
    "{one} before you {two}", "before you {two} {one}", "{two}, but first {one}",
)  # fmt: skip


def _same_reading(plain, orders, **parts):
    meant = read(plain.format(**parts))
    assert meant is not None, plain.format(**parts)
    for order in orders:
        text = order.format(**parts)
        found = read(text)
        assert str(found) == str(meant), text
        assert found.confidence >= SURE, text


@settings(max_examples=40, deadline=None)
@given(things, manners, places, st.sampled_from(["put", "place", "set", "move", "lay"]))
def test_word_order_changes_no_placing(named, how, to, verb):
    _same_reading("{verb} {it} {to} {how}", PLACING, it=f"the {named[0]}", how=how, to=to, verb=verb)


@settings(max_examples=40, deadline=None)
@given(things, manners, sides, st.sampled_from(["push", "slide", "shove", "nudge"]))
def test_word_order_changes_no_push(named, how, to, verb):
    orders = [order for order in PLACING if not to[0].isdigit() or not order.startswith("{to}")]
    _same_reading("{verb} {it} {to} {how}", orders, it=f"the {named[0]}", how=how, to=to, verb=verb)


@settings(max_examples=30, deadline=None)
@given(things, manners, st.sampled_from(["pick up", "grab", "take", "lift"]))
def test_word_order_changes_nothing_without_a_place(named, how, verb):
    it = f"the {named[0]}"
    _same_reading("{verb} {it} {how}", TAKING, it=it, how=how, verb=verb)
    _same_reading("give me {it} {how}", GIVING, it=it, how=how)
    _same_reading("put down {it} {how}", PUTTING_DOWN, it=it, how=how)
    _same_reading("go home {how}", ("{how} go home", "go {how} home", "{how}, go home"), how=how)


@settings(max_examples=40, deadline=None)
@given(things, keeping_clear, st.one_of(places, sides.filter(lambda to: not to[0].isdigit())))
def test_what_to_keep_clear_of_may_stand_anywhere(named, clear, to):
    verb = "push" if "left" in to or "right" in to else "put"
    parts = {"it": f"the {named[0]}", "clear": clear.format(named[1]), "to": to, "verb": verb}
    _same_reading("{verb} {it} {to} {clear}", WITH_CARE, **parts)


@settings(max_examples=40, deadline=None)
@given(things, places, sides)
def test_what_joins_two_acts_changes_nothing(named, to, side):
    for one in (f"put the {named[0]} {to}", f"push the {named[0]} {side}", f"pick up the {named[0]}"):
        for two in (f"push the {named[1]} {side}", "go home"):
            _same_reading("{one}, then {two}", TWO, one=one, two=two)
