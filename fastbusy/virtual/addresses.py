"""Name resolution without a network: localhost and numeric addresses, nothing else."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

SockAddr = tuple[Any, ...]  # host and port; for IPv6 flow and scope too
AddrInfo = tuple[socket.AddressFamily, socket.SocketKind, int, str, SockAddr]

_LOOPBACK = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}
_ANY = {socket.AF_INET: "0.0.0.0", socket.AF_INET6: "::"}
_TAIL = {socket.AF_INET: (), socket.AF_INET6: (0, 0)}


def getaddrinfo(
    host: str | bytes | None,
    port: str | int | None,
    family: int = 0,
    type: int = 0,
    proto: int = 0,
    flags: int = 0,
) -> list[AddrInfo]:
    """Answer like `socket.getaddrinfo`, with one address.

    `localhost` is the IPv4 loopback address unless IPv6 is asked for.
    Raises socket.gaierror for every other name, for a service name and for the wrong family.
    """
    wanted = socket.AddressFamily(family) or socket.AF_INET
    name = host.decode("ascii") if isinstance(host, bytes) else host
    if not name:
        name = (_ANY if flags & socket.AI_PASSIVE else _LOOPBACK)[wanted]
    elif name == "localhost":
        name = _LOOPBACK[wanted]
    address = _numeric(name)
    found = socket.AF_INET if address.version == 4 else socket.AF_INET6
    if family not in (0, found):
        raise socket.gaierror(socket.EAI_FAMILY, f"{name}: address family not supported")
    number = _port(port)
    kind = socket.SocketKind(type or socket.SOCK_STREAM)
    protocol = proto or (socket.IPPROTO_UDP if kind == socket.SOCK_DGRAM else socket.IPPROTO_TCP)
    return [(found, kind, protocol, "", (str(address), number, *_TAIL[found]))]


def loopback(family: int) -> str:
    """The loopback address of an address family."""
    return _LOOPBACK[socket.AddressFamily(family)]


def unspecified(family: int) -> SockAddr:
    """The address of an unbound socket: every address of the family, port 0."""
    known = socket.AddressFamily(family)
    return (_ANY[known], 0, *_TAIL[known])


def is_wildcard(host: str) -> bool:
    """Whether a listener on this address hears every address of its family."""
    return host in _ANY.values()


def _numeric(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        raise socket.gaierror(
            socket.EAI_NONAME,
            f"{name}: virtual time resolves localhost and numeric addresses only",
        ) from None


def _port(port: str | int | None) -> int:
    try:
        return int(port or 0)
    except ValueError:
        raise socket.gaierror(socket.EAI_SERVICE, f"{port}: not a port number") from None
