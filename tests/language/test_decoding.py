"""The decoder: numbers and words of a text, the grammar of its rows, and what it makes of the reader's reading."""

from __future__ import annotations

import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from vla_assistant.errors import WeightsError
from vla_assistant.evaluate.sayings import is_right
from vla_assistant.evaluate.sayings import load as load_said
from vla_assistant.language.decoding import agree, considered, decode
from vla_assistant.language.decoding.agreement import UNGROUNDED, alike
from vla_assistant.language.decoding.grounding import grounded
from vla_assistant.language.decoding.network import load
from vla_assistant.language.decoding.notation import END, NOTHING, TOKENS, Grammar, row
from vla_assistant.language.decoding.opinion import networks
from vla_assistant.language.decoding.parsing import bare, request_of
from vla_assistant.language.decoding.source import LENGTH, LONGEST, SLOTS
from vla_assistant.language.decoding.source import read as source_of
from vla_assistant.language.reading.reader import read
from vla_assistant.language.request import Act, Description, Request
from vla_assistant.train.recombining.meanings import row_of
from vla_assistant.types import SURE

FRESH = Path(__file__).resolve().parent / "said" / "fresh"
CUP = Description("cup", "red")


@pytest.mark.parametrize(
    ("text", "words", "lengths"),
    [
        ("Push it 5cm left", ("push", "it", LENGTH, "left"), (5.0,)),
        ("twenty five millimetres up", (LENGTH, "up"), (2.5,)),
        ("half a meter, or two inches", (LENGTH, ",", "or", LENGTH), (50.0, 5.0)),
        ("an inch", (LENGTH,), (2.5,)),
        ("four and a half cm", (LENGTH,), (4.5,)),
        ("a centimetre and a half back", (LENGTH, "back"), (1.5,)),
        ("2½ cm, 2 1/2 inches or seven point five cm", (LENGTH, ",", LENGTH, "or", LENGTH), (2.5, 6.25, 7.5)),
        ("the cube and half the ball", ("the", "cube", "and", "half", "the", "ball"), ()),
        ("the red one, two cups", ("the", "red", "one", ",", "2", "cups"), (2.0,)),
        ("a bit more", ("a", "bit", "more"), ()),
    ],
)
def test_numbers_are_taken_out_of_the_text(text: str, words: tuple[str, ...], lengths: tuple[float, ...]) -> None:
    source = source_of(text)
    assert source.words == words
    assert source.lengths_cm == lengths
    assert [slot for slot in source.slots if slot] == list(range(1, len(lengths) + 1))


def test_long_texts_and_many_numbers_are_cut_off() -> None:
    assert len(source_of("cup " * 300).words) == LONGEST
    source = source_of(" ".join(f"{number} cm" for number in range(1, 30)))
    assert len(source.lengths_cm) == SLOTS
    assert max(source.slots) == SLOTS


REQUESTS = (
    Request((Act("pick", CUP), Act("place", CUP, "between", (Description("ball"), Description("can", "blue"))))),
    Request((Act("push", Description("cube", side="left", rank=2), direction="back", amount="5 cm"), Act("home"))),
    Request(
        (Act("move", direction="up", amount="a bit"), Act("open"), Act("close")), frozenset({"slow", "careful"}), (CUP,)
    ),
    Request((Act("give", Description("thing", number=0, without=CUP)), Act("put_down", Description("it")))),
    Request((Act("pick", Description("ball", choice="any").lying("in", Description("bowl", "green", side="near"))),)),
    Request(
        (Act("place", Description("cup", number=3), "in", (Description("bowl"),)),), avoid=(CUP, Description("can"))
    ),
)


@pytest.mark.parametrize("request_", REQUESTS, ids=str)
def test_rows_say_requests_and_are_allowed(request_: Request) -> None:
    made = row(request_, (2.0, 5.0))
    assert made is not None
    assert request_of(made, (2.0, 5.0)) == request_
    grammar = Grammar()
    for token in (*made, END):
        assert token in grammar.allowed()
        grammar.take(token)
    assert grammar.done


def test_a_number_that_was_not_said_makes_no_row() -> None:
    assert row(REQUESTS[1], (2.0,)) is None
    assert request_of(("move", "up", "#3"), (2.0,)) is None
    assert request_of((NOTHING,), ()) is None


def test_whatever_the_grammar_allows_is_a_request() -> None:
    rng = random.Random(0)
    for _ in range(500):
        grammar, made = Grammar(), list[str]()
        while not grammar.done and len(made) < 60:
            allowed = sorted(grammar.allowed())
            token = END if END in allowed and len(made) > 30 else rng.choice(allowed)
            grammar.take(token)
            made.append(token)
        if made[-1] == END and not bare(made):
            request = request_of(made[:-1], (1.0,) * SLOTS)
            assert request is not None
            assert row(request, (1.0,) * SLOTS) is not None


def test_every_token_can_be_written() -> None:
    reached: set[str] = set()
    rng = random.Random(1)
    for _ in range(3000):
        grammar = Grammar()
        for _ in range(25):
            reached |= grammar.allowed()
            if grammar.done:
                break
            grammar.take(rng.choice(sorted(grammar.allowed())))
    assert reached == set(TOKENS)


def test_taking_and_placing_is_one_motion() -> None:
    place = Act("place", CUP, "in", (Description("bowl"),))
    assert alike(Request((Act("pick", CUP), place)), Request((replace(place, relation="on"),)))
    assert not alike(Request((place,)), Request((replace(place, relation="next to"),)))
    assert not alike(Request((place,)), Request((place,), frozenset({"slow"})))
    assert not alike(Request((Act("pick", Description("ball")), place)), Request((place,)))


def sure(request: Request, confidence: float) -> Request:
    return replace(request, confidence=confidence)


def test_agreement_makes_sure_and_disagreement_unsure() -> None:
    read, other = REQUESTS[0], REQUESTS[1]
    agreed = agree(sure(read, 0.6), sure(read, 0.7))
    assert agreed is not None
    assert agreed == sure(read, agreed.confidence)
    assert agreed.confidence > SURE
    doubted = agree(sure(read, 0.9), sure(other, 0.9), 0.9)
    assert doubted is not None
    assert doubted == sure(other, doubted.confidence), "the decoder is right more often"
    assert doubted.confidence < SURE
    refused = agree(sure(read, 0.85), None, 0.9)
    assert refused is not None
    assert refused.confidence < SURE


@pytest.mark.parametrize("other", [None, REQUESTS[0]])
def test_confidence_stays_in_bounds_and_follows_the_readers(other: Request | None) -> None:
    steps = [index / 10 for index in range(11)]
    for decoded in steps:
        second = sure(other, decoded) if other else None
        made = [agree(sure(REQUESTS[0], read), second, decoded) for read in steps]
        confidences = [request.confidence if request else 0.0 for request in made]
        assert confidences == sorted(confidences)
        assert 0 <= min(confidences) <= max(confidences) <= 1


def test_of_two_readings_the_surer_one_is_taken_and_is_less_sure_for_the_other() -> None:
    read, other = REQUESTS[0], REQUESTS[1]
    taken = agree(sure(read, 0.2), sure(other, 0.95), 0.95)
    assert taken is not None
    assert taken == sure(other, taken.confidence)
    assert SURE <= taken.confidence < 0.95
    kept = agree(sure(read, 0.95), sure(other, 0.2), 0.2)
    assert kept is not None
    assert kept == sure(read, kept.confidence)


def test_what_only_the_decoder_understands_must_be_in_the_words() -> None:
    taken = agree(None, sure(REQUESTS[0], 1.0), 1.0)
    assert taken is not None
    assert taken.confidence >= SURE
    unnamed = agree(None, sure(REQUESTS[0], 1.0), 1.0, UNGROUNDED)
    assert unnamed is not None
    assert unnamed.confidence < SURE


def test_a_sure_refusal_outweighs_an_unsure_reading() -> None:
    assert agree(sure(REQUESTS[0], 0.2), None, 0.98) is None
    assert agree(sure(REQUESTS[0], 0.2), None, 0.5) is not None
    assert agree(None, None, 0.98) is None


@pytest.mark.parametrize(
    ("text", "meaning", "expected"),
    [
        ("kindly lift the crimson mug", "pick(red cup)", True),
        ("kindly lift the crimson mgu", "pick(red cup)", True),
        ("kindly lift the mug", "pick(red cup)", False),
        ("kindly lift the crimson thing", "pick(red cup)", False),
        ("crimson mug", "pick(red cup)", False),
        ("put it down", "put_down(it)", True),
        ("go to the starting position", "home()", True),
        ("the cube behind the red can, lift that", "pick(cube behind red can)", True),
        ("the cube behind the can, lift that", "pick(cube behind red can)", False),
    ],
)
def test_words_for_it(text: str, meaning: str, expected: bool) -> None:
    request = request_of(row_of(meaning), ())
    assert request is not None
    assert grounded(text, request) == expected


def test_a_text_that_breaks_off_is_not_made_sure() -> None:
    text = "pick up the red cup and"
    reading = read(text)
    assert reading is not None
    assert considered(text, reading) == reading
    assert considered(text, None) is None
    assert considered(text.removesuffix(" and"), reading) != reading


def test_without_weights_nothing_changes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VLA_ASSISTANT_ASSETS", str(tmp_path))
    networks.cache_clear()
    read = sure(REQUESTS[0], 0.9)
    assert considered("pick up the red cup", read) == read
    monkeypatch.undo()
    networks.cache_clear()


def test_missing_and_damaged_weights_are_told(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="missing"):
        load(tmp_path / "none.safetensors")
    (tmp_path / "bad.safetensors").write_bytes(b"nothing")
    with pytest.raises(WeightsError, match="damaged"):
        load(tmp_path / "bad.safetensors")


def test_shipped_weights_understand_plain_words() -> None:
    assert str(decode("pick up the red cup")) == "pick(red cup)"
    assert (
        str(decode("push the green ball 7 cm to the left and then go home")) == "push(green ball, left, 7 cm); home()"
    )
    assert decode("don't pick up the red cup") is None
    assert decode("sing me a song") is None


@pytest.mark.parametrize("style", ["polite", "rambling", "second_language", "technical", "terse"])
def test_where_both_agree_the_reading_is_right(style: str) -> None:
    """A floor under sentences that neither was built on; benchmarks/understanding.py has the figures."""
    said = [(saying, read(saying.text), decode(saying.text)) for saying in load_said([FRESH / f"{style}.tsv"])]
    agreed = [(saying, first) for saying, first, second in said if first and second and alike(first, second)]
    assert len(agreed) > 0.35 * len(said)
    assert sum(is_right(saying, first) for saying, first in agreed) > 0.95 * len(agreed)


def test_decoding_needs_no_torch() -> None:
    program = (
        "import sys; from vla_assistant.language.decoding import decode; decode('home'); print('torch' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False"
