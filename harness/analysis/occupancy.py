"""How many calls are up at an instant."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from kernel.records import Call


class Occupancy:
    """Calls as stretches from dialling, or out of a queue, to their end; `lingers_ns` is added to
    each.
    """

    def __init__(self, calls: Iterable[Call], lingers_ns: int = 0) -> None:
        calls = list(calls)
        self._begins = sorted(call.placed_ns for call in calls)
        self._ends = sorted(call.ended_ns + lingers_ns for call in calls)

    def at(self, at_ns: int) -> int:
        """Calls that were up when another one came: begun before, and not ended."""
        return bisect_left(self._begins, at_ns) - bisect_right(self._ends, at_ns)

    def most(self, from_ns: int, until_ns: int) -> int:
        """The most calls that were up when one took its place between the two instants, itself
        included.
        """
        first, last = bisect_left(self._begins, from_ns), bisect_left(self._begins, until_ns)
        taken = self._begins[first:last]
        return max((self.at(at_ns) + 1 for at_ns in taken), default=0)

    def around(self, refused: Call) -> int:
        """The most calls that were up while the agent decided to refuse another one: from when that
        was dialled until its caller knew. Calls of one burst may reach the agent in any order.
        """
        told_ns = min((heard.from_at_ns for heard in refused.heard), default=refused.ended_ns)
        return max(self.at(refused.dialled_ns), self.most(refused.dialled_ns, told_ns))
