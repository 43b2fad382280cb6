"""The caller that lost patience calls again."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kernel.units import Latency, Share, chance


class Redial(msgspec.Struct, frozen=True):
    """`redial: {after: 5s, times: 2}`. A caller that hung up in the silence dials again. Each is a
    call of its own, with a fate of its own, of the same person; it is no planned call: the load
    stays as planned, and `delivered_load` counts it apart.

    after  from hanging up to dialling
    times  so often at most
    share  of the callers that would, decided when the run is planned
    """

    after: Latency = Latency(5, 5)
    times: int = 1
    share: Share = Share(1)

    def planned(self, number: int, seed: int, span: str) -> Iterator[PlannedRedial]:
        """When a caller would call again; the calls are numbered from `number` on."""
        if chance(self.share, seed, "redial", span):
            for nth in range(1, self.times + 1):
                after_ns = self.after.draw_ns(seed, "redial after", span, nth)
                yield PlannedRedial(number + nth - 1, after_ns)


class PlannedRedial(msgspec.Struct, frozen=True):
    """One more call, `after_ns` after the one before it was given up."""

    number: int
    after_ns: int
