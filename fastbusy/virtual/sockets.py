"""Sockets without file descriptors: an address, options and two wires."""

from __future__ import annotations

import errno
import os
import socket
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from .addresses import SockAddr, unspecified
from .wire import End, Wire

if TYPE_CHECKING:
    from .network import Network

LINGER_ZERO = struct.pack("ii", 1, 0)  # the SO_LINGER that makes close() reset the connection


class VirtualSocket(socket.socket):
    """A socket without a file descriptor: whatever is not emulated fails with EBADF.

    It carries an address, options and, once connected, two wires; reading and writing is the
    business of a transport. SO_LINGER with a time of zero makes `close` reset the connection.
    """

    network: ClassVar[Network]  # of the subclass that Network makes

    def __init__(
        self,
        family: int = socket.AF_INET,
        type: int = socket.SOCK_STREAM,
        proto: int = 0,
        fileno: int | None = None,
    ) -> None:
        if fileno is not None:
            raise NotImplementedError(f"virtual time cannot adopt file descriptor {fileno}")
        if family not in (socket.AF_INET, socket.AF_INET6):
            raise NotImplementedError(f"virtual time has no sockets of family {family!r}")
        self._kind = socket.AddressFamily(family), socket.SocketKind(type), proto
        self.address: SockAddr | None = None
        self.peer_address: SockAddr | None = None
        self.wires: tuple[Wire, Wire] | None = None  # incoming, outgoing
        self.on_accept: Callable[[VirtualSocket], None] | None = None
        self.is_closed = False
        self._options: dict[tuple[int, int], Any] = {}

    # The ancestor keeps the kind in read-only C members that only its own __init__ can set.
    @property
    def family(self) -> socket.AddressFamily:
        return self._kind[0]

    @property
    def type(self) -> socket.SocketKind:
        return self._kind[1]

    @property
    def proto(self) -> int:
        return self._kind[2]

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<VirtualSocket {self.address} to {self.peer_address}>"

    def fileno(self) -> int:
        return -1

    def setblocking(self, flag: bool, /) -> None:
        """Accepted and ignored: it never blocks."""

    def settimeout(self, value: float | None, /) -> None:
        """Accepted and ignored: it never blocks."""

    def gettimeout(self) -> float | None:
        return 0.0

    def setsockopt(self, level: int, option: int, value: Any, length: int = 0, /) -> None:
        self._options[level, option] = value

    def getsockopt(self, level: int, option: int, size: int = 0, /) -> Any:
        return self._options.get((level, option), b"" if size else 0)

    def getsockname(self) -> SockAddr:
        return self.address or unspecified(self.family)

    def getpeername(self) -> SockAddr:
        if self.peer_address is None:
            raise os_error(errno.ENOTCONN)
        return self.peer_address

    def bind(self, address: Any, /) -> None:
        """Take an address; port 0 takes a free one. Raises OSError, EADDRINUSE if it is taken."""
        self.network.bind(self, address)

    def listen(self, backlog: int = 128, /) -> None:
        """Accepted and ignored: a server listens once it has set `on_accept`."""

    def connect(self, address: Any, /) -> None:
        raise NotImplementedError(
            f"connect to {address}: a blocking socket would stop virtual time; use asyncio"
        )

    def close(self) -> None:
        """Free the address; FIN to the peer, or RST if bytes are left that nobody reads."""
        if self.is_closed:
            return
        self.is_closed = True
        self.on_accept = None
        self.network.release(self)
        if self.wires is None:
            return
        incoming, outgoing = self.wires
        loop = self.network.loop
        lost_ns = incoming.abandon()
        lingers = self.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER) != LINGER_ZERO
        if not lingers or (lost_ns is not None and lost_ns <= loop.now_ns):
            outgoing.send(End.RST)
            return
        outgoing.send(End.FIN)
        if lost_ns is not None:
            loop.call_at_ns(lost_ns, outgoing.send, End.RST)


def os_error(number: int) -> OSError:
    """The error of a system call: `errno.ECONNRESET` gives a ConnectionResetError."""
    return OSError(number, os.strerror(number))
