"""Everything still works, only later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar

from kernel.fault import Arrival, Output, Roll
from kernel.units import Latency, Ratio


@dataclass(slots=True)
class _Pace:
    """How far a stream of outputs has fallen behind its own plan."""

    last_due_ns: int
    lag_ns: int = 0
    outputs: int = 0


@dataclass
class Slowdown:
    """The provider answers, but slowly.

        kind: slowdown
        target: llm
        first: lognormal(1s, 3s)     # added before the first output
        between: 50ms                # added to every gap between outputs
        connect: 200ms               # added before a WebSocket is accepted
        factor: 3x                   # and all that the provider takes by itself, times three

    Give at least one of them. Delays come on top of the provider's own; a stream that is slower
    between outputs falls further behind with each of them.
    """

    label: ClassVar[str] = "slow"
    colour: ClassVar[str] = "#c98a1b"

    first: Latency | None = None
    between: Latency | None = None
    connect: Latency | None = None
    factor: Ratio | None = None

    def __post_init__(self) -> None:
        if not (self.first or self.between or self.connect or self.factor):
            raise ValueError("a slowdown needs at least one of first, between, connect, factor")
        if self.factor is not None and self.factor < 1:
            raise ValueError(f"factor {float(self.factor):g}x is faster; write 1x or more")
        self._paces: dict[str, _Pace] = {}

    def admit(self, arrival: Arrival, now_ns: int, roll: Roll) -> None:
        """Everybody comes in; the time is noted because `factor` counts from it."""
        self._paces[arrival.span] = _Pace(now_ns)

    def shape(self, arrival: Arrival, output: Output, now_ns: int, roll: Roll) -> Iterable[Output]:
        pace = self._paces.setdefault(arrival.span, _Pace(output.due_ns))
        own_ns, pace.last_due_ns = output.due_ns - pace.last_due_ns, output.due_ns
        pace.outputs += 1
        added_ns = 0 if self.factor is None else round((self.factor - 1) * max(0, own_ns))
        if extra := self._extra(arrival, output):
            added_ns += extra.draw_ns(round(roll(pace.outputs) * (1 << 53)))
        if arrival.what == "socket":
            # What follows on a socket answers a client that has already waited for it to open.
            return [replace(output, due_ns=output.due_ns + (added_ns if output.first else 0))]
        pace.lag_ns += added_ns
        return [replace(output, due_ns=output.due_ns + pace.lag_ns)]

    def leave(self, arrival: Arrival, now_ns: int) -> None:
        self._paces.pop(arrival.span, None)

    def _extra(self, arrival: Arrival, output: Output) -> Latency | None:
        if arrival.what == "socket":
            return self.connect
        return self.first if output.first else self.between
