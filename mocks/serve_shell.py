"""What turns a service by the clock: whatever is due goes to the connection it belongs to."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from weakref import WeakKeyDictionary

from aiohttp import web

from kernel.clock import Clock, cpu_ns
from kernel.event import Event

from .brain import Brain
from .instrument import EVERY_NS, Instrument
from .levers import Levers
from .metrics import Metrics
from .serve_connection import Connection
from .service import Service

_log = logging.getLogger(__name__)
# Nothing is earlier: while it rings, no second alarm is set.
_RINGING_NS = -(1 << 63)


class Shell:
    """One service, its connections, and the one task that waits for what is due next."""

    def __init__(self, service: Service, clock: Clock, cpu_ns: Callable[[], int] = cpu_ns) -> None:
        self.service, self.clock, self._cpu_ns = service, clock, cpu_ns
        self.connections: dict[int, Connection] = {}
        self.levers = Levers(service, Brain)
        self.metrics = Metrics(service)
        service.world.exchange.begun_ns = clock.now_ns()
        self.instrument = Instrument(clock.now_ns(), cpu_ns())
        self._clients: WeakKeyDictionary[asyncio.Transport, str] = WeakKeyDictionary()
        self._named = 0
        self._alarm: asyncio.Task[None] | None = None
        self._armed_ns: int | None = None
        self._arrived_ns: int | None = None
        self._turning = False

    def start(self) -> None:
        """Begin to sample the instrument; pacing begins with the first thing to pace."""
        self.service.at("instrument", self.clock.now_ns() + EVERY_NS, self._sample)
        self._arm()

    async def say_goodbye(self, _: web.Application) -> None:
        """Close every socket as a server does that is going away; streams may run to their end."""
        for connection in list(self.connections.values()):
            connection.go_away()

    async def stop(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            await asyncio.gather(self._alarm, return_exceptions=True)

    def client(self, transport: asyncio.Transport | None) -> str:
        """The name of a client's connection: the same for all requests that it carries."""
        if transport is None:
            return ""
        if transport not in self._clients:
            self._named += 1
            self._clients[transport] = f"c{self._named}"
        return self._clients[transport]

    def pump(self) -> None:
        """Send what is due, and wait for what is due next. Call it after telling the service."""
        try:
            for departure in self.service.advance(self.clock.now_ns()):
                connection = self.connections.get(departure.session)
                if connection is not None:
                    connection.put(departure)
        except Exception:
            _log.exception("the service failed; it goes on with what is due next")
        self._arm()

    def pump_soon(self) -> None:
        """Pump once for all that the service is told in the loop's present turn.

        Were everything due sent after each request, requests that came in together would each wait
        for what became due meanwhile, and while they do more come in.
        """
        if not self._turning:
            self._turning = True
            asyncio.get_running_loop().call_soon(self._turned)

    def arrived_ns(self) -> int:
        """When what the loop hands out in its present turn had come in; it is pumped after that.

        What came in together arrived together: no request is later for being handed out last.
        """
        if self._arrived_ns is None:
            self._arrived_ns = self.clock.now_ns()
        self.pump_soon()
        return self._arrived_ns

    def _turned(self) -> None:
        self._turning, self._arrived_ns = False, None
        self.pump()

    def _arm(self) -> None:
        due_ns = self.service.next_wake()
        if due_ns is None or (self._armed_ns is not None and self._armed_ns <= due_ns):
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._armed_ns = due_ns
        self._alarm = asyncio.create_task(self._ring(due_ns))

    async def _ring(self, due_ns: int | None) -> None:
        while due_ns is not None:
            self._armed_ns = due_ns
            await self.clock.sleep_until(due_ns)
            self._armed_ns = _RINGING_NS
            self.pump()
            due_ns = self.service.next_wake()
        self._alarm = self._armed_ns = None

    def _sample(self, now_ns: int) -> None:
        told = self.instrument.sample(now_ns, self._cpu_ns())
        for stage in self.service.catalogue.stages:
            actor = f"mock.{stage}"
            self.service.journal.add(Event(now_ns, actor, "instrument", "info", data=told))
        self.service.at("instrument", now_ns + EVERY_NS, self._sample)
