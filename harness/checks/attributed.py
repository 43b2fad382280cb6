"""It is known which provider work belongs to which call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import ClassVar

from kernel.history import History
from kernel.records import Work
from kernel.units import Share

from ..analysis.statistics import times
from ..check import Check
from ..correlation.correlate import ENOUGH, Attribution, attribution
from ..finding import Evidence, Finding

_REMEDY = (
    "let the agent name the call (its CallSid) in every request, and say where in the scenario, as "
    "agent: {correlate: {header: x-call-sid}}; one client connection per call, or a distinct fact "
    "in every caller's first line, helps as well"
)
_WORDS = 60


class Attributed(Check, frozen=True):
    """The share of provider work that could be joined to the call that caused it. Below 99 % the
    checks that look at single calls cannot speak. Counted apart is what cannot matter to a call's
    verdict: greetings that nobody heard before their call ended, up to one for each call, and all
    that were refused, which the checks on retries hold against the calls without one; and side
    requests that are alike in several calls, if they began during a call and were over within 15 s
    of its end. A fault that bit one of these may have held up every turn of that time.

    at_least  the share
    """

    scalar: ClassVar[str] = "at_least"
    instrument: ClassVar[bool] = True

    at_least: Share = Share(ENOUGH)

    def look(self, history: History) -> Finding:
        found = attribution(history)
        if not found.share and not found.lost:
            return self.unknown(
                "no provider work after the first dial; do the agent's provider URLs point at "
                "the mocks, and were their journals read?"
            )
        methods = Counter(method for _, method in history.joins.values())
        enough = found.share >= self.at_least
        summary = f"{found.joined} of {found.total} pieces of provider work were joined to calls"
        if not enough:
            summary += f" (unjoined: {_kinds(found.lost)})"
        return self.finding(
            "pass" if enough else "unknown",
            f"{summary}{_apart(found)}" + ("" if enough else f"; {_REMEDY}"),
            {
                "share": found.share,
                "nameless": len(found.nameless),
                "asides": len(found.asides),
                **{f"by_{name}": count for name, count in methods.items()},
            },
            [Evidence(work.span, work.from_at_ns, _told(work)) for work in found.lost],
            breach=times(1 - found.share, 1 - self.at_least),
        )


def _kinds(lost: Sequence[Work]) -> str:
    """What was joined to no call, the most frequent first."""
    kinds = Counter(
        f"{work.stage}/{work.provider}" + (f" {work.purpose}" if work.purpose != "turn" else "")
        for work in lost
    )
    return ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())


def _apart(found: Attribution) -> str:
    kinds = {"greetings": len(found.nameless), "side requests": len(found.asides)}
    told = [f"{count} more are {kind}" for kind, count in kinds.items() if count]
    return f", {' and '.join(told)} that nothing tells apart" if told else ""


def _told(work: Work) -> str:
    words = " ".join((work.text_in or work.text_out or work.arguments).split())
    status = f" ({work.status})" if work.type == "fail" else ""
    return f"{work.provider}{status}: {words[:_WORDS]!r}" if words else f"{work.provider}{status}"
