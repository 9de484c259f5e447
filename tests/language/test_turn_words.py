"""The words of turns: patterns, clauses, and which turn a text is before anything is looked at."""

import tomllib

import pytest

from vla_assistant import paths
from vla_assistant.errors import ConfigError
from vla_assistant.language.fragments import denies, described, fragment
from vla_assistant.language.hearing import hear
from vla_assistant.language.mood import asks
from vla_assistant.language.patterns import Patterns
from vla_assistant.language.turns import clauses
from vla_assistant.types import Going


def words(text):
    return tuple(text.split())


def test_alternatives_options_and_slots():
    patterns = Patterns(["(put|set) {thing} back [where it was]"])
    (found,) = patterns.matches(words("put the red cube back where it was"))
    assert found.slots == {"thing": ("the", "red", "cube")}
    assert patterns.fit(words("set it back"))
    assert not patterns.fit(words("put it back on the plate"))
    assert not patterns.fit(words("please put it back"))
    assert not patterns.fit(())


def test_parts_that_patterns_have_in_common():
    groups = {"again": "(again|once <more>)", "more": "more"}
    assert Patterns(["do it <again>"], groups).fit(words("do it once more"))
    with pytest.raises(ConfigError, match="'agian', which there is not"):
        Patterns(["do it <agian>"], groups)


def test_the_longest_start_and_end_count():
    patterns = Patterns(["no", "no wait", "i mean"])
    assert patterns.start(words("no wait the blue one")) == 2
    assert patterns.start(words("nobody")) == 0
    assert patterns.end(words("the blue one i mean")) == 2


def test_a_pattern_that_would_fit_everything_is_refused():
    with pytest.raises(ConfigError, match="fits no words at all"):
        Patterns(["(again||once more)"])


def test_the_file_is_written_in_plain_words():
    tables = tomllib.loads((paths.assets() / "turns_en.toml").read_text(encoding="utf-8"))
    written = [pattern for patterns in tables["turns"].values() for pattern in patterns] + tables["fillers"]
    assert len(written) > 200
    assert [pattern for pattern in written if pattern != pattern.lower() or set(pattern) & set("',.!?")] == []


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("too far. undo", ["aside", "undo"]),
        ("just a tiny bit more and we're good", ["more", "aside"]),
        ("no, put it back where you had it", ["no", "return"]),
        ("not that. the cube", ["no", "fragment"]),
        ("oh dear, I meant the green block", ["empty", "fragment"]),
        ("pause - my phone", ["pause", "aside"]),
        ("undo that and go home", ["undo", "request"]),
        ("thank you so much", ["aside"]),
    ],
)
def test_clauses(text, kinds):
    assert [clause.kind for clause in clauses(text)] == kinds


def test_a_clause_of_a_correction_is_known_as_one():
    assert [clause.corrects for clause in clauses("no, the blue one")] == [True, False]
    assert [clause.corrects for clause in clauses("put it on the plate instead")] == [True]
    assert [clause.corrects for clause in clauses("no need to lift the can")] == [False]


def test_what_fragments_name():
    found = fragment(words("not the can but the red cube"))
    assert [str(thing) for thing in found.things] == ["red cube"]
    assert [str(thing) for thing in found.rejected] == ["can"]
    assert fragment(words("3 cm")).amount == "3 cm"
    assert fragment(words("i like the red cube")) is None
    assert str(described(words("the blue one"))) == "blue thing"
    assert described(words("the blue one on the plate next to")) is None


def test_a_denial_of_a_thing_denies_no_request():
    assert denies(words("please dont pick it up"))
    assert not denies(words("so it doesnt tip"))


@pytest.mark.parametrize(
    ("text", "phase", "kind"),
    [
        ("wait, pause", Going.MOVING, "pause"),
        ("wait a moment", Going.MOVING, "pause"),
        ("wait", Going.MOVING, "stop"),
        ("secure the cube, hold it, raise it", Going.IDLE, "request"),
        ("go ahead", Going.MOVING, "resume"),
        ("go ahead", Going.WAITING, "confirm"),
        ("right", Going.WAITING, "confirm"),
        ("maybe yes", Going.WAITING, "nothing"),
        ("ah forget it, no time", Going.WAITING, "cancel"),
        ("slow", Going.MOVING, "manner"),
        ("say that again", Going.IDLE, "repeat"),
        ("do that again", Going.IDLE, "again"),
        ("no more", Going.IDLE, "reject"),
    ],
)
def test_which_turn_a_text_is(text, phase, kind):
    assert hear(text, phase).kind == kind


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("could you knit me a scarf", True),
        ("iron my shirt please", True),
        ("scissors, grab", True),
        ("my neighbour has a robot too, but hers only vacuums", False),
        ("Tommy, sweep the floor", False),
        ("um i have to cut this ribbon um cut it right there", True),
        ("well done, did everybody see that", False),
    ],
)
def test_asking_and_telling(text, asked):
    assert asks(clauses(text)) is asked
