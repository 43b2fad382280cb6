"""One direction of a TCP connection in memory: what is in flight, then what waits to be read."""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Callable

from .time_loop import TimeLoop

READ_BYTES = 256 * 1024  # the most that one read takes, as in asyncio's selector transports


class End(enum.Enum):
    """How one side ends its direction of a connection."""

    FIN = "FIN"
    RST = "RST"


class Wire:
    """Carries bytes and an End, in order, in `latency_ns` each; its bandwidth is endless.

    Bytes for a side that has closed are answered with RST on the opposite wire, as by a kernel.
    """

    back: Wire
    is_reset = False  # whether an RST has arrived, read or not

    def __init__(self, loop: TimeLoop, latency_ns: int) -> None:
        self.unread = 0  # bytes sent and not yet read; stays as it is when the reader closes
        self.on_taken: Callable[[], None] | None = None
        self.on_reset: Callable[[], None] | None = None
        self._loop = loop
        self._latency_ns = latency_ns
        self._items: deque[tuple[int, bytes | memoryview | End]] = deque()
        self._reader: Callable[[bytes | End], None] | None = None
        self._bell_is_set = False
        self._finished = False
        self._abandoned = False

    @classmethod
    def pair(cls, loop: TimeLoop, latency_ns: int) -> tuple[Wire, Wire]:
        """The two directions of one connection."""
        there, back = cls(loop, latency_ns), cls(loop, latency_ns)
        there.back, back.back = back, there
        return there, back

    def send(self, item: bytes | End) -> None:
        """Put bytes or an end on the wire; what follows a FIN or an RST is dropped."""
        due_ns = self._loop.now_ns + self._latency_ns
        if self._abandoned:
            if not isinstance(item, End):
                self._loop.call_at_ns(due_ns, self.back.send, End.RST)
            return
        if isinstance(item, End):
            if self._finished and item is End.FIN:
                return
            self._finished = True
            if item is End.RST:
                self._loop.call_at_ns(due_ns, self._reset)
        else:
            self.unread += len(item)
        self._items.append((due_ns, item))
        self._set_bell()

    def read_with(self, reader: Callable[[bytes | End], None] | None) -> None:
        """Hand what arrives to `reader`; None stops reading and lets the wire fill."""
        self._reader = reader
        self._set_bell()

    def abandon(self) -> int | None:
        """Close the reading end; returns when the first byte that nobody reads arrives, if any."""
        lost_ns = next((due for due, item in self._items if not isinstance(item, End)), None)
        self._abandoned = True
        self._reader = None
        self._items.clear()
        return lost_ns

    def _reset(self) -> None:
        self.is_reset = True
        if self.on_reset is not None:
            self.on_reset()

    def _set_bell(self) -> None:
        if self._reader is None or not self._items or self._bell_is_set:
            return
        self._bell_is_set = True
        due_ns = self._items[0][0]
        if due_ns <= self._loop.now_ns:
            self._loop.call_soon(self._ring)
        else:
            self._loop.call_at_ns(due_ns, self._ring)

    def _ring(self) -> None:
        self._bell_is_set = False
        if self._reader is not None and self._items:
            self._reader(self._take())
            self._set_bell()

    def _take(self) -> bytes | End:
        """The end that is next, or all bytes that have arrived, up to one read's worth."""
        items, now_ns = self._items, self._loop.now_ns
        parts: list[bytes | memoryview] = []
        room = READ_BYTES
        while room and items and items[0][0] <= now_ns:
            due_ns, item = items[0]
            if isinstance(item, End):
                if not parts:
                    items.popleft()
                    return item
                break
            if len(item) > room:
                whole = memoryview(item)
                items[0] = (due_ns, whole[room:])
                item = whole[:room]
            else:
                items.popleft()
            parts.append(item)
            room -= len(item)
        self.unread -= READ_BYTES - room
        if self.on_taken is not None:
            self.on_taken()
        return b"".join(parts)
