"""One heap of what is due when. It never sleeps, and nothing overtakes within a span."""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Iterator
from typing import Any

_Entry = tuple[int, int, Hashable, Hashable | None, Any]
"""When it is due, its order, span, key and item."""


class Timeline:
    """Items by due time; ties and items of one span come out in the order they went in.

    An item added to a span is never due before one added to that span earlier: a chunk that a fault
    delays holds back those behind it, as on a wire. Keyed items are timers of their own: they
    neither hold back nor are held back.
    """

    def __init__(self) -> None:
        self._heap: list[_Entry] = []
        self._order = 0
        # Per span, what waits, by order; whatever is in the heap but not here was taken back.
        self._waiting: dict[Hashable, dict[int, Hashable | None]] = {}
        self._keyed: dict[tuple[Hashable, Hashable], int] = {}
        self._last_due_ns: dict[Hashable, int] = {}

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def add(self, span: Hashable, item: Any, due_ns: int, key: Hashable | None = None) -> int:
        """Queue `item`; returns when it is due. A waiting item of the same `key` is replaced."""
        self._order += 1
        if key is None:
            due_ns = max(due_ns, self._last_due_ns.get(span, due_ns))
            self._last_due_ns[span] = due_ns
        else:
            self.withdraw(span, key)
            self._keyed[span, key] = self._order
        self._waiting.setdefault(span, {})[self._order] = key
        # `order` is unique, so a comparison never reaches the item.
        heapq.heappush(self._heap, (due_ns, self._order, span, key, item))
        return due_ns

    def withdraw(self, span: Hashable, key: Hashable) -> bool:
        """Take back the waiting item of `key`; False if there is none."""
        order = self._keyed.pop((span, key), None)
        if order is None:
            return False
        self._forget(span, order)
        return True

    def drop(self, span: Hashable) -> int:
        """Forget a span and all that waits in it; returns how many items that were."""
        waiting = self._waiting.pop(span, {})
        for key in waiting.values():
            if key is not None:
                del self._keyed[span, key]
        self._last_due_ns.pop(span, None)
        return len(waiting)

    def waiting(self, span: Hashable) -> int:
        """How many items of a span are still to come."""
        return len(self._waiting.get(span, ()))

    def next_wake(self) -> int | None:
        """When the next item is due, None if there is none."""
        while self._heap:
            due_ns, order, span, _, _ = self._heap[0]
            if order in self._waiting.get(span, ()):
                return due_ns
            heapq.heappop(self._heap)
        return None

    def due(self, now_ns: int) -> Iterator[tuple[Hashable, Any, int]]:
        """Take out what is due: (span, item, due_ns), earliest first."""
        while self._heap and self._heap[0][0] <= now_ns:
            due_ns, order, span, key, item = heapq.heappop(self._heap)
            if order in self._waiting.get(span, ()):
                if key is not None:
                    del self._keyed[span, key]
                self._forget(span, order)
                yield span, item, due_ns

    def _forget(self, span: Hashable, order: int) -> None:
        waiting = self._waiting[span]
        del waiting[order]
        if not waiting:
            del self._waiting[span]
