"""The way to an agent's server: where connections go, and what every request carries."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
from aiohttp.abc import ResolveResult
from yarl import URL

from ..planning.plan import Target
from ..planning.reach import Address
from ..protocols import twilio
from . import tls
from .troubles import plainly

_EXCERPT = 120
_REDIRECTS = {
    HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND, HTTPStatus.SEE_OTHER,
    HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT,
}  # fmt: skip
Origin = tuple[str, str, int | None]
"""Scheme, host and port of a URL (RFC 6454)."""
_AS_HTTP = {"ws": "http", "wss": "https"}
_UNTIMED = aiohttp.ClientTimeout(total=None)


class _Detour(aiohttp.TCPConnector):
    """Connects to one address whatever host a URL names; Host and SNI stay those of the URL."""

    def __init__(self, to: Address, **more: Any) -> None:
        super().__init__(**more)
        self._to = to

    # A resolver would not do: aiohttp asks none about hosts that are IP addresses.
    async def _resolve_host(self, host: str, port: int, traces: Any = None) -> list[ResolveResult]:
        return await super()._resolve_host(self._to.host, self._to.port, traces=traces)


def takes_headers(target: Target, url: str) -> bool:
    """Whether the target's headers go there: it names that origin itself, as webhook, fallback,
    stream or where it is told to call. What a callback, a redirect or TwiML alone names may be
    somebody else's."""
    there = _origin(url)
    dial_out = target.dial_out.url if target.dial_out else ""
    named = (target.webhook, target.fallback_url, target.stream, dial_out)
    return there is not None and there in map(_origin, named)


def fit_for(target: Target, url: str, form: Mapping[str, str]) -> Mapping[str, str]:
    """Parameters that are secret go where the headers go."""
    if takes_headers(target, url):
        return form
    secret = {name for name, value in target.parameters.items() if value.secrets}
    return {name: value for name, value in form.items() if name not in secret}


def _origin(text: str) -> Origin | None:
    """That of a WebSocket is that of the HTTP request which opens it; None if there is no host."""
    try:
        url = URL(text)
    except ValueError:
        return None
    return (_AS_HTTP.get(url.scheme, url.scheme), url.raw_host, url.port) if url.raw_host else None


class _Sender:
    """What every single request goes through, also each that follows a redirect.

    The target's own headers and its secret parameters go to the origins that the target names, and
    to nobody else. An upgrade follows no redirect: to Twilio that is a handshake that failed
    (api/errors/31920).
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._headers = {name: str(value) for name, value in target.headers.items()}

    async def __call__(
        self, request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        if self._headers and takes_headers(self._target, str(request.url)):
            request.headers.update(self._headers)
        if request.headers.get("Content-Type") == twilio.FORM_HEADERS["Content-Type"]:
            await self._fit(request)
        response = await send(request)
        if "Upgrade" in request.headers and response.status in _REDIRECTS:
            response.close()
            raise aiohttp.WSServerHandshakeError(
                response.request_info, (), status=response.status, headers=response.headers
            )
        return response

    async def _fit(self, request: aiohttp.ClientRequest) -> None:
        """A redirect that keeps the method (307, 308) brings the form of the request before it."""
        form = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        fit = fit_for(self._target, str(request.url), form)
        if len(fit) < len(form):
            await request.update_body(twilio.form_body(fit))


def open_session(target: Target) -> aiohttp.ClientSession:
    """Requests and WebSockets for one target: without cookies, limits of number and of time."""
    more: dict[str, Any] = {"limit": 0}
    if target.ca or target.client_cert:
        more["ssl"] = tls.context(target)
    to = target.connect_to
    return aiohttp.ClientSession(
        connector=_Detour(to, **more) if to else aiohttp.TCPConnector(**more),
        middlewares=[_Sender(target)],
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
    if isinstance(error, aiohttp.TooManyRedirects):
        return "garbage", f"it redirects {len(error.history)} times in a row"
    said = plainly(error)[:_EXCERPT]
    # aiohttp's InvalidURL is a ValueError; what is no HTTP it calls an error of the response.
    if isinstance(error, ValueError | aiohttp.ClientResponseError):
        return "garbage", said
    return "unreachable" if isinstance(error, aiohttp.ClientConnectorError) else "reset", said
