"""Nobody is served at half speed because everybody is served."""

from __future__ import annotations

from bisect import bisect_left
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
from ..finding import Evidence, Finding, Outcome

_FEWEST = 10
_ALIKE = 3


class NoBrownout(Check, frozen=True):
    """After the baseline there is no stretch of time in which the answers are slow throughout:
    three quarters of its turns, of ten or more, above the limit. Each is held against its like at
    baseline: the answers to the same line of the same dialogue. Turns that had hardly any there, or
    that a provider's fault touched themselves, are left out, and 200 ms more are no brownout. In a
    stretch where turns without their like outnumber the others it may hide.

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
        later = sorted(
            (turn for turn in turns if turn.at_ns >= calm.until_ns), key=lambda turn: turn.at_ns
        )
        alike = [_Compared(turn, usual_ms[turn.like]) for turn in later if turn.like in usual_ms]
        unlike_ns = [turn.at_ns for turn in later if turn.like not in usual_ms]
        stretches = list(_stretches(alike, self.lasting.ns))
        if not stretches:
            return self.unknown(
                f"no {self.lasting} after the baseline held {_FEWEST} answered turns that no fault "
                "had touched and whose like was answered at baseline"
            )
        hidden = _hidden(unlike_ns, [turn.at_ns for turn in alike], self.lasting.ns)
        return self._judged(stretches, hidden)

    def _judged(self, stretches: Sequence[Sequence[_Compared]], hidden: int) -> Finding:
        worst = max(stretches, key=lambda stretch: _lower_quartile(self._excess(stretch)))
        excess = _lower_quartile(self._excess(worst))
        ratio = _lower_quartile([compared.ratio for compared in worst])
        slow_ms = _lower_quartile([compared.sample.waited_ms for compared in worst])
        slowest = sorted(worst, key=lambda compared: -compared.ratio) if excess > 0 else []
        outcome: Outcome = "unknown" if hidden else "pass"
        blind = f"; in some {self.lasting} {hidden} turns, which are most, had no like at baseline"
        return self.finding(
            "fail" if excess > 0 else outcome,
            f"in the slowest {self.lasting} three quarters of the turns waited for more than "
            f"{slow_ms / 1000:.2f} s, and for more than {ratio:.2g}x the median of their like at "
            f"baseline (limit {float(self.answer):g}x)" + blind * bool(hidden),
            {
                "slowest_answer_p25_ms": slow_ms,
                "slowest_p25_ratio": ratio,
                "turns": len(worst),
                "unlike": hidden,
            },
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


def _hidden(unlike_ns: Sequence[int], alike_ns: Sequence[int], lasting_ns: int) -> int:
    """The most turns of a stretch that had no like where they outnumber those that had one, if that
    many make a brownout; else 0.
    """
    most, last_ns = 0, max([*unlike_ns[-1:], *alike_ns[-1:]], default=0)
    for first, from_ns in enumerate(unlike_ns):
        until_ns = from_ns + lasting_ns
        if until_ns > last_ns:  # the stretch is not over when the run is
            break
        unlike = bisect_left(unlike_ns, until_ns) - first
        alike = bisect_left(alike_ns, until_ns) - bisect_left(alike_ns, from_ns)
        if unlike >= _FEWEST and unlike > alike:
            most = max(most, unlike)
    return most
