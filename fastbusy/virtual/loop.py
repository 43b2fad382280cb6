"""The event loop of a run in virtual time: asyncio's networking over a network in memory."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterable
from typing import IO, Any, NoReturn

from .addresses import AddrInfo, SockAddr, getaddrinfo
from .clock import VirtualClock
from .network import Network
from .server import VirtualServer
from .sockets import VirtualSocket
from .time_loop import SECOND_NS, TimeLoop
from .transport import VirtualTransport

DAY_S = 86_400.0


def _absent(what: str) -> Any:
    def refuse(*args: object, **options: object) -> NoReturn:
        raise NotImplementedError(
            f"virtual time has no {what}; run this part of the program in real time"
        )

    return refuse


class VirtualLoop(TimeLoop):
    """A TimeLoop with TCP over memory: `create_connection`, `create_server` and all above them.

    `latency_s` is the constant one-way latency of every connection, `limit_s` the bound on the
    virtual time that may pass.
    """

    def __init__(
        self, *, start_ns: int = 0, latency_s: float = 0.0, limit_s: float = DAY_S
    ) -> None:
        super().__init__(start_ns=start_ns, limit_s=limit_s)
        self.network = Network(self, latency_ns=round(latency_s * SECOND_NS))
        self.clock = VirtualClock(self)

    async def getaddrinfo(  # type: ignore[override]  # wider: everything by name or place
        self,
        host: str | bytes | None,
        port: str | int | None,
        family: int = 0,
        type: int = 0,
        proto: int = 0,
        flags: int = 0,
    ) -> list[AddrInfo]:
        """See `addresses.getaddrinfo`."""
        return getaddrinfo(host, port, family, type, proto, flags)

    async def getnameinfo(self, sockaddr: SockAddr, flags: int = 0) -> tuple[str, str]:
        """The numeric address itself."""
        return sockaddr[0], str(sockaddr[1])

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        """Connect after two latencies. Raises ConnectionRefusedError when nobody listens."""
        virtual = _virtual(sock)
        host, port, *_ = address
        resolved = getaddrinfo(host, port, virtual.family)[0][4]
        if self.network.latency_ns:
            await self.clock.sleep_until(self.now_ns + 2 * self.network.latency_ns)
        self.network.connect(virtual, resolved)

    async def create_connection(  # type: ignore[override]  # one signature for all overloads
        self,
        protocol_factory: Callable[[], asyncio.BaseProtocol],
        host: str | None = None,
        port: int | None = None,
        *,
        ssl: Any = None,
        family: int = 0,
        sock: socket.socket | None = None,
        local_addr: SockAddr | None = None,
        **_: Any,
    ) -> tuple[VirtualTransport, asyncio.BaseProtocol]:
        """Connect to `host` and `port`, or take over a connected `sock`.

        Raises NotImplementedError for TLS, OSError as `sock_connect` and `getaddrinfo` do.
        Options that only shape real connections are ignored.
        """
        if ssl:
            raise NotImplementedError(f"virtual time has no TLS; use http://{host}:{port}")
        if sock is None:
            info = getaddrinfo(host, port, family, socket.SOCK_STREAM)[0]
            connected = self.network.socket(*info[:3])
            if local_addr is not None:
                connected.bind(local_addr)
            try:
                await self.sock_connect(connected, info[4])
            except BaseException:
                connected.close()
                raise
        else:
            connected = _virtual(sock)
            if connected.wires is None:
                raise ValueError(f"{sock!r} is not connected")
        protocol = protocol_factory()
        opened = self.create_future()
        transport = VirtualTransport(self, connected, protocol, opened=opened)
        try:
            await opened
        except BaseException:
            transport.close()
            raise
        return transport, protocol

    async def create_server(  # type: ignore[override]  # one signature for all overloads
        self,
        protocol_factory: Callable[[], asyncio.BaseProtocol],
        host: str | Iterable[str] | None = None,
        port: int | None = None,
        *,
        family: int = socket.AF_UNSPEC,
        flags: int = socket.AI_PASSIVE,
        sock: socket.socket | None = None,
        ssl: Any = None,
        start_serving: bool = True,
        **_: Any,
    ) -> VirtualServer:
        """Listen on `host` (one, several or, with None, every address) or on a bound `sock`.

        Raises NotImplementedError for TLS, OSError when an address is taken.
        Options that only shape real sockets are ignored.
        """
        if ssl:
            raise NotImplementedError(f"virtual time has no TLS; serve {host}:{port} without it")
        if sock is None:
            hosts = [host] if host is None or isinstance(host, str) else list(host)
            sockets = self._bind_all(
                {getaddrinfo(name, port, family, flags=flags)[0]: None for name in hosts}
            )
        else:
            sockets = [_virtual(sock)]
        server = VirtualServer(self, sockets, protocol_factory)
        if start_serving:
            await server.start_serving()
        return server

    def _bind_all(self, infos: Iterable[AddrInfo]) -> list[VirtualSocket]:
        sockets: list[VirtualSocket] = []
        for family, kind, proto, _, address in infos:
            sock = self.network.socket(family, kind, proto)
            try:
                sock.bind(address)
            except OSError as error:
                for bound in sockets:
                    bound.close()
                raise OSError(error.errno, f"while binding {address}: {error.strerror}") from None
            sockets.append(sock)
        return sockets

    async def sendfile(
        self,
        transport: asyncio.WriteTransport,
        file: IO[bytes],
        offset: int = 0,
        count: int | None = None,
        *,
        fallback: bool = True,
    ) -> int:
        """Write the file as a whole; returns the number of bytes."""
        file.seek(offset)
        content = file.read(-1 if count is None else count)
        transport.write(content)
        return len(content)

    add_reader = remove_reader = add_writer = remove_writer = _absent("file descriptors")
    connect_read_pipe = connect_write_pipe = _absent("pipes")
    create_unix_connection = create_unix_server = _absent("Unix sockets")
    create_datagram_endpoint = _absent("datagrams")
    start_tls = _absent("TLS")
    add_signal_handler = remove_signal_handler = _absent("signals")
    subprocess_exec = subprocess_shell = _absent("child processes")


def _virtual(sock: socket.socket) -> VirtualSocket:
    if not isinstance(sock, VirtualSocket):
        raise TypeError(f"{sock!r} is a real socket, made outside of the run in virtual time")
    return sock
