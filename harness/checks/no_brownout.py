"""Nobody is served at half speed because everybody is served."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import ClassVar

from kernel.history import History
from kernel.units import Duration, Ratio

from ..analysis.statistics import NOTICEABLE_MS
from ..analysis.windows import Answer, Like, Scars, answers, baseline, waited_ms
from ..check import Check
from ..finding import Evidence, Finding

_FEWEST = 10
_ALIKE = 3


class NoBrownout(Check, frozen=True):
    """After the baseline there is no stretch of time in which the answers are slow throughout:
    three quarters of its turns, of ten or more, above the limit. Each is held against its like at
    baseline: the answers to the same line of the same dialogue. Turns that had hardly any there, or
    that a provider's fault touched themselves, are left out, and 200 ms more are no brownout.

    answer   the limit, by the baseline's median of such turns
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
        usual_ms = _usual_ms(before)
        later = [
            _Compared(turn, usual_ms[turn.like])
            for turn in turns
            if turn.at_ns >= calm.until_ns and turn.like in usual_ms
        ]
        later.sort(key=lambda compared: compared.at_ns)
        stretches = list(_stretches(later, self.lasting.ns))
        if not stretches:
            return self.unknown(
                f"no {self.lasting} after the baseline held {_FEWEST} answered turns that no fault "
                "had touched and whose like was answered at baseline"
            )
        return self._judged(stretches)

    def _judged(self, stretches: Sequence[Sequence[_Compared]]) -> Finding:
        worst = max(stretches, key=lambda stretch: _lower_quartile(self._excess(stretch)))
        excess = _lower_quartile(self._excess(worst))
        ratio = _lower_quartile([compared.ratio for compared in worst])
        slow_ms = _lower_quartile([compared.sample.waited_ms for compared in worst])
        slowest = sorted(worst, key=lambda compared: -compared.ratio) if excess > 0 else []
        return self.finding(
            "fail" if excess > 0 else "pass",
            f"in the slowest {self.lasting} three quarters of the turns waited for more than "
            f"{slow_ms / 1000:.2f} s, and for more than {ratio:.2g}x the median of their like at "
            f"baseline (limit {float(self.answer):g}x)",
            {"slowest_answer_p25_ms": slow_ms, "slowest_p25_ratio": ratio, "turns": len(worst)},
            [compared.evidence for compared in slowest],
        )

    def _excess(self, stretch: Sequence[_Compared]) -> list[float]:
        """By how many milliseconds the turns are above their limits."""
        return [
            compared.sample.waited_ms
            - max(compared.usual_ms * self.answer, compared.usual_ms + NOTICEABLE_MS)
            for compared in stretch
        ]


@dataclass(frozen=True, slots=True)
class _Compared:
    """A turn, and the baseline's median of its like."""

    sample: Answer
    usual_ms: float

    @property
    def at_ns(self) -> int:
        return self.sample.at_ns

    @property
    def ratio(self) -> float:
        return self.sample.waited_ms / max(1.0, self.usual_ms)

    @property
    def evidence(self) -> Evidence:
        waited_s, usual_s = self.sample.waited_ms / 1000, self.usual_ms / 1000
        note = f"waited {waited_s:.1f} s, {usual_s:.1f} s at baseline"
        return Evidence(self.sample.call.span, self.at_ns, note)


def _usual_ms(before: Iterable[Answer]) -> Mapping[Like, float]:
    found: dict[Like, list[Answer]] = defaultdict(list)
    for sample in before:
        found[sample.like].append(sample)
    return {
        like: median(waited_ms(samples))
        for like, samples in found.items()
        if len(samples) >= _ALIKE
    }


def _lower_quartile(values: Iterable[float]) -> float:
    ordered = sorted(values)
    return ordered[len(ordered) // 4]


def _stretches(turns: Sequence[_Compared], lasting_ns: int) -> Iterator[Sequence[_Compared]]:
    """Turns on end that span so long, each time with another first one."""
    last = 0
    for first, turn in enumerate(turns):
        while last < len(turns) and turns[last].at_ns < turn.at_ns + lasting_ns:
            last += 1
        if last == len(turns):  # the stretch is not over when the run is
            return
        if last - first >= _FEWEST:
            yield turns[first:last]
