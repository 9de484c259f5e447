"""The stop words that the classifier knows, and which of them count in which language."""

from __future__ import annotations

NOTHING = ""
"""The class of all other sound."""
TEXTS = {
    "stop": "stop",
    "halt": "halt",
    "freeze": "freeze",
    "wait": "wait",
    "no": "no no no",
    "warte": "warte",
    "anhalten": "anhalten",
    "nein": "nein nein nein",
    "alto": "alto",
    "para": "para",
    "detente": "detente",
    "espera": "espera",
    "arrete": "arrête",
    "attends": "attends",
    "non": "non non non",
}
"""What is written for a class. "stop" is also the German "stopp"."""
CLASSES = (NOTHING, *TEXTS)
LANGUAGES = {
    "en": ("stop", "halt", "freeze", "wait", "no"),
    "de": ("stop", "halt", "warte", "anhalten", "nein"),
    "es": ("stop", "alto", "para", "detente", "espera", "no"),
    "fr": ("stop", "halt", "arrete", "attends", "non"),
}
"""A word counts in its languages only: the Spanish "para" is no rare syllable elsewhere."""
