"""How well a mock keeps its own time: what went out late, and how busy the process was."""

from __future__ import annotations

from typing import Any

from kernel.clock import MILLISECOND_NS, SECOND_NS

LATE_NS = 20 * MILLISECOND_NS
EVERY_NS = 5 * SECOND_NS


class Instrument:
    """Counts what goes out, and tells of one stretch of time after another."""

    def __init__(self, now_ns: int, cpu_ns: int) -> None:
        self._since_ns, self._cpu_ns = now_ns, cpu_ns
        self._late_ns: list[int] = []

    def sent(self, due_ns: int, now_ns: int) -> None:
        """An output that was due at `due_ns` is handed to the network."""
        self._late_ns.append(max(0, now_ns - due_ns))

    def sample(self, now_ns: int, cpu_ns: int) -> dict[str, Any]:
        """The data of an `instrument` event for the time since the last one."""
        over_ns = max(1, now_ns - self._since_ns)
        late_ns = sorted(self._late_ns)
        told = {
            "cpu_share": round((cpu_ns - self._cpu_ns) / over_ns, 4),
            "late_p99_ms": late_ns[int(len(late_ns) * 0.99)] / 1e6 if late_ns else 0.0,
            "late_max_ms": late_ns[-1] / 1e6 if late_ns else 0.0,
            "sent": len(late_ns),
            "late": sum(one > LATE_NS for one in late_ns),
            "over_s": round(over_ns / SECOND_NS, 3),
        }
        self._since_ns, self._cpu_ns = now_ns, cpu_ns
        self._late_ns = []
        return told
