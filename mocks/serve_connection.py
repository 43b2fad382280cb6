"""One request or socket of aiohttp: what the service sends goes out, what comes in is told it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from aiohttp import HttpVersion11, WebSocketError, WSCloseCode, WSMsgType, web

from .session import Departure, Ended
from .wire import SWITCHING_PROTOCOLS, Binary, Body, Close, Head, Reset, Text

if TYPE_CHECKING:
    from .serve_shell import Shell

_CLOSE_REASON_BYTES = 123
_CLOSE_S = 2.0
_NO_STATUS = 1005
_CONTENT = (Body, Text, Binary)
_FRAMES = (WSMsgType.TEXT, WSMsgType.BINARY)

Write = Callable[[Any], None]
"""Writes one kind of wire, while nothing else is left to write."""


class _GivenUp(Exception):
    """The connection is of no more use: it was reset, or nobody reads from it."""


class Connection:
    """What is on its way to one client. `put` never waits.

    It writes by itself what nothing waits before, so that no task need wake for a chunk or a frame;
    `_answer` and `_converse` write the rest, when the client has read what came before.
    """

    def __init__(
        self, shell: Shell, session: int, request: web.BaseRequest, *, upgrades: bool
    ) -> None:
        self._shell, self._session, self._request = shell, session, request
        self._transport = request.transport
        self._waiting: deque[Departure] = deque()
        self._news = asyncio.Event()
        self._unread_bytes = 0
        self._response: web.StreamResponse | None = None
        # Of the kinds of wire that may come next those that need no task, and what writes them.
        self._writers: Mapping[type, Write] = {} if upgrades else {Head: self._begin}
        self._upgraded = self._dropped = self._closing = False
        self._left_with: int | None = None  # the code of the client's close, if there was one

    def put(self, departure: Departure) -> None:
        """Write or queue what has to go out. A client that does not read is dropped."""
        if self._written(departure):
            return
        self._waiting.append(departure)
        self._unread_bytes += _size(departure)
        self._news.set()
        if self._unread_bytes > self._shell.service.world.settings.unread_bytes:
            self._vanish(how="client_not_reading")
            self._drop()

    def _written(self, departure: Departure) -> bool:
        """Write it, unless something is before it."""
        write = self._writers.get(type(departure.what))
        transport = self._transport
        if write is None or self._waiting or not transport or transport.get_write_buffer_size():
            return False
        self._shell.instrument.sent(departure.due_ns, self._shell.clock.now_ns())
        # `_dropping` would cost a chunk as much as it costs to look whether it may be written.
        try:
            write(departure.what)
        except Exception as error:
            self._give_up(error)
        return True

    def go_away(self) -> None:
        """Close the socket because the server stops. A request is answered to its end."""
        if self._upgraded and not self._closing:
            self._vanish(how="shutdown")
            self.put(Departure(self._session, Close(WSCloseCode.GOING_AWAY), self._now_ns()))

    async def run(self) -> web.StreamResponse:
        """Answer the request to its end, or to the client's."""
        try:
            with self._dropping():
                what = await self._next()
                if isinstance(what, Head) and what.status == SWITCHING_PROTOCOLS:
                    return await self._converse(what)
                return await self._answer(what)
            return web.Response(status=500)  # goes nowhere: the connection is gone
        finally:
            self._vanish(self._left_with)
            self._shell.pump_soon()

    def _now_ns(self) -> int:
        return self._shell.clock.now_ns()

    def _vanish(self, code: int | None = None, how: str = "") -> None:
        self._shell.service.vanish(self._session, self._now_ns(), code, how)

    @contextmanager
    def _dropping(self) -> Iterator[None]:
        """Drop the connection, and none but this one, where nothing can be written to it."""
        try:
            yield
        except Exception as error:
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        if not isinstance(error, _GivenUp | ConnectionError):
            self._shell.service.unsendable(self._session, self._now_ns())
        self._drop()

    def _drop(self) -> None:
        self._dropped = True
        self._news.set()
        if self._transport is not None:
            self._transport.abort()

    async def _next(self) -> object:
        while not self._waiting and not self._dropped:
            self._news.clear()
            await self._news.wait()
        if self._dropped:
            raise _GivenUp
        departure = self._waiting.popleft()
        self._unread_bytes -= _size(departure)
        if isinstance(departure.what, Reset):
            raise _GivenUp
        self._shell.instrument.sent(departure.due_ns, self._now_ns())
        return departure.what

    def _begin(self, head: Head) -> None:
        response = self._response = web.StreamResponse(status=head.status, headers=head.headers)
        if response.content_length is None and self._request.version < HttpVersion11:
            response.force_close()  # without chunks only that tells where the body ends
        _at_once(response.prepare(self._request))
        chunked = response.headers.get("Transfer-Encoding") == "chunked"
        self._writers = {Body: self._write_chunk} if chunked else {}

    def _write_chunk(self, body: Body) -> None:
        """In the chunked coding of RFC 9112, where an empty chunk would be the last."""
        transport = self._transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError
        if data := body.data:
            transport.write(b"%x\r\n%b\r\n" % (len(data), data))

    async def _answer(self, what: object) -> web.StreamResponse:
        while True:
            match what, self._response:
                case Head() as head, None:
                    self._begin(head)
                case Body(data), web.StreamResponse() as response:
                    await response.write(data)
                case Ended(), web.StreamResponse() as response:
                    self._writers = {}
                    await response.write_eof()
                    return response
                case _:
                    raise _GivenUp
            what = await self._next()

    async def _converse(self, head: Head) -> web.StreamResponse:
        headers = dict(head.headers)
        protocol = headers.pop("Sec-WebSocket-Protocol", "")
        socket = web.WebSocketResponse(
            protocols=(protocol,) if protocol else (),
            timeout=_CLOSE_S,
            max_msg_size=self._shell.service.world.settings.message_bytes,
            compress=False,
        )
        socket.headers.update(headers)
        await socket.prepare(self._request)
        self._upgraded = True
        self._writers = {Text: _frame(socket.send_str), Binary: _frame(socket.send_bytes)}
        reading = asyncio.create_task(self._read(socket))
        writing = asyncio.create_task(self._write(socket, reading))
        try:
            await asyncio.wait([reading])
            if not reading.cancelled():
                reading.result()
        except TimeoutError:
            self._vanish(how="idle")
            self._drop()
        finally:
            reading.cancel()
            if not self._closing:
                writing.cancel()
            await asyncio.gather(reading, writing, return_exceptions=True)
        return socket

    async def _read(self, socket: web.WebSocketResponse) -> None:
        service = self._shell.service
        idle_s = service.world.settings.idle_s
        while (message := await socket.receive(idle_s)).type in _FRAMES:
            kind = Text if message.type is WSMsgType.TEXT else Binary
            if service.receive(self._session, kind(message.data), self._now_ns()):
                self._shell.pump_soon()
        if message.type is WSMsgType.CLOSE:
            self._left_with = message.data or _NO_STATUS
        elif isinstance(message.data, WebSocketError):
            self._left_with = int(message.data.code)

    async def _write(self, socket: web.WebSocketResponse, reading: asyncio.Task[None]) -> None:
        with self._dropping():
            while True:
                match await self._next():
                    case Text(data):
                        await socket.send_str(data)
                    case Binary(data):
                        await socket.send_bytes(data)
                    case Close(code, reason):
                        self._closing = True
                        self._writers = {}
                        # aiohttp waits for the client's own close frame only if nobody reads;
                        # else what is still coming in resets the connection, close frame and all.
                        reading.cancel()
                        await asyncio.wait([reading])
                        told = reason.encode()[:_CLOSE_REASON_BYTES].decode(errors="ignore")
                        await socket.close(code=code, message=told.encode())
                        return


def _frame(send: Callable[[Any], Coroutine[Any, Any, None]]) -> Write:
    def write(what: Text | Binary) -> None:
        _at_once(send(what.data))

    return write


def _at_once(writing: Coroutine[Any, Any, Any]) -> None:
    # It stops only to wait for a full buffer, and this one is empty.
    with suppress(StopIteration):
        writing.send(None)


def _size(departure: Departure) -> int:
    what = departure.what
    return len(what.data) if isinstance(what, _CONTENT) else 0
