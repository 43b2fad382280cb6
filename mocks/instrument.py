"""How well a mock keeps its own time: what went out late, and how busy the process was."""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np

from kernel.clock import MILLISECOND_NS, SECOND_NS

LATE_NS = 20 * MILLISECOND_NS
EVERY_NS = 5 * SECOND_NS


class Instrument:
    """Counts what goes out, and tells of one stretch of time after another."""

    def __init__(self, now_ns: int, cpu_ns: int) -> None:
        self._since_ns, self._cpu_ns = now_ns, cpu_ns
        self._late_ns = array("q")

    def sent(self, due_ns: int, now_ns: int) -> None:
        """An output that was due at `due_ns` is handed to the network."""
        self._late_ns.append(now_ns - due_ns)

    def sample(self, now_ns: int, cpu_ns: int) -> dict[str, Any]:
        """The data of an `instrument` event for the time since the last one."""
        over_ns = max(1, now_ns - self._since_ns)
        sent = len(self._late_ns)
        # At a hundred thousand in a sample, sorting them would make the next ones late.
        late_ns = np.maximum(self._late_ns or [0], 0)
        p99_at = int(sent * 0.99)
        told = {
            "cpu_share": round((cpu_ns - self._cpu_ns) / over_ns, 4),
            "late_p99_ms": int(np.partition(late_ns, p99_at)[p99_at]) / 1e6,
            "late_max_ms": int(late_ns.max()) / 1e6,
            "sent": sent,
            "late": int(np.count_nonzero(late_ns > LATE_NS)),
            "over_s": round(over_ns / SECOND_NS, 3),
        }
        self._since_ns, self._cpu_ns = now_ns, cpu_ns
        self._late_ns = array("q")
        return told
