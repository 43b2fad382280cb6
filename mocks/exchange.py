"""The telephone exchange between callers and agents: which calls there are, and what agents order.

Who has the calls says so over the control API, and carries the orders out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import msgspec

from kernel.control import ENDED, CallOrder, CallStatus, PhoneCall

CAPACITY = 10_000
"""So many calls and orders are remembered, the newest."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A call, and when it began, was answered and ended."""

    call: PhoneCall
    begun_ns: int
    changed_ns: int
    answered_ns: int | None = None
    ended_ns: int | None = None

    @property
    def is_over(self) -> bool:
        return self.call.status in ENDED

    def become(self, call: PhoneCall, now_ns: int) -> Connection:
        """The same call with another status."""
        answered = self.answered_ns is None and call.status == "in-progress"
        ended = self.ended_ns is None and call.status in ENDED
        return replace(
            self,
            call=call,
            changed_ns=now_ns,
            answered_ns=now_ns if answered else self.answered_ns,
            ended_ns=now_ns if ended else self.ended_ns,
        )


class Exchange:
    """Calls by SID, and orders by number.

    begun_ns   when the process began to serve: no other that served here has the same
    next       the number of the next order; numbers are not used again
    listeners  are called whenever there is a new order
    """

    def __init__(self) -> None:
        self.begun_ns = self.next = 0
        self.listeners: list[Callable[[], None]] = []
        self._calls: dict[str, Connection] = {}
        self._orders: deque[CallOrder] = deque(maxlen=CAPACITY)

    def connect(self, calls: Iterable[PhoneCall], now_ns: int) -> None:
        """These calls are as stated. One that is over stays over."""
        for call in calls:
            known = self._calls.get(call.sid) or Connection(call, now_ns, now_ns)
            if not known.is_over or known.call is call:
                self._calls[call.sid] = known.become(call, now_ns)
        while len(self._calls) > CAPACITY:
            del self._calls[next(iter(self._calls))]

    def find(self, sid: str) -> Connection | None:
        return self._calls.get(sid)

    def newest_first(self) -> Sequence[Connection]:
        return list(reversed(self._calls.values()))

    def become(self, sid: str, status: CallStatus, now_ns: int) -> None:
        """The status of a call that is known."""
        known = self._calls[sid]
        changed = msgspec.structs.replace(known.call, status=status)
        self._calls[sid] = known.become(changed, now_ns)

    def order(self, order: CallOrder) -> None:
        """Somebody has to do this to a call."""
        self._orders.append(order)
        self.next += 1
        for tell in self.listeners:
            tell()

    def orders(self, after: int) -> tuple[CallOrder, ...]:
        """Orders from number `after` on, as far as they are remembered."""
        first = self.next - len(self._orders)
        return tuple(islice(self._orders, max(0, after - first), None))

    def reset(self) -> None:
        """Forget calls and orders."""
        self._calls.clear()
        self._orders.clear()
