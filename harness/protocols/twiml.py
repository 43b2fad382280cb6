"""TwiML, the XML that a webhook answers, as typed verbs.

Source: twilio.com/docs/voice/twiml.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from xml.etree import ElementTree

LIMIT_BYTES = 64 * 1024
"""Twilio reads no longer document."""
LONGEST_S = 4 * 3600.0
"""No call lasts longer, so no pause in it does."""


class TwimlError(ValueError):
    """The document is no TwiML: Twilio's error 12100, and an application error to the caller."""


@dataclass(frozen=True, slots=True)
class Stream:
    """`<Connect><Stream>`: both directions of the call's sound over a WebSocket.

    The call goes on with the next verb, or with the TwiML of `action`, once the agent closes it.
    """

    url: str
    parameters: dict[str, str] = field(default_factory=dict)
    name: str = ""
    status_callback: str = ""
    status_callback_method: str = "POST"
    action: str = ""
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Start:
    """`<Start><Stream>`: the caller's sound over a WebSocket; the call goes on meanwhile."""

    stream: Stream


@dataclass(frozen=True, slots=True)
class Stop:
    """`<Stop><Stream>`: no more sound for the started stream of that name."""

    name: str = ""


@dataclass(frozen=True, slots=True)
class Say:
    """Words in Twilio's own voice, `loop` times, 0 for ever."""

    text: str
    loop: int = 1


@dataclass(frozen=True, slots=True)
class Play:
    """A sound file, `loop` times, 0 for ever."""

    url: str
    loop: int = 1


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
class Gather:
    """Wait for keys or speech; what is to be heard meanwhile, and how long after it.

    Nobody enters anything, and Twilio goes on with the next verb then.
    """

    prompts: tuple[Say | Play | Pause, ...] = ()
    timeout_s: float = 5.0


@dataclass(frozen=True, slots=True)
class Unknown:
    """A verb, or a way to use it, that this product does not act on."""

    name: str


Verb = (
    Stream | Start | Stop | Say | Play | Pause | Gather | Reject | Hangup | Redirect | Dial
    | Enqueue | Unknown
)  # fmt: skip


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
    return _stream(element) or _unknown(element)


def _start(element: ElementTree.Element) -> Verb:
    stream = _stream(element)
    return Start(stream) if stream else _unknown(element)


def _stop(element: ElementTree.Element) -> Verb:
    stream = _stream(element)
    return Stop(stream.name) if stream else _unknown(element)


def _stream(element: ElementTree.Element) -> Stream | None:
    stream = element.find("Stream")
    if stream is None:
        return None
    parameters = {
        parameter.get("name", ""): parameter.get("value", "")
        for parameter in stream.iter("Parameter")
    }
    return Stream(
        stream.get("url", "").strip(),
        parameters,
        name=stream.get("name", ""),
        status_callback=stream.get("statusCallback", "").strip(),
        status_callback_method=_method(stream, "statusCallbackMethod"),
        action=element.get("action", "").strip(),
        method=_method(element),
    )


def _gather(element: ElementTree.Element) -> Verb:
    children = [_verb(child) for child in element]
    prompts = tuple(verb for verb in children if isinstance(verb, Say | Play | Pause))
    return Gather(prompts, _seconds(element, "timeout", 5.0))


def _unknown(element: ElementTree.Element) -> Unknown:
    return Unknown("/".join([element.tag, *(child.tag for child in element)]))


def _method(element: ElementTree.Element, name: str = "method") -> str:
    """GET or POST; Twilio takes anything else for POST."""
    return "GET" if element.get(name, "").upper() == "GET" else "POST"


def _seconds(element: ElementTree.Element, name: str, default: float) -> float:
    try:
        return min(max(0.0, float(element.get(name, default))), LONGEST_S)
    except ValueError:
        return default


def _loop(element: ElementTree.Element) -> int:
    text = element.get("loop", "1")
    return int(text[:4]) if text[:4].isdecimal() else 1


def _words(element: ElementTree.Element) -> str:
    return " ".join("".join(element.itertext()).split())


_READERS: dict[str, Callable[[ElementTree.Element], Verb]] = {
    "Connect": _connect,
    "Start": _start,
    "Stop": _stop,
    "Say": lambda element: Say(_words(element), _loop(element)),
    "Play": lambda element: Play(_words(element), _loop(element)),
    "Pause": lambda element: Pause(_seconds(element, "length", 1.0)),
    "Gather": _gather,
    "Reject": lambda element: Reject(element.get("reason", "rejected")),
    "Hangup": lambda element: Hangup(),
    "Redirect": lambda element: Redirect(_words(element), _method(element)),
    "Dial": lambda element: Dial(_words(element)),
    "Enqueue": lambda element: Enqueue(_words(element)),
}


def _excerpt(document: bytes) -> str:
    return document[:60].decode("utf-8", "replace")
