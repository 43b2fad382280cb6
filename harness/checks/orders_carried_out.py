"""What an agent orders of the telephone network is about calls that there are."""

from __future__ import annotations

from typing import ClassVar

from kernel.clock import SECOND_NS
from kernel.history import History
from kernel.records import Work

from ..analysis.statistics import of_all
from ..check import Check
from ..finding import Evidence, Finding

_BOTH_HANG_UP_NS = SECOND_NS


class OrdersCarriedOut(Check, frozen=True):
    """The telephone network refuses no order of the agent's (Twilio's REST API: hang up, send on,
    read): each names a call that there is, in words that the network understands. An order that
    comes when its call is over, as when both sides hang up, is told and counts for nothing; nor
    does what a fault refused. A wrong SID is worse than none: the agent believes the call ended,
    and the caller waits.

    at_most  so many may be refused
    """

    scalar: ClassVar[str] = "at_most"

    at_most: int = 0

    def look(self, history: History) -> Finding:
        ends_ns = {call.sid: call.ended_ns for call in history.calls if call.sid}
        spans = {call.sid: call.span for call in history.calls}
        first_ns = min((call.dialled_ns for call in history.calls), default=0)
        orders = [
            work
            for work in history.work
            if work.stage == "telephony" and work.type and work.from_at_ns >= first_ns
        ]
        refused = [work for work in orders if work.type == "fail" and not work.bites]
        late = [work for work in refused if _is_late(work, ends_ns.get(work.call))]
        wrong = [work for work in refused if work not in late]
        summary = f"{of_all(len(wrong), len(orders))} orders to the telephone network were refused"
        strange = sum(bool(work.call) and work.call not in ends_ns for work in wrong)
        notes = [f"{strange} name a call that nobody has: give the callSid of the stream's start"]
        notes = notes * bool(strange) + [f"{len(late)} more came when the call was over"] * bool(
            late
        )
        return self.finding(
            "fail" if len(wrong) > self.at_most else "pass",
            "; ".join([summary, *notes]),
            {"orders": len(orders), "refused": len(wrong), "late": len(late)},
            [
                Evidence(spans.get(work.call, ""), work.from_at_ns, _told(work))
                for work in (*wrong, *late)
            ],
        )


def _is_late(work: Work, ended_ns: int | None) -> bool:
    """A 404 about a call of ours says that it is over; the network may know a moment before us."""
    if ended_ns is None:
        return False
    return work.status == 404 or work.from_at_ns >= ended_ns - _BOTH_HANG_UP_NS


def _told(work: Work) -> str:
    return f"{work.tool} of {work.call or 'no call'}: HTTP {work.status} {work.reason}".rstrip()
