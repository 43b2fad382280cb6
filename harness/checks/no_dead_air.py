"""Callers are not left in silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from kernel.history import History
from kernel.records import Call, Turn
from kernel.units import Duration, Share

from ..analysis.statistics import of_all
from ..analysis.windows import is_goodbye, judged_calls
from ..check import Check
from ..finding import Evidence, Finding, Outcome


class NoDeadAir(Check, frozen=True):
    """While the agent owes an answer, the caller always hears something soon. Not while the caller
    thinks, before the call is answered or after the goodbye. Once the agent has announced a wait
    ("one moment"), silence may last longer, and hold music or typing is comfort; other noise
    counts as nothing. Courtesies ("okay") and hesitations ("um") are heard, but announce nothing.

    limit      a longer silence fails
    warn_above a longer one warns; after an announcement `limit` does
    announced  the limit after an announcement
    tolerated  share of turns that may be silent for too long all the same
    """

    scalar: ClassVar[str] = "limit"

    limit: Duration = Duration(5)
    warn_above: Duration = Duration(3)
    announced: Duration = Duration(12)
    tolerated: Share = Share(0)

    def look(self, history: History) -> Finding:
        turns = [
            (call, turn)
            for call in judged_calls(history)
            for turn in call.turns
            if not is_goodbye(call, turn)
        ]
        if not turns:
            return self.unknown("no caller said anything that an answer was owed to")
        silences = [self._longest(call, turn) for call, turn in turns]
        silent = [found for found in silences if self._outcome(found) != "pass"]
        failed = [found for found in silent if self._outcome(found) == "fail"]
        outcome: Outcome = "warn" if silent else "pass"
        if len(failed) > self.tolerated * len(turns):
            outcome = "fail"
        longest_s = max(found.seconds for found in silences)
        return self.finding(
            outcome,
            f"{of_all(len(failed), len(turns))} turns left the caller in silence for more than "
            f"{self.limit}, {len(silent) - len(failed)} more for uncomfortably long; "
            f"the longest lasted {longest_s:.1f} s",
            {
                "turns": len(turns),
                "silent_turns": len(failed),
                "uncomfortable_turns": len(silent) - len(failed),
                "longest_s": longest_s,
            },
            [found.evidence for found in sorted(silent, key=lambda found: -found.seconds)],
        )

    def _longest(self, call: Call, turn: Turn) -> _Silence:
        """The silence of a turn that is worst by its own limit."""
        return max(_silences(call, turn), key=lambda found: found.seconds / self._limit(found))

    def _limit(self, silence: _Silence) -> float:
        return self.announced if silence.announced else self.limit

    def _outcome(self, silence: _Silence) -> Outcome:
        if silence.seconds > self._limit(silence):
            return "fail"
        warn = self.limit if silence.announced else min(self.warn_above, self.limit)
        return "warn" if silence.seconds > warn else "pass"


@dataclass(frozen=True, slots=True)
class _Silence:
    call: str
    from_ns: int
    until_ns: int
    announced: bool

    @property
    def seconds(self) -> float:
        return max(0, self.until_ns - self.from_ns) / 1e9

    @property
    def evidence(self) -> Evidence:
        wait = " after an announcement" if self.announced else ""
        return Evidence(self.call, self.from_ns, f"{self.seconds:.1f} s of silence{wait}")


def _silences(call: Call, turn: Turn) -> Iterator[_Silence]:
    """The stretches without sound from the end of the caller's words to the end of the debt."""
    quiet_ns, announced = turn.until_at_ns, False
    for heard in call.heard:
        if heard.until_at_ns <= turn.until_at_ns or heard.from_at_ns >= turn.owed_until_at_ns:
            continue
        if heard.sound == "noise" and not announced:
            continue
        yield _Silence(call.span, quiet_ns, heard.from_at_ns, announced)
        quiet_ns = max(quiet_ns, heard.until_at_ns)
        announced = announced or heard.role == "filler"
    yield _Silence(call.span, quiet_ns, turn.owed_until_at_ns, announced)
