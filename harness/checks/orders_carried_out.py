"""What an agent orders of the telephone network is about calls that there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import msgspec

from kernel.clock import SECOND_NS
from kernel.history import History
from kernel.records import Work

from ..analysis.statistics import of_all
from ..check import Check
from ..finding import Evidence, Finding, Outcome

_BOTH_HANG_UP_NS = SECOND_NS
# An order to hang up ends the call so soon, or it was not carried out.
_CARRIED_OUT_NS = 5 * SECOND_NS


class OrdersCarriedOut(Check, frozen=True):
    """The telephone network refuses no order of the agent's (Twilio's REST API: hang up, send on,
    read): each names a call that there is, in words that the network understands. An order that
    comes when its call is over, as when both sides hang up, is told and counts for nothing; nor
    does what a fault refused. A wrong SID is worse than none: the agent believes the call ended,
    and the caller waits. Where the mocked network itself does not know a call that is up, or
    accepts an order to hang up and the call goes on for 5 s, nothing can be said.

    at_most  so many may be refused
    """

    scalar: ClassVar[str] = "at_most"

    at_most: int = 0

    def look(self, history: History) -> Finding:
        spans = {call.sid: call.span for call in history.calls}
        first_ns = min((call.dialled_ns for call in history.calls), default=0)
        orders = [
            work
            for work in history.work
            if work.stage == "telephony" and work.type and work.from_at_ns >= first_ns
        ]
        sorted_out = _sort_out(orders, _ends_ns(history), _nameless_from_ns(history))
        wrong, late, ours = sorted_out.wrong, sorted_out.late, sorted_out.ours
        outcome: Outcome = "unknown" if ours else "pass"
        return self.finding(
            "fail" if len(wrong) > self.at_most else outcome,
            f"{of_all(len(wrong), len(orders))} orders to the telephone network were refused"
            + "".join(f"; {note}" for note in sorted_out.notes),
            {"orders": len(orders), "refused": len(wrong), "late": len(late), "ours": len(ours)},
            [
                Evidence(spans.get(work.call, ""), work.from_at_ns, _told(work))
                for work in (*wrong, *ours, *late)
            ],
        )


@dataclass(frozen=True, slots=True)
class _Sorted:
    """Orders that were refused for what is wrong with them, that came when their call was over, and
    that the mocked network did not carry out; `strange` of the wrong ones name no call.
    """

    wrong: Sequence[Work]
    late: Sequence[Work]
    ours: Sequence[Work]
    strange: int

    @property
    def notes(self) -> Sequence[str]:
        counted = {
            "name a call that nobody has: give the callSid of the stream's start": self.strange,
            "were lost in the mocked network": len(self.ours),
            "more came when the call was over": len(self.late),
        }
        return [f"{count} {what}" for what, count in counted.items() if count]


def _ends_ns(history: History) -> Mapping[str, int]:
    """SID → the end of a call, also of one that was ordered and reached nobody."""
    strays = {order.span: order.at_ns for order in history.of_kind("order")}
    return strays | {call.sid: call.ended_ns for call in history.calls if call.sid}


def _nameless_from_ns(history: History) -> int | None:
    """From when on there are calls whose SID nobody has told: we ended them while they were set up.

    None without any.
    """
    given_up = (call for call in history.calls if call.ended_by == "us" and not call.sid)
    return min((call.ended_ns - _BOTH_HANG_UP_NS for call in given_up), default=None)


def _sort_out(
    orders: Sequence[Work], ends_ns: Mapping[str, int], nameless_from_ns: int | None
) -> _Sorted:
    wrong: list[Work] = []
    late: list[Work] = []
    ours: list[Work] = []
    hung_up: set[str] = set()
    for work in orders:
        ended_ns = ends_ns.get(work.call)
        if ended_ns is None and work.status == 404 and work.call.startswith("CA"):
            ended_ns = nameless_from_ns
        if work.type == "ok" and ended_ns is not None and _hangs_up(work):
            hung_up.add(work.call)
            if ended_ns > work.from_at_ns + _CARRIED_OUT_NS:
                ours.append(work)
        elif work.type != "fail" or work.bites:
            continue
        elif work.call in hung_up or _is_late(work, ended_ns):
            late.append(work)
        else:
            unknown_to_it = work.status == 404 and work.call in ends_ns
            (ours if unknown_to_it else wrong).append(work)
    strange = sum(bool(work.call) and work.call not in ends_ns for work in wrong)
    return _Sorted(wrong, late, ours, strange)


def _hangs_up(work: Work) -> bool:
    try:
        asked = msgspec.json.decode(work.arguments, type=dict[str, str])
    except msgspec.MsgspecError:
        return False
    return asked.get("Status", "").lower() == "completed"


def _is_late(work: Work, ended_ns: int | None) -> bool:
    """The network may know of an end a moment before us."""
    if ended_ns is None:
        return False
    is_about_the_end = work.status == 404 or work.reason == "21220"
    return work.from_at_ns >= ended_ns - _BOTH_HANG_UP_NS * is_about_the_end


def _told(work: Work) -> str:
    return f"{work.tool} of {work.call or 'no call'}: HTTP {work.status} {work.reason}".rstrip()
