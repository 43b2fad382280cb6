"""Silence: the connection stays up and nothing comes out of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from kernel.fault import HOLD, Arrival, Hold, Output, Roll


@dataclass
class Stall:
    """The provider takes the request and says nothing, or falls silent in the middle.

        kind: stall
        target: llm
        after: 0               # outputs that still go out of each piece of work; 0 = not even one

    It does not refuse and it does not close: only the client's own timeout ends the wait. When the
    fault is healed everything that was kept back goes out at once.
    """

    label: ClassVar[str] = "stall"
    colour: ClassVar[str] = "#4b6f9c"

    after: int = 0

    def __post_init__(self) -> None:
        if self.after < 0:
            raise ValueError(f"after {self.after} is negative; write 0 or more")
        self._gone_out: dict[str, int] = {}

    def shape(
        self, arrival: Arrival, output: Output, now_ns: int, roll: Roll
    ) -> Hold | Iterable[Output]:
        gone_out = self._gone_out.get(arrival.span, 0)
        # A socket that is already being opened opens; silence is a matter of its work.
        if gone_out >= self.after and not (arrival.what == "socket" and output.first):
            return HOLD
        self._gone_out[arrival.span] = gone_out + 1
        return [output]

    def leave(self, arrival: Arrival, now_ns: int) -> None:
        self._gone_out.pop(arrival.span, None)
