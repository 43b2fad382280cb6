"""One request or socket: its actor, the pieces of work it does, and what the journal says of them.

What an actor emits for a piece passes through the piece's queue: only its head can be shaped by
faults, so that nothing overtakes, whatever is delayed or held back.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from kernel.actor import Actor, Instruction
from kernel.event import Event, Type
from kernel.fault import Arrival, Refusal

from .chain import Applied
from .provider import Found, Provider, Route
from .wire import SWITCHING_PROTOCOLS, Close, Head, Request, Reset, Wire

TEXT_LIMIT = 16_384
"""Characters of a text that the journal keeps: its beginning and its end."""
_CLEAN_CODES = (1000, 1001, 1005)


class Mute:
    """The actor of a request that the provider answers without looking into it."""

    def receive(self, message: Any, now_ns: int) -> tuple[Instruction, ...]:
        return ()


class Ended:
    """What follows the last output of a session."""


ENDED = Ended()


@dataclass(eq=False, slots=True)
class Item:
    """Something on its way out: when it was to go, when it goes, and who has had a say in it."""

    what: Any
    planned_ns: int
    due_ns: int
    first: bool = False
    shaped_by: tuple[Applied, ...] = ()


@dataclass(eq=False)
class Piece:
    """One piece of work. The one named `""` is the request or socket itself.

    asked_ns   when it was asked for; first_at_ns when its first output went out
    passed     faults that admitted it, and are told when it is over
    held_by    the fault that keeps it from being admitted, or its outputs from going out
    asked      its opening event is written, told: its closing event
    started    an output has reached the head of the queue; out_ns: when the last one went
    outcome    how it ended, if the actor has said so
    """

    session: Session
    name: str
    span: str
    kind: Literal["socket", "work"]
    asked_ns: int
    arrival: Arrival | None = None
    data: dict[str, Any] = field(default_factory=dict)
    queue: deque[Item] = field(default_factory=deque)
    passed: list[Applied] = field(default_factory=list)
    bites: dict[str, None] = field(default_factory=dict)
    held_by: Applied | None = None
    admitted: bool = False
    started: bool = False
    told: bool = False
    asked: bool = False
    status: int | None = None
    added_ns: int = 0
    out_ns: int = 0
    first_at_ns: int | None = None
    outcome: Type | None = None

    def bitten_by(self, applied: Applied, arrival: Arrival) -> None:
        applied.bite(arrival)
        self.bites[applied.label] = None

    def wrote(self, item: Item, now_ns: int) -> None:
        """An output is out."""
        if isinstance(item.what, Head):
            self.status = item.what.status
        if self.first_at_ns is None:
            self.first_at_ns = now_ns
            self.added_ns += item.due_ns - item.planned_ns


class Told(NamedTuple):
    """Something that an actor is told, and when it happened."""

    message: Any
    at_ns: int


@dataclass(eq=False)
class Session:
    """An actor and its work.

    ordinal  counts the arrivals on its route; gone: its client is
    call     the one that the client says it is for
    sifts    its actor looks at sound before it is heard
    saying   what the actor was told last, and what of its answer it has not said yet
    untold   what it is told after that; then comes what the client said meanwhile, unread
    """

    number: int
    request: Request
    provider: Provider
    route: Route
    actor: Actor
    ordinal: int
    call: str = ""
    pieces: dict[str, Piece] = field(default_factory=dict)
    audio_s: float = 0.0
    begun: int = 0
    sifts: bool = False
    gone: bool = False
    saying: tuple[Told, Iterator[Instruction]] | None = None
    untold: deque[Told] = field(default_factory=deque)
    unread: deque[Told] = field(default_factory=deque)

    @property
    def journal_actor(self) -> str:
        return f"mock.{self.provider.stage}"

    @property
    def root(self) -> Piece:
        return self.pieces[""]

    def opening(self, piece: Piece, now_ns: int) -> Event:
        """The journal's `invoke` of a piece, with all that is known of it by then."""
        piece.asked = True
        data: dict[str, Any] = {
            "provider": self.provider.name,
            "route": self.route.name,
            "connection": self.request.connection,
        }
        if key := piece.arrival.key if piece.arrival else self.request.key:
            data["key"] = key
        if self.call:
            data["call"] = self.call
        if piece.arrival:
            data["identity_by"] = piece.arrival.by
            if piece.arrival.purpose != "turn":
                data["purpose"] = piece.arrival.purpose
        data |= _bounded(piece.data)
        piece.data = {}
        parent = "" if piece.name == "" else self.root.span
        return Event(
            now_ns, self.journal_actor, piece.kind, "invoke", piece.span, parent, data=data
        )

    def closing(self, piece: Piece, type: Type, data: Mapping[str, Any], now_ns: int) -> Event:
        """The journal's last word on a piece."""
        piece.told = True
        told: dict[str, Any] = _bounded({**piece.data, **data})
        if piece.first_at_ns is not None and piece.kind == "work":
            told.setdefault("first_at_ns", piece.first_at_ns)
        if piece.bites:
            told["bites"] = list(piece.bites)
        if piece.added_ns:
            told["added_ns"] = piece.added_ns
        parent = "" if piece.name == "" else self.root.span
        return Event(now_ns, self.journal_actor, piece.kind, type, piece.span, parent, data=told)


class Departure(NamedTuple):
    """Send `what` to the client of a session. `ENDED` says that nothing more will come."""

    session: int
    what: Wire | Ended
    due_ns: int


class Sessions:
    """The sessions that are open, by number."""

    def __init__(self, instance: int = 0) -> None:
        self._instance = instance
        self._open: dict[int, Session] = {}
        self._ordinals: dict[str, int] = {}
        self._opened = self._spans = 0

    def __len__(self) -> int:
        return len(self._open)

    def get(self, number: int) -> Session | None:
        return self._open.get(number)

    def pieces(self) -> list[Piece]:
        """All that is going on: sockets, requests, work."""
        return [piece for one in self._open.values() for piece in one.pieces.values()]

    def open(self, found: Found, actor: Actor, now_ns: int) -> Session:
        """A new session, and the piece that is its request or socket."""
        place = f"{found.provider.stage}/{found.provider.name} {found.route.name}"
        self._ordinals[place] = ordinal = self._ordinals.get(place, 0) + 1
        self._opened += 1
        session = Session(self._opened, found.request, found.provider, found.route, actor, ordinal)
        self._open[session.number] = session
        self.begin(session, "", now_ns)
        return session

    def begin(self, session: Session, name: str, now_ns: int) -> Piece:
        """The piece of that name, made if there is none; its span is unique within the run."""
        if name not in session.pieces:
            self._spans += 1
            kind: Literal["socket", "work"] = "work"
            if not name and session.request.upgrades:
                kind = "socket"
            span = f"{session.provider.stage}{self._instance or ''}-{kind[0]}{self._spans}"
            session.pieces[name] = Piece(session, name, span, kind, now_ns)
        return session.pieces[name]

    def forget(self, session: Session) -> None:
        self._open.pop(session.number, None)
        # A session and its pieces refer to each other, and would wait for the garbage collector.
        session.pieces.clear()

    def reset(self) -> None:
        """Count the arrivals on every route from the start again."""
        self._ordinals.clear()


def _bounded(data: Mapping[str, Any]) -> dict[str, Any]:
    """The journal holds many events, so none of them may hold a novel."""
    return {name: _shortened(value) for name, value in data.items()}


def _shortened(value: Any) -> Any:
    if not isinstance(value, str) or len(value) <= TEXT_LIMIT:
        return value
    half = TEXT_LIMIT // 2
    return f"{value[:half]} … {value[-half:]}"


def refusal_data(refusal: Refusal, wires: Iterable[Wire]) -> dict[str, Any]:
    """What the journal says of a refusal that went out as `wires`.

    Of its wait only if the client was told as well: nobody honours what it cannot know.
    """
    heads = [wire for wire in wires if isinstance(wire, Head) and wire.status >= 400]
    status = heads[-1].status if heads else refusal.status or 429
    data: dict[str, Any] = {"status": status, "reason": refusal.reason}
    told = any(name.lower() == "retry-after" for head in heads for name in head.headers)
    if told and refusal.retry_after_s is not None:
        data["retry_after_s"] = float(refusal.retry_after_s)
    return data


def how_the_client_left(piece: Piece, code: int | None, how: str) -> tuple[Type, dict[str, Any]]:
    """Outcome and data of work that the client's going ends; `how` says that we gave up on it."""
    if how:
        return "info", {"how": how, "reason": how}
    if piece.kind == "socket" and piece.status is None:
        return "info", {"how": "unopened", "reason": "client_gone"}
    if code is None or piece.kind == "work":
        return "info", {"how": "abandoned", "reason": "client_gone", "cancelled": True}
    return ("ok" if code in _CLEAN_CODES else "info"), {"code": code}


def how_it_ended(piece: Piece, last: Any) -> tuple[Type, dict[str, Any]]:
    """Outcome and data of a request or socket whose last output is `last`."""
    status = piece.status
    if piece.outcome is not None:
        return piece.outcome, {} if status is None else {"status": status}
    if isinstance(last, Reset):
        return "info", {"how": "cut", "reason": "cut"}
    if isinstance(last, Close):
        clean = last.code in _CLEAN_CODES
        return ("ok", {"code": last.code}) if clean else ("info", {"code": last.code})
    if status is not None and status != SWITCHING_PROTOCOLS:
        return ("fail" if status >= 400 else "ok"), {"status": status}
    return ("ok", {"code": 1000}) if status else ("info", {"how": "unanswered"})
