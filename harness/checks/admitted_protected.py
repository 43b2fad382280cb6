"""Callers who were already on the line do not pay for those who come later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from kernel.history import History
from kernel.records import Call
from kernel.units import Ratio

from ..analysis.fates import Fate, fate_of
from ..analysis.statistics import Change, change, needed, percentile
from ..analysis.windows import (
    Answer,
    Scars,
    answers,
    baseline,
    judged_calls,
    overload_from_ns,
    waited_ms,
)
from ..check import Check
from ..finding import Evidence, Finding, Outcome

_LOST: tuple[Fate, ...] = ("dropped", "abandoned", "unclear")
_SHARES = (0.95, 0.5)
# One of fewer may have been lost by accident.
_FEWEST = 5


class AdmittedProtected(Check, frozen=True):
    """Calls that were answered before the overload began are neither lost nor slowed by it: their
    later turns are compared with the same turns of the same dialogues at baseline, by p95 or, with
    few turns, by the median. Turns that a provider's fault touched itself are left out. Of fewer
    than five calls, a lost one tells nothing.

    answer  the limit; fails when the 95 % interval lies above it and the change exceeds 200 ms
    """

    scalar: ClassVar[str] = "answer"
    per_call: ClassVar[bool] = True

    answer: Ratio = Ratio(1.5)

    def look(self, history: History) -> Finding:
        from_ns = overload_from_ns(history)
        if from_ns is None:
            return self.unknown("no phase follows an unfaulted one; add a baseline and a surge")
        admitted = [call for call in judged_calls(history) if _is_up(call, from_ns)]
        if not admitted:
            return self.unknown("no call was up when the overload began")
        lost = [call for call in admitted if fate_of(call) in _LOST]
        spans = {call.span for call in admitted}
        scars, turns = Scars(history), list(answers(history))
        during = [
            sample
            for sample in turns
            if sample.call.span in spans
            and sample.at_ns >= from_ns
            and not scars.on(sample.call, sample.turn)
        ]
        found = _compared(history, turns, during)
        if found is None and not lost:
            return self.unknown(
                f"{len(during)} turns of {len(admitted)} admitted calls came after the overload "
                f"began and were touched by no fault; at least {needed(0.5)} are needed, and as "
                "many of the same turns at baseline"
            )
        later = [sample for sample in turns if (sample.call.answered_ns or 0) >= from_ns]
        return self._judged(admitted, lost, during, later, found)

    def _judged(
        self,
        admitted: Sequence[Call],
        lost: Sequence[Call],
        during: Sequence[Answer],
        later: Sequence[Answer],
        found: tuple[float, Change] | None,
    ) -> Finding:
        outcome: Outcome = "pass"
        summary = f"{len(lost)} of {len(admitted)} calls answered before the overload were lost"
        measures: dict[str, float | int | None] = {
            "admitted": len(admitted),
            "lost": len(lost),
            "turns": len(during),
            "later_calls_answer_p50_ms": percentile(waited_ms(later), 0.5),
        }
        if found:
            share, changed = found
            name = f"p{share * 100:.0f}"
            if changed.likely_above(self.answer):
                outcome = "fail" if changed.surely_above(self.answer) else "warn"
            summary += f"; answer {name} {changed.ratio:.2g}x the baseline's"
            measures[f"answer_{name}_ms"] = changed.after_ms
            measures[f"answer_{name}_ratio"] = changed.ratio
        slow = sorted(during, key=lambda sample: -sample.waited_ms) if outcome != "pass" else []
        if lost and len(admitted) >= _FEWEST:
            outcome = "fail"
        elif lost and outcome != "fail":
            outcome = "unknown"
            summary += f"; at least {_FEWEST} calls are needed to lay that to the overload"
        return self.finding(
            outcome,
            summary,
            measures,
            [Evidence(call.span, call.ended_ns, fate_of(call)) for call in lost]
            + [
                Evidence(sample.call.span, sample.at_ns, f"waited {sample.waited_ms / 1000:.1f} s")
                for sample in slow
            ],
        )


def _is_up(call: Call, at_ns: int) -> bool:
    return call.answered_ns is not None and call.answered_ns < at_ns < call.ended_ns


def _compared(
    history: History, turns: Sequence[Answer], during: Sequence[Answer]
) -> tuple[float, Change] | None:
    """The highest percentile that both sides have turns enough for, and how it changed."""
    calm = baseline(history)
    alike = {sample.like for sample in during}
    before = waited_ms(
        [sample for sample in turns if calm and sample.phase == calm.name and sample.like in alike]
    )
    seed = int(history.run.get("seed", 0))
    for share in _SHARES:
        if changed := change(before, waited_ms(during), share, seed):
            return share, changed
    return None
