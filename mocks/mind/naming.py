"""Names of tools and parameters: the same thing under another team's name."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from difflib import SequenceMatcher
from functools import lru_cache

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_CLEAR = 0.75  # at least so like, if the words differ


@lru_cache(maxsize=4096)
def words(name: str) -> tuple[str, ...]:
    """`lookupSlots`, `lookup_slots`, `crm.lookup-slots` → their words in lower case."""
    return tuple(word.lower() for word in _WORD.findall(name))


@lru_cache(maxsize=4096)
def likeness(one: str, other: str) -> float:
    """0 to 1: 1 for the same words, at least `_CLEAR` if one's words are the other's end."""
    # SequenceMatcher minds the order of its two; equal lengths need a rule of their own.
    first, second = sorted((words(one), words(other)), key=lambda found: (len(found), found))
    if first == second:
        return 1.0
    ratio = SequenceMatcher(None, "".join(first), "".join(second), autojunk=False).ratio()
    ends = bool(first) and second[len(second) - len(first) :] == first
    return max(ratio, _CLEAR) if ends else ratio


def closest(name: str, among: Iterable[str], at_least: float = _CLEAR) -> str | None:
    """The name most like this one; None if none is clearly so."""
    return max(
        (other for other in among if likeness(name, other) >= at_least),
        key=lambda other: likeness(name, other),
        default=None,
    )


def shared(wanted: Collection[str], offered: Collection[str]) -> float:
    """Which part of the wanted names has its like among the offered; 1 if none is wanted."""
    if not wanted:
        return 1.0
    return sum(closest(name, offered) is not None for name in wanted) / len(wanted)
