"""Words without case, punctuation and spacing, so that texts of different hands can be compared."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W_]+")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")


def words(text: str) -> list[str]:
    """`Sure, it's 9.30!` → sure, it, s, 9, 30."""
    return _WORD.findall(text.casefold())


def normal(text: str) -> str:
    return " ".join(words(text))


def sentences(text: str) -> list[str]:
    """Its sentences, each normal; an agent speaks a reply whole or sentence by sentence."""
    return [found for part in _SENTENCE_END.split(text) if (found := normal(part))]
