"""Too many at once: the pool is full until somebody leaves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from kernel.fault import Arrival, Refusal, Roll, Unit
from kernel.units import Duration


@dataclass
class Concurrency:
    """The provider serves so many at a time, and refuses the rest.

        kind: concurrency
        target: tts
        limit: 8
        of: context            # socket, request or context; by default what the provider counts
        retry_after: 1s        # only if the provider is to say so; most do not

    Counted is what the provider's plan counts: open streams (Deepgram), speaking contexts
    (Cartesia), utterances being made (ElevenLabs, which closes the socket of the one too many),
    running requests (OpenAI). What is being served already when the fault begins counts too, and
    stays. Whom it refuses depends on who comes first.
    """

    label: ClassVar[str] = "pool full"
    colour: ClassVar[str] = "#8e6bbf"

    limit: int
    of: Unit | None = None
    retry_after: Duration | None = None

    def __post_init__(self) -> None:
        if self.limit < 0:
            raise ValueError(f"limit {self.limit} is less than nobody; write 0 or more")
        self._inside: set[str] = set()

    def meet(self, arrivals: Iterable[Arrival]) -> None:
        self._inside.update(arrival.span for arrival in arrivals if self._counts(arrival))

    def admit(self, arrival: Arrival, now_ns: int, roll: Roll) -> Refusal | None:
        if not self._counts(arrival):
            return None
        if len(self._inside) >= self.limit:
            detail = {"limit": self.limit, "active": len(self._inside)}
            return Refusal("concurrency", self.retry_after, detail=detail)
        self._inside.add(arrival.span)
        return None

    def leave(self, arrival: Arrival, now_ns: int) -> None:
        self._inside.discard(arrival.span)

    def _counts(self, arrival: Arrival) -> bool:
        return arrival.what == self.of if self.of else arrival.counted
