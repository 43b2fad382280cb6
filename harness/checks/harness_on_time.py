"""Our own sound goes out on time."""

from __future__ import annotations

from typing import ClassVar

from kernel.history import History
from kernel.units import Share

from ..analysis.instruments import Process, processes
from ..analysis.statistics import of_all, times
from ..check import Check
from ..finding import Finding

_BUSY = 0.5


class HarnessOnTime(Check, frozen=True):
    """What callers and mocks send leaves on time. More than a few frames later than 20 ms, and the
    latency that we measure may be our own.

    late  share of a process's frames that may be later than 20 ms
    """

    scalar: ClassVar[str] = "late"
    instrument: ClassVar[bool] = True

    late: Share = Share(0.01)

    def look(self, history: History) -> Finding:
        sending = [process for process in processes(history) if process.sent]
        if not any(process.actor == "runner" for process in sending):
            return self.unknown("the callers' process did not report how late its frames were")
        worst = max(sending, key=lambda process: process.late_share)
        on_time = worst.late_share <= self.late
        summary = f"{of_all(worst.late, worst.sent)} frames of {worst.actor} left over 20 ms late"
        return self.finding(
            "pass" if on_time else "unknown",
            summary if on_time else f"{summary} (limit {self.late}); {_remedy(worst)}",
            {
                "late_share": worst.late_share,
                "late_max_ms": max(process.late_max_ms for process in sending),
                "frames": worst.sent,
            },
            breach=times(worst.late_share, self.late),
        )


def _remedy(late: Process) -> str:
    own = f"it used {late.busiest:.0%} of a core at most"
    if late.busiest > _BUSY:
        return f"{own}, and needs more: lower the scenario's rates, or use a faster machine"
    return (
        f"{own}, so others held it up: close other programs (`fastbusy doctor` shows the load), "
        "lower the scenario's rates, or use a machine with more cores"
    )
