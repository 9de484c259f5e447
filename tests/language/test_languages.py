"""German, Spanish and French: sentences, closed words, negations, and which language a text is in."""

import unicodedata

import pytest

from tests.language import sentences as english
from tests.language.foreign import COMMANDS
from tests.language.sentences import HOME, pick, place, seen, thing
from vla_assistant.language import Conversation, Hand, closed_intent, understand, vocabulary
from vla_assistant.language.languages import spoken_in
from vla_assistant.language.phrasebook_file import load as phrasebook
from vla_assistant.language.words import normalised
from vla_assistant.types import Going, Intent

SENTENCES = [(code, text, steps) for code, commands in COMMANDS.items() for text, steps in commands.items()]
NEGATIONS = {"de": ("nicht", "nie", "kein"), "es": ("no", "nunca", "sin"), "fr": ("ne", "pas", "jamais")}
CLOSED = {
    "de": {"Stopp!": "stop", "halt, warte": "stop", "Hör auf!": "stop", "hoer auf": "stop", "ja": "yes",
           "ja bitte": "yes", "nein": "no", "nein danke": "no", "nein nein nein": "stop", "abbrechen": "cancel",
           "vergiss es": "cancel", "no": "no", "ja nein": None, "ja, stopp": "stop"},
    "es": {"¡Para!": "stop", "alto": "stop", "detente ya": "stop", "sí": "yes", "Si, por favor": "yes", "no": "no",
           "no gracias": "no", "cancela": "cancel", "olvídalo": "cancel", "sí no": None},
    "fr": {"Arrête !": "stop", "arrete": "stop", "stop": "stop", "oui": "yes", "oui, s'il te plaît": "yes",
           "d'accord": "yes", "non": "no", "non merci": "no", "annule": "cancel", "no": "no", "oui non": None},
}  # fmt: skip
CONTROL = {"de": {"weiter": "resume", "langsamer": "slower"}, "es": {"continúa": "resume", "más rápido": "faster"},
           "fr": {"continue": "resume", "plus lentement": "slower"}}  # fmt: skip
SEEN = {"de": "Was siehst du?", "es": "¿Qué ves?", "fr": "Qu'est-ce que tu vois ?"}
HELP = {"de": "was kann ich sagen?", "es": "¿qué puedo decir?", "fr": "que puis-je dire ?"}
SEES = {
    "de": "Ich sehe eine rote Tasse und eine blaue Schüssel.",
    "es": "Veo una taza roja y un cuenco azul.",
    "fr": "Je vois une tasse rouge et un bol bleu.",
}
REFUSED = {
    "de": ("heb die Schüssel auf", "lege den Würfel in die Tasse", "schieb den Ball neben den Teller"),
    "es": ("coge el cuenco", "pon el cubo en la taza", "pon la taza debajo del plato"),
    "fr": ("prends l'assiette bleue", "mets le cube dans la tasse", "pose la tasse sous le bol"),
}
ASKED = {
    "de": ("nimm", "leg den roten Ball", "schieb den Ball", "nimm beide Tassen", "leg ihn in die Schüssel"),
    "es": ("coge", "pon la bola roja", "empuja la bola", "coge las dos tazas", "ponlo en el cuenco"),
    "fr": ("prends", "mets la balle rouge", "pousse la balle", "prends les deux tasses", "mets-le dans le bol"),
}


def pairs(table):
    return [(code, text, meant) for code, texts in table.items() for text, meant in texts.items()]


@pytest.mark.parametrize(("code", "text", "steps"), SENTENCES)
def test_a_sentence_gives_its_steps_by_name_and_by_itself(code, text, steps):
    for language in (code, "auto"):
        understood = understand(text, language=language)
        assert (understood.steps, understood.language, understood.confidence) == (steps, code, 1.0)
        assert (understood.text, understood.question) == (text, "")


@pytest.mark.parametrize("code", COMMANDS)
def test_every_phrase_is_spelled_as_the_grammar_sees_it(code):
    lexicon = vocabulary.load().lexicon(code)
    lists = [*lexicon.small.values(), *lexicon.courtesy.values(), *lexicon.questions.values()]
    lists += [lexicon.things, lexicon.colours, lexicon.places, lexicon.closed, lexicon.control, lexicon.corrections]
    for phrase in (phrase for phrases in lists for phrase in phrases):
        assert normalised(lexicon.plain(" ".join(phrase))) == phrase


@pytest.mark.parametrize("code", COMMANDS)
def test_there_are_forty_sentences(code):
    assert len(COMMANDS[code]) >= 40


@pytest.mark.parametrize(("code", "text", "steps"), SENTENCES)
def test_marks_are_optional(code, text, steps):
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c)).replace("ß", "ss")
    typed = text.replace("ü", "ue").replace("ö", "oe").replace("ä", "ae") if code == "de" else bare
    assert understand(bare, language="auto").steps == steps
    assert understand(typed.upper(), language="auto").steps == steps
    assert understand(text.replace("'", "’"), language="auto").steps == steps


@pytest.mark.parametrize(("code", "text", "steps"), SENTENCES)
def test_a_negation_anywhere_never_yields_the_same_motion(code, text, steps):
    said = text.split()
    for at in range(len(said) + 1):
        for negation in (word for words in NEGATIONS.values() for word in words):
            negated = " ".join([*said[:at], negation, *said[at:]])
            assert understand(negated, language=code).steps != steps, negated
        denied = " ".join([*said[:at], NEGATIONS[code][0], *said[at:]])
        assert understand(denied, language="auto").steps != steps, denied


@pytest.mark.parametrize("negation", ["nicht", "niemals", "nunca", "jamás", "pas", "jamais"])
def test_an_english_command_with_the_negation_of_another_language_moves_nothing(negation):
    for text in english.COMMANDS:
        assert not understand(f"{text} {negation}").steps
        assert not understand(f"{negation} {text}", language="auto").steps


@pytest.mark.parametrize(("code", "text", "intent"), pairs(CLOSED))
def test_closed_words(code, text, intent):
    assert closed_intent(text, code) == intent
    assert closed_intent(text, "auto") == intent
    assert not understand(text, language="auto").steps


@pytest.mark.parametrize("heard_in", ["en", "de", "es", "fr", "auto"])
def test_every_stop_word_stops_in_every_language(heard_in):
    for lexicon in vocabulary.load().languages.values():
        for phrase in (phrase for phrase, kind in lexicon.closed.items() if kind == "stop"):
            assert closed_intent(" ".join(phrase), heard_in) is Intent.STOP, phrase


def test_a_yes_counts_only_in_its_language():
    assert closed_intent("ja", "en") is closed_intent("yes", "de") is None
    assert closed_intent("yes ja", "auto") is closed_intent("oui yes", "auto") is None


def test_no_phrase_is_closed_differently_in_two_languages():
    kinds: dict[tuple[str, ...], str] = {}
    for lexicon in vocabulary.load().languages.values():
        for phrase, kind in lexicon.closed.items():
            assert kinds.setdefault(phrase, kind) == kind, phrase


@pytest.mark.parametrize(("code", "text", "name"), pairs(CONTROL))
def test_control_words(code, text, name):
    understood = understand(text, language="auto")
    assert (understood.intent, understood.reason) == (Intent.CONTROL, name)
    assert understand(text, language=code).reason == name


@pytest.mark.parametrize("code", SEEN)
def test_questions_are_answered(code):
    table = seen("red cup", "blue bowl")
    assert understand(SEEN[code], table, language="auto").reason == SEES[code]
    assert understand(HELP[code], language="auto").reason.startswith(phrasebook(code).say("able"))


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in REFUSED.items() for text in texts])
def test_what_cannot_be_done_is_refused(code, text):
    understood = understand(text, language="auto")
    assert (understood.intent, understood.steps, understood.language) == (Intent.UNSUPPORTED, (), code)
    assert understood.reason


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in ASKED.items() for text in texts])
def test_what_is_missing_is_asked_for(code, text):
    understood = understand(text, language="auto")
    assert understood.question
    assert (understood.steps, understood.language) == ((), code)


@pytest.mark.parametrize("texts", [english.COMMANDS, english.CLOSED, english.REFUSED, english.ASKED])
def test_english_is_understood_as_before(texts):
    for text in texts:
        assert understand(text, language="auto") == understand(text), text


@pytest.mark.parametrize("code", COMMANDS)
def test_every_colour_and_thing_of_a_language_is_understood(code):
    lexicon = vocabulary.load().lexicon(code)
    for phrase, colour in lexicon.colours.items():
        noun = " ".join(lexicon.words["cup"][0])
        shade = " ".join(phrase)
        said = f"{noun} {shade}" if lexicon.colour_after else f"{shade} {noun}"
        verb = " ".join(lexicon.verbs["pick"][0])
        assert understand(f"{verb} {said}", language=code).steps == (pick(f"{colour} cup"),), said


def test_pronouns_and_pictures():
    table = seen("red cube", "blue cube", "blue bowl")
    assert understand("leg ihn in die Schüssel", table, last=thing("red cube"), language="de").steps == (
        place("red cube", "blue bowl"),
    )
    asked = understand("prends le cube", table, language="fr")
    assert asked.question == "Quel cube veux-tu dire : le cube bleu ou le cube rouge ?"
    assert asked.choices == ("le cube bleu", "le cube rouge")
    holding = Hand(thing("red cup"))
    assert "aún sujetaría la taza roja" in understand("coge la bola verde", hand=holding, language="es").question


def test_a_conversation_goes_on_in_another_language():
    talk, table = Conversation("auto"), seen("red cube", "blue bowl")
    spoken = [
        talk.understand(n, text, Going.IDLE, lambda: table, lambda: None).steps
        for n, text in enumerate(
            ["heb den roten Würfel auf", "pon el cubo rojo en el cuenco azul", "rentre à la maison"]
        )
    ]
    assert spoken == [(pick("red cube"),), (place("red cube", "blue bowl"),), (HOME,)]
    assert not talk.understand(9, "pick up the red cube nicht", Going.IDLE, lambda: table, lambda: None).steps


def test_an_answer_in_the_same_language_completes_a_command():
    talk, table = Conversation("auto"), seen("red cube", "blue cube", "blue bowl")
    asked = talk.understand(1, "leg den Würfel in die blaue Schüssel", Going.IDLE, lambda: table, lambda: None)
    assert asked.question == "Welchen Würfel meinst du: den blauen Würfel oder den roten Würfel?"
    answered = talk.understand(2, "den roten Würfel", Going.ASKED, lambda: table, lambda: None)
    assert answered.steps == (place("red cube", "blue bowl"),)


@pytest.mark.parametrize(
    ("text", "before", "code"),
    [
        ("nimm das rote Einhorn", "en", "de"),
        ("coge el unicornio rojo", "en", "es"),
        ("prends la licorne rouge", "en", "fr"),
        ("pick up the red unicorn", "de", "en"),
        ("xyzzy", "fr", "fr"),
        ("stop", "de", "de"),
        ("ja", "en", "de"),
    ],
)
def test_what_is_not_understood_is_answered_in_the_language_it_seems_to_be_in(text, before, code):
    assert spoken_in(text, before) == code
    understood = understand(text, language="auto", before=before)
    assert understood.intent in (Intent.UNSUPPORTED, Intent.STOP, Intent.YES)
    assert not understood.steps
    if understood.intent is Intent.UNSUPPORTED:
        assert understood.language == code
        book = phrasebook(code)
        assert book.say("able") in understood.reason or book.nouns["cup"].plural in understood.reason
