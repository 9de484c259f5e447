"""What Whisper says when nobody spoke: the ends of the videos that it was trained on, in our languages.

None of it is of any use as a command. Source: reports in public issue threads of programs built on Whisper, among them
zachlatta/freeflow#111, collabora/WhisperLive#328 and OpenWhispr/openwhispr#1458.
"""

from __future__ import annotations

WHOLE = frozenset(
    (
        # en
        "you", "bye", "bye bye", "thank you for watching", "thanks for watching", "thank you so much for watching",
        "thank you very much for watching", "thank you for your watching", "please subscribe", "like and subscribe",
        "please subscribe to my channel", "please like and subscribe", "don't forget to subscribe",
        "see you next time", "see you in the next video", "i'll see you in the next video", "see you next video",
        "the end", "to be continued",
        # de
        "vielen dank fürs zuschauen", "danke fürs zuschauen", "bis zum nächsten mal", "bis zum nächsten video",
        "tschüss", "das war's für heute",
        # es
        "gracias por ver", "gracias por ver el video", "gracias por ver el vídeo", "muchas gracias por ver el video",
        "suscríbete", "suscríbete al canal", "no olvides suscribirte", "hasta la próxima",
        # fr
        "merci d'avoir regardé", "merci d'avoir regardé cette vidéo", "abonnez vous", "n'oubliez pas de vous abonner",
        "à la prochaine", "à bientôt",
    )
)  # fmt: skip
"""Texts that are nothing else."""
INSIDE = (
    "amara org", "untertitel", "untertitelung", "sous titres", "sous titrage", "subtítulos", "subtitles by",
    "transcription by", "translated by", "copyright",
)  # fmt: skip
"""Words that are in no command: the names of those who wrote the subtitles."""


def is_known(words: list[str]) -> bool:
    """Is this one of the things that Whisper says of nothing?"""
    text = " ".join(words).replace("’", "'")
    return text in WHOLE or any(f" {mark} " in f" {text} " for mark in INSIDE)
