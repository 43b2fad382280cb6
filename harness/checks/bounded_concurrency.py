"""The agent asks no more of its providers at once than its calls need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from kernel.clock import SECOND_NS
from kernel.history import History
from kernel.records import Work
from kernel.units import Share

from ..analysis.occupancy import Occupancy
from ..analysis.windows import baseline
from ..analysis.work import work_by_call
from ..check import Check
from ..finding import Evidence, Finding

_STAGES = ("llm", "tts", "tools", "realtime")
_FEWEST = 10
# Work may end a moment after its call.
_LINGERS_NS = 2 * SECOND_NS


class BoundedConcurrency(Check, frozen=True):
    """How much work of one stage is going on at once, against the calls that are up: no more than
    each call has at once at baseline, or the declared limit. Work that is running counts, not open
    sockets.

    beyond  how much more than that is allowed
    limit   so much work of one stage at once, instead of the calls' need
    """

    scalar: ClassVar[str] = "beyond"
    per_call: ClassVar[bool] = True

    beyond: Share = Share(0.1)
    limit: int | None = None

    def look(self, history: History) -> Finding:
        calm = baseline(history)
        joined = [work for works in work_by_call(history).values() for work in works]
        usual = [
            work for work in joined if calm and calm.from_ns <= work.from_at_ns < calm.until_ns
        ]
        if len(usual) < _FEWEST and self.limit is None:
            return self.unknown(
                f"{len(usual)} pieces of provider work began at baseline; at least {_FEWEST} are "
                "needed"
            )
        fan_out = _fan_out(history, usual)
        calls = Occupancy(history.calls, lingers_ns=_LINGERS_NS)
        peaks = []
        for stage, works in _by_stage(joined).items():
            for at_ns, active in _rises(works):
                allowed = calls.at(at_ns) * fan_out.get(stage, 1)
                peaks.append(
                    _Peak(stage, at_ns, active, allowed if self.limit is None else self.limit)
                )
        if not peaks:
            return self.unknown("no provider work was seen while calls were up")
        worst = max(peaks, key=lambda peak: peak.ratio)
        too_much = worst.active > worst.allowed * (1 + self.beyond) + 1
        return self.finding(
            "fail" if too_much else "pass",
            f"{worst.active} pieces of {worst.stage} work went on at once where {worst.allowed} "
            "are what the calls need" + ("" if self.limit is None else " by the declared limit"),
            {"stage": worst.stage, "active": worst.active, "allowed": worst.allowed},
            [
                Evidence(call.span, worst.at_ns, "up at that moment")
                for call in history.calls
                if too_much and call.dialled_ns <= worst.at_ns < call.ended_ns
            ],
        )


@dataclass(frozen=True, slots=True)
class _Peak:
    stage: str
    at_ns: int
    active: int
    allowed: int

    @property
    def ratio(self) -> float:
        return (self.active - 1) / max(1, self.allowed)


def _by_stage(works: Iterable[Work]) -> Mapping[str, Sequence[Work]]:
    found: dict[str, list[Work]] = defaultdict(list)
    for work in works:
        if work.stage in _STAGES and work.purpose != "prewarm":
            found[work.stage].append(work)
    return found


def _rises(works: Iterable[Work]) -> Iterable[tuple[int, int]]:
    """When a piece of work began, and how many were going on then, itself included."""
    works = list(works)
    begins = [(work.from_at_ns, 1) for work in works]
    ends = [(work.until_at_ns, -1) for work in works if work.until_at_ns is not None]
    active = 0
    for at_ns, step in sorted([*begins, *ends]):
        active += step
        if step > 0:
            yield at_ns, active


def _fan_out(history: History, usual: Sequence[Work]) -> Mapping[str, int]:
    """Stage → the most work that one call has at once at baseline."""
    by_call: dict[tuple[str, str], list[Work]] = defaultdict(list)
    for work in usual:
        by_call[work.stage, history.call_of(work) or ""].append(work)
    most: dict[str, int] = defaultdict(lambda: 1)
    for (stage, _), works in by_call.items():
        most[stage] = max(most[stage], *(active for _, active in _rises(works)))
    return most
