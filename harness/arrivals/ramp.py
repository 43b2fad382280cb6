"""A rate that grows or falls evenly over the phase."""

from __future__ import annotations

import math
from collections.abc import Iterator

import msgspec

from kernel.units import Duration, Rate


class Ramp(msgspec.Struct, frozen=True):
    """`rate: 1/s, to: 5/s, for: 60s`. Call number k is due when the integral of the rate reaches k,
    so that 180 calls come in this minute, the first at once."""

    rate: Rate
    to: Rate
    lasts: Duration = msgspec.field(name="for")

    def __post_init__(self) -> None:
        if not self.lasts or self.rate == self.to:
            raise ValueError(
                "a ramp needs two rates and a time; write for example rate: 1/s, to: 5/s, for: 60s"
            )

    @property
    def lasts_s(self) -> float:
        return float(self.lasts)

    def due(self, seed: int, *names: object) -> Iterator[int]:
        slope = (self.to - self.rate) / self.lasts_s
        for number in range(math.ceil((self.rate + self.to) / 2 * self.lasts_s - 1e-9)):
            # From number = rate·t + slope·t²/2, in the form that does not cancel for small slopes.
            # Of a fall to nothing the root may come out a hair below 0.
            root = math.sqrt(max(0.0, self.rate**2 + 2 * slope * number))
            at_s = 2 * number / (self.rate + root) if number else 0.0
            yield Duration(at_s).ns
