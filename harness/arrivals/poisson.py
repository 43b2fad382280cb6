"""Calls of people who know nothing of each other: exponential gaps around a mean rate."""

from __future__ import annotations

import math
from collections.abc import Iterator

import msgspec

from kernel.roll import roll
from kernel.units import Duration, Rate


class Poisson(msgspec.Struct, frozen=True):
    """`rate: 1/s, for: 60s`, with the bunches and gaps of real callers. The number of calls varies
    with the seed; that of a `constant` load does not."""

    rate: Rate
    lasts: Duration = msgspec.field(name="for")

    def __post_init__(self) -> None:
        if not self.rate or not self.lasts:
            raise ValueError("a poisson load needs a positive rate and time; write rate: 1/s")

    @property
    def lasts_s(self) -> float:
        return float(self.lasts)

    def due(self, seed: int, *names: object) -> Iterator[int]:
        at_s, number = self._gap_s(seed, *names, 0), 0
        while at_s < self.lasts:
            yield Duration(at_s).ns
            number += 1
            at_s += self._gap_s(seed, *names, number)

    def _gap_s(self, seed: int, *names: object) -> float:
        return -math.log(roll(seed, "arrivals", *names)) / self.rate
