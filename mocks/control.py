"""The control API of `kernel.control` over HTTP, and `/metrics`. No fault reaches either."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any, TypeVar

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from kernel.clock import Clock
from kernel.control import PREFIX, CallOrders, ClockReading, ControlError, Lease, PhoneCall
from kernel.dialogue import Script
from kernel.errors import UsageError
from kernel.event import Event, to_line
from kernel.fault import FaultOrder, Stage
from kernel.units import decode, encode

from .journal import Journal
from .levers import Levers
from .metrics import Metrics

T = TypeVar("T")

_EVENTS_WAITING = 10_000
_LONGEST_WAIT_S = 60
_LONGEST_BODY_BYTES = 4 << 20


class Control:
    """The control API of one port. An empty token lets everybody in."""

    def __init__(
        self,
        levers: Levers,
        journal: Journal,
        metrics: Metrics,
        clock: Clock,
        *,
        stages: Sequence[Stage] = (),
        token: str = "",
        pump: Callable[[], None],
    ) -> None:
        self._levers, self._journal, self._metrics = levers, journal, metrics
        self._clock, self._stages, self._token, self._pump = clock, stages, token, pump

    def routes(self) -> list[web.AbstractRouteDef]:
        """To be added to an application before its other routes."""
        return [
            web.get("/metrics", self._answer(self._scrape)),
            web.get(f"{PREFIX}/health", self._answer(self._health, public=True)),
            web.get(f"{PREFIX}/clock", self._answer(self._read_clock)),
            web.get(f"{PREFIX}/faults", self._answer(self._list_faults)),
            web.put(f"{PREFIX}/faults/{{label:.+}}", self._answer(self._apply)),
            web.delete(f"{PREFIX}/faults/{{label:.+}}", self._answer(self._heal)),
            web.delete(f"{PREFIX}/faults", self._answer(self._heal_all)),
            web.put(f"{PREFIX}/script", self._answer(self._put_script)),
            web.put(f"{PREFIX}/latency", self._answer(self._put_latency)),
            web.get(f"{PREFIX}/journal", self._answer(self._page)),
            web.get(f"{PREFIX}/events", self._answer(self._stream)),
            web.put(f"{PREFIX}/calls", self._answer(self._put_calls)),
            web.get(f"{PREFIX}/orders", self._answer(self._wait_for_orders)),
            web.post(f"{PREFIX}/reset", self._answer(self._reset)),
            web.put(f"{PREFIX}/lease", self._answer(self._put_lease)),
            web.route("*", f"{PREFIX}/{{path:.*}}", self._answer(self._unknown)),
        ]

    def _answer(
        self, act: Callable[[web.Request], Awaitable[Any]], *, public: bool = False
    ) -> Handler:
        """Let only those in who know the token; tell errors as `ControlError`."""

        async def answer(request: web.Request) -> web.StreamResponse:
            if not public and not self._knows_token(request):
                remedy = "send the header Authorization: Bearer with FASTBUSY_CONTROL_TOKEN"
                return _reply(ControlError("the control API needs a token here", remedy), 401)
            try:
                found = await act(request)
            except (UsageError, msgspec.MsgspecError, ValueError) as error:
                return _reply(_as_error(error), 400)
            finally:
                self._pump()
            return found if isinstance(found, web.StreamResponse) else _reply(found)

        return answer

    def _knows_token(self, request: web.Request) -> bool:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return not self._token or hmac.compare_digest(given.encode(), self._token.encode())

    async def _health(self, _: web.Request) -> Any:
        return self._levers.health(tuple(self._stages), _version())

    async def _read_clock(self, _: web.Request) -> Any:
        return ClockReading(self._clock.now_ns())

    async def _list_faults(self, _: web.Request) -> Any:
        return self._levers.faults()

    async def _apply(self, request: web.Request) -> Any:
        order = await _body(request, FaultOrder)
        if order.label != request.match_info["label"]:
            raise UsageError(
                f"label {order.label!r} in the body, {request.match_info['label']!r} in the path",
                remedy="use the same label in both",
            )
        return self._levers.apply(order, self._clock.now_ns())

    async def _heal(self, request: web.Request) -> Any:
        label = request.match_info["label"]
        healed = self._levers.heal(label, self._clock.now_ns())
        known = ", ".join(state.order.label for state in self._levers.faults()) or "none"
        missing = ControlError(f"no fault {label!r} is in force", f"in force: {known}", label)
        return healed or _reply(missing, 404)

    async def _heal_all(self, _: web.Request) -> Any:
        return self._levers.heal_all(self._clock.now_ns())

    async def _put_script(self, request: web.Request) -> Any:
        script = await _body(request, Script)
        self._levers.script(script)
        return {"dialogues": [dialogue.name for dialogue in script.dialogues]}

    async def _put_latency(self, request: web.Request) -> Any:
        changes = await _body(request, dict[str, dict[str, str]])
        return self._levers.latency(changes)

    async def _page(self, request: web.Request) -> Any:
        return self._journal.page(_number(request, "after"))

    async def _put_calls(self, request: web.Request) -> Any:
        self._levers.exchange.connect(await _body(request, list[PhoneCall]), self._clock.now_ns())
        return {}

    async def _wait_for_orders(self, request: web.Request) -> Any:
        """A page of orders; if there are none yet, it is kept open until there is one."""
        after, wait_s = _number(request, "after"), min(_number(request, "wait"), _LONGEST_WAIT_S)
        exchange, news = self._levers.exchange, asyncio.Event()
        if wait_s and after == exchange.next:
            exchange.listeners.append(news.set)
            try:
                async with asyncio.timeout(wait_s):
                    await news.wait()
            except TimeoutError:
                pass
            finally:
                exchange.listeners.remove(news.set)
        return CallOrders(exchange.begun_ns, exchange.orders(after), exchange.next)

    async def _reset(self, _: web.Request) -> Any:
        self._levers.reset(self._clock.now_ns())
        return {}

    async def _put_lease(self, request: web.Request) -> Any:
        lease = await _body(request, Lease)
        if not 0 < lease.seconds < 86_400:
            raise UsageError(f"a lease of {lease.seconds} s", remedy="more than 0, at most a day")
        self._levers.lease(lease.seconds, self._clock.now_ns())
        return lease

    async def _unknown(self, request: web.Request) -> Any:
        remedy = (
            "health, clock, faults, script, latency, journal, events, calls, orders, reset, lease"
        )
        return _reply(ControlError(f"no {request.method} {request.path} here", remedy), 404)

    async def _scrape(self, _: web.Request) -> Any:
        text = self._metrics.exposition()
        return web.Response(body=text, headers={"Content-Type": "text/plain; version=0.0.4"})

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        """Events as lines, from number `after` on, until the client goes or falls behind."""
        after = _number(request, "after")
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        await response.prepare(request)
        waiting: asyncio.Queue[Event | None] = asyncio.Queue(_EVENTS_WAITING)

        def hear(event: Event) -> None:
            if not waiting.full():
                waiting.put_nowait(event if waiting.qsize() < _EVENTS_WAITING - 1 else None)

        self._journal.listeners.append(hear)
        try:
            for event in self._journal.page(after, _EVENTS_WAITING).events:
                await response.write(to_line(event))
            while (news := await waiting.get()) is not None:
                await response.write(to_line(news))
        finally:
            self._journal.listeners.remove(hear)
        return response


async def _body(request: web.Request, kind: type[T]) -> T:
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > _LONGEST_BODY_BYTES:
            raise UsageError("the body is too long", remedy=f"at most {_LONGEST_BODY_BYTES} bytes")
    return msgspec.json.decode(body, type=kind, dec_hook=decode)


def _number(request: web.Request, name: str) -> int:
    text = request.query.get(name, "0")
    if not text.isdecimal():
        raise UsageError(f"{name}={text!r}", remedy=f"{name} is a number from 0")
    return int(text)


def _as_error(error: Exception) -> ControlError:
    if isinstance(error, UsageError):
        return ControlError(str(UsageError(error.what, where=error.where)), error.remedy)
    return ControlError(str(error), "see kernel/control.py for what goes where")


def _reply(value: Any, status: int = 200) -> web.Response:
    body = msgspec.json.encode(value, enc_hook=encode)
    return web.Response(status=status, body=body, content_type="application/json")


def _version() -> str:
    try:
        return version("fastbusy")
    except PackageNotFoundError:
        return "0+unknown"
