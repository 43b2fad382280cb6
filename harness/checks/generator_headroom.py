"""Our own processes are not the bottleneck."""

from __future__ import annotations

from typing import ClassVar

from kernel.history import History
from kernel.units import Share

from ..analysis.instruments import processes
from ..analysis.statistics import times
from ..check import Check
from ..finding import Finding


class GeneratorHeadroom(Check, frozen=True):
    """No process of ours, callers or mocks, uses so much of a core for 15 seconds that it might be
    what slows the calls.

    cpu  share of one core
    """

    scalar: ClassVar[str] = "cpu"
    instrument: ClassVar[bool] = True

    cpu: Share = Share(0.7)

    def look(self, history: History) -> Finding:
        known = processes(history)
        if not known:
            return self.unknown("no process of ours reported its use of the processor")
        worst = max(known, key=lambda process: process.busiest)
        told = f"{worst.actor} used {worst.busiest:.0%} of a core at most"
        if worst.busiest > self.cpu:
            told += f" (limit {self.cpu}); lower the scenario's rates, or use a faster machine"
        return self.finding(
            "pass" if worst.busiest <= self.cpu else "unknown",
            told,
            {f"{process.actor}_cpu": process.busiest for process in known},
            breach=times(worst.busiest, self.cpu),
        )
