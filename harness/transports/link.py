"""What every transport offers: it dials, and gives a link or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol, Self

from kernel.clock import Clock
from kernel.control import CallOrder, CallStatus, PhoneCall
from kernel.records import Heard

from ..planning.plan import PlannedCall, Target

By = Literal["caller", "agent", "network"]
Step = Literal["dial_out", "webhook", "stream"]


class Link(Protocol):
    """A call that is up. Sound is µ-law, 160 bytes for 20 ms, both ways."""

    def begin(self, from_ns: int) -> None:
        """The first frame covers 20 ms from `from_ns` on; to be told before anything else."""

    def send(self, frame: bytes) -> bool:
        """What the caller said in 20 ms. False once the agent has not read for too long."""

    def press(self, key: str) -> None:
        """A key of the caller's telephone: `0` to `9`, `*` or `#`."""

    def take(self, until_ns: int) -> bytes:
        """What was played to the caller in the 20 ms before `until_ns`."""

    async def receive(self) -> Ended:
        """Take in what the agent sends until the call is over."""

    async def hang_up(self) -> None:
        """End the call if it is not over yet, and let go of everything."""

    @property
    def measures(self) -> Mapping[str, Any]:
        """What the transport knows of the media: `received_s`, `clears`, `marks`, `warnings`."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The agent hears the caller. `sid` is the network's name for the call.

    heard   what the network told the caller before
    queued  the network held the caller in a queue before
    called  the agent has placed the call, and the person has picked up the telephone
    """

    link: Link
    sid: str = ""
    heard: tuple[Heard, ...] = ()
    queued: bool = False
    called: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """There is no call.

    how     see `kernel.records.Call.how`
    type    `fail` if the agent said so, `info` if nobody can tell
    by      who did it
    step    how far it came: the agent is to place the call, its webhook, the media stream behind
    direct  the stream is the target itself; no TwiML names it
    detail  what was seen, with the URL
    words   what the caller was told in a voice; `heard` is when
    sid     the network's name for the call
    """

    how: str
    type: Literal["fail", "info"]
    by: By = "agent"
    step: Step = "webhook"
    status: int | None = None
    retry_after_s: float | None = None
    words: str = ""
    detail: str = ""
    sid: str = ""
    heard: tuple[Heard, ...] = ()
    direct: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """The call is over. `words` are what the caller was told after the agent had left."""

    by: By
    how: str = "closed"
    words: str = ""


Obey = Callable[[CallOrder], None]


class Network(Protocol):
    """The telephone network behind the calls: what its API shows of them, and orders there."""

    def tell(self, call: PhoneCall) -> None:
        """So it is with a call."""

    def attend(self, sid: str, obey: Obey) -> None:
        """Have the orders for a call carried out by `obey`, until it is told to be over."""

    def serve(self, place: Obey) -> None:
        """Have the calls that agents order placed by `place`."""

    def miss(self, order: CallOrder, status: CallStatus, why: str) -> None:
        """Nobody takes a call that an agent has ordered, which ends with that status."""


class NoNetwork:
    """A network without an API: nobody asks, and nobody orders anything."""

    def tell(self, call: PhoneCall) -> None: ...

    def attend(self, sid: str, obey: Obey) -> None: ...

    def serve(self, place: Obey) -> None: ...

    def miss(self, order: CallOrder, status: CallStatus, why: str) -> None: ...


class Transport(Protocol):
    """Dials one target; an async context. Takes any number of calls at once.

    schemes  of the addresses that it can dial; what it is found by
    network  where agents may give orders for the calls that it has up
    """

    schemes: ClassVar[tuple[str, ...]]

    def __init__(
        self, target: Target, clock: Clock, *, seed: int = 0, network: Network | None = None
    ) -> None: ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *raised: object) -> None: ...

    async def dial(self, call: PlannedCall) -> Answered | Refused:
        """A link, or the reason why there is none; never raises for what the agent does."""
        ...
