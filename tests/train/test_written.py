"""Sentences of writers said of other things: what they mean changes with them, and with nothing else."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from vla_assistant import paths
from vla_assistant.evaluate import sayings
from vla_assistant.language.decoding.notation import COLOURS, KINDS, says
from vla_assistant.train.decoder_batches import written_examples
from vla_assistant.train.recombining import written
from vla_assistant.train.recombining.meanings import row_of
from vla_assistant.train.recombining.wordlists import load
from vla_assistant.train.recombining.writers import as_written, sentences
from vla_assistant.train.recombining.written import varied


@pytest.mark.parametrize(
    ("meaning", "row"),
    [
        (
            "push(near red cup, left, 5 cm) | careful, avoid 2 ball",
            "push near red cup , left 5cm | careful , avoid 2 ball",
        ),
        ("move(up, a bit); open(); home()", "move up a_bit ; open ; home"),
        ("place(cube, between bowl & plate)", "place cube , between bowl & plate"),
        ("pick(2nd left cup in front of it)", "pick 2nd left cup in_front_of it"),
        ("unsupported", "<unsupported>"),
        ("undo", "<undo>"),
    ],
)
def test_a_meaning_is_a_row_of_tokens(meaning: str, row: str) -> None:
    assert [token.replace(" cm", "cm").replace(" ", "_") for token in row_of(meaning)] == row.split()


def test_what_is_no_meaning_is_refused() -> None:
    with pytest.raises(ValueError, match="dance"):
        row_of("dance(red cup)")


def test_nearly_every_sentence_that_ships_is_a_row_of_the_grammar() -> None:
    shipped = list(sayings.load(sorted((paths.assets() / "written").glob("*.tsv"))))
    left_out = [saying for saying in shipped if not says(row_of(saying.meaning))]
    assert len(shipped) == len(sentences()) + len(left_out)
    assert len(left_out) < 0.01 * len(shipped)


@pytest.mark.parametrize("row", ["", "pick", "pick red", "pick red cup ;", "pick cup red", "<nothing> ; pick cup"])
def test_what_is_no_row(row: str) -> None:
    assert not says(row.split())


def test_colours_kinds_and_sides_change_together() -> None:
    sentence = as_written(
        "can you put the red ball to the left of an orange tin", "place(red ball, left of orange can)"
    )
    seen = set()
    for seed in range(300):
        text, row = written._changed(sentence, random.Random(seed), load())
        assert text[:3] == ["can", "you", "put"]
        assert ("left" in text) == ("left of" in row)
        assert row[:1] == ("place",)
        named = {token for token in row if token in COLOURS}
        assert len(named) == 2, "two colours stay two"
        plain = {word for word in text if word in COLOURS}
        assert plain <= named
        seen.add(row)
    assert len(seen) > 100


def test_what_is_not_named_in_known_words_stays() -> None:
    sentence = as_written("take the frobnicated ball", "pick(red ball)")
    rows = {written._changed(sentence, random.Random(seed), load())[1] for seed in range(50)}
    assert {row[1] for row in rows} == {"red"}
    assert len({row[2] for row in rows}) == 3


def test_sides_that_are_no_sides_are_not_mirrored() -> None:
    sentence = as_written("right, push it left", "push(it, left)")
    assert {written._changed(sentence, random.Random(seed), load())[1] for seed in range(50)} == {sentence.row}


def test_talk_stands_beside_sentences_and_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(written, "_TALK_SHARE", 1.0)
    for name in ("_JOINED_SHARE", "_DISTURBED_SHARE", "_DENIED_SHARE"):
        monkeypatch.setattr(written, name, 0.0)
    monkeypatch.setattr(written, "_SAME_SHARE", 1.0)
    command = as_written("lift the red cup", "pick(red cup)")
    refers = as_written("put it down", "put_down(it)")
    monkeypatch.setattr(written, "sentences", lambda: (command,))
    text, row = varied("a")
    before, after = text.split("lift the red cup")
    assert before.endswith(" , ")
    assert after.startswith(" , ")
    assert row == command.row
    monkeypatch.setattr(written, "sentences", lambda: (refers,))
    assert varied("a") == ("put it down", refers.row), "who hears of a cup before may take it for that"


def test_talk_leaves_room_for_what_is_asked() -> None:
    assert written._talk(random.Random(0), load(), ["word"] * written._MOST_WORDS) == []


def test_one_seed_one_text() -> None:
    assert varied("a") == varied("a")
    assert len({varied(str(seed))[0] for seed in range(200)}) > 195


def test_texts_can_be_learnt() -> None:
    made = written_examples([f"test/{index}" for index in range(500)])
    assert len(made) > 475
    kinds = Counter(token for _, row in made for token in row if token in KINDS)
    assert set(kinds) == set(KINDS)
