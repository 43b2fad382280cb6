"""A mock for tests of the harness: its control API, and a journal written by hand."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from aiohttp import web

from kernel.control import PREFIX, ClockReading, ControlError, FaultState, Health, Journal, Lease
from kernel.dialogue import Script
from kernel.event import Event
from kernel.fault import FaultOrder
from kernel.units import decode, encode

AHEAD_NS = 5_000_000_000
"""Its clock is so much ahead of the machine's."""


class MockStub:
    def __init__(self, *services: str) -> None:
        self.services = services or ("stt", "llm", "tts", "tools")
        self.events: list[Event] = []
        self.faults: dict[str, FaultState] = {}
        self.script: Script | None = None
        self.latency: Any = None
        self.leases: list[float] = []
        self.requests: list[str] = []
        self.live = {"sockets": 0, "work": 0, "faults": 0}
        self.broken: set[str] = set()
        self.token = ""
        self.url = ""

    def now_ns(self) -> int:
        return time.monotonic_ns() + AHEAD_NS

    async def answer(self, request: web.Request) -> web.Response:
        path = request.path.removeprefix(f"{PREFIX}/")
        self.requests.append(f"{request.method} {path}")
        if self.token and request.headers.get("Authorization") != f"Bearer {self.token}":
            return self._reply(ControlError("the control API needs a token", "send it"), 401)
        if path.partition("/")[0] in self.broken:
            return self._reply(ControlError("broken", "mend it"), 500)
        name, _, label = path.partition("/")
        body = await request.read()
        found = getattr(self, f"_{request.method.lower()}_{name}")(label, body, request)
        return self._reply(found, 200 if found is not None else 404)

    def _reply(self, value: Any, status: int) -> web.Response:
        return web.Response(body=msgspec.json.encode(value, enc_hook=encode), status=status)

    def _get_health(self, *_: Any) -> Health:
        return Health("ok", self.services, "1", self.live)

    def _get_clock(self, *_: Any) -> ClockReading:
        return ClockReading(self.now_ns())

    def _get_faults(self, *_: Any) -> list[FaultState]:
        return list(self.faults.values())

    def _put_faults(self, label: str, body: bytes, _: Any) -> FaultState:
        order = msgspec.json.decode(body, type=FaultOrder, dec_hook=decode)
        self.faults[label] = FaultState(order, self.now_ns())
        return self.faults[label]

    def _delete_faults(self, label: str, *_: Any) -> Any:
        if label:
            state = self.faults.pop(label, None)
            return state and msgspec.structs.replace(state, bites=3, identities=2)
        healed, self.faults = list(self.faults.values()), {}
        return healed

    def _put_script(self, _: str, body: bytes, __: Any) -> dict[str, str]:
        self.script = msgspec.json.decode(body, type=Script, dec_hook=decode)
        return {}

    def _put_latency(self, _: str, body: bytes, __: Any) -> dict[str, str]:
        self.latency = msgspec.json.decode(body)
        return {}

    def _put_lease(self, _: str, body: bytes, __: Any) -> Lease:
        lease = msgspec.json.decode(body, type=Lease)
        self.leases.append(lease.seconds)
        return lease

    def _post_reset(self, *_: Any) -> dict[str, str]:
        self.events, self.faults, self.script = [], {}, None
        return {}

    def _get_journal(self, _: str, __: bytes, request: web.Request) -> Journal:
        after = int(request.query["after"])
        page = tuple(self.events[after : after + 2])
        return Journal(page, after + len(page), lost=1 if after == 0 and page else 0)

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        app = web.Application()
        app.router.add_route("*", PREFIX + "/{path:.*}", self.answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self.url
        finally:
            await runner.cleanup()
