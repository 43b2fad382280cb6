"""Who is bound where, on a network that lives in memory."""

from __future__ import annotations

import errno
import itertools
import socket

from .addresses import SockAddr, getaddrinfo, is_wildcard, loopback, unspecified
from .sockets import LINGER_ZERO, VirtualSocket, os_error
from .time_loop import TimeLoop
from .wire import Wire

EPHEMERAL_PORTS = range(32_768, 61_000)  # Linux's default


class Network:
    """Who is bound where. `socket` is the class of sockets on this network.

    It has every numeric address. A connection takes two latencies to be made, its bytes one.
    """

    def __init__(self, loop: TimeLoop, *, latency_ns: int = 0) -> None:
        self.loop = loop
        self.latency_ns = latency_ns
        self.socket = type("socket", (VirtualSocket,), {"network": self})
        self._bound: dict[tuple[str, int], VirtualSocket] = {}
        self._ports = itertools.cycle(EPHEMERAL_PORTS)

    def bind(self, sock: VirtualSocket, address: SockAddr) -> None:
        """Give `sock` the address. Raises OSError: EADDRINUSE, or EINVAL if it has one."""
        if sock.address is not None:
            raise os_error(errno.EINVAL)
        host, port = address[:2]
        resolved = getaddrinfo(host, port, sock.family, flags=socket.AI_PASSIVE)[0][4]
        place = (resolved[0], port or self._free_port())
        if self._is_taken(place, sock.family):
            raise os_error(errno.EADDRINUSE)
        sock.address = (*place, *resolved[2:])
        self._bound[place] = sock

    def release(self, sock: VirtualSocket) -> None:
        """Free the address of a socket that was bound."""
        place = sock.getsockname()[:2]
        if self._bound.get(place) is sock:
            del self._bound[place]

    def connect(self, sock: VirtualSocket, address: SockAddr) -> None:
        """Connect to the listener at `address`. Raises ConnectionRefusedError if there is none."""
        host, port = address[:2]
        listener = self._listener(host, port, sock.family)
        if listener is None:
            raise ConnectionRefusedError(errno.ECONNREFUSED, f"Connect call failed {address}")
        if sock.address is None:
            sock.address = (loopback(sock.family), self._free_port(), *address[2:])
        sock.peer_address = address
        there, back = Wire.pair(self.loop, self.latency_ns)
        accepted = self.socket(sock.family, sock.type, sock.proto)
        accepted.address, accepted.peer_address = address, sock.address
        sock.wires, accepted.wires = (back, there), (there, back)
        self.loop.call_at_ns(self.loop.now_ns + self.latency_ns, self._accept, listener, accepted)

    def _accept(self, listener: VirtualSocket, accepted: VirtualSocket) -> None:
        if listener.on_accept is None:
            accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
            accepted.close()
        else:
            listener.on_accept(accepted)

    def _listener(self, host: str, port: int, family: int) -> VirtualSocket | None:
        wildcard = unspecified(family)[0]
        found = self._bound.get((host, port)) or self._bound.get((wildcard, port))
        return found if found is not None and found.on_accept is not None else None

    def _is_taken(self, place: tuple[str, int], family: int) -> bool:
        host, port = place
        return any(
            other_port == port
            and sock.family == family
            and (other == host or is_wildcard(other) or is_wildcard(host))
            for (other, other_port), sock in self._bound.items()
        )

    def _free_port(self) -> int:
        taken = {port for _, port in self._bound}
        for port in itertools.islice(self._ports, len(EPHEMERAL_PORTS)):
            if port not in taken:
                return port
        raise os_error(errno.EADDRNOTAVAIL)
