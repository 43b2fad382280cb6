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
PUT    calls              list[PhoneCall]: the same SID replaces; what the telephony mocks know of
GET    orders?after=N&wait=S  CallOrders: from number N on; waits up to S seconds for the first one
POST   reset              forgets journal, script, tools' state, calls and faults
PUT    lease              Lease: heal everything if nobody renews it in time
"""

from __future__ import annotations

from typing import Any, Literal

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


CallStatus = Literal[
    "queued", "ringing", "in-progress", "completed", "busy", "failed", "no-answer", "canceled"
]
ENDED: tuple[CallStatus, ...] = ("completed", "busy", "failed", "no-answer", "canceled")


ACCOUNT_SID = "AC" + "fa57b05f" * 4
"""The account that our calls belong to, and that agents are told is theirs."""


class PhoneCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call as the telephone network has it; SIDs and statuses are Twilio's, numbers E.164."""

    sid: str
    account: str
    status: CallStatus
    from_number: str = ""
    to_number: str = ""
    direction: str = "inbound"


class Dialling(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whom a call goes to that an agent places.

    status_events     of `initiated`, `ringing`, `answered` and `completed`, what the status
                      callback is told
    timeout_s         so long the telephone rings
    detects_machines  the agent wants to know whether a person has answered
    """

    account: str
    from_number: str
    to_number: str
    status_events: tuple[str, ...] = ("completed",)
    timeout_s: float = 60.0
    detects_machines: bool = False


class CallOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an agent tells the network to do with a call: place it, end it, or go on with other
    TwiML.

    dial     the call is a new one; the rest says how it begins
    status   `completed` ends any call, `canceled` one that is not answered; empty to go on
    twiml    the new document itself
    url      where it is, if that is not empty
    method   GET or POST, as everywhere here
    fallback_url     where to go if that fails; empty for that of the number
    status_callback  what is told at the end; empty for that of the number
    """

    sid: str
    dial: Dialling | None = None
    status: Literal["", "completed", "canceled"] = ""
    twiml: str = ""
    url: str = ""
    method: str = "POST"
    fallback_url: str = ""
    fallback_method: str = "POST"
    status_callback: str = ""
    status_callback_method: str = "POST"


class CallOrders(msgspec.Struct, frozen=True):
    """Orders `[after, next)`. `begun_ns` tells a mock from the one that ran here before it."""

    begun_ns: int
    orders: tuple[CallOrder, ...]
    next: int


class ControlError(msgspec.Struct, frozen=True):
    """What a mock answers to a wrong request of the control API."""

    error: str
    remedy: str = ""
    value: Any = None
