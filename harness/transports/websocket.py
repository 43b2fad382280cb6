"""A client's WebSocket: no task is woken for a message that comes, none waits to send one."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
from collections.abc import Callable, Iterator, Mapping

import aiohttp

from ..protocols.websocket import (
    INTERNAL_ERROR,
    NORMAL,
    Frames,
    Masked,
    Message,
    Opcode,
    Violation,
    frame,
    masked,
)

CLOSE_LIMIT_S = 2.0
"""The other side has so long to answer a close."""
UNREAD_BYTES = 64 << 10
READ_BURST = 16
"""Messages that are taken in at a stretch, before others have their turn."""
READ_AHEAD_BYTES = 1 << 20
"""So much may have arrived that nobody has taken in yet. What is left in the kernel is lost with
the connection as soon as something is written to a server that is gone: this is minutes of sound.
"""

Take = Callable[[bytes, bool], None]
"""Takes the payload of a message, and whether it is a binary one."""

_ACCEPT = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3
_MASKS_AT_ONCE = 1024


async def opened(session: aiohttp.ClientSession, url: str, headers: Mapping[str, str]) -> WebSocket:
    """Raises what aiohttp raises: WSServerHandshakeError if the server does not upgrade."""
    key = base64.b64encode(os.urandom(16))
    asked = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": key.decode(),
    }
    response = await session.get(url, headers={**headers, **asked}, read_until_eof=False)
    try:
        _check(response, base64.b64encode(hashlib.sha1(key + _ACCEPT).digest()).decode())
        return WebSocket(response)
    except BaseException:
        response.close()
        raise


def _check(response: aiohttp.ClientResponse, accept: str) -> None:
    told = response.headers
    upgraded = (
        response.status == 101
        and told.get("Upgrade", "").lower() == "websocket"
        and told.get("Connection", "").lower() == "upgrade"
        and told.get("Sec-WebSocket-Accept") == accept
    )
    if not upgraded:
        raise aiohttp.WSServerHandshakeError(
            response.request_info, response.history, status=response.status, headers=told
        )


def _masks() -> Iterator[bytes]:
    while True:
        drawn = os.urandom(4 * _MASKS_AT_ONCE)
        for start in range(0, len(drawn), 4):
            yield drawn[start : start + 4]


_MASKS = _masks()

try:
    from aiohttp._websocket.helpers import websocket_mask
except ImportError:  # it is no part of aiohttp's API; without it, masking takes longer
    _masked: Masked = masked
else:

    def _masked(payload: bytes, mask: bytes) -> bytearray:
        covered = bytearray(payload)
        websocket_mask(mask, covered)
        return covered


def _framed(opcode: Opcode, payload: bytes) -> bytes:
    return frame(opcode, payload, next(_MASKS), _masked)


class WebSocket:
    """Over the connection of a response that has been upgraded. Pings are answered, but for those
    of a server that does not read.

    closed  either side has said so, or it is over
    """

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        connection = response.connection
        assert connection is not None
        assert connection.protocol is not None
        assert connection.transport is not None
        self.closed = False
        self._response, self._transport = response, connection.transport
        self._frames = Frames()
        self._take: Take | None = None
        self._paused = self._is_lost = self._goes_on = self._closed_by_other = False
        self._over = asyncio.Event()
        self._error: Exception | None = None
        self._unchecked_bytes = 0
        # aiohttp keeps the connection, and gives what it carries to this object.
        connection.protocol.set_parser(self, None)

    def send(self, text: bytes) -> bool:
        """Hand a text message over. False each time that another 64 KiB are not read."""
        if self.closed or self._transport.is_closing():
            return True  # `receive` tells how it ended
        framed = _framed(Opcode.TEXT, text)
        self._transport.write(framed)
        self._unchecked_bytes += len(framed)
        if self._unchecked_bytes <= UNREAD_BYTES:
            return True
        self._unchecked_bytes = 0
        return self._transport.get_write_buffer_size() <= UNREAD_BYTES

    async def receive(self, take: Take) -> bool:
        """Give `take` what comes until it is over; what came before has waited.

        False if the connection broke without a close frame. Raises what `take` raises, which ends
        the connection.
        """
        self._take = take
        self._go_on()
        try:
            await self._over.wait()
        finally:
            if self._take is take:
                self._take = None
        if self._error:
            raise self._error
        return self._closed_by_other

    async def close(self) -> None:
        """Say that it is over, and wait until the other side does; what still comes is dropped."""
        if not self.closed:
            self._say_closed(NORMAL)
            self._take = _drop
            self._go_on()
            try:
                async with asyncio.timeout(CLOSE_LIMIT_S):
                    await self._over.wait()
            except TimeoutError:
                self._transport.abort()
        self._end()

    # What aiohttp tells.

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        """This has arrived. Nothing of it is given back."""
        if not self._over.is_set():
            self._frames.feed(data)
            self._go_on()
            whole = self._goes_on or self._take is None  # else more of a message is needed
            if whole and self._frames.unread_bytes > READ_AHEAD_BYTES:
                self._pause()
        return False, b""

    def feed_eof(self) -> None:
        """The connection is lost; what it brought before is still taken in."""
        self._is_lost = True
        self._go_on()

    def _go_on(self) -> None:
        """Take in what has arrived, a burst of it at most; the rest when all others had a turn."""
        if self._goes_on:
            return
        try:
            self._take_in_burst()
        except Violation as violation:
            self._fail(violation.code)
        except Exception as error:
            self._error = error
            self._fail(INTERNAL_ERROR)

    def _take_in_burst(self) -> None:
        for _ in range(READ_BURST):
            if self._take is None:
                return
            message = self._frames.read()
            if message is None:
                self._resume()
                if self._is_lost:
                    self._end()
                return
            self._act(message, self._take)
        self._goes_on = True
        asyncio.get_running_loop().call_soon(self._go_on_later)

    def _go_on_later(self) -> None:
        self._goes_on = False
        self._go_on()

    def _act(self, message: Message, take: Take) -> None:
        opcode, payload = message
        if opcode is Opcode.TEXT:
            take(payload, False)
        elif opcode is Opcode.BINARY:
            take(payload, True)
        elif opcode is Opcode.CLOSE:
            if not self.closed:
                self._closed_by_other = True
                self._say_closed(int.from_bytes(payload[:2], "big") or NORMAL)
            self._end()
        elif opcode is Opcode.PING and self._transport.get_write_buffer_size() <= UNREAD_BYTES:
            self._control(Opcode.PONG, payload)

    def _control(self, opcode: Opcode, payload: bytes) -> None:
        if not self.closed and not self._transport.is_closing():
            self._transport.write(_framed(opcode, payload))

    def _say_closed(self, code: int) -> None:
        self._control(Opcode.CLOSE, code.to_bytes(2, "big"))
        self.closed = True

    def _fail(self, code: int) -> None:
        self._say_closed(code)
        self._end()

    def _end(self) -> None:
        self.closed = True
        self._take = None
        self._over.set()
        self._response.close()

    def _pause(self) -> None:
        if not self._paused and not self._transport.is_closing():
            self._transport.pause_reading()
            self._paused = True

    def _resume(self) -> None:
        if self._paused and not self._transport.is_closing():
            self._transport.resume_reading()
        self._paused = False


def _drop(_payload: bytes, _binary: bool) -> None:
    """What nobody waits for any more."""
