"""How late frames go out, against the moment each was due."""

from __future__ import annotations

from typing import NamedTuple

LATE_NS = 20_000_000
"""A frame is late once the next one is due."""


class Sample(NamedTuple):
    """Figures of one stretch of time; the fields of an `instrument` event."""

    sent: int
    late: int
    late_p99_ms: float
    late_max_ms: float


class Lateness:
    """Collects lateness frame by frame, and gives it away sample by sample."""

    def __init__(self) -> None:
        self._late_ns: list[int] = []

    def add(self, late_ns: int) -> None:
        self._late_ns.append(late_ns)

    def sample(self) -> Sample:
        """What was collected since the last sample."""
        ordered, self._late_ns = sorted(self._late_ns), []
        if not ordered:
            return Sample(0, 0, 0.0, 0.0)
        p99_ns = ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
        late = sum(late_ns > LATE_NS for late_ns in ordered)
        return Sample(len(ordered), late, round(p99_ns / 1e6, 3), round(ordered[-1] / 1e6, 3))
