"""Calls an agent as Twilio does: webhook, TwiML, media stream."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import ClassVar, Self
from urllib.parse import urljoin, urlsplit

import aiohttp

from kernel.clock import Clock

from ..planning.plan import PlannedCall, Target
from ..protocols import twilio, twiml
from .link import Answered, Refused, Step
from .troubles import plainly
from .twilio_stream import WS_TIMEOUT, TwilioLink

RESPONSE_LIMIT_S = 15.0
"""Twilio waits so long for the webhook (api/errors/31408)."""
STREAM_LIMIT_S = 10.0
REDIRECTS = 5
SPEECH_S_PER_CHARACTER = 0.06
"""`<Say>` before `<Connect>` delays it by its speech."""

_EXCERPT = 120
_UNTIMED = aiohttp.ClientTimeout(total=None)


class _Unreached(Exception):
    """The call ends here; carries what the caller is told."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.detail)
        self.refused = refused


@dataclass(slots=True)
class _Course:
    """What a caller has gone through of the TwiML so far."""

    words: list[str] = field(default_factory=list)
    clips: list[str] = field(default_factory=list)
    delay_s: float = 0.0

    def end(self, how: str = "") -> Refused:
        """The document ends without a stream; what was heard in it makes the difference."""
        words = " ".join(self.words)
        if how:
            return Refused(how, "fail", words=words)
        if self.words:
            return Refused("spoken_refusal", "fail", words=words)
        if self.clips:
            return Refused("clip_refusal", "fail", detail=", ".join(self.clips))
        return Refused("closed", "info", detail="the TwiML ends the call without a sound")


class TwilioTransport:
    """Dials one target; an async context. Takes any number of calls at once.

    A `ws://` or `wss://` target is a media stream without a webhook before it.
    """

    schemes: ClassVar[tuple[str, ...]] = ("http", "https", "ws", "wss")

    def __init__(self, target: Target, clock: Clock, *, seed: int = 0) -> None:
        self._target, self._clock, self._seed = target, clock, seed
        self._account_sid = twilio.sid("AC", "fastbusy")
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            timeout=_UNTIMED,
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._session is not None
        await self._session.close()

    async def dial(self, call: PlannedCall) -> Answered | Refused:
        """Ask the agent for a call; never raises for what the agent does."""
        call_sid = twilio.sid("CA", self._seed, call.span)
        try:
            if urlsplit(self._target.webhook).scheme in ("ws", "wss"):
                stream = twiml.Stream(self._target.webhook, dict(self._target.parameters))
                answer = await self._connect(stream, (), call_sid)
                return replace(answer, direct=True) if isinstance(answer, Refused) else answer
            return await self._follow(call, call_sid)
        except _Unreached as unreached:
            return unreached.refused
        except ValueError as error:
            return Refused("garbage", "info", detail=f"an address in the TwiML is none: {error}")

    async def _follow(self, call: PlannedCall, call_sid: str) -> Answered | Refused:
        """Webhook and TwiML, verb by verb, redirects included."""
        form = twilio.call_form(call_sid, self._account_sid, call.from_number)
        form |= self._target.parameters
        url, course = self._target.webhook, _Course()
        signed_as = self._target.signed_as or url
        for _ in range(REDIRECTS + 1):
            verbs = await self._fetch(url, signed_as, form)
            verb, after = _outcome(verbs, course)
            match verb:
                case twiml.Stream():
                    await self._clock.sleep(course.delay_s)
                    return await self._connect(verb, after, call_sid)
                case twiml.Redirect():
                    signed_as = urljoin(signed_as, verb.url)
                    url = urljoin(url, verb.url)
                case twiml.Reject():
                    return Refused("reject", "fail", detail=verb.reason)
                case twiml.Dial():
                    return course.end("deflected")
                case twiml.Enqueue():
                    return course.end("queued")
                case _:
                    return course.end()
        return Refused("garbage", "info", detail=f"more than {REDIRECTS} redirects, last to {url}")

    async def _fetch(
        self, url: str, signed_as: str, form: Mapping[str, str]
    ) -> tuple[twiml.Verb, ...]:
        """POST the form. _Unreached unless the answer is TwiML in time."""
        assert self._session is not None
        headers = dict(twilio.FORM_HEADERS)
        headers[twilio.IDEMPOTENCY_HEADER] = twilio.idempotency_token(form["CallSid"], url)
        if self._target.auth_token:
            headers[twilio.SIGNATURE_HEADER] = twilio.signature(
                self._target.auth_token, signed_as, form
            )
        try:
            async with asyncio.timeout(RESPONSE_LIMIT_S):
                response = await self._post(url, twilio.form_body(form), headers)
                async with response:
                    document = await response.content.read(twiml.LIMIT_BYTES + 1)
                    # What does not end within the limit is read on only to be refused.
                    while not response.content.at_eof() and len(document) <= twiml.LIMIT_BYTES:
                        document += await response.content.read(twiml.LIMIT_BYTES)
        except TimeoutError:
            detail = f"{url} did not answer within {RESPONSE_LIMIT_S:g} s"
            raise _Unreached(Refused("no_answer", "info", "network", detail=detail)) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _Unreached(_failed(error, url, "webhook")) from None
        if response.status >= 400:
            raise _Unreached(_http_refusal(response, document))
        try:
            return twiml.parse(document)
        except twiml.TwimlError as error:
            detail = f"{url} answered HTTP {response.status}: {error}"
            raise _Unreached(Refused("garbage", "info", detail=detail)) from None

    async def _post(
        self, url: str, body: bytes, headers: Mapping[str, str]
    ) -> aiohttp.ClientResponse:
        """Twilio tries a connection that cannot be made once more."""
        assert self._session is not None
        try:
            return await self._session.post(url, data=body, headers=headers)
        except aiohttp.ClientConnectorError:
            return await self._session.post(url, data=body, headers=headers)

    async def _connect(
        self, stream: twiml.Stream, after: Iterable[twiml.Verb], call_sid: str
    ) -> Answered | Refused:
        assert self._session is not None
        url = stream.url
        headers = dict(twilio.STREAM_HEADERS)
        if self._target.auth_token:
            headers[twilio.STREAM_SIGNATURE_HEADER] = twilio.signature(self._target.auth_token, url)
        if urlsplit(url).scheme not in ("ws", "wss"):
            detail = f"<Stream url={url!r}>; write a ws:// or wss:// URL"
            return Refused("garbage", "info", step="stream", detail=detail)
        try:
            async with asyncio.timeout(STREAM_LIMIT_S):
                socket = await self._session.ws_connect(
                    url, headers=headers, timeout=WS_TIMEOUT, compress=0
                )
        except TimeoutError:
            detail = f"{url} did not upgrade within {STREAM_LIMIT_S:g} s"
            return Refused("no_answer", "info", "network", "stream", detail=detail)
        except aiohttp.WSServerHandshakeError as error:
            detail = f"{url} answered HTTP {error.status} to the upgrade"
            how = f"upgrade_{error.status}"
            return Refused(how, "fail", step="stream", status=error.status, detail=detail)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return _failed(error, url, "stream")
        link = TwilioLink(socket, self._clock, self._account_sid, call_sid, tuple(after))
        link.open(stream.parameters)
        return Answered(link)


def _outcome(
    verbs: tuple[twiml.Verb, ...], course: _Course
) -> tuple[twiml.Verb, tuple[twiml.Verb, ...]]:
    """The verb that decides what becomes of the call, and those behind it.

    Words, clips and pauses before it go into `course`.
    """
    for position, verb in enumerate(verbs):
        match verb:
            case twiml.Say(text):
                course.words.append(text)
                course.delay_s += SPEECH_S_PER_CHARACTER * len(text)
            case twiml.Play(url):
                course.clips.append(url)
            case twiml.Pause(length_s):
                course.delay_s += length_s
            case twiml.Unknown():
                pass
            case _:
                return verb, verbs[position + 1 :]
    return twiml.Hangup(), ()


def _failed(error: Exception, url: str, step: Step) -> Refused:
    """No connection, or one that broke before anything was answered."""
    detail = f"{url}: {plainly(error)[:_EXCERPT]}"
    # aiohttp's InvalidURL is a ValueError; what is no HTTP it calls an error of the response.
    if isinstance(error, ValueError | aiohttp.ClientResponseError):
        return Refused("garbage", "info", step=step, detail=detail)
    how = "unreachable" if isinstance(error, aiohttp.ClientConnectorError) else "reset"
    return Refused(how, "info", "network", step, detail=detail)


def _http_refusal(response: aiohttp.ClientResponse, document: bytes) -> Refused:
    retry_after = response.headers.get("Retry-After", "")
    excerpt = document[:_EXCERPT].decode("utf-8", "replace")
    return Refused(
        f"http_{response.status}",
        "fail",
        status=response.status,
        retry_after_s=float(retry_after) if retry_after.isdigit() else None,
        detail=f"{response.url} answered HTTP {response.status}: {excerpt}",
    )
