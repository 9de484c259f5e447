"""What the program says in each language: complete files, right forms, and what it says is what it understands."""

import re
import shutil
import string

import pytest

from tests.language.every_step import DRAWER, chains, steps
from tests.language.test_vocabulary import expand, rules_of
from vla_assistant import paths
from vla_assistant.errors import ConfigError
from vla_assistant.language import describe, examples, help_text, jsgf, phrasebook_file, understand, vocabulary
from vla_assistant.language.phrasebook_file import load as phrasebook
from vla_assistant.types import Intent, Reference, Step

LANGUAGES = tuple(vocabulary.load().languages)
OTHERS = tuple(code for code in LANGUAGES if code != "en")
CUP, BOWL, PLATE, CUBE = (
    Reference("cup", "red"),
    Reference("bowl", "blue"),
    Reference("plate", "white"),
    Reference("cube", "orange"),
)
GIVEN = {
    "thing": CUP,
    "where": BOWL,
    "second": PLATE,
    "things": (CUP, BOWL, PLATE),
    "kinds": (Reference("cube"), Reference("ball")),
    "steps": (Step("pick", CUP), Step("place", CUP, BOWL)),
    "first": (Step("pick", CUP),),
}
"""A real value for each place of a template that is no text."""
SAID = {
    "en": "pick up the red cup, then place it in the blue bowl, then go home",
    "de": "nimm die rote Tasse, leg sie in die blaue Schüssel und fahr in die Grundstellung",
    "es": "coge la taza roja, ponla en el cuenco azul y vuelve a la posición inicial",
    "fr": "prends la tasse rouge, mets-la dans le bol bleu et reviens à la position initiale",
}
STAYS = {"de": ("bleibt nicht",), "es": ("no se queda",), "fr": ("ne reste pas",)}
"""Of a thing that stays in no such other one, which the grammar cannot know."""
ASKED = {
    "en": "Shall I place the orange cube next to the white plate?",
    "de": "Soll ich den orange Würfel neben den weißen Teller legen?",
    "es": "¿Debo poner el cubo naranja al lado del plato blanco?",
    "fr": "Dois-je mettre le cube orange à côté de l'assiette blanche ?",
}


def values(template: str) -> dict[str, object]:
    """Something for each place of the template."""
    places = {place: form for _, place, form, _ in string.Formatter().parse(template) if place}
    return {
        place: GIVEN[place] if form or place in ("steps", "first") else f"<{place}>" for place, form in places.items()
    }


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_sentence_can_be_said(code):
    book = phrasebook(code)
    for table, say in ((book.sentences, book.say), (book.clauses, book.clause)):
        for key, template in table.items():
            given = values(template)
            text = say(key, **given)
            assert all(str(value) in text for value in given.values() if isinstance(value, str)), text
            assert not re.search(r"[{}\ue000\ue001]|  ", text), text
            assert say == book.clause or text[0] == text[0].upper(), text


@pytest.mark.parametrize("code", OTHERS)
def test_all_languages_have_the_same_keys_and_places(code):
    book, english = phrasebook(code), phrasebook("en")
    for table in ("sentences", "clauses", "steps", "nouns", "colours"):
        assert getattr(book, table).keys() == getattr(english, table).keys()
    for table in ("sentences", "clauses"):
        for key, template in getattr(book, table).items():
            assert values(template).keys() == values(getattr(english, table)[key]).keys(), key


@pytest.mark.parametrize("code", OTHERS)
def test_no_sentence_was_left_in_english(code):
    book, english = phrasebook(code), phrasebook("en")
    same = [key for key, text in book.sentences.items() if text == english.sentences[key]]
    assert not same


@pytest.mark.parametrize("code", OTHERS)
@pytest.mark.parametrize("form", ["order", "infinitive"])
def test_what_it_says_it_will_do_is_understood_as_just_that(code, form):
    for chain in [*((step,) for step in steps()), *[*chains()][::4]]:
        text = describe(chain, code, form)
        understood = understand(text, language=code)
        assert understood.steps == chain, text
        assert understood.confidence == 1.0


@pytest.mark.parametrize("code", OTHERS)
def test_the_language_of_what_it_says_is_recognized(code):
    for chain in [*((step,) for step in steps()), *chains()][::17]:
        understood = understand(describe(chain, code), language="auto")
        assert (understood.language, understood.steps) == (code, chain)


@pytest.mark.parametrize("code", OTHERS)
def test_every_name_of_a_thing_is_understood_as_that_thing(code):
    book = phrasebook(code)
    for name in vocabulary.load().things:
        for colour in (None, *vocabulary.load().colours):
            thing = DRAWER if name == "drawer" else Reference(name, colour)
            text = describe((Step("open" if name == "drawer" else "give", thing),), code)
            if name == "drawer" or vocabulary.load().things[name].lift:
                assert understand(text, language=code).steps[0].object == thing, text
            for form in book.phrases:
                assert book.name(Reference(name, colour), form)


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_grammar_of_the_language_holds(code):
    home = (Step("pick", CUP), Step("place", CUP, BOWL), Step("home"))
    assert describe(home, code) == SAID[code]
    beside = (Step("place", CUBE, PLATE, "next_to"),)
    assert phrasebook(code).say("shall_i", steps=beside) == ASKED[code]


def test_german_cases_and_genders():
    book = phrasebook("de")
    assert [book.name(CUBE, form) for form in ("nom", "acc", "dat", "a", "a_acc", "a_dat")] == [
        "der orange Würfel", "den orange Würfel", "dem orange Würfel", "ein orange Würfel", "einen orange Würfel",
        "einem orange Würfel",
    ]  # fmt: skip
    ball = Reference("ball", "red")
    assert [book.name(ball, form) for form in ("nom", "acc", "dat", "a", "a_acc", "bare")] == [
        "der rote Ball", "den roten Ball", "dem roten Ball", "ein roter Ball", "einen roten Ball", "roter Ball",
    ]  # fmt: skip
    assert book.name(BOWL, "dat") == "der blauen Schüssel"
    assert book.name(Reference("thing", "green"), "a") == "ein grünes Ding"


def test_what_two_words_become_where_they_meet():
    assert phrasebook("en").name(CUBE, "a") == "an orange cube"
    assert phrasebook("fr").name(PLATE, "the") == "l'assiette blanche"
    assert phrasebook("fr").clause("aim_left_of", thing=CUP, where=BOWL) == "la tasse rouge à gauche du bol bleu"
    assert phrasebook("es").clause("aim_next_to", thing=CUP, where=BOWL) == "la taza roja al lado del cuenco azul"
    assert "a elephant" in phrasebook("en").say("unknown_word", word="a elephant", phrase="", kinds=(CUP,), colours="")


@pytest.mark.parametrize("code", OTHERS)
def test_examples_and_help_can_be_typed(code):
    table = ()
    for example in examples(table, language=code):
        assert understand(example, language="auto").steps, example
    assert phrasebook(code).say("you_can_say") in help_text(table, code)


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("also", [frozenset(), frozenset(("beside", "push", "give", "drawer", "marker"))])
def test_each_language_has_a_grammar_to_listen_for(code, also, tmp_path):
    pocketsphinx = pytest.importorskip("pocketsphinx")
    text = jsgf(language=code, also=also)
    rules = "".join(line.partition("=")[2] for line in text.splitlines()[2:])
    words = set(re.findall(r"[^\W\d_][\w'’]*", re.sub(r"<\w+>|/[\d.]+/", " ", rules)))
    dictionary = tmp_path / "any.dict"  # that the text is good JSGF does not depend on how its words are spoken
    dictionary.write_text("".join(f"{word} S T AA P\n" for word in words), encoding="utf-8")
    decoder = pocketsphinx.Decoder(lm=None, dict=str(dictionary), loglevel="FATAL")
    decoder.add_jsgf_string("commands", text)


@pytest.mark.parametrize("code", OTHERS)
def test_what_a_recognizer_of_the_language_may_hear_is_understood(code):
    rules, odd = rules_of(jsgf(language=code, also=frozenset(("beside", "push", "give", "drawer", "marker")))), []
    for seed in range(300):
        text = " ".join(expand(rules, ("command", "closed", "ask")[seed % 3], seed).split())
        understood = understand(text, language=code)
        refused = understood.intent is Intent.UNSUPPORTED
        if refused and not any(known in understood.reason for known in STAYS[code]):
            odd.append(text)
    assert not odd


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(paths.assets() / "languages", tmp_path / "languages")
    return tmp_path / "languages"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('stopped = "Gestoppt."', "", "lacks 'stopped'"),
        ('stopped = "Gestoppt."', 'stopped = "Gestoppt."\nmore = "Mehr."', "'more', which English lacks"),
        ("Erledigt: {steps}.", "Erledigt.", "has the places {} instead of {steps}"),
        ("Erledigt: {steps}.", "Erledigt: {step}.", "{step} instead of {steps}"),
        ("Ich sehe {things:acc} nicht.", "Ich sehe {things:gen} nicht.", "no form 'gen' of things"),
        ("Erledigt: {steps}.", "Erledigt: {steps.", "is no template"),
        ('gender = "n"', 'gender = "x"', "lacks the gender 'x'"),
        ('red = { name = "rot", e = "rote",', 'red = { name = "rot",', "red lacks the form 'e'"),
        ('pink = "rosa"', "", "lacks 'pink'"),
        ("[says.pronouns]", "[says.pronoun]", "'pronouns'"),
        ("[says.steps]", "[says.steps", "not valid TOML"),
    ],
)
def test_a_broken_language_file_is_a_clear_error(folder, old, new, said):
    file = folder / "de.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        phrasebook_file.read(file)
    assert said in str(error.value)
    assert "de.toml" in str(error.value)


def test_everything_that_is_wrong_is_told_at_once(folder):
    file = folder / "fr.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('ready = "De nouveau prêt."', "").replace("{thing:some}", "{thing}"), encoding="utf-8")
    file.write_text(file.read_text(encoding="utf-8").replace('rose"\nbrown = "marron"', 'rose"'), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"lacks 'brown'.*lacks 'ready'"):
        phrasebook_file.read(file)


def test_a_new_language_is_one_new_file(tmp_path, folder):
    shutil.copy(vocabulary.default_file(), tmp_path / "vocabulary.toml")
    text = (folder / "de.toml").read_text(encoding="utf-8").replace('"nimm"', '"nähm"')
    (folder / "bar.toml").write_text(text, encoding="utf-8")
    words = vocabulary.load(tmp_path / "vocabulary.toml")
    assert ("nahm",) in words.lexicon("bar").verbs["pick"]
    assert phrasebook_file.read(folder / "bar.toml").say("ready") == "Wieder bereit."
