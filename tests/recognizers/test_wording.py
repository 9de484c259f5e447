"""The spelling of the recognizer's language model, and the file that is shipped."""

from pathlib import Path

import pytest

from vla_assistant import paths
from vla_assistant.speech.recognizers.trust import makes_sense
from vla_assistant.speech.recognizers.wording import (
    KEPT,
    LIFTED,
    in_classes,
    joined,
    other_names,
    parted,
    spoken_form,
    write_model,
)
from vla_assistant.train.speech_model import BEGIN, END, Model, counted, of_template


def test_a_thing_by_colour_and_kind_is_one_token():
    words = spoken_form("Put the dark blue mug in the red bowl, and 3 cups on it!")
    assert in_classes(words) == ("put", "the", LIFTED, "in", "the", KEPT, "and", "three", "cups", "on", "it")


def test_names_in_other_words_are_counted():
    assert other_names(spoken_form("put the red cup on the blue plate")) == 0
    assert other_names(spoken_form("put the scarlet mug on the blue dish")) == 2


def test_joined_words_are_words_again():
    assert parted(f"pick up the {joined(('dark', 'blue', 'mug'))}") == "pick up the dark blue mug"


def test_a_template_has_each_class_where_either_fits():
    assert list(of_template("put the {lifted} by the {thing}")) == [
        ("put", "the", LIFTED, "by", "the", LIFTED),
        ("put", "the", LIFTED, "by", "the", KEPT),
    ]


def test_probabilities_after_a_history_add_up_to_one():
    said = [(("go", "home"), 3.0), (("go", "on"), 2.0), (("go", "back", "home"), 2.0)] * 4
    model = Model(counted(said))
    words = ("go", "home", "on", "back", END, BEGIN)
    for history in ((BEGIN, "go"), ("go",), (BEGIN,)):
        assert sum(model.probability((*history, word)) for word in words) == pytest.approx(1.0, abs=0.02)


def test_what_is_said_more_is_likelier():
    model = Model(counted([(("go", "home"), 30.0), (("go", "on"), 2.0)] * 4))
    assert model.probability((BEGIN, "go", "home")) > model.probability((BEGIN, "go", "on"))


def test_the_shipped_model_is_written_with_every_word_it_names(tmp_path: Path):
    known = {word: ["AH"] for word in ("red", "cup", "crimson", "mug", "beaker")}

    class Any(dict):
        def __getitem__(self, word: str) -> list[str]:
            return known.get(word, ["AH"])

        def get(self, word: str, default: object = None) -> list[str]:
            return self[word]

    files = write_model(Any(), tmp_path, "test")
    dictionary = {line.split()[0] for line in files.dictionary.read_text("utf-8").splitlines()}
    assert {"pick", "the", "drawer", "red_cup", "any_aa"} <= dictionary
    assert LIFTED in (tmp_path / "classes").read_text("utf-8")
    assert (paths.assets() / "speech" / "en.arpa").is_file()


@pytest.mark.parametrize("text", ["go home", "put the red cup on the blue plate", "what do you see", "louder"])
def test_what_the_program_would_do_makes_sense(text: str):
    assert makes_sense(text)


@pytest.mark.parametrize("text", ["the yellow tin", "three pink ball has been take and to", "those red one"])
def test_what_it_would_not_makes_none(text: str):
    assert not makes_sense(text)
