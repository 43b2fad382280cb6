"""Nobody is served at half speed because everybody is served."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median
from typing import ClassVar

from kernel.history import History
from kernel.units import Duration, Ratio

from ..analysis.statistics import NOTICEABLE_MS
from ..analysis.windows import Answer, Scars, answers, baseline, waited_ms
from ..check import Check
from ..finding import Evidence, Finding

_FEWEST = 10


class NoBrownout(Check, frozen=True):
    """After the baseline there is no stretch of time in which the answers are slow throughout:
    three quarters of its turns, of ten or more, above the limit. Turns that a provider's fault
    touched itself are left out, and 200 ms more are no brownout.

    answer   the limit, by the baseline's median
    lasting  how long a stretch it takes
    """

    scalar: ClassVar[str] = "answer"
    per_call: ClassVar[bool] = True

    answer: Ratio = Ratio(2)
    lasting: Duration = Duration(30)

    def look(self, history: History) -> Finding:
        calm, scars = baseline(history), Scars(history)
        turns = [turn for turn in answers(history) if not scars.on(turn.call, turn.turn)]
        before = [turn for turn in turns if calm and turn.phase == calm.name]
        if calm is None or len(before) < _FEWEST:
            return self.unknown(
                f"{len(before)} answered turns came at baseline; at least {_FEWEST} are needed"
            )
        usual_ms = median(waited_ms(before))
        limit_ms = max(usual_ms * self.answer, usual_ms + NOTICEABLE_MS)
        later = sorted(
            (turn for turn in turns if turn.at_ns >= calm.until_ns), key=lambda turn: turn.at_ns
        )
        stretches = list(_stretches(later, self.lasting.ns))
        if not stretches:
            return self.unknown(
                f"no {self.lasting} after the baseline held {_FEWEST} answered turns that no fault "
                "had touched"
            )
        worst = max(stretches, key=_lower_quartile_ms)
        slow_ms = _lower_quartile_ms(worst)
        slowest = sorted(worst, key=lambda turn: -turn.waited_ms)
        return self.finding(
            "fail" if slow_ms > limit_ms else "pass",
            f"in the slowest {self.lasting} three quarters of the turns waited for more than "
            f"{slow_ms / 1000:.2f} s, {slow_ms / max(1.0, usual_ms):.2g}x the baseline's median "
            f"(limit {float(self.answer):g}x)",
            {
                "baseline_answer_p50_ms": usual_ms,
                "slowest_answer_p25_ms": slow_ms,
                "turns": len(worst),
            },
            [
                Evidence(turn.call.span, turn.at_ns, f"waited {turn.waited_ms / 1000:.1f} s")
                for turn in slowest
                if slow_ms > limit_ms
            ],
        )


def _lower_quartile_ms(turns: Sequence[Answer]) -> float:
    waits = sorted(waited_ms(turns))
    return waits[len(waits) // 4]


def _stretches(turns: Sequence[Answer], lasting_ns: int) -> Iterator[Sequence[Answer]]:
    """Turns on end that span so long, each time with another first one."""
    last = 0
    for first, turn in enumerate(turns):
        while last < len(turns) and turns[last].at_ns < turn.at_ns + lasting_ns:
            last += 1
        if last == len(turns):  # the stretch is not over when the run is
            return
        if last - first >= _FEWEST:
            yield turns[first:last]
