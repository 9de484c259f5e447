"""The session in other languages: words in, sentences of the same language out."""

from __future__ import annotations

import pytest

from tests.session.test_spoken import Program
from vla_assistant import events
from vla_assistant.language import vocabulary
from vla_assistant.language.phrasebook_file import load
from vla_assistant.session import messages as m
from vla_assistant.types import Command, Judgement, Source

TALKS = {
    "de": (
        ("leg die rote Tasse auf den weißen Teller", "Soll ich die rote Tasse auf den weißen Teller legen?"),
        ("nein", "Abgebrochen."),
        ("nein", "Es gibt nichts abzubrechen."),
        ("ja", "Es gibt nichts zu bestätigen."),
        ("nimm die Tasse", "Welche Tasse meinst du: die blaue Tasse oder die rote Tasse?"),
        ("die blaue", "Soll ich die blaue Tasse nehmen?"),
        ("abbrechen", "Abgebrochen."),
        ("was siehst du?", "Ich sehe eine rote Tasse, eine blaue Tasse, einen blauen Würfel und einen weißen Teller."),
        ("pick up the blue cube", "Shall I pick up the blue cube?"),
        ("nein", "Abgebrochen."),
    ),
    "es": (
        ("pon la taza roja en el plato blanco", "¿Debo poner la taza roja sobre el plato blanco?"),
        ("no", "Cancelado."),
        ("coge la taza", "¿Qué taza quieres decir: la taza azul o la taza roja?"),
        ("la azul", "¿Debo coger la taza azul?"),
        ("cancela", "Cancelado."),
        ("coge el plato blanco", "No puedo levantar un plato: es más ancho de lo que se abre mi pinza. Puedo levantar "
         "cubos, bolas, latas y tazas."),
    ),
    "fr": (
        ("mets la tasse rouge sur l'assiette blanche", "Dois-je mettre la tasse rouge sur l'assiette blanche ?"),
        ("non", "Annulé."),
        ("prends la tasse", "Quelle tasse veux-tu dire : la tasse bleue ou la tasse rouge ?"),
        ("la tasse bleue", "Dois-je prendre la tasse bleue ?"),
        ("annule", "Annulé."),
        ("prends la licorne", "Je ne connais pas « licorne » ; je connais les cubes, les balles, les canettes, "
         "les tasses, les bols et les assiettes."),
    ),
}  # fmt: skip


@pytest.mark.parametrize("code", TALKS)
def test_a_talk(code: str) -> None:
    program = Program("auto")
    for text, answer in TALKS[code]:
        assert program.say(text) == [answer], text


@pytest.mark.parametrize(
    ("text", "yes", "done"),
    [
        ("nimm den blauen Würfel", "ja", "Erledigt: den blauen Würfel nehmen."),
        ("nimm den blauen Würfel", "yes", "Done: pick up the blue cube."),
        ("coge el cubo azul", "sí", "Hecho: coger el cubo azul."),
        ("prends le cube bleu", "oui", "C'est fait : prendre le cube bleu."),
    ],
)
def test_a_yes_in_the_language_or_in_english_confirms(text: str, yes: str, done: str) -> None:
    program = Program("auto")
    program.say(text)
    assert program.say(yes) == []
    assert len(program.acts) == 1
    assert program.work() == [done]


def test_what_is_said_about_the_motion_is_answered_in_its_language() -> None:
    program = Program("auto")
    program.say("nimm den blauen Würfel")
    program.say("ja")
    assert program.say("langsamer") == ["Langsamer."]
    assert program.say("pause") == ["Pause. Sag „weiter“ oder „abbrechen“."]
    assert program.say("weiter") == ["Ich mache weiter."]
    assert program.say("halt") == ["Gestoppt."]
    assert program.say("nimm den blauen Würfel") == ["Ich bin gestoppt. Drücke oder sage zuerst weiter."]


def test_louder_and_what_did_you_say() -> None:
    program = Program("auto")
    (question,) = program.say("nimm den blauen Würfel")
    for text in ("lauter", "wie bitte?", "was hast du gesagt?", "leiser", "noch einmal"):
        assert program.say(text) == [question], text
    program.say("ja")
    assert len(program.acts) == 1


def test_why_it_failed_is_told_in_the_language() -> None:
    program = Program("auto")
    program.say("nimm die rote Tasse")
    program.say("ja")
    outcomes = []
    for _ in range(20):
        ticket = program.acts.pop(0).ticket if program.acts else None
        if ticket is None:
            break
        for item in (m.Acted(ticket, 0.0, 0.0), m.Acted(ticket, 0.0, 99.0)):
            for effect in program.session.feed(item, 0.0):
                if isinstance(effect, m.Judge):
                    bad = Judgement(False, 0.9, "The gripper closed without the red cup.")
                    outcomes += program.session.feed(m.Judged(effect.ticket, bad), 0.0)
        for effect in list(outcomes):
            if isinstance(effect, m.Recover):
                outcomes.remove(effect)
                again = program.session.feed(m.Recovered(effect.ticket), 0.0)
                program.acts += [act for act in again if isinstance(act, m.Act)]
    ended = [e.event for e in outcomes if isinstance(e, m.Publish) and isinstance(e.event, events.RunEnded)]
    assert [str(end.outcome) for end in ended] == [
        "Das ist mir nicht gelungen: die rote Tasse nehmen. Der Greifer hat sich ohne die rote Tasse geschlossen, "
        "und die Zeit von 30 s ist um."
    ]


@pytest.mark.parametrize("code", [code for code in vocabulary.load().languages if code != "en"])
def test_a_language_that_is_set_is_kept(code: str) -> None:
    program = Program(code)
    command = Command(1, "xyzzy", Source.TYPED, 0.0)
    stop = program.session.feed(m.Stop("you pressed stop"), 0.0)
    told = [effect.event for effect in stop if isinstance(effect, m.Publish)]
    assert [event.text for event in told if isinstance(event, events.Said)] == [load(code).say("stopped")]
    assert [event.language for event in told if isinstance(event, events.Said)] == [code]
    assert [event.reason for event in told if isinstance(event, events.Stopped)] == [load(code).clause("you_pressed")]
    assert command.text not in str(told)
