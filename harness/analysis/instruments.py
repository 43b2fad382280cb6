"""What our own processes say of themselves: how late they were, and how busy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kernel.history import History

_STRETCH_S = 15.0


@dataclass(frozen=True)
class Process:
    """One process of ours over the whole run.

    busiest  the largest share of a core that it used for 15 s on end, or for all of a shorter run
    """

    actor: str
    sent: int
    late: int
    late_max_ms: float
    busiest: float

    @property
    def late_share(self) -> float:
        return self.late / self.sent if self.sent else 0.0


def processes(history: History) -> Sequence[Process]:
    """The runner and the mocks, from the samples that each of them took."""
    taken: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for event in history.of_kind("instrument"):
        taken[event.actor].append(event.data)
    return [
        Process(
            actor=actor,
            sent=sum(sample.get("sent", 0) for sample in samples),
            late=sum(sample.get("late", 0) for sample in samples),
            late_max_ms=max(sample.get("late_max_ms", 0.0) for sample in samples),
            busiest=_busiest(
                [(sample.get("over_s", 5.0), sample.get("cpu_share", 0.0)) for sample in samples]
            ),
        )
        for actor, samples in sorted(taken.items())
    ]


def _busiest(samples: Sequence[tuple[float, float]]) -> float:
    """The highest mean of any stretch of samples that is just long enough."""
    most, first, over_s, used_s = 0.0, 0, 0.0, 0.0
    for length_s, share in samples:
        over_s, used_s = over_s + length_s, used_s + length_s * share
        while over_s - samples[first][0] >= _STRETCH_S:
            over_s, used_s = (
                over_s - samples[first][0],
                used_s - samples[first][0] * samples[first][1],
            )
            first += 1
        if over_s >= _STRETCH_S:
            most = max(most, used_s / over_s)
    return most or (used_s / over_s if over_s else 0.0)
