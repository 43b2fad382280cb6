"""Too many requests: the provider lets in as many as its plan allows, and refuses the rest."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from kernel.clock import SECOND_NS
from kernel.fault import Arrival, Refusal, Roll, Unit
from kernel.units import Duration, Rate

from ..work import Limit, Limits

_ROUNDING_S = 1e-6


@dataclass(slots=True)
class _Bucket:
    """A token bucket that fills at `rate_hz` up to `size`."""

    rate_hz: float
    size: float
    level: float
    at_ns: int | None = None

    def fill(self, now_ns: int) -> None:
        if self.at_ns is not None:
            gained = (now_ns - self.at_ns) / SECOND_NS * self.rate_hz
            self.level = min(self.size, self.level + gained)
        self.at_ns = now_ns

    def wait_s(self, amount: float) -> float:
        """Seconds until `amount` is there; more than the bucket holds waits until it is full."""
        return max(0.0, min(amount, self.size) - self.level) / self.rate_hz

    def limit(self, per_s: float) -> Limit:
        full_s = (self.size - self.level) / self.rate_hz
        return Limit(math.ceil(self.rate_hz * per_s), max(0, math.floor(self.level)), full_s)


@dataclass
class RateLimit:
    """The provider throttles: 429, with the words and headers that it has for that.

        kind: rate_limit
        target: llm
        requests: 2/s          # requests, sessions or contexts; 90/m is the same as 1.5/s
        burst: 4               # so many may come at once; one second's worth by default
        tokens: 30000/m        # tokens asked for, where the provider counts them
        retry_after: 2s        # what Retry-After says; by default the wait that is really left
        of: request            # socket, request or context; by default what the provider counts

    Give `requests`, `tokens` or both. Whom it refuses depends on who comes first: with the same
    seed but another timing other callers are refused. A refused request costs nothing.
    """

    label: ClassVar[str] = "rate limit"
    colour: ClassVar[str] = "#d1495b"

    requests: Rate | None = None
    burst: int | None = None
    tokens: Rate | None = None
    retry_after: Duration | None = None
    of: Unit | None = None

    def __post_init__(self) -> None:
        if self.requests is None and self.tokens is None:
            raise ValueError("a rate_limit needs requests, tokens or both, such as requests: 2/s")
        if 0.0 in (self.requests, self.tokens):
            raise ValueError("a rate of 0 never lets anything in; use a stall for that")
        if self.burst is not None and self.burst < 1:
            raise ValueError(f"burst {self.burst} lets nothing in; write 1 or more")
        self._requests = self._tokens = None
        if self.requests is not None:
            burst = float(self.burst or max(1, math.floor(self.requests)))
            self._requests = _Bucket(self.requests, burst, burst)
        if self.tokens is not None:
            # A minute's worth is what may be used at once: plans are written per minute.
            self._tokens = _Bucket(self.tokens, self.tokens * 60, self.tokens * 60)

    def admit(self, arrival: Arrival, now_ns: int, roll: Roll) -> Refusal | None:
        if not self._counts(arrival):
            return None
        costs = [(self._requests, 1.0, "rate_limit"), (self._tokens, arrival.tokens, "tokens")]
        for bucket, cost, reason in costs:
            if bucket is None:
                continue
            bucket.fill(now_ns)
            wait_s = bucket.wait_s(cost)
            if wait_s > _ROUNDING_S:
                return self._refusal(bucket, cost, reason, wait_s)
        for bucket, cost, _ in costs:
            if bucket is not None:
                bucket.level -= cost
        return None

    def limits(self, arrival: Arrival, now_ns: int) -> Limits:
        """How the buckets stand, for the providers that say so in headers; both per minute."""
        found = []
        for bucket in (self._requests, self._tokens):
            if bucket is not None:
                bucket.fill(now_ns)
            found.append(bucket.limit(per_s=60) if bucket is not None else None)
        return Limits(*found)

    def _counts(self, arrival: Arrival) -> bool:
        return arrival.what == self.of if self.of else arrival.counted

    def _refusal(self, bucket: _Bucket, cost: float, reason: str, wait_s: float) -> Refusal:
        detail = {
            "limit": round(bucket.rate_hz * 60),
            "used": round(bucket.rate_hz * 60 - max(0.0, bucket.level)),
            "requested": round(cost),
        }
        return Refusal(reason, self.retry_after or wait_s, detail=detail)
