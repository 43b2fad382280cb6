"""Agents stop for callers who interrupt them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import ClassVar, Literal

from kernel.clock import SECOND_NS
from kernel.history import History
from kernel.records import Call
from kernel.units import Duration, Share

from ..analysis.interruptions import Interruption, interruptions
from ..analysis.statistics import of_all
from ..analysis.windows import judged_calls
from ..check import Check
from ..finding import Evidence, Finding, Outcome

Case = Literal["measured", "not_audible", "finished", "warming_up"]


class BargeInStopTime(Check, frozen=True):
    """From the first sound of a caller who interrupts (`barge_in`) until the agent is inaudible at
    the caller's ear, by playout and energy: that the agent sent a `clear` is no evidence. Only
    where the agent was audible, and did not come to the end of its words by itself in time. Who
    then only nods ("mhm", "okay") to what the caller says has stopped; who resumes what it broke
    off, while the caller still speaks, has not. A framework that is deaf by declaration while it
    warms up (LiveKit's `aec_warmup_duration` is 3 s) is not judged within that time of the agent's
    first sound in the call.

    limit      a longer time fails
    tolerated  share of interruptions that may take longer all the same
    warm_up    the time in which the agent is deaf by declaration
    fewest     interruptions below which nothing is said
    """

    scalar: ClassVar[str] = "limit"

    limit: Duration = Duration(2)
    tolerated: Share = Share(0.05)
    warm_up: Duration = Duration(0)
    fewest: int = 5

    def look(self, history: History) -> Finding:
        found = [
            self._stop(interruption)
            for call in judged_calls(history)
            for interruption in interruptions(call)
        ]
        cases = Counter(stop.case for stop in found)
        left_out = ", ".join(
            f"{cases[case]} {why}" for case, why in _LEFT_OUT.items() if cases[case]
        )
        stops = sorted(
            (stop for stop in found if stop.case == "measured"), key=lambda stop: stop.seconds
        )
        if len(stops) < self.fewest:
            return self.unknown(
                f"{len(stops)} callers interrupted an agent that was audible; at least "
                f"{self.fewest} are needed" + (f" (left out: {left_out})" if left_out else "")
            )
        return self._judged(stops, left_out, cases)

    def _judged(self, stops: list[_Stop], left_out: str, cases: Counter[Case]) -> Finding:
        slow = [stop for stop in stops if stop.seconds > self.limit]
        outcome: Outcome = "fail" if len(slow) > self.tolerated * len(stops) else "pass"
        median_s, longest_s = stops[len(stops) // 2].seconds, stops[-1].seconds
        return self.finding(
            outcome,
            f"{of_all(len(slow), len(stops))} interruptions were talked over for more than "
            f"{self.limit}; the agent was silent after {median_s:.2f} s in the median, "
            f"{longest_s:.2f} s at most" + (f" (left out: {left_out})" if left_out else ""),
            {
                "interruptions": len(stops),
                "slow": len(slow),
                "stop_p50_s": median_s,
                "stop_max_s": longest_s,
                **{case: cases[case] for case in _LEFT_OUT},
            },
            [stop.evidence for stop in reversed(slow)],
        )

    def _stop(self, found: Interruption) -> _Stop:
        case: Case = "measured"
        if not found.into:
            case = "not_audible"
        elif found.from_ns < self._deaf_until_ns(found.call):
            case = "warming_up"
        elif found.finished and found.silent_ns - found.from_ns <= self.limit.ns:
            case = "finished"
        return _Stop(found.call.span, found.from_ns, found.silent_ns, case)

    def _deaf_until_ns(self, call: Call) -> int:
        first_ns = min(sound.from_at_ns for sound in call.heard if sound.sound != "noise")
        return first_ns + self.warm_up.ns


_LEFT_OUT: dict[Case, str] = {
    "not_audible": "where the agent was not audible any more",
    "finished": "where it came to its end",
    "warming_up": "while it was warming up",
}


@dataclass(frozen=True, slots=True)
class _Stop:
    call: str
    from_ns: int
    until_ns: int
    case: Case

    @property
    def seconds(self) -> float:
        return (self.until_ns - self.from_ns) / SECOND_NS

    @property
    def evidence(self) -> Evidence:
        return Evidence(self.call, self.from_ns, f"talked over for {self.seconds:.1f} s")
