"""The lever that reaches into one mock: its control API, faults, script, clock and journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import aiohttp
import msgspec

from kernel.clock import Clock
from kernel.control import (
    PREFIX,
    CallOrders,
    ClockReading,
    ControlError,
    FaultState,
    Health,
    Journal,
    Lease,
    PhoneCall,
)
from kernel.dialogue import Script
from kernel.errors import StackError
from kernel.event import Event
from kernel.fault import FaultOrder, Stage
from kernel.units import decode, encode

from ..planning.plan import Plan

T = TypeVar("T")

CLOCK_READINGS = 7
REQUEST_LIMIT_S = 5.0


class MockControl:
    """One mock process. Every request has a time limit; StackError where the mock fails us.

    url       its origin, `http://127.0.0.1:8700`
    offset_ns what to add to its clock to get the run's; ± uncertainty_ns
    """

    def __init__(self, url: str, *, token: str = "") -> None:
        self.url = url.rstrip("/")
        self.services: tuple[str, ...] = ()
        self.offset_ns = self.uncertainty_ns = 0
        self.lost = 0
        self._token = token
        self._session: aiohttp.ClientSession | None = None
        self._next = 0

    async def open(self) -> Health:
        """Connect, and learn what it serves."""
        if self._session is None:
            headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
            self._session = aiohttp.ClientSession(headers=headers)
        health = await self.health()
        self.services = health.services
        return health

    async def prepare(self, plan: Plan) -> None:
        """Open it, let it forget what was before, and hand it what the plan has for it."""
        await self.open()
        await self.reset()
        await self.put_script(plan.script)
        if plan.latency:
            await self.put_latency(plan.latency)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def health(self) -> Health:
        return _need(await self._ask("GET", "health", Health), self.url)

    async def put_script(self, script: Script) -> None:
        await self._send("PUT", "script", script)

    async def put_latency(self, latency: Mapping[str, Mapping[str, str]]) -> None:
        """Stage → `first`, `between` → a latency as `kernel.units` writes it."""
        await self._send("PUT", "latency", latency)

    async def reset(self) -> None:
        """Forget journal, script, state of the tools, and faults."""
        await self._send("POST", "reset")
        self._next = self.lost = 0

    async def apply(self, order: FaultOrder) -> FaultState:
        """Apply, or replace the fault of the same label."""
        return _need(await self._ask("PUT", f"faults/{order.label}", FaultState, order), self.url)

    async def heal(self, label: str) -> FaultState | None:
        """Heal; None if there is no such fault any more."""
        return await self._ask("DELETE", f"faults/{label}", FaultState)

    async def heal_all(self) -> Sequence[FaultState]:
        return await self._ask("DELETE", "faults", list[FaultState]) or []

    async def faults(self) -> Sequence[FaultState]:
        return await self._ask("GET", "faults", list[FaultState]) or []

    async def renew(self, seconds: float) -> None:
        """Faults heal by themselves if this is not called again within `seconds`."""
        await self._send("PUT", "lease", Lease(seconds))

    async def set_clock(self, clock: Clock) -> None:
        """Measure the offset of its clock; the reading with the shortest way decides."""
        shortest_ns: int | None = None
        for _ in range(CLOCK_READINGS):
            asked_ns = clock.now_ns()
            reading = _need(await self._ask("GET", "clock", ClockReading), self.url)
            way_ns = clock.now_ns() - asked_ns
            if shortest_ns is None or way_ns < shortest_ns:
                shortest_ns = way_ns
                self.offset_ns = asked_ns + way_ns // 2 - reading.now_ns
                self.uncertainty_ns = way_ns // 2

    async def fetch_journal(self) -> list[Event]:
        """The events since the last time, in the run's time."""
        found: list[Event] = []
        while True:
            journal = await self._ask("GET", f"journal?after={self._next}", Journal)
            page = _need(journal, self.url)
            self.lost += page.lost
            self._next = page.next
            if not page.events:
                return found
            found += [event.shifted(self.offset_ns) for event in page.events]

    async def put_calls(self, calls: Sequence[PhoneCall]) -> None:
        """What the telephone network's API is to know of these calls."""
        await self._send("PUT", "calls", calls)

    async def call_orders(self, after: int, wait_s: int = 0) -> CallOrders:
        """Agents' orders from number `after` on; waits for the first one if there is none."""
        path = f"orders?after={after}&wait={wait_s}"
        orders = await self._ask("GET", path, CallOrders, limit_s=REQUEST_LIMIT_S + wait_s)
        return _need(orders, self.url)

    def serves(self, stage: Stage | str) -> bool:
        return stage in self.services

    async def _ask(
        self,
        method: str,
        path: str,
        kind: type[T],
        body: object = None,
        limit_s: float = REQUEST_LIMIT_S,
    ) -> T | None:
        """The answer as `kind`; None for 404."""
        answer = await self._send(method, path, body, limit_s)
        if answer is None:
            return None
        try:
            return msgspec.json.decode(answer, type=kind, dec_hook=decode)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise StackError(
                f"{answer[:80]!r} is no answer of a mock: {error}",
                where=f"{method} {self._url(path)}",
                remedy="see that URL and version of the mocks are right",
            ) from None

    async def _send(
        self, method: str, path: str, body: object = None, limit_s: float = REQUEST_LIMIT_S
    ) -> bytes | None:
        assert self._session is not None, "open it first"
        url = self._url(path)
        data = None if body is None else msgspec.json.encode(body, enc_hook=encode)
        try:
            async with self._session.request(
                method, url, data=data, headers=_JSON, timeout=aiohttp.ClientTimeout(total=limit_s)
            ) as response:
                answer = await response.read()
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise StackError(
                f"the mock does not answer {method}: {error or type(error).__name__}",
                where=url,
                remedy="see whether `fastbusy mocks` is still running there",
            ) from None
        if response.status == 404:
            return None
        if response.status >= 400:
            raise _refused(answer, response.status, f"{method} {url}")
        return answer

    def _url(self, path: str) -> str:
        return f"{self.url}{PREFIX}/{path}"


_JSON = {"Content-Type": "application/json"}


def _refused(answer: bytes, status: int, where: str) -> StackError:
    try:
        error = msgspec.json.decode(answer, type=ControlError)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return StackError(f"HTTP {status}: {answer[:80]!r}", where=where)
    return StackError(f"HTTP {status}: {error.error}", where=where, remedy=error.remedy)


def _need(answer: T | None, url: str) -> T:
    if answer is None:
        raise StackError(
            "HTTP 404 from the control API",
            where=url,
            remedy="see whether that is the URL of a mock, without a path",
        )
    return answer
