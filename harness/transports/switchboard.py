"""Between the calls and the mocked telephone network: tells it of calls, carries orders to them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Self

from kernel.clock import Clock
from kernel.control import ENDED, CallOrder, CallStatus, PhoneCall
from kernel.errors import StackError
from kernel.event import Event

from ..call_log import Record
from ..nemesis.mock_control import MockControl
from .link import Obey

WAIT_S = 20
"""So long a mock may keep the question for orders open."""
RETRY_S = 0.25
FAREWELL_S = 2.0


class Switchboard:
    """A `Network` over the control API; an async context. Only mocks that serve telephony count.

    A mock that starts anew is told of all calls that are up. `record` takes what becomes of calls
    that an agent orders and nobody takes.
    """

    def __init__(self, mocks: Sequence[MockControl], clock: Clock, record: Record) -> None:
        self._mocks = [mock for mock in mocks if mock.serves("telephony")]
        self._clock, self._record = clock, record
        self._place: Obey | None = None
        self._up: dict[str, PhoneCall] = {}
        self._obey: dict[str, Obey] = {}
        self._untold: dict[str, PhoneCall] = {}
        self._news = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        if self._mocks:
            self._tasks = [asyncio.create_task(self._tell_news())]
            self._tasks += [asyncio.create_task(self._listen(mock)) for mock in self._mocks]
        return self

    async def __aexit__(self, *raised: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_S):
                await self._tell(self._mocks, self._take_untold())

    def tell(self, call: PhoneCall) -> None:
        if not self._mocks:
            return
        if call.status in ENDED:
            self._up.pop(call.sid, None)
            self._obey.pop(call.sid, None)
        else:
            self._up[call.sid] = call
        self._untold[call.sid] = call
        self._news.set()

    def attend(self, sid: str, obey: Obey) -> None:
        if self._mocks:
            self._obey[sid] = obey

    def serve(self, place: Obey) -> None:
        self._place = place

    def miss(self, order: CallOrder, status: CallStatus, why: str) -> None:
        assert order.dial is not None
        data = {
            "to": order.dial.to_number,
            "from": order.dial.from_number,
            "status": status,
            "why": why,
        }
        now_ns = self._clock.now_ns()
        self._record(Event(now_ns, "network", "order", "info", order.sid, "run", data=data))

    def _take_untold(self) -> list[PhoneCall]:
        untold, self._untold = list(self._untold.values()), {}
        return untold

    async def _tell_news(self) -> None:
        """What comes up while a mock is told goes with the next message."""
        while True:
            await self._news.wait()
            self._news.clear()
            await self._tell(self._mocks, self._take_untold())

    async def _tell(self, mocks: Sequence[MockControl], calls: Sequence[PhoneCall]) -> None:
        for mock in mocks if calls else ():
            with suppress(StackError):  # `_listen` tells it of all calls once it is back
                await mock.put_calls(calls)

    async def _listen(self, mock: MockControl) -> None:
        """Carry every order of one mock to the call that it is for."""
        begun_ns: int | None = None
        after = wait_s = 0
        while True:
            try:
                page = await mock.call_orders(after, wait_s)
            except StackError:
                wait_s = 0
                await self._clock.sleep(RETRY_S)
                continue
            if begun_ns not in (None, page.begun_ns):
                after = wait_s = 0
                begun_ns = page.begun_ns
                await self._tell([mock], list(self._up.values()))
                continue
            begun_ns, after, wait_s = page.begun_ns, page.next, WAIT_S
            for order in page.orders:
                # One that cannot be carried out is a fault of ours; the loop tells of it, and the
                # others are carried out all the same.
                asyncio.get_running_loop().call_soon(self._carry_out, order)

    def _carry_out(self, order: CallOrder) -> None:
        if obey := self._place if order.dial else self._obey.get(order.sid):
            obey(order)
