"""Everybody at once: full rate from the first moment, with no time to warm up."""

from __future__ import annotations

import math
from collections.abc import Iterator

import msgspec

from kernel.units import Duration, Rate


class Spike(msgspec.Struct, frozen=True):
    """`rate: 4/s, for: 90s`. The calls of the first second all come at the phase's first instant,
    those after it at even distances. The step is taken from the rate of the phase before."""

    rate: Rate
    lasts: Duration = msgspec.field(name="for")

    def __post_init__(self) -> None:
        if not self.rate or not self.lasts:
            raise ValueError("a spike needs a positive rate and time; write rate: 4/s")

    @property
    def lasts_s(self) -> float:
        return float(self.lasts)

    def due(self, seed: int, *names: object) -> Iterator[int]:
        for number in range(math.ceil(self.rate * self.lasts_s - 1e-9)):
            at_s = number / self.rate
            yield Duration(at_s).ns if at_s >= 1 else 0
