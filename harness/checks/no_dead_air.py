"""Callers are not left in silence."""

from __future__ import annotations

from typing import ClassVar

from kernel.history import History
from kernel.records import Call, Turn
from kernel.units import Duration, Share

from ..analysis.silence import Silence, silences_after
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
        longest = [(call, self._longest(call, turn)) for call, turn in turns]
        silent = [(call, found) for call, found in longest if self._outcome(found) != "pass"]
        failed = [found for _, found in silent if self._outcome(found) == "fail"]
        outcome: Outcome = "warn" if silent else "pass"
        if len(failed) > self.tolerated * len(turns):
            outcome = "fail"
        longest_s = max(found.seconds for _, found in longest)
        return self.finding(
            outcome,
            f"{self._told(len(failed), len(silent) - len(failed), len(turns))}; "
            f"the longest lasted {longest_s:.1f} s",
            {
                "turns": len(turns),
                "silent_turns": len(failed),
                "uncomfortable_turns": len(silent) - len(failed),
                "longest_s": longest_s,
            },
            [_evidence(*found) for found in sorted(silent, key=lambda found: -found[1].seconds)],
        )

    def _told(self, failed: int, uncomfortable: int, turns: int) -> str:
        """What is worst comes first."""
        if not failed and uncomfortable:
            return (
                f"{uncomfortable} of {turns} turns left the caller in silence for uncomfortably "
                f"long (more than {self.warn_above}), none for more than {self.limit}"
            )
        more = f", {uncomfortable} more for uncomfortably long" if uncomfortable else ""
        left = "turns left the caller in silence for more than"
        return f"{of_all(failed, turns)} {left} {self.limit}{more}"

    def _longest(self, call: Call, turn: Turn) -> Silence:
        """The silence of a turn that is worst by its own limit."""
        none = Silence(turn.until_at_ns, turn.until_at_ns, announced=False)
        silences = silences_after(call, turn)
        return max(silences, key=lambda found: found.seconds / self._limit(found), default=none)

    def _limit(self, silence: Silence) -> float:
        return self.announced if silence.announced else self.limit

    def _outcome(self, silence: Silence) -> Outcome:
        if silence.seconds > self._limit(silence):
            return "fail"
        warn = self.limit if silence.announced else min(self.warn_above, self.limit)
        return "warn" if silence.seconds > warn else "pass"


def _evidence(call: Call, silence: Silence) -> Evidence:
    wait = " after an announcement" if silence.announced else ""
    return Evidence(call.span, silence.from_ns, f"{silence.seconds:.1f} s of silence{wait}")
