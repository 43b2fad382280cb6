"""When the trouble is over, nobody waits behind what is left of it."""

from __future__ import annotations

from typing import ClassVar

from kernel.history import History
from kernel.records import Call
from kernel.units import Duration

from ..analysis.fates import fate_of
from ..analysis.statistics import of_all
from ..analysis.windows import judged_calls, settled_from_ns
from ..check import Check
from ..finding import Evidence, Finding

_FEWEST = 5


class NoStuckQueue(Check, frozen=True):
    """Some time after the last fault was healed (and the phase `recovery` began), no call that
    starts then is left waiting: still in a queue when it ends, or given up without ever having
    heard an answer.

    at_most  calls that may be left waiting all the same
    after    how long after the heal calls count
    """

    scalar: ClassVar[str] = "at_most"

    at_most: int = 0
    after: Duration = Duration(5)

    def look(self, history: History) -> Finding:
        settled_ns = settled_from_ns(history)
        if settled_ns is None:
            return self.unknown("there was nothing to recover from, or a fault was never healed")
        calls = [
            call
            for call in judged_calls(history)
            if call.dialled_ns >= settled_ns + self.after.ns and fate_of(call) != "cut_by_us"
        ]
        if len(calls) < _FEWEST:
            return self.unknown(
                f"{len(calls)} calls began more than {self.after} after the heal; at least "
                f"{_FEWEST} are needed"
            )
        stuck = [call for call in calls if _left_waiting(call)]
        return self.finding(
            "fail" if len(stuck) > self.at_most else "pass",
            f"{of_all(len(stuck), len(calls))} calls that began after the heal were left waiting",
            {"calls": len(calls), "stuck": len(stuck)},
            [Evidence(call.span, call.ended_ns, fate_of(call)) for call in stuck],
        )


def _left_waiting(call: Call) -> bool:
    fate = fate_of(call)
    return fate == "queued" or (fate in ("abandoned", "unclear") and call.answers == 0)
