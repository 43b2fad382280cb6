"""The control API of a mock as types. Every mock answers it under `/_fastbusy/`, never faulted.

GET    health             Health
GET    clock              ClockReading
GET    faults             list[FaultState]
PUT    faults/LABEL       FaultOrder → FaultState      idempotent: the same label replaces
DELETE faults/LABEL       → FaultState; 404 if there is none
DELETE faults             heals all → list[FaultState]
PUT    script             Script
PUT    latency            {stage: {first, between}}: latencies as strings; the rest as by default
GET    journal?after=N    Journal: the events from number N on, in the mock's own clock
GET    events             the same as a stream of JSON lines, as they happen
POST   reset              forgets journal, script, tools' state and faults
PUT    lease              Lease: heal everything if nobody renews it in time
"""

from __future__ import annotations

from typing import Any

import msgspec

from .event import Event
from .fault import FaultOrder

PREFIX = "/_fastbusy"


class Health(msgspec.Struct, frozen=True):
    """`services` are the stages served here; `version` is fastbusy's; `process` is the same at all
    ports of one process, and nowhere else."""

    status: str
    services: tuple[str, ...]
    version: str
    live: dict[str, int] = {}
    process: str = ""


class ClockReading(msgspec.Struct, frozen=True):
    """The mock's monotonic clock, for converting its journal."""

    now_ns: int


class FaultState(msgspec.Struct, frozen=True):
    """An applied or just healed fault: since when, and how much it bit.

    bites      outputs or arrivals changed or refused
    identities how many different ones
    """

    order: FaultOrder
    applied_at_ns: int
    healed_at_ns: int | None = None
    bites: int = 0
    identities: int = 0


class Journal(msgspec.Struct, frozen=True):
    """Events `[after, next)`. `lost` counts those that the bounded journal had to forget."""

    events: tuple[Event, ...]
    next: int
    lost: int = 0


class Lease(msgspec.Struct, frozen=True):
    """Faults heal by themselves if the lease is not renewed within `seconds`."""

    seconds: float


class ControlError(msgspec.Struct, frozen=True):
    """What a mock answers to a wrong request of the control API."""

    error: str
    remedy: str = ""
    value: Any = None
