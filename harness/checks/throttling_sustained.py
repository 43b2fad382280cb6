"""Providers do not throttle the agent in ordinary operation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, NamedTuple

from kernel.history import History
from kernel.units import Duration

from ..analysis.windows import faulted
from ..check import Check
from ..finding import Evidence, Finding, Outcome

_THROTTLED = 429


class ThrottlingSustained(Check, frozen=True):
    """How long providers go on refusing for too many requests (429) while no fault has a part in
    it: what the agent asks for by itself is more than its plans allow. Refusals less than `apart`
    from each other are one stretch.

    at_most     a longer stretch fails
    warn_above  a longer one warns
    apart       quiet that ends a stretch
    """

    scalar: ClassVar[str] = "at_most"

    at_most: Duration = Duration(180)
    warn_above: Duration = Duration(10)
    apart: Duration = Duration(10)

    def look(self, history: History) -> Finding:
        if not history.work and not history.sockets:
            return self.unknown("no provider work was seen")
        refused = sorted(
            refusal
            for refusal in _refused(history)
            if not faulted(history, refusal.at_ns, refusal.at_ns + 1)
        )
        longest = max(_stretches(refused, self.apart.ns), key=_lasts_s, default=())
        lasts_s = _lasts_s(longest)
        outcome: Outcome = "warn" if lasts_s > min(self.warn_above, self.at_most) else "pass"
        if lasts_s > self.at_most:
            outcome = "fail"
        return self.finding(
            outcome,
            f"providers refused {len(refused)} requests for their number while no fault was on, "
            f"for {lasts_s:.0f} s on end at most (limit {self.at_most})",
            {"throttled": len(refused), "longest_s": lasts_s},
            [
                Evidence(refusal.call, refusal.at_ns, f"{refusal.provider} said {_THROTTLED}")
                for refusal in longest
                if outcome != "pass" and refusal.call
            ],
        )


class _Refusal(NamedTuple):
    at_ns: int
    provider: str
    call: str


def _refused(history: History) -> Iterator[_Refusal]:
    """Requests and sockets. What limits the mocks were started with bites as well, and is no fault
    of the run.
    """
    faults = {fault.label for fault in history.faults}
    for work in history.work:
        if work.type == "fail" and work.status == _THROTTLED and faults.isdisjoint(work.bites):
            yield _Refusal(work.from_at_ns, work.provider, history.call_of(work) or "")
    for socket in history.sockets:
        if socket.type == "fail" and socket.status == _THROTTLED:
            yield _Refusal(socket.from_ns, socket.provider, "")


def _stretches(refused: Sequence[_Refusal], apart_ns: int) -> Iterator[Sequence[_Refusal]]:
    stretch: list[_Refusal] = []
    for refusal in refused:
        if stretch and refusal.at_ns - stretch[-1].at_ns > apart_ns:
            yield stretch
            stretch = []
        stretch.append(refusal)
    if stretch:
        yield stretch


def _lasts_s(stretch: Sequence[_Refusal]) -> float:
    return (stretch[-1].at_ns - stretch[0].at_ns) / 1e9 if stretch else 0.0
