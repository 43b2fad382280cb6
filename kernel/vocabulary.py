"""What the data of an event may hold, by its kind: as much of it as anybody reads.

Keys that are not listed here may be anything, so that an older reader reads a newer history.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from .dialogue import Goal
from .event import Event
from .records import Heard, Turn, Work
from .units import convert

_LARGEST = (1 << 63) - 1
_WALL_TIME_S = msgspec.Meta(ge=0, lt=253_402_300_800)
"""Until the end of the year 9999, as calendars have it."""


class RunBegins(msgspec.Struct):
    scenario: str = ""
    why: str = ""
    seed: int = 0
    calls: int = 0
    target: str = ""
    limit: int | None = None
    profiles: tuple[str, ...] = ()
    dialogues: dict[str, Goal] = {}
    keep: str = ""
    started: Annotated[float, _WALL_TIME_S] = 0.0
    versions: dict[str, str] = {}


class RunEnds(msgspec.Struct):
    reason: str = ""
    complete: bool = True
    troubles: tuple[str, ...] = ()
    journal_lost: int = 0
    words_lost: int = 0
    recordings: int = 0


class PhaseBegins(msgspec.Struct):
    name: str
    index: int
    warm_up: bool = False


class FaultBegins(msgspec.Struct):
    label: str
    kind: str
    target: str
    name: str = ""
    colour: str = ""


class FaultEnds(msgspec.Struct):
    bites: int = 0
    identities: int = 0


class CallBegins(msgspec.Struct):
    number: int
    dialogue: str = ""
    facts: dict[str, str] = {}
    telling: tuple[str, ...] = ()
    lines: int = 0
    lines_text: str | tuple[str, ...] = ""
    redial_of: str = ""


class CallEnds(msgspec.Struct):
    how: str = ""
    ended_by: str = ""
    retry_after_s: float | None = None


class SetupEnds(msgspec.Struct):
    how: str = ""
    step: str = "webhook"
    direct: bool = False
    status: int | None = None
    words: str = ""
    detail: str = ""
    sid: str = ""
    queued: bool = False


class Aside(msgspec.Struct):
    index: int
    text: str
    until_at_ns: int


class Media(msgspec.Struct):
    from_at_ns: int | None = None
    recording: str = ""


class SocketBegins(msgspec.Struct):
    provider: str = ""
    connection: str = ""
    reason: str = ""


class SocketEnds(msgspec.Struct):
    status: int = 101
    how: str = ""
    reason: str = ""
    declined: str = ""
    retry_after_s: float | None = None


class Sample(msgspec.Struct):
    """The health of one process over some seconds."""

    cpu_share: float = 0.0
    sent: int = 0
    late: int = 0
    late_max_ms: float = 0.0
    over_s: float = 5.0


class Order(msgspec.Struct):
    """`from` is the other one's number."""

    to: str
    status: str = ""
    why: str = ""


class Unserved(msgspec.Struct):
    method: str
    path: str
    provider: str = ""
    remedy: str = ""


class Join(msgspec.Struct):
    method: str = ""


_BEGINS: Mapping[str, type] = {
    "run": RunBegins,
    "phase": PhaseBegins,
    "fault": FaultBegins,
    "call": CallBegins,
    "socket": SocketBegins,
    "work": Work,
}
_ENDS: Mapping[str, type] = {
    "run": RunEnds,
    "fault": FaultEnds,
    "call": CallEnds,
    "setup": SetupEnds,
    "turn": Turn,
    "aside": Aside,
    "heard": Heard,
    "media": Media,
    "socket": SocketEnds,
    "work": Work,
    "instrument": Sample,
    "order": Order,
    "unserved": Unserved,
    "join": Join,
}
_ELSEWHERE: Mapping[str, Mapping[str, Any]] = {
    "work": {"span": "", "stage": "", "socket": "", "from_at_ns": 0, "type": None},
}
"""Fields that the event has outside its data."""


def vet(event: Event) -> None:
    """ValueError with the kind, the key and what is wrong if nobody could read the event."""
    shapes = _BEGINS if event.type == "invoke" else _ENDS
    if shape := shapes.get(event.kind):
        try:
            convert({**event.data, **_ELSEWHERE.get(event.kind, {})}, shape)
        except msgspec.ValidationError as error:
            raise ValueError(f"{event.kind}, {event.type}: {error}") from None
    if immense := [
        each for each in _numbers(msgspec.structs.asdict(event)) if abs(each) > _LARGEST
    ]:
        raise ValueError(f"the number {immense[0]:.3g} is none that a run could have")


def _numbers(value: Any) -> list[int]:
    if isinstance(value, Mapping):
        return [number for each in value.values() for number in _numbers(each)]
    if isinstance(value, list | tuple):
        return [number for each in value for number in _numbers(each)]
    return [value] if isinstance(value, int) else []
