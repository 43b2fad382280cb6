"""How fast the mocked providers are when nothing is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count, repeat
from typing import Any

import msgspec

from kernel.errors import UsageError
from kernel.fault import STAGES, Arrival, Stage
from kernel.units import Latency


class StageLatency(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`first`: from being asked to the first output. `between`: from one output to the next."""

    first: Latency = Latency(0, 0)
    between: Latency = Latency(0, 0)

    def first_ns(self, seed: int, arrival: Arrival) -> int:
        """The same for the same identity and attempt, whoever else comes before."""
        return self.first.draw_ns(seed, arrival.stage, "first", arrival.identity, arrival.attempt)

    def between_ns(self, seed: int, arrival: Arrival, index: int) -> int:
        """The gap before output number `index`."""
        names = (arrival.stage, "between", arrival.identity, arrival.attempt, index)
        return self.between.draw_ns(seed, *names)

    def gaps_ns(self, seed: int, arrival: Arrival) -> Iterator[int]:
        """The gaps before the outputs from number 1 on."""
        if self.between.constant:
            return repeat(self.between_ns(seed, arrival, 1))
        return (self.between_ns(seed, arrival, index) for index in count(1))


DEFAULT_LATENCY: Mapping[Stage, StageLatency] = {
    "stt": StageLatency(Latency(0.170, 0.350)),
    "llm": StageLatency(Latency(0.350, 0.800), Latency(0.020, 0.050)),
    "tts": StageLatency(Latency(0.180, 0.400)),
    "realtime": StageLatency(Latency(0.500, 1.000)),
    "tools": StageLatency(Latency(0.080, 0.200)),
    "telephony": StageLatency(Latency(0.050, 0.100)),
}
"""Medians and 95th percentiles of healthy providers near their customers."""


def latencies(changes: Mapping[str, Mapping[str, Any]]) -> dict[Stage, StageLatency]:
    """The defaults with some of their fields replaced: `{"llm": {"first": "2s"}}`.

    UsageError names the stage or field that there is not, or what cannot be read.
    """
    found = dict(DEFAULT_LATENCY)
    for name, fields in changes.items():
        stage = next((stage for stage in STAGES if stage == name), None)
        if stage is None:
            listed = ", ".join(STAGES)
            raise UsageError(f"unknown stage {name!r}", where="latency", remedy=f"one of {listed}")
        changed = {field: _latency(stage, field, value) for field, value in fields.items()}
        found[stage] = msgspec.structs.replace(found[stage], **changed)
    return found


def _latency(stage: Stage, field: str, value: Any) -> Latency:
    if field not in StageLatency.__struct_fields__:
        known = " or ".join(StageLatency.__struct_fields__)
        raise UsageError(f"unknown latency {field!r}", where=f"latency {stage}", remedy=known)
    try:
        return Latency.parse(value)
    except ValueError as error:
        what, _, remedy = str(error).partition("; ")
        raise UsageError(what, where=f"latency {stage}.{field}", remedy=remedy) from error
