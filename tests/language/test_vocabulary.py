"""The vocabulary file: one home for every word, clear errors when it is broken, agreement with the simulated world."""

import importlib.util
import re

import pytest

from tests.language.sentences import seen
from vla_assistant.errors import ConfigError
from vla_assistant.language import EVERYTHING, further, jsgf, understand, vocabulary
from vla_assistant.language.hearing import REFERRING, hear
from vla_assistant.networks.learnt import VERSION_1
from vla_assistant.types import Going, Intent, PixelPoint, Reference, SeenThing

THINGS = ("cube", "ball", "can", "cup", "bowl", "plate", "marker", "drawer")
COLOURS = ("red", "green", "blue", "yellow", "purple", "orange", "white", "black", "pink", "brown")
SHIPPED = vocabulary.default_file().read_text(encoding="utf-8")


def test_canonical_names():
    words = vocabulary.load()
    assert tuple(words.things) == THINGS
    assert words.colours == COLOURS


@pytest.mark.skipif(importlib.util.find_spec("mujoco") is None, reason="the simulated world needs mujoco")
def test_the_simulated_world_agrees():
    from vla_assistant.sim import things

    words = vocabulary.load()
    assert {*things.SHAPES, "drawer"} == set(words.things)
    assert set(things.COLOURS) <= set(words.colours)
    assert [name for name, thing in words.things.items() if thing.usual] == list(things.EVERYDAY_SHAPES)
    for thing in words.things.values():
        assert thing.lift == (thing.name != "drawer" and not things.why_not_pick(thing.name))
        fitting = {name for name in words.things if things.can_place(name, thing.name)}
        assert set(thing.holds) == fitting


def test_every_phrase_is_spelled_as_the_grammar_sees_it():
    from vla_assistant.language.words import normalised

    lexicon = vocabulary.load().lexicon("en")
    phrases = [*lexicon.things, *lexicon.colours, *lexicon.closed, *lexicon.control, *lexicon.relations]
    phrases += [
        phrase for lists in (lexicon.small, lexicon.courtesy, lexicon.verbs) for p in lists.values() for phrase in p
    ]
    for phrase in phrases:
        assert normalised(" ".join(phrase)) == phrase


def load_text(tmp_path, text: str):
    file = tmp_path / "vocabulary.toml"
    file.write_text(text, encoding="utf-8")
    return vocabulary.load(file)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("version = 1", "version = 9", "version 9"),
        ("version = 1", "version = ", "not valid TOML"),
        ("[en.colours]", "[en.hues]", "'colours'"),
        ('ball = ["ball", "sphere", "orb"]', 'ball = ["cube"]', "stands for both"),
        ('ball = ["ball", "sphere", "orb"]', 'ball = "ball"', "not a list of words"),
        ('ball = ["ball", "sphere", "orb"]', "ball = []", "empty"),
        ('holds = ["ball"]', 'holds = ["moon"]', "'moon'"),
        ("lift = true, push = true, holds = []", "push = true, holds = []", "'lift'"),
    ],
)
def test_a_broken_file_is_a_clear_error(tmp_path, old, new, said):
    assert old in SHIPPED
    with pytest.raises(ConfigError) as error:
        load_text(tmp_path, SHIPPED.replace(old, new, 1))
    assert said in str(error.value)
    assert "vocabulary.toml" in str(error.value)


def test_a_missing_file_or_language_is_a_clear_error(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        vocabulary.load(tmp_path / "nothing.toml")
    with pytest.raises(ConfigError, match="no language 'xx'"):
        vocabulary.load().lexicon("xx")


def expand(rules: dict[str, str], name: str, seed: int, depth: int = 0) -> str:
    """A random sentence of the JSGF rule."""
    import random

    chance = random.Random(seed * 31 + depth)
    tokens = re.findall(r"/[^/]*/|<\w+>|[()|\[\]]|\w+", rules[name])

    def alternatives(at: int, close: str) -> tuple[str, int]:
        options, words = [], []
        while at < len(tokens) and tokens[at] != close:
            token = tokens[at]
            if token == "|":
                options.append(words)
                words = []
            elif token in "([":
                inner, at = alternatives(at + 1, ")" if token == "(" else "]")
                words.append(inner if token == "(" or chance.random() < 0.5 else "")
            elif token.startswith("<"):
                words.append(expand(rules, token[1:-1], chance.randrange(10**9), depth + 1))
            elif not token.startswith("/"):
                words.append(token)
            at += 1
        options.append(words)
        return " ".join(chance.choice(options)), at

    return alternatives(0, "")[0]


def rules_of(text: str) -> dict[str, str]:
    return dict(re.findall(r"<(\w+)> = (.*);", text))


@pytest.mark.parametrize("things", [(), seen("red cup", "green ball", "blue bowl", "blue cube")])
def test_what_the_recognizer_may_hear_is_understood(things):
    rules = rules_of(jsgf(things))
    odd = []
    for seed in range(400):
        text = " ".join(expand(rules, "utterance", seed).split())
        turn = hear(text, Going.ASKED).kind in (*REFERRING, "part")  # means something after another turn
        if "VOID" not in text and not turn and understand(text).intent is Intent.UNSUPPORTED:
            odd.append(text)
    assert len(odd) < 40, odd  # "put the cube in the cup" is heard, and refused


def test_the_grammar_of_a_picture_holds_only_what_is_seen():
    text = jsgf(seen("red cup", "blue bowl"))
    assert "one_cup" in text
    assert "one_ball" not in text
    assert "mug" in text
    full = jsgf()
    assert all((f"one_{name}" in full) == thing.usual for name, thing in vocabulary.load().things.items())


def test_what_may_not_be_learnt_is_heard_only_where_it_is_learnt_and_on_the_table():
    table = (*seen("red cup", "blue bowl"), SeenThing(Reference("drawer"), PixelPoint("front", 0.5, 0.5, 0.9)))
    assert further(table, VERSION_1) == frozenset()
    assert further((), EVERYTHING) == frozenset()
    assert further(seen("red cup"), EVERYTHING) == {"beside", "push", "give"}
    also = further(table, EVERYTHING)
    assert also == {"beside", "push", "give", "drawer"}
    assert "drawer" not in jsgf()
    assert "the drawer" in jsgf(also=also)


def test_what_is_heard_beyond_the_usual_is_understood():
    rules = rules_of(jsgf(also=frozenset(("beside", "push", "give", "drawer", "marker"))))
    odd = set()
    for name in ("beside", "push", "give", "drawer"):
        for seed in range(100):
            text = " ".join(expand(rules, f"further_{name}", seed).split())
            if understand(text).intent is not Intent.COMMAND:
                odd.add(text)
    assert not odd
