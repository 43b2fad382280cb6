"""Drives a service by hand, in a time of its own."""

from __future__ import annotations

from typing import Any, NamedTuple

from kernel.event import Event
from kernel.fault import FaultOrder, Refusal
from kernel.history import History
from kernel.records import Work
from kernel.units import convert
from mocks.levers import Levers
from mocks.provider import Catalogue, Found, Provider
from mocks.service import Service
from mocks.session import ENDED
from mocks.wire import Binary, Body, Request, Text
from mocks.world import World

from .echo import ECHO, a_world

MS = 1_000_000
S = 1_000_000_000


class Sent(NamedTuple):
    """What went out, when, to whom."""

    at_ms: float
    session: int
    what: Any


class Drive:
    """One service, its levers, and everything that went out."""

    def __init__(self, *providers: Provider, world: World | None = None) -> None:
        self.world = world or a_world()
        self.service = Service(Catalogue(providers or (ECHO,)), self.world)
        self.levers = Levers(self.service, lambda script: self.world.brain)
        self.now_ns = 0
        self.sent: list[Sent] = []

    def open(self, request: Request) -> int:
        found = self.service.catalogue.find(request)
        assert isinstance(found, Found), request
        number = self.service.open(found, self.now_ns)
        self.run(0)
        return number

    def post(self, body: bytes, path: str = "/echo", **fields: Any) -> int:
        return self.open(Request("POST", path, body=body, **fields))

    def socket(self, path: str = "/echo/room", **fields: Any) -> int:
        return self.open(Request("WS", path, **fields))

    def refuse(self, request: Request, refusal: Refusal) -> list[Any]:
        """All that answers a request that no fault has looked at."""
        found = self.service.catalogue.find(request)
        assert isinstance(found, Found), request
        number = self.service.reject(found, refusal, self.now_ns)
        self.run(0)
        return self.to(number)

    def say(self, session: int, text: str) -> None:
        self.service.receive(session, Text(text), self.now_ns)
        self.run(0)

    def push(self, session: int, data: bytes) -> None:
        self.service.receive(session, Binary(data), self.now_ns)
        self.run(0)

    def run(self, ms: float = 60_000) -> None:
        """Let time pass."""
        end_ns = self.now_ns + round(ms * MS)
        while True:
            wake_ns = self.service.next_wake()
            if wake_ns is None or wake_ns > end_ns:
                break
            self.now_ns = max(self.now_ns, wake_ns)
            for departure in self.service.advance(self.now_ns):
                self.sent.append(Sent(self.now_ns / MS, departure.session, departure.what))
        self.now_ns = end_ns

    def apply(self, kind: str, label: str = "f", target: str = "tts", **fields: Any) -> None:
        shared = {key: fields.pop(key) for key in ("share", "seed") if key in fields}
        told = {"label": label, "kind": kind, "target": target, "fields": fields, **shared}
        order = convert(told, FaultOrder)
        self.levers.apply(order, self.now_ns)
        self.run(0)

    def heal(self, label: str = "f") -> None:
        assert self.levers.heal(label, self.now_ns) is not None
        self.run(0)

    def to(self, session: int) -> list[Any]:
        """What went out to one session, without the end mark."""
        return [one.what for one in self.sent if one.session == session and one.what is not ENDED]

    def texts(self, session: int) -> list[str]:
        """The words that went out to one session."""
        said = []
        for what in self.to(session):
            if isinstance(what, Text):
                said.append(what.data)
            elif isinstance(what, Body):
                said.append(what.data.decode())
        return said

    def times(self, session: int) -> list[float]:
        """When something went out to one session, in milliseconds."""
        return [one.at_ms for one in self.sent
                if one.session == session and one.what is not ENDED]  # fmt: skip

    @property
    def events(self) -> tuple[Event, ...]:
        return self.service.journal.page().events

    @property
    def work(self) -> tuple[Work, ...]:
        return History(self.events).work

    def closing(self, kind: str) -> list[Event]:
        return [one for one in self.events if one.kind == kind and one.type != "invoke"]
