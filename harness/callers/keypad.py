"""Keys pressed in place of words: when a person presses each of them."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.roll import roll

KEYS = frozenset("0123456789*#")
FASTEST_NS, SLOWEST_NS = 200_000_000, 550_000_000
"""Between two keys."""


def presses(keys: str, seed: int, *names: object) -> Sequence[tuple[int, str]]:
    """Nanoseconds after the first key → key; the same for the same names. What is no key is none:
    a person reads "415 555" and presses six keys."""
    at_ns, found = 0, []
    for place, key in enumerate(filter(KEYS.__contains__, keys)):
        if place:
            share = roll(seed, "key", *names, place)
            at_ns += FASTEST_NS + round((SLOWEST_NS - FASTEST_NS) * share)
        found.append((at_ns, key))
    return found
