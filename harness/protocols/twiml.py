"""TwiML, the XML that a webhook answers, as typed verbs.

Source: twilio.com/docs/voice/twiml.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from xml.etree import ElementTree

LIMIT_BYTES = 64 * 1024
"""Twilio reads no longer document."""


class TwimlError(ValueError):
    """The document is no TwiML: Twilio's error 12100, and an application error to the caller."""


@dataclass(frozen=True, slots=True)
class Stream:
    """`<Connect><Stream>`: both directions of the call's sound over a WebSocket."""

    url: str
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Say:
    text: str


@dataclass(frozen=True, slots=True)
class Play:
    url: str


@dataclass(frozen=True, slots=True)
class Pause:
    length_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Reject:
    """The call is never answered. `reason` is `rejected` or `busy`."""

    reason: str = "rejected"


@dataclass(frozen=True, slots=True)
class Hangup:
    pass


@dataclass(frozen=True, slots=True)
class Redirect:
    """More TwiML from another URL, relative to the one of this document."""

    url: str
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Dial:
    """The call goes on to somebody else."""

    to: str = ""


@dataclass(frozen=True, slots=True)
class Enqueue:
    """The call waits in a queue of that name."""

    queue: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A verb, or a way to use it, that this product does not act on."""

    name: str


Verb = Stream | Say | Play | Pause | Reject | Hangup | Redirect | Dial | Enqueue | Unknown


def parse(document: bytes) -> tuple[Verb, ...]:
    """The verbs in order. TwimlError with the reason if it is no TwiML.

    A document type declaration is refused, and with it every entity of its own.
    """
    if len(document) > LIMIT_BYTES:
        raise TwimlError(f"the document has {len(document)} bytes, TwiML has {LIMIT_BYTES} at most")
    if b"<!DOCTYPE" in document or b"<!ENTITY" in document:
        raise TwimlError("the document declares a document type, TwiML has none")
    try:
        root = ElementTree.fromstring(document)
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        raise TwimlError(f"{_excerpt(document)!r} is no XML: {error}") from None
    if root.tag != "Response":
        raise TwimlError(f"the document's root is <{root.tag}>, TwiML's is <Response>")
    return tuple(_verb(element) for element in root)


def _verb(element: ElementTree.Element) -> Verb:
    read = _READERS.get(element.tag)
    return read(element) if read else Unknown(element.tag)


def _connect(element: ElementTree.Element) -> Verb:
    stream = element.find("Stream")
    if stream is None:
        return Unknown("/".join(["Connect", *(child.tag for child in element)]))
    parameters = {
        parameter.get("name", ""): parameter.get("value", "")
        for parameter in stream.iter("Parameter")
    }
    return Stream(stream.get("url", "").strip(), parameters)


def _pause(element: ElementTree.Element) -> Verb:
    try:
        return Pause(max(0.0, float(element.get("length", "1"))))
    except ValueError:
        return Pause()


def _words(element: ElementTree.Element) -> str:
    return " ".join("".join(element.itertext()).split())


_READERS: dict[str, Callable[[ElementTree.Element], Verb]] = {
    "Connect": _connect,
    "Say": lambda element: Say(_words(element)),
    "Play": lambda element: Play(_words(element)),
    "Pause": _pause,
    "Reject": lambda element: Reject(element.get("reason", "rejected")),
    "Hangup": lambda element: Hangup(),
    "Redirect": lambda element: Redirect(_words(element), element.get("method", "POST").upper()),
    "Dial": lambda element: Dial(_words(element)),
    "Enqueue": lambda element: Enqueue(_words(element)),
}


def _excerpt(document: bytes) -> str:
    return document[:60].decode("utf-8", "replace")
