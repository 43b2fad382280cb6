"""What an agent's web server is asked for: TwiML, media streams, callbacks, and calls to others."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import aiohttp

from kernel import redact

from ..planning.plan import Target
from ..protocols import twilio, twiml
from ..protocols.course import Fetch
from . import connection
from .link import By, Refused, Step
from .websocket import WebSocket, opened

RESPONSE_LIMIT_S = 15.0
"""Twilio waits so long for a document (api/errors/31408)."""
STREAM_LIMIT_S = 10.0
CALLBACK_LIMIT_S = 5.0
RETRIEVAL_FAILED, CONNECTION_FAILED = 11200, 11205
"""Twilio's errors for a document: it was not served; its server was not reached."""
TLS_ERRORS = {
    "tls": 11220, "tls_wrong_host": 11235, "tls_expired": 11236, "tls_unknown_ca": 11237,
}  # fmt: skip
"""Twilio's errors for a document, by why the handshake failed."""
STREAM_ERRORS = {
    "unreachable": 31902, "no_answer": 31901, "garbage": 31923, **dict.fromkeys(TLS_ERRORS, 31910),
}  # fmt: skip
"""Twilio's errors for a stream, by how it was refused; 31920 for any other."""
HANDSHAKE_REFUSED = 31920

_EXCERPT = 120
_LONGEST_NUMBER = 9
_WANTS_MORE = (401, 403, 407)


class Unreached(Exception):
    """There is no document or stream. `code` is Twilio's error; `refused` says what was seen."""

    def __init__(self, code: int, refused: Refused) -> None:
        super().__init__(refused.detail)
        self.code, self.refused = code, refused


class AgentWeb:
    """The web server of one target; an async context. Requests are signed with its auth token."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._session: aiohttp.ClientSession | None = None
        self._callbacks: set[asyncio.Task[None]] = set()
        self._asking: set[asyncio.Task[Refused | None]] = set()

    async def open(self) -> None:
        self._session = connection.open_session(self._target)

    async def close(self) -> None:
        """Let the last callbacks be delivered."""
        assert self._session is not None
        for asking in tuple(self._asking):
            asking.cancel()
        if self._callbacks:
            await asyncio.wait(self._callbacks, timeout=CALLBACK_LIMIT_S)
        await self._session.close()

    async def fetch(self, asked: Fetch, form: Mapping[str, str]) -> bytes:
        """The document, at most a byte more than TwiML may have. Unreached if there is none."""
        form = {**form, **asked.fields}
        shown = self._target.shown(asked.url)
        try:
            async with asyncio.timeout(RESPONSE_LIMIT_S):
                response = await self._request(asked.method, asked.url, asked.signed_as, form)
                async with response:
                    document = await response.content.read(twiml.LIMIT_BYTES + 1)
                    # What does not end within the limit is read on only to be refused.
                    while not response.content.at_eof() and len(document) <= twiml.LIMIT_BYTES:
                        document += await response.content.read(twiml.LIMIT_BYTES)
        except TimeoutError:
            detail = f"{shown} did not answer within {RESPONSE_LIMIT_S:g} s"
            refused = Refused("no_answer", "info", "network", detail=detail)
            raise Unreached(RETRIEVAL_FAILED, refused) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            refused = _failed(error, shown, "webhook")
            code = TLS_ERRORS.get(refused.how, CONNECTION_FAILED)
            raise Unreached(code, refused) from None
        if response.status >= 400:
            withheld = self._withheld(str(response.url), response.status)
            refused = _http_refusal(response, shown, withheld, document)
            raise Unreached(RETRIEVAL_FAILED, refused)
        return document

    async def connect(self, url: str, signed_as: str) -> WebSocket:
        """The WebSocket of a media stream. Unreached if it cannot be opened."""
        assert self._session is not None
        shown = self._target.shown(url)
        if url.partition(":")[0].lower() not in ("ws", "wss"):
            detail = f"<Stream url={redact.url(url)!r}>; write a ws:// or wss:// URL"
            raise _no_stream(Refused("garbage", "info", step="stream", detail=detail))
        headers = dict(twilio.STREAM_HEADERS)
        if token := self._target.auth_token:
            headers[twilio.STREAM_SIGNATURE_HEADER] = twilio.signature(token, signed_as)
        try:
            async with asyncio.timeout(STREAM_LIMIT_S):
                return await opened(self._session, url, headers)
        except TimeoutError:
            detail = f"{shown} did not upgrade within {STREAM_LIMIT_S:g} s"
            raise _no_stream(
                Refused("no_answer", "info", "network", "stream", detail=detail)
            ) from None
        except aiohttp.WSServerHandshakeError as error:
            withheld = self._withheld(url, error.status)
            detail = f"{shown} answered HTTP {error.status} to the upgrade{withheld}"
            how = f"upgrade_{error.status}"
            raise _no_stream(
                Refused(how, "fail", step="stream", status=error.status, detail=detail)
            ) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _no_stream(_failed(error, shown, "stream")) from None

    def ask(self, url: str, body: Any) -> asyncio.Task[Refused | None]:
        """Tell the agent to place a call. What it answers is why it will not, if it says so."""
        task = asyncio.create_task(self._ask(url, body))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)
        return task

    async def _ask(self, url: str, body: Any) -> Refused | None:
        assert self._session is not None
        shown = self._target.shown(url)
        try:
            async with await self._session.post(url, json=body) as response:
                answer = await response.content.read(_EXCERPT)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return _failed(error, shown, "dial_out")
        if response.status < 400:
            return None
        withheld = self._withheld(str(response.url), response.status)
        refused = _http_refusal(response, shown, withheld, answer)
        return replace(refused, how=f"dial_out_{response.status}", step="dial_out")

    def tell(self, url: str, method: str, form: Mapping[str, str]) -> None:
        """Request a callback, if there is one. Nobody waits for it, and nothing comes of it."""
        if not url:
            return
        task = asyncio.create_task(self._deliver(url, method, form))
        self._callbacks.add(task)
        task.add_done_callback(self._callbacks.discard)

    def _withheld(self, url: str, status: int) -> str:
        """What may explain a refusal: the target has headers, and they do not go there."""
        wanted = status in _WANTS_MORE and self._target.headers
        if not wanted or connection.takes_headers(self._target, url):
            return ""
        return ", without agent.headers: none of the agent's own URLs names that host"

    async def _deliver(self, url: str, method: str, form: Mapping[str, str]) -> None:
        try:
            async with asyncio.timeout(CALLBACK_LIMIT_S):
                async with await self._request(method, url, url, form) as response:
                    await response.release()
        except (aiohttp.ClientError, OSError, ValueError, TimeoutError):
            return

    async def _request(
        self, method: str, url: str, signed_as: str, form: Mapping[str, str]
    ) -> aiohttp.ClientResponse:
        """Twilio tries a connection that cannot be made once more."""
        assert self._session is not None
        form = connection.fit_for(self._target, url, form)
        headers = dict(twilio.FORM_HEADERS)
        headers[twilio.IDEMPOTENCY_HEADER] = twilio.idempotency_token(form["CallSid"], url)
        body: bytes | None = twilio.form_body(form)
        signed: Mapping[str, str] | None = form
        if method == "GET":
            url, signed_as = twilio.with_query(url, form), twilio.with_query(signed_as, form)
            body = signed = None
            del headers["Content-Type"]
        if token := self._target.auth_token:
            headers[twilio.SIGNATURE_HEADER] = twilio.signature(token, signed_as, signed)
        try:
            return await self._session.request(method, url, data=body, headers=headers)
        except aiohttp.ClientConnectorError:
            return await self._session.request(method, url, data=body, headers=headers)


def _no_stream(refused: Refused) -> Unreached:
    return Unreached(STREAM_ERRORS.get(refused.how, HANDSHAKE_REFUSED), refused)


def _failed(error: Exception, where: str, step: Step) -> Refused:
    """No connection, or one that broke before anything was answered."""
    how, said = connection.failure(error)
    by: By = "agent" if how == "garbage" else "network"
    return Refused(how, "info", by, step, detail=f"{where}: {said}")


def _http_refusal(
    response: aiohttp.ClientResponse, where: str, withheld: str, document: bytes
) -> Refused:
    excerpt = " ".join(document[:_EXCERPT].decode("utf-8", "replace").split())
    return Refused(
        f"http_{response.status}",
        "fail",
        status=response.status,
        retry_after_s=_retry_after_s(response.headers.get("Retry-After", "")),
        detail=f"{where} answered HTTP {response.status}{withheld}: {excerpt}",
    )


def _retry_after_s(text: str) -> float | None:
    """None for what is no number of seconds (RFC 9110, section 10.2.3)."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER
    return float(text) if is_number else None
