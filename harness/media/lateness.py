"""How late frames go out, against the moment each was due."""

from __future__ import annotations

from array import array
from typing import NamedTuple

import numpy as np

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
        self._late_ns = array("q")

    def add(self, late_ns: int) -> None:
        self._late_ns.append(late_ns)

    def sample(self) -> Sample:
        """What was collected since the last sample."""
        late_ns, self._late_ns = np.array(self._late_ns), array("q")
        sent = len(late_ns)
        if not sent:
            return Sample(0, 0, 0.0, 0.0)
        p99_at = sent * 99 // 100
        p99_ns, worst_ns = int(np.partition(late_ns, p99_at)[p99_at]), int(late_ns.max())
        late = int(np.count_nonzero(late_ns > LATE_NS))
        return Sample(sent, late, round(p99_ns / 1e6, 3), round(worst_ns / 1e6, 3))
