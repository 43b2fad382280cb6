"""Provider work by the call that it was done for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache

from kernel.history import History
from kernel.records import Work


@lru_cache(maxsize=1)  # several checks ask about the same history
def work_by_call(history: History) -> Mapping[str, Sequence[Work]]:
    """Span of the call → the work that was joined to it, by start."""
    found: dict[str, list[Work]] = defaultdict(list)
    for work in history.work:
        if span := history.call_of(work):
            found[span].append(work)
    return found
