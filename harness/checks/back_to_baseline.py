"""After the fault it is as it was before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from kernel.history import History
from kernel.records import Call
from kernel.units import Duration

from ..analysis.fates import fate_of
from ..analysis.statistics import NOTICEABLE_MS, needed, percentile
from ..analysis.windows import NO_RECOVERY, Answer, answers, judged_calls, recovery, waited_ms
from ..check import Check
from ..finding import Evidence, Finding

_P95 = 0.95
_SLOWER = 1.5
# Where one turn in twenty is slow by chance, some ten on end hold three of them in one run of
# seven, and five in one run of six hundred: sixty turns make fifty-one stretches to look at.
_STRETCH, _BAD = 10, 5
_BAD_ENDS = ("refused_abruptly", "dropped", "unclear")


class BackToBaseline(Check, frozen=True):
    """How long after the last fault was healed (and the phase `recovery` began) the answers are as
    quick as at baseline again, judged on calls that started after that. It has recovered when no
    ten turns on end hold five that are slower than 1.5 times the baseline's p95; a call that ends
    badly without an answer counts as such a turn.

    within  the time it may take
    """

    scalar: ClassVar[str] = "within"

    within: Duration = Duration(60)

    def look(self, history: History) -> Finding:
        if (recovers := recovery(history)) is None:
            return self.unknown(NO_RECOVERY)
        settled_ns, calm = recovers
        turns = list(answers(history))
        before = percentile(waited_ms([turn for turn in turns if turn.phase == calm.name]), _P95)
        if before is None:
            return self.unknown(
                f"the phase {calm.name} has fewer than {needed(_P95)} answered turns"
            )
        limit_ms = max(before * _SLOWER, before + NOTICEABLE_MS)
        moments = sorted(
            _moments(history, turns, settled_ns, limit_ms), key=lambda moment: moment.at_ns
        )
        return self._judged(moments, settled_ns)

    def _judged(self, moments: Sequence[_Moment], settled_ns: int) -> Finding:
        if len(moments) < _STRETCH:
            return self.unknown(
                f"{len(moments)} turns of calls that started after the heal were seen; at least "
                f"{_STRETCH} are needed"
            )
        last = _last_of_the_bad_times(moments)
        bad_until_ns = settled_ns if last is None else moments[last].at_ns
        took_s, seen_s = (bad_until_ns - settled_ns) / 1e9, (moments[-1].at_ns - settled_ns) / 1e9
        recovered = sum(bool(moment.note) for moment in moments[-_STRETCH:]) < _BAD
        measures: dict[str, float | int | None] = {
            "turns": len(moments),
            "recovery_s": took_s if recovered else None,
            "seen_s": seen_s,
        }
        evidence = [
            Evidence(moment.call, moment.at_ns, moment.note)
            for moment in reversed(moments[: 0 if last is None else last + 1])
            if moment.note
        ]
        if not recovered and seen_s <= self.within:
            return self.unknown(
                f"not back to baseline {seen_s:.0f} s after the heal, where the run ended; a "
                f"phase of recovery longer than {self.within} would tell",
                measures,
            )
        summary = f"back to baseline {took_s:.0f} s after the heal"
        return self.finding(
            "pass" if recovered and took_s <= self.within else "fail",
            f"{summary if recovered else 'never back to baseline'} (limit {self.within})",
            measures,
            evidence,
        )


@dataclass(frozen=True)
class _Moment:
    """A turn, or a bad end, of a call; `note` says what was bad about it."""

    at_ns: int
    call: str
    note: str = ""


def _moments(
    history: History, turns: Sequence[Answer], settled_ns: int, limit_ms: float
) -> Iterator[_Moment]:
    for turn in turns:
        if turn.call.dialled_ns >= settled_ns:
            note = f"waited {turn.waited_ms / 1000:.1f} s" if turn.waited_ms > limit_ms else ""
            yield _Moment(turn.at_ns, turn.call.span, note)
    for call in judged_calls(history):
        if call.dialled_ns >= settled_ns and _ended_badly(call):
            yield _Moment(call.dialled_ns, call.span, fate_of(call))


def _ended_badly(call: Call) -> bool:
    fate = fate_of(call)
    return fate in _BAD_ENDS or (fate == "abandoned" and not call.turns)


def _last_of_the_bad_times(moments: Sequence[_Moment]) -> int | None:
    """The place of the last bad moment within the last stretch that holds too many of them."""
    for start in range(len(moments) - _STRETCH, -1, -1):
        bad = [place for place in range(start, start + _STRETCH) if moments[place].note]
        if len(bad) >= _BAD:
            return bad[-1]
    return None
