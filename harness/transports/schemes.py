"""What a port speaks that does not answer as it is asked: TLS where the URL says `http`, or plain
HTTP where it says `https`."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from ..planning.reach import Address

LIMIT_S = 2.0
_WITH_TLS = {"http": "https", "ws": "wss"}
_WITHOUT_TLS = {secure: plain for plain, secure in _WITH_TLS.items()}
_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}


async def other_scheme(url: str, at: Address | None = None) -> str:
    """The scheme with which `url` would be right; empty if its port does not speak the other one.

    `at` is where the connection goes, if that is not what the URL names.
    """
    place = urlsplit(url)
    if place.scheme not in _PORTS or not place.hostname:
        return ""
    to = at or Address(place.hostname, place.port or _PORTS[place.scheme])
    if await _speaks_tls(to):
        return _WITH_TLS.get(place.scheme, "")
    if place.scheme in _WITHOUT_TLS and await _speaks_http(to, place.netloc.rpartition("@")[2]):
        return _WITHOUT_TLS[place.scheme]
    return ""


async def _speaks_tls(to: Address) -> bool:
    """Whether it shakes hands with somebody who asks for no proof; a refusal in TLS is TLS."""
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    try:
        async with _connected(to, anybody):
            return True
    except ssl.SSLError as error:
        return "ALERT" in (error.reason or "")
    except (OSError, TimeoutError):
        return False


async def _speaks_http(to: Address, host: str) -> bool:
    try:
        async with asyncio.timeout(LIMIT_S), _connected(to) as (reader, writer):
            writer.write(f"HEAD / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            return await reader.read(5) == b"HTTP/"
    except (OSError, TimeoutError):
        return False


@contextlib.asynccontextmanager
async def _connected(
    to: Address, tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    async with asyncio.timeout(LIMIT_S):
        reader, writer = await asyncio.open_connection(*to, ssl=tls)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()
