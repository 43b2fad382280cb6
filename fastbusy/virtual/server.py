"""A listening server on virtual sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from .sockets import VirtualSocket
from .time_loop import TimeLoop
from .transport import VirtualTransport


class VirtualServer(asyncio.AbstractServer):
    """Accepts connections on its sockets and gives each a protocol and a transport."""

    def __init__(
        self,
        loop: TimeLoop,
        sockets: Sequence[VirtualSocket],
        protocol_factory: Callable[[], asyncio.BaseProtocol],
    ) -> None:
        self._loop = loop
        self._listening = tuple(sockets)
        self._protocol_factory = protocol_factory
        self._serving = False
        self._transports: dict[VirtualTransport, None] = {}
        self._idle = asyncio.Event()  # closed, and no connection left
        self._served_forever: asyncio.Future[None] | None = None

    @property
    def sockets(self) -> tuple[VirtualSocket, ...]:
        """The listening sockets; none once closed."""
        return self._listening

    def get_loop(self) -> asyncio.AbstractEventLoop:
        return self._loop

    def is_serving(self) -> bool:
        return self._serving

    async def start_serving(self) -> None:
        self._serving = bool(self._listening)
        for sock in self._listening:
            sock.on_accept = self._accept

    async def serve_forever(self) -> None:
        """Serve until cancelled, or until `close` is called, which cancels the caller."""
        if self._served_forever is not None:
            raise RuntimeError(f"server {self!r} is already being awaited on serve_forever()")
        if not self._listening:
            raise RuntimeError(f"server {self!r} is closed")
        await self.start_serving()
        self._served_forever = self._loop.create_future()
        try:
            await self._served_forever
        finally:
            self._served_forever = None
            self.close()
            await self.wait_closed()

    def close(self) -> None:
        """Stop listening; connections live on."""
        for sock in self._listening:
            sock.close()
        self._listening = ()
        self._serving = False
        if self._served_forever is not None and not self._served_forever.done():
            self._served_forever.cancel()
        self._note_idle()

    def close_clients(self) -> None:
        """Close every connection."""
        for transport in tuple(self._transports):
            transport.close()

    def abort_clients(self) -> None:
        """Reset every connection."""
        for transport in tuple(self._transports):
            transport.abort()

    async def wait_closed(self) -> None:
        """Return once the server is closed and its last connection is lost, as documented.

        Python 3.11 itself returns at once from a closed server.
        """
        await self._idle.wait()

    def attach(self, transport: VirtualTransport) -> None:
        """Count a connection in."""
        self._transports[transport] = None

    def detach(self, transport: VirtualTransport) -> None:
        """Count a connection out."""
        del self._transports[transport]
        self._note_idle()

    def _accept(self, sock: VirtualSocket) -> None:
        try:
            VirtualTransport(self._loop, sock, self._protocol_factory(), server=self)
        except Exception as error:
            context: dict[str, Any] = {"message": "accept failed", "exception": error}
            self._loop.call_exception_handler(context)
            sock.close()

    def _note_idle(self) -> None:
        if not self._listening and not self._transports:
            self._idle.set()
