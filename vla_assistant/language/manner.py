"""How something is to be done: what is said later stands in the place of its opposite that was said before."""

from __future__ import annotations

_OPPOSITES = {"slow": {"fast"}, "careful": {"fast"}, "fast": {"slow", "careful"}}


def manner_after(before: frozenset[str], later: frozenset[str]) -> frozenset[str]:
    """Both together; "slowly", then "faster" is fast, and "slowly", then "carefully" is both."""
    opposite = {manner for said in later for manner in _OPPOSITES.get(said, ())}
    return (before - opposite) | later
