"""Which pieces of provider work are one try of several at the same thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kernel.history import History

from ..analysis.logical import requests


@dataclass(frozen=True, slots=True)
class Try:
    """The `ordinal`-th try `of` so many; `after_ns` is when the one before it had ended."""

    ordinal: int
    of: int
    after_ns: int | None


def tries(history: History) -> Mapping[str, Try]:
    """Span of provider work → its place among the tries, for all that was tried more than once."""
    found: dict[str, Try] = {}
    for logical in requests(history).logical:
        after_ns: int | None = None
        if len(logical.attempts) > 1:
            for ordinal, work in enumerate(logical.attempts, 1):
                found[work.span] = Try(ordinal, len(logical.attempts), after_ns)
                after_ns = work.until_at_ns
    return found
