"""There was enough to look at."""

from __future__ import annotations

from typing import ClassVar

from kernel.history import History

from ..analysis.statistics import needed
from ..analysis.windows import answers, judged_calls
from ..check import Check
from ..finding import Finding


class Samples(Check, frozen=True):
    """Enough calls were offered after the warm-up to say anything about the agent.

    calls  how many
    """

    scalar: ClassVar[str] = "calls"
    instrument: ClassVar[bool] = True

    calls: int = 10

    @property
    def calls_needed(self) -> int:
        return self.calls

    def look(self, history: History) -> Finding:
        offered, turns = len(judged_calls(history)), sum(1 for _ in answers(history))
        enough = offered >= self.calls
        missing = [name for name, share in (("p95", 0.95), ("p99", 0.99)) if turns < needed(share)]
        summary = f"{offered} calls after the warm-up, {turns} turns with an answer"
        if missing:
            summary += f", too few for {' and '.join(missing)}"
        return self.finding(
            "pass" if enough else "unknown",
            summary if enough else f"{summary}; at least {self.calls} calls are needed",
            {"calls": offered, "turns": turns},
        )
