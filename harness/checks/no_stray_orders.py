"""Who is called waits for it."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

from kernel.history import History

from ..check import Check
from ..finding import Evidence, Finding


class NoStrayOrders(Check, frozen=True):
    """Every call that the agent orders from the telephone network (`POST …/Calls.json`) is one that
    it was told to place: to somebody who waits for it, and once. An order that is repeated because
    its answer was slow calls somebody twice; one that comes too late, somebody who has given up;
    any other, a stranger.

    at_most  orders that may go astray all the same
    """

    scalar: ClassVar[str] = "at_most"

    at_most: int = 0

    def look(self, history: History) -> Finding:
        orders = history.of_kind("order")
        whys = Counter(str(order.data.get("why", "")) for order in orders)
        told = "; ".join(f"{count} × {why}" for why, count in whys.most_common())
        return self.finding(
            "fail" if len(orders) > self.at_most else "pass",
            f"{len(orders)} calls that the agent ordered reached nobody: {told}"
            if orders
            else "no call that the agent ordered went astray",
            {"stray_orders": len(orders)},
            [
                Evidence(order.span, order.at_ns, f"to {order.data['to']}: {order.data['why']}")
                for order in orders
            ],
        )
