"""The asyncio transport of a virtual socket: protocol callbacks, flow control, closing."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .sockets import LINGER_ZERO, VirtualSocket, os_error
from .time_loop import TimeLoop
from .wire import End

if TYPE_CHECKING:
    from .server import VirtualServer

# What the two kernels of a connection hold before the sender's own buffer begins to fill.
# Linux' loopback holds megabytes; with less, a reader that stalls is felt sooner.
WINDOW_BYTES = 256 * 1024
HIGH_WATER_BYTES = 64 * 1024  # asyncio's default


class VirtualTransport(asyncio.Transport):
    """A connected virtual socket and its protocol.

    Behaves as asyncio's selector transport but for `abort`, which here always resets the
    connection, as SO_LINGER with a time of zero does.
    """

    def __init__(
        self,
        loop: TimeLoop,
        sock: VirtualSocket,
        protocol: asyncio.BaseProtocol,
        *,
        server: VirtualServer | None = None,
        opened: asyncio.Future[None] | None = None,
    ) -> None:
        assert sock.wires is not None, sock
        super().__init__(
            {"socket": sock, "sockname": sock.getsockname(), "peername": sock.getpeername()}
        )
        self._loop = loop
        self._sock = sock
        self._incoming, self._outgoing = sock.wires
        self._server = server
        self._closing = self._lost = False
        self._eof_received = self._eof_sent = False
        self._reading_paused = self._writing_paused = False
        self.set_write_buffer_limits()
        self.set_protocol(protocol)
        self._outgoing.on_taken = self._bytes_taken
        self._incoming.on_reset = self._reset_arrived
        if server is not None:
            server.attach(self)
        loop.call_soon(protocol.connection_made, self)
        loop.call_soon(self._read_on)
        if opened is not None:
            loop.call_soon(_succeed, opened)

    def __repr__(self) -> str:
        state = "closing" if self._closing else "open"
        return f"<VirtualTransport {state} {self._sock!r}>"

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        if isinstance(protocol, asyncio.BufferedProtocol):
            raise NotImplementedError(f"virtual time serves no BufferedProtocol: {protocol!r}")
        self._protocol: Any = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        protocol: asyncio.BaseProtocol = self._protocol
        return protocol

    def is_closing(self) -> bool:
        return self._closing

    def is_reading(self) -> bool:
        return not (self._closing or self._reading_paused or self._eof_received)

    def pause_reading(self) -> None:
        self._reading_paused = True
        self._incoming.read_with(None)

    def resume_reading(self) -> None:
        self._reading_paused = False
        self._read_on()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        if high is None:
            high = HIGH_WATER_BYTES if low is None else 4 * low
        if low is None:
            low = high // 4
        if not high >= low >= 0:
            raise ValueError(f"high ({high!r}) must be >= low ({low!r}) must be >= 0")
        self._high, self._low = high, low
        self._pause_if_full()

    def get_write_buffer_limits(self) -> tuple[int, int]:
        return self._low, self._high

    def get_write_buffer_size(self) -> int:
        return max(0, self._outgoing.unread - WINDOW_BYTES)

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        if not isinstance(data, bytes | bytearray | memoryview):
            raise TypeError(f"data must be bytes-like, not {type(data).__name__!r}")
        if self._eof_sent:
            raise RuntimeError("Cannot call write() after write_eof()")
        if self._closing or not data:
            return
        if self._incoming.is_reset:
            self._lose_to_reset()
            return
        self._outgoing.send(bytes(data))
        self._pause_if_full()

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        if not self._closing and not self._eof_sent:
            self._eof_sent = True
            self._outgoing.send(End.FIN)

    def close(self) -> None:
        """Send what is buffered, then close; without end if the peer does not read it."""
        if not self._closing:
            self._closing = True
            self._incoming.read_with(None)
            self._bytes_taken()

    def abort(self) -> None:
        """Reset the connection; the peer's protocol loses it with ConnectionResetError."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
        self._lose_soon(None)

    def _read_on(self) -> None:
        if self.is_reading():
            self._incoming.read_with(self._receive)

    def _receive(self, item: bytes | End) -> None:
        if item is End.RST:
            self._lose_to_reset()
        elif item is End.FIN:
            self._eof_received = True
            self._incoming.read_with(None)
            if not self._call(self._protocol.eof_received):
                self.close()
        else:
            self._call(self._protocol.data_received, item)

    def _call(self, callback: Callable[..., Any], *args: Any) -> Any:
        """Call the protocol; if it raises, report that and end the connection."""
        try:
            return callback(*args)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            self._report(callback, error)
            self._lose_soon(error)
            return None

    def _report(self, callback: Callable[..., Any], error: BaseException) -> None:
        self._loop.call_exception_handler(
            {
                "message": f"protocol.{callback.__name__}() failed",
                "exception": error,
                "transport": self,
                "protocol": self._protocol,
            }
        )

    def _bytes_taken(self) -> None:
        """Resume the protocol or finish closing; later, for this is the peer's turn."""
        if self._writing_paused:
            self._loop.call_soon(self._resume_if_drained)
        if self._closing and not self.get_write_buffer_size():
            self._lose_soon(None)

    def _reset_arrived(self) -> None:
        """A side that waits to write learns of a reset at once, others by reading or writing."""
        if self.get_write_buffer_size():
            self._lose_to_reset()

    def _lose_to_reset(self) -> None:
        # After a FIN, Linux says EPIPE instead of ECONNRESET.
        self._lose_soon(os_error(errno.EPIPE if self._eof_received else errno.ECONNRESET))

    def _pause_if_full(self) -> None:
        if not self._writing_paused and self.get_write_buffer_size() > self._high:
            self._writing_paused = True
            self._signal(self._protocol.pause_writing)

    def _resume_if_drained(self) -> None:
        if self._writing_paused and self.get_write_buffer_size() <= self._low:
            self._writing_paused = False
            self._signal(self._protocol.resume_writing)

    def _signal(self, callback: Callable[[], Any]) -> None:
        """Tell the protocol to pause or resume; if it raises, report that and go on."""
        try:
            callback()
        except Exception as error:
            self._report(callback, error)

    def _lose_soon(self, error: BaseException | None) -> None:
        if self._lost:
            return
        self._closing = self._lost = True
        self._incoming.read_with(None)
        self._outgoing.on_taken = self._incoming.on_reset = None
        self._loop.call_soon(self._lose, error)

    def _lose(self, error: BaseException | None) -> None:
        try:
            self._protocol.connection_lost(error)
        finally:
            self._sock.close()
            if self._server is not None:
                self._server.detach(self)


def _succeed(opened: asyncio.Future[None]) -> None:
    if not opened.done():
        opened.set_result(None)
