"""What a mock remembers of its work: numbered events, as many as fit."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from itertools import islice

from kernel.control import Journal as Page
from kernel.event import Event

from .astray import Astray

Listener = Callable[[Event], None]


class Journal:
    """The newest `capacity` events; older ones are forgotten and counted."""

    def __init__(self, capacity: int) -> None:
        self._events: deque[Event] = deque(maxlen=capacity)
        self.next = 0
        self._cleared_at = 0
        self.listeners: list[Listener] = []

    def add(self, event: Event) -> None:
        self._events.append(event)
        self.next += 1
        for listener in self.listeners:
            listener(event)

    def unserved(self, found: Astray, now_ns: int) -> None:
        """Somebody asked for what no provider here serves: most likely a wrong base URL."""
        whose = found.provider
        data = {
            "method": found.request.method,
            "path": found.path,
            "provider": f"{whose.stage}/{whose.name}" if whose else "",
            "remedy": found.remedy,
        }
        self.add(Event(now_ns, "mock", "unserved", "info", data=data))

    def clear(self) -> None:
        """Forget all events. Their numbers are not used again, so that a reader is not confused."""
        self._events.clear()
        self._cleared_at = self.next

    def page(self, after: int = 0, at_most: int = 1000) -> Page:
        """Events from number `after` on; `lost` counts those of them that are forgotten."""
        first = self.next - len(self._events)
        start = min(max(after, first), self.next)
        events = tuple(islice(self._events, start - first, start - first + at_most))
        return Page(events, start + len(events), lost=max(0, start - max(after, self._cleared_at)))
