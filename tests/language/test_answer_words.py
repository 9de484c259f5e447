"""The file with the words of answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from vla_assistant.errors import ConfigError
from vla_assistant.language.answer_words import load


def test_the_longest_phrase_counts_and_of_equals_the_last() -> None:
    words = load()
    assert words.find("sides", ("the", "one", "closest", "to", "me")) == ("near", 2, 5)
    assert words.find("sides", ("left", "or", "right")) == ("right", 2, 3)
    assert words.find("sides", ("hello",)) is None


@pytest.mark.parametrize(
    "table", ["ordinals", "alone", "counted", "sides", "any", "all", "none", "not", "repairs", "asking"]
)
def test_every_phrase_is_in_the_spelling_of_the_reader(table: str) -> None:
    phrases = load().tables[table]
    assert phrases
    assert all(word.isalnum() and word == word.lower() for phrase in phrases for word in phrase)


def test_a_broken_file_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "words.toml"
    broken.write_text("version = 1\n[sides]\nleft = 3\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="cannot be read"):
        load(broken)
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "missing.toml")
