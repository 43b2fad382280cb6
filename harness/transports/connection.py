"""The way to an agent's server: where connections go, and what every request carries."""

from __future__ import annotations

from typing import Any

import aiohttp
from aiohttp.abc import ResolveResult

from ..planning.plan import Target
from ..planning.reach import Address
from . import tls
from .troubles import plainly

_EXCERPT = 120
_UNTIMED = aiohttp.ClientTimeout(total=None)


class _Detour(aiohttp.TCPConnector):
    """Connects to one address whatever host a URL names; Host and SNI stay those of the URL."""

    def __init__(self, to: Address, **more: Any) -> None:
        super().__init__(**more)
        self._to = to

    # A resolver would not do: aiohttp asks none about hosts that are IP addresses.
    async def _resolve_host(self, host: str, port: int, traces: Any = None) -> list[ResolveResult]:
        return await super()._resolve_host(self._to.host, self._to.port, traces=traces)


def open_session(target: Target) -> aiohttp.ClientSession:
    """Requests and WebSockets for one target: without cookies, limits of number and of time."""
    more: dict[str, Any] = {"limit": 0}
    if target.ca or target.client_cert:
        more["ssl"] = tls.context(target)
    to = target.connect_to
    return aiohttp.ClientSession(
        connector=_Detour(to, **more) if to else aiohttp.TCPConnector(**more),
        headers={name: str(value) for name, value in target.headers.items()},
        timeout=_UNTIMED,
        cookie_jar=aiohttp.DummyCookieJar(),
    )


def dialled(target: Target, stream_url: str) -> tuple[str, str]:
    """Where a media stream is dialled, and the URL that its upgrade is signed with.

    An agent whose TwiML names its proxy believes to be asked as that proxy is.
    """
    if stream_url == target.webhook:  # no TwiML names it
        return stream_url, target.signed_as or stream_url
    return target.stream or stream_url, stream_url


def failure(error: Exception) -> tuple[str, str]:
    """No connection, or one that broke before anything was answered: `Call.how`, and in words."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return tls.why(error.certificate_error)
    if isinstance(error, aiohttp.ClientConnectorSSLError):
        return tls.why(error.os_error)
    said = plainly(error)[:_EXCERPT]
    # aiohttp's InvalidURL is a ValueError; what is no HTTP it calls an error of the response.
    if isinstance(error, ValueError | aiohttp.ClientResponseError):
        return "garbage", said
    return "unreachable" if isinstance(error, aiohttp.ClientConnectorError) else "reset", said
