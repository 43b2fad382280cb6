"""What crosses the wire, as values: requests on their way in, heads and bodies, frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any
from uuid import UUID

import msgspec

NO_JSON = (msgspec.DecodeError, UnicodeError, RecursionError)
"""What decoding raises if what a client wrote is no JSON, or none of the shape that is wanted."""
UPGRADE = "WS"
SWITCHING_PROTOCOLS = 101
_CREDENTIALS = ("authorization", "x-api-key", "api-key", "xi-api-key", "sec-websocket-protocol")
_CREDENTIAL_ARGUMENTS = (
    "api_key", "access_token", "key", "token", "authorization", "single_use_token",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Request:
    """A request or upgrade before anybody has answered it.

    method      an HTTP method, or `WS` for a WebSocket upgrade
    query       every argument with all its values, in order
    headers     by lower-case name
    params      what stood in the place of the `{names}` in the route's path
    connection  the client's TCP connection, unique within the process
    """

    method: str
    path: str
    query: Mapping[str, Sequence[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    params: Mapping[str, str] = field(default_factory=dict)
    connection: str = ""

    @property
    def upgrades(self) -> bool:
        return self.method == UPGRADE

    def argument(self, name: str, default: str = "") -> str:
        """The first value of a query argument."""
        values = self.query.get(name)
        return values[0] if values else default

    def header(self, name: str, default: str = "") -> str:
        return self.headers.get(name.lower(), default)

    def credential(self, scheme: str) -> str:
        """What follows `Bearer`, `Token`, … in the Authorization header; empty if it does not."""
        found, _, value = self.header("authorization").partition(" ")
        return value.strip() if found.lower() == scheme.lower() else ""

    @property
    def key(self) -> str:
        """A name for the credential that does not give it away, empty if there is none."""
        found = [*map(self.header, _CREDENTIALS), *map(self.argument, _CREDENTIAL_ARGUMENTS)]
        credential = next(filter(None, found), "")
        if not credential:
            return ""
        return blake2b(credential.encode(errors="replace"), digest_size=4).hexdigest()


class Head(msgspec.Struct, frozen=True, gc=False):
    """Status and headers of the answer. Status 101 accepts an upgrade, any other refuses it.

    Without a Content-Length the body is chunked.
    """

    status: int
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
    work: str = ""


class Body(msgspec.Struct, frozen=True, gc=False):
    """A piece of the answer's body."""

    data: bytes
    work: str = ""


class Text(msgspec.Struct, frozen=True, gc=False):
    """A text frame, either way."""

    data: str
    work: str = ""


class Binary(msgspec.Struct, frozen=True, gc=False):
    """A binary frame, either way."""

    data: bytes
    work: str = ""


class Close(msgspec.Struct, frozen=True, gc=False):
    """The closing handshake. `reason` is cut to the 123 bytes that a close frame has room for."""

    code: int = 1000
    reason: str = ""
    work: str = ""


class Reset(msgspec.Struct, frozen=True, gc=False):
    """The connection breaks off without a word."""

    work: str = ""


Wire = Head | Body | Text | Binary | Close | Reset


def uuid_of(*names: object) -> str:
    """A UUID for these names: the same for the same ones."""
    digest = blake2b(repr(names).encode(errors="replace"), digest_size=16).digest()
    return str(UUID(bytes=digest, version=4))


def id_of(prefix: str, *names: object) -> str:
    """A prefix such as `req_` and 24 hexadecimal digits: the same for the same names."""
    digest = blake2b("\x1f".join(map(str, names)).encode(errors="replace"), digest_size=12)
    return prefix + digest.hexdigest()


def json_text(value: Any) -> str:
    """Compact JSON."""
    return msgspec.json.encode(value).decode()


def json_reply(
    status: int, value: Any, headers: Mapping[str, str] | None = None
) -> tuple[Head, Body]:
    """A whole answer with a JSON body and its length."""
    body = msgspec.json.encode(value)
    return (
        Head(
            status,
            {
                "Content-Type": "application/json",
                "Content-Length": str(len(body)),
                **(headers or {}),
            },
        ),
        Body(body),
    )
