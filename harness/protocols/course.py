"""The course of a call through TwiML documents, verb by verb, as Twilio takes it.

Source: twilio.com/docs/voice/twiml, fallback: /docs/usage/security/availability-reliability.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin

from kernel import redact
from kernel.control import CallOrder

from ..transports.link import Refused
from .twiml import (
    Dial,
    Enqueue,
    Gather,
    Hangup,
    Pause,
    Play,
    Redirect,
    Reject,
    Say,
    Start,
    Stop,
    Stream,
    TwimlError,
    Unknown,
    Verb,
    parse,
)

REDIRECTS = 5
"""So many documents in a row may do nothing but send the call on."""
NO_TWIML = 12100
"""Twilio's error for a document that it cannot read."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """Ask for a document: `read` it, or tell that it `failed`.

    signed_as  the URL to sign in place of `url`
    fields     what is sent beside the fields of every request
    """

    url: str
    signed_as: str
    method: str = "POST"
    fields: Mapping[str, str] = field(default_factory=dict)


Act = Fetch | Say | Play | Pause | Stream | Start | Stop | Enqueue | Refused
"""What is to be done next. `Refused` is the end: there is no call, or none any more."""


class Course:
    """Where a call is in its TwiML. `next` gives what to do; whoever does it tells what came of it.

    shown  a URL of the agent as it may be told
    talks  agent and caller have talked: what ends the call from then on refuses nobody
    """

    def __init__(
        self,
        url: str,
        signed_as: str = "",
        fallback_url: str = "",
        *,
        shown: Callable[[str], str] = redact.url,
    ) -> None:
        self.talks = self._is_heard = False
        self._fallback_url, self._shown = fallback_url, shown
        self._fetch: Fetch | None = Fetch(url, signed_as or url)
        self._base = self._fetch
        self._verbs: deque[Verb] = deque()
        self._untouched = True  # nothing has been acted out: the call can still be rejected
        self._fetches = 1  # since anything else was done
        self._fallen_back = False
        self._failure: Refused | None = None
        self._words: list[str] = []
        self._clips: list[str] = []

    @classmethod
    def of(cls, stream: Stream, *, shown: Callable[[str], str] = redact.url) -> Course:
        """A call without a webhook: all of it is this stream."""
        course = cls(stream.url, shown=shown)
        course._fetch = None
        course._verbs.append(stream)
        return course

    @classmethod
    def ordered(cls, order: CallOrder, *, shown: Callable[[str], str] = redact.url) -> Course:
        """A call that the agent places: somebody has answered it, so that nobody can reject it."""
        course = cls("", shown=shown)
        course._untouched = False
        course.redirect(order)
        return course

    @property
    def words(self) -> str:
        """What the caller has been told before there was a stream."""
        return " ".join(self._words)

    def next(self) -> Act:
        """The same again where it is to fetch something; else the next verb."""
        while self._fetch is None and self._verbs:
            act = self._act(self._verbs.popleft())
            if act is not None:
                return act
        return self._fetch or self.end()

    def read(self, document: bytes) -> None:
        """This is the document that was asked for."""
        assert self._fetch is not None
        self._base, self._fetch = self._fetch, None
        self._take(document)

    def failed(self, code: int, refused: Refused) -> None:
        """The document cannot be had. `code` is Twilio's; `refused` how the call ends by it.

        If there is a fallback URL, it goes on there, once.
        """
        failing = self._fetch or self._base
        self._fetch = None
        self._verbs.clear()
        if not self._fallback_url or self._fallen_back:
            self._failure = refused
            return
        self._fallen_back = True
        url, signed_as = (
            _join(base, self._fallback_url) for base in (failing.url, failing.signed_as)
        )
        fields = {"ErrorCode": str(code), "ErrorUrl": failing.signed_as}
        self._fetch = Fetch(url, signed_as, fields=fields)

    def opened(self, *, talks: bool = True) -> None:
        """The agent hears the caller from here on, and `talks` over the same stream or not."""
        self.talks = self.talks or talks
        self._is_heard = True

    def unopened(self, refused: Refused) -> None:
        """The stream cannot be had: the next verb is to help."""
        self._failure = refused

    def closed(self, stream: Stream) -> None:
        """The agent has closed the stream that it talked over."""
        self._fetches = 0
        if stream.action:
            self._go_to(stream.action, stream.method)

    def redirect(self, order: CallOrder) -> None:
        """Leave everything, and go on with what the agent orders over the REST API."""
        self.talks = self._is_heard
        self._verbs.clear()
        self._fetch = self._failure = None
        self._fetches = 0
        if order.fallback_url:
            self._fallback_url, self._fallen_back = order.fallback_url, False
        if order.url:
            self._go_to(order.url, order.method)
        else:
            self._take(order.twiml.encode())

    def end(self, how: str = "") -> Refused:
        """The call ends here; what was heard of it makes the difference, or `how` does."""
        if self._failure and not how:
            return replace(self._failure, words=self.words)
        if how or (self._fallen_back and not self.talks):
            return Refused(how or "deflected", "fail", words=self.words)
        if not self.talks and self._words:
            return Refused("spoken_refusal", "fail", words=self.words)
        if not self.talks and self._clips:
            return Refused("clip_refusal", "fail", detail=", ".join(map(redact.url, self._clips)))
        return Refused("closed", "info", detail="the TwiML ends the call without a sound")

    def _take(self, document: bytes) -> None:
        try:
            self._verbs = deque(parse(document))
        except TwimlError as error:
            detail = f"{self._shown(self._base.url)} answered: {error}"
            self.failed(NO_TWIML, Refused("garbage", "info", detail=detail))

    def _go_to(self, url: str, method: str) -> None:
        base = self._base
        self._fetch = Fetch(_join(base.url, url), _join(base.signed_as, url), method)

    def _act(self, verb: Verb) -> Act | None:
        """What it comes to; None if it is nothing but more verbs, or nothing at all."""
        match verb:
            case Unknown():
                return None
            case Redirect():
                return self._redirected(verb)
            case Reject() if self._untouched:
                return Refused("reject", "fail", detail=verb.reason)
            case Reject() | Hangup():
                self._verbs.clear()
                return self.end()
            case Gather(prompts, timeout_s):
                self._verbs.extendleft(reversed([*prompts, Pause(timeout_s)]))
                return None
        self._untouched = False
        return self._done(verb)

    def _done(self, verb: Dial | Act) -> Act:
        """A verb that the caller notices."""
        match verb:
            case Dial() | Enqueue() if self.talks:
                return self.end("transferred")
            case Dial():
                return self.end("deflected")
            case Say() | Play():
                self._told(verb)
            case Pause(length_s) if length_s > 0:
                self._fetches = 0
            case Stream():
                return self._located(verb)
            case Start(stream):
                return Start(self._located(stream))
        return verb

    def _redirected(self, redirect: Redirect) -> Act | None:
        self._fetches += 1
        if self._fetches > REDIRECTS + 1:
            last = self._shown(_join(self._base.url, redirect.url))
            detail = f"more than {REDIRECTS} redirects, last to {last}"
            return Refused("garbage", "info", detail=detail, words=self.words)
        self._go_to(redirect.url, redirect.method)
        return None

    def _told(self, verb: Say | Play) -> None:
        """The caller hears it; what has failed before is made good by it."""
        if verb.loop != 1:
            self._verbs.appendleft(replace(verb, loop=max(0, verb.loop - 1)))
        self._failure = None
        self._fetches = 0
        if self.talks:
            return
        if isinstance(verb, Say):
            self._words.append(verb.text)
        else:
            self._clips.append(verb.url)

    def _located(self, stream: Stream) -> Stream:
        """Relative URLs are those of the server that the document is from."""
        base, url, callback = self._base.url, stream.url, stream.status_callback
        joined = _join(base, url) if url else url
        if joined != url:
            joined = joined.replace("http", "ws", 1)
        return replace(stream, url=joined, status_callback=callback and _join(base, callback))


def _join(base: str, url: str) -> str:
    """What cannot be joined is left to whoever asks there in vain."""
    try:
        return urljoin(base, url)
    except ValueError:
        return url
