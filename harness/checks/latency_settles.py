"""Under an even load the answers do not come later and later."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import ClassVar

from kernel.clock import SECOND_NS
from kernel.history import History
from kernel.records import Call, Phase
from kernel.units import Share

from ..analysis.statistics import NOTICEABLE_MS
from ..analysis.trend import Trend, trend
from ..analysis.windows import Answer, answers, baseline, faulted, judged_calls
from ..check import Check
from ..finding import Evidence, Finding

_FEWEST = 20
_SHORTEST_NS = 15 * SECOND_NS
# Calls in the second half of a hold to those in the first.
_EVEN = 1.5


class LatencySettles(Check, frozen=True):
    """How fast the wait for an answer grows while the load is held: what an agent queues inside
    is invisible, and shows so. Judged on every phase whose calls come evenly, from one call's
    length after its beginning to its end, outside faults; the same turn of the same dialogue is
    compared with itself. Fails when the 95 % interval of the slope lies above the limit, and the
    growth over the hold exceeds 200 ms.

    per_minute  growth per minute, as a share of the phase's median
    """

    scalar: ClassVar[str] = "per_minute"

    per_minute: Share = Share(0.1)

    def look(self, history: History) -> Finding:
        holds = list(_holds(history))
        if not holds:
            return self.unknown(
                f"no phase held its load for a call's length and {_FEWEST} more turns outside "
                "faults; hold it for longer"
            )
        worst = max(holds, key=lambda hold: hold.growth.low_per_s / hold.median_ms)
        grows = worst.grows_by_ms > NOTICEABLE_MS and worst.surely_per_minute > self.per_minute
        slowest = sorted(worst.turns, key=lambda turn: -turn.waited_ms)
        return self.finding(
            "fail" if grows else "pass",
            f"in {worst.phase} the wait for an answer grew by {worst.per_minute:.0%} per minute "
            f"(limit {self.per_minute}), from a median of {worst.median_ms / 1000:.2f} s",
            {
                "phase": worst.phase,
                "turns": len(worst.turns),
                "answer_p50_ms": worst.median_ms,
                "growth_per_minute_share": worst.per_minute,
                "growth_per_minute_share_low": worst.surely_per_minute,
            },
            [
                Evidence(turn.call.span, turn.at_ns, f"waited {turn.waited_ms / 1000:.1f} s")
                for turn in slowest
                if grows
            ],
        )


@dataclass(frozen=True)
class _Hold:
    """A phase of even load, and how the wait for an answer changed in it."""

    phase: str
    turns: Sequence[Answer]
    growth: Trend

    @property
    def median_ms(self) -> float:
        return max(1.0, median(turn.waited_ms for turn in self.turns))

    @property
    def per_minute(self) -> float:
        return 60 * self.growth.per_s / self.median_ms

    @property
    def surely_per_minute(self) -> float:
        return 60 * self.growth.low_per_s / self.median_ms

    @property
    def grows_by_ms(self) -> float:
        at_ns = [turn.at_ns for turn in self.turns]
        return self.growth.per_s * (max(at_ns) - min(at_ns)) / SECOND_NS


def _holds(history: History) -> Iterator[_Hold]:
    by_phase: dict[str, list[Answer]] = defaultdict(list)
    for turn in answers(history):
        if not faulted(history, turn.turn.from_at_ns, turn.turn.owed_until_at_ns):
            by_phase[turn.phase].append(turn)
    for phase in history.phases:
        from_ns = _settled_ns(history, phase)
        held = by_phase[phase.name]
        turns = [turn for turn in held if from_ns <= turn.at_ns <= phase.until_ns]
        if from_ns + _SHORTEST_NS > phase.until_ns or len(turns) < _FEWEST:
            continue
        series: dict[tuple[str, int, int], list[tuple[float, float]]] = defaultdict(list)
        for turn in turns:
            key = turn.call.dialogue, turn.turn.index, turn.turn.repeat
            series[key].append((turn.at_ns / SECOND_NS, turn.waited_ms))
        if growth := trend(series.values()):
            yield _Hold(phase.name, turns, growth)


def _settled_ns(history: History, phase: Phase) -> float:
    """From when on the load of a phase is what it will be; never, if its calls come unevenly.

    That is when the first of its calls would end if they were as long as at baseline: where turns
    have to queue, calls are longer.
    """
    calls = [call for call in judged_calls(history) if call.phase == phase.name]
    middle_ns = (phase.from_ns + phase.until_ns) / 2
    later = sum(call.due_ns >= middle_ns for call in calls)
    calm = baseline(history)
    usual = [_length_ns(call) for call in judged_calls(history) if calm and call.phase == calm.name]
    lengths = list(filter(None, usual)) or list(filter(None, map(_length_ns, calls)))
    if not lengths or later > _EVEN * (len(calls) - later):
        return math.inf
    return phase.from_ns + median(lengths)


def _length_ns(call: Call) -> int:
    return call.ended_ns - call.answered_ns if call.answered_ns is not None else 0
