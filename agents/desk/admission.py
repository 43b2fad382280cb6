"""Who may come in: a call counts from the webhook that announces it to the end of its stream."""

from __future__ import annotations


class Admission:
    """At most `limit` calls, counting those announced but not yet connected.

    A reservation that no stream claims within `reservation_s` is given to somebody else.
    """

    def __init__(self, limit: int, *, reservation_s: float = 10.0) -> None:
        self.limit = limit
        self._reservation_s = reservation_s
        self._reserved: dict[str, float] = {}
        self._inside: set[str] = set()
        self._closed = False

    def reserve(self, call: str, now_s: float) -> bool:
        """Keep a place for a call that has been announced; False when it must be refused."""
        if call in self._inside:
            return True
        if call not in self._reserved and (self._closed or self.count(now_s) >= self.limit):
            return False
        self._reserved[call] = now_s + self._reservation_s
        return True

    def hold(self, place: str, now_s: float, for_s: float) -> bool:
        """Keep a place for a call that is to be placed and has no name yet."""
        if not self.reserve(place, now_s):
            return False
        self._reserved[place] = now_s + for_s
        return True

    def name(self, place: str, call: str) -> None:
        """The place that was held is that of this call, if it is held still."""
        if place in self._reserved:
            self._reserved[call] = self._reserved.pop(place)

    def release(self, place: str) -> None:
        """Nobody comes for the place that was held."""
        self._reserved.pop(place, None)

    def enter(self, call: str, now_s: float) -> bool:
        """Let a connected call in, on its reservation or on a free place."""
        if not self.reserve(call, now_s):
            return False
        self._reserved.pop(call, None)
        self._inside.add(call)
        return True

    def leave(self, call: str) -> None:
        """Free the place of a call that has ended."""
        self._inside.discard(call)

    def close(self) -> None:
        """Announce no more calls; those inside, and those with a reservation, stay welcome."""
        self._closed = True

    def count(self, now_s: float) -> int:
        """How many places are taken."""
        self._reserved = {call: until for call, until in self._reserved.items() if until > now_s}
        return len(self._reserved) + len(self._inside)
