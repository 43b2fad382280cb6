"""Calls at even distances, the first at once."""

from __future__ import annotations

import math
from collections.abc import Iterator

import msgspec

from kernel.units import Duration, Rate


class Constant(msgspec.Struct, frozen=True):
    """`rate: 2/s, for: 60s`; or a number of calls: `calls: 10` comes one per second,
    `calls: 10, for: 30s` is spread over that time, `calls: 10, rate: 2/s` comes at that rate."""

    rate: Rate | None = None
    calls: int | None = None
    lasts: Duration | None = msgspec.field(default=None, name="for")

    def __post_init__(self) -> None:
        if self.calls is None and (self.rate is None or self.lasts is None):
            raise ValueError(
                "a constant load needs a rate and a time, or calls; write rate: 1/s, for: 60s"
            )
        if None not in (self.rate, self.calls, self.lasts):
            raise ValueError("rate, for and calls together say too much; write two of them")
        if self.calls is not None and (self.calls < 1 or self.rate == 0.0):
            raise ValueError("a constant load without calls; write calls: 1 or more")
        if self.lasts == 0.0:
            raise ValueError("for: 0s is no time; write how long the phase lasts, such as 60s")

    @property
    def lasts_s(self) -> float:
        if self.lasts is not None:
            return float(self.lasts)
        return float(self.calls or 0) / (self.rate or 1.0)

    @property
    def _rate(self) -> float:
        return self.calls / self.lasts_s if self.calls else float(self.rate or 0)

    def due(self, seed: int, *names: object) -> Iterator[int]:
        rate = self._rate
        # A product such as 0.1 × 30 s may come out a hair above the whole number that it is.
        for number in range(math.ceil(rate * self.lasts_s - 1e-9)):
            yield Duration(number / rate).ns
