"""Faults as types: what a kind of fault can do, and what an order for one says.

A kind is one file in `mocks/faults/`; this page is what it must look like from outside.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Protocol

import msgspec

from .units import Duration, Share

Stage = Literal["stt", "llm", "tts", "realtime", "tools", "telephony"]
STAGES: tuple[Stage, ...] = ("stt", "llm", "tts", "realtime", "tools", "telephony")
Where = Literal["before", "after", "in_band"]
Unit = Literal["socket", "request", "context"]
"""What a provider can refuse: a WebSocket upgrade, an HTTP request, work on an open socket."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody asks a provider for something: a socket, a request, a context.

    what       a WebSocket upgrade, an HTTP request, or work on an open socket
    span       the journal's name for it
    identity   what is known of whose it is, most certain first (a correlation header, a digest of
               the conversation, else the connection's ordinal on its route); rolls are made from it
    by         which of these the identity is: `header`, `conversation`, `ordinal`
    attempt    how often this identity was seen on this route before
    tokens     prompt tokens of an LLM request, 0 elsewhere
    purpose    `prewarm`, `side` or `turn`: what the provider takes it for
    counted    it is what the provider's published limits count: a stream, a request, a context
    """

    stage: Stage
    provider: str
    route: str
    what: Unit
    span: str
    identity: str
    by: Literal["header", "conversation", "ordinal"] = "ordinal"
    attempt: int = 0
    key: str = ""
    tokens: int = 0
    purpose: str = "turn"
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Output:
    """One thing that a provider sends, at the moment it would send it without the fault.

    first    it is the first of its span
    """

    wire: Any
    due_ns: int
    first: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """The provider says no, in its own words and place.

    reason   why, in the fault's words: `rate_limit`, `concurrency`, …; the provider's file turns it
             into that provider's status, body, headers and close code
    where    before the upgrade or in the HTTP response; right after the upgrade; in-band;
             None = wherever this provider says it
    """

    reason: str
    retry_after_s: float | None = None
    status: int | None = None
    where: Where | None = None
    detail: dict[str, Any] = field(default_factory=dict)


class Hold:
    """The arrival is kept waiting: neither served nor refused until the fault is healed."""


HOLD = Hold()


class Fault(Protocol):
    """A kind of fault. Its dataclass fields are its YAML; any of the methods may be missing.

    label and colour are how every plot shows it. A published limit of a provider is a fault that
    never heals. A kind that counts has a field `of`: the `Unit` that it counts, None for whatever
    the provider's own limits count.
    """

    label: ClassVar[str]
    colour: ClassVar[str]

    def admit(self, arrival: Arrival, now_ns: int, roll: Roll) -> Hold | Refusal | None: ...

    def shape(
        self, arrival: Arrival, output: Output, now_ns: int, roll: Roll
    ) -> Hold | Iterable[Output]:
        """What goes out in place of `output`. Only `due_ns` may move back, never forward.

        HOLD keeps it, and all behind it, until the fault is healed.
        """
        ...

    def meet(self, arrivals: Iterable[Arrival]) -> None:
        """The fault is applied while these are being served; `leave` follows for each."""
        ...

    def leave(self, arrival: Arrival, now_ns: int) -> None:
        """An admitted arrival is over: served, cut or abandoned."""
        ...


class Roll(Protocol):
    """`kernel.roll` with seed, fault and identity already named."""

    def __call__(self, *names: object) -> float: ...


class FaultOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Apply this fault, as the control API carries it.

    label    the fault's own name in this run, unique; what it is healed by
    kind     the kind, found by its file's name
    fields   the kind's fields, quantities as strings
    target   a stage, optionally a provider of it: `llm` or `llm/openai`
    share    of identities that it bites
    heal_after  healed by itself after this long, if nobody does it earlier
    """

    label: str
    kind: str
    target: str
    fields: dict[str, Any] = {}
    share: Share | None = None
    heal_after: Duration | None = None
    seed: int = 0


@dataclass(frozen=True)
class FaultKind:
    """What the catalogue knows of a kind: enough to check, explain and draw it.

    fields   the dataclass or struct whose fields are its YAML
    """

    name: str
    fields: type
    label: str
    colour: str
    doc: str
    targets: tuple[Stage, ...]
