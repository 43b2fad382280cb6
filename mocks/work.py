"""What a provider's actor is told, and what it says beside the wire: the work it begins and ends.

An actor's messages: `Opened`, `Text`, `Binary`, `Heard`, `Admitted`, `Refused`, `Closed`, and
`kernel.actor.Nudged`. What it emits: everything of `mocks.wire`, and `Begin`, `Paced`, `Note`,
`Finish`, `Cancel`, `Listen`, `Sound`, `Rest`.

A piece of work has a name of the actor's own choosing. The name `""` is the HTTP request itself,
or the socket itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from kernel.event import Type
from kernel.fault import Arrival, Refusal
from speech.encoding import Encoding
from speech.transcript import TextEvent

from .wire import Wire


@dataclass(frozen=True, slots=True)
class Limit:
    """How a rate limit stands: what it allows, what is left, and when all of it is back."""

    limit: int
    remaining: int
    reset_s: float


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits in force for an arrival, None where there is none."""

    requests: Limit | None = None
    tokens: Limit | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """Somebody asks. The answer is a `Head`, or `Begin` and then a `Head` once admitted."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """The work may begin. `arrival` carries the identity and attempt to draw latencies by."""

    work: str
    arrival: Arrival
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class Refused:
    """The work may not begin; the provider's `refuse` has already said so on the wire.

    wall_s  seconds since the Unix epoch, for providers whose limits tell of instants
    """

    work: str
    arrival: Arrival
    refusal: Refusal
    limits: Limits = Limits()
    wall_s: int = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """What the ear made of the sound so far.

    events   oldest first; empty if only `audio_s` or `muffled` is news
    audio_s  length of the sound received since `Listen`; events count their seconds from there too
    muffled  speech arrives whose data band is missing: a noise suppressor took it
    """

    events: tuple[TextEvent, ...]
    audio_s: float
    muffled: bool = False


@dataclass(frozen=True, slots=True)
class Closed:
    """The client is gone; `code` is None if it left without a closing handshake."""

    code: int | None = None


@dataclass(frozen=True, slots=True)
class Begin:
    """Ask for a piece of work to be admitted; `Admitted` or `Refused` answers, perhaps much later.

    identity   what is known of whose it is; by default the connection's ordinal on its route
    counted    it is what the provider's published limits count
    refusable  False for work that the provider cannot refuse, such as an utterance on an open
               stream: it is admitted at once, and faults shape what it sends
    data       what the journal says of it from the start; fields of `kernel.records.Work`
    """

    work: str = ""
    identity: str = ""
    by: Literal["header", "conversation", "ordinal"] = "ordinal"
    tokens: int = 0
    purpose: str = "turn"
    counted: bool = True
    refusable: bool = True
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Paced:
    """Wires one after the other, each with when it is due.

    Each is made when the one before it is out: of a long answer only one waits at any time, and
    what nobody waits for any more is never made.
    """

    wires: Iterator[tuple[Wire, int]]
    work: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """More for the journal to say of the work when it ends."""

    work: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finish:
    """The work is over once what was emitted for it before is out."""

    work: str
    type: Type | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cancel:
    """The client took the work back: what still waits for it is not sent."""

    work: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Listen:
    """From here on binary frames are sound. Empty frames still reach the actor.

    rate_hz  must be `mocks.hearing.hearable`
    sifted   every frame reaches the actor, which passes on as `Sound` what is to be heard
    """

    rate_hz: int
    encoding: Encoding = Encoding.LINEAR16
    sifted: bool = False


@dataclass(frozen=True, slots=True)
class Rest:
    """Others may have a turn here: what the actor says next takes it some time to work out.

    Until it has said all, it is told nothing; only the end of its session is not waited for.
    """


@dataclass(frozen=True, slots=True)
class Sound:
    """Sound from the actor's hands, such as base64 in JSON; needs a `Listen` before."""

    data: bytes
