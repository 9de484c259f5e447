"""Requests composed of known parts: every word of the text has to stand for something, and one task has to follow."""
