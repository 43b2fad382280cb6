"""The parts of a target: where connections go, what they show, and what tells calls apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple
from urllib.parse import urljoin, urlsplit

import msgspec

from kernel.dialogue import fill, slots
from kernel.units import Duration

from ..files.grammar import Filled, Secret

ClipPurpose = Literal["refusal", "apology", "comfort"]


class Address(NamedTuple):
    """Where a TCP connection goes, written `127.0.0.1:8443`, `agent.internal:443`, `[::1]:8443`."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Address:
        """ValueError if `text` is not a host and a port."""
        try:
            parts = urlsplit(f"//{text.strip()}")
            host, port = parts.hostname or "", parts.port or 0
        except ValueError:
            host, port = "", 0
        if not host or not port or parts.netloc != text.strip() or parts.username is not None:
            raise ValueError(f"{text!r} is no address; write host:port, such as 127.0.0.1:8443")
        return cls(host, port)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class ClientCert(msgspec.Struct, frozen=True):
    """What the harness shows to an agent that asks who is calling (mutual TLS).

    cert      PEM file with the certificate, and the key if there is no `key`
    key       PEM file with the key
    password  what opens the key, if it is encrypted
    """

    cert: str
    key: str = ""
    password: Secret = Secret()

    @property
    def key_file(self) -> str:
        return self.key or self.cert


class DialOut(msgspec.Struct, frozen=True):
    """How the agent is told to place a call: by a POST with a JSON body.

    url     its http(s):// address; it may be relative to the webhook
    body    keys and values of the JSON, with the slots `{to}` (the number of whoever is to be
            called), `{from}` (the agent's own) and the facts of the dialogue
    within  so long the agent has to order the call from Twilio's API
    """

    url: Filled
    body: dict[str, Any] = msgspec.field(
        default_factory=lambda: {"to_number": "{to}", "from_number": "{from}"}
    )
    within_s: Duration = msgspec.field(default=Duration(30), name="within")

    @property
    def slots(self) -> tuple[str, ...]:
        """The names of the slots in the body."""
        return slots(msgspec.json.encode(self.body).decode())

    def beside(self, webhook: Filled) -> DialOut:
        """The same with its whole URL."""
        whole = urljoin(webhook, self.url)
        written = urljoin(webhook.written or webhook, self.url.written or self.url)
        url = Filled.of(whole, written, (*webhook.secrets, *self.url.secrets))
        return msgspec.structs.replace(self, url=url)

    def told(self, to_number: str, from_number: str, facts: Mapping[str, str]) -> Any:
        """The body, slots filled."""
        return _filled(self.body, {**facts, "to": to_number, "from": from_number})


def _filled(value: Any, said: Mapping[str, str]) -> Any:
    match value:
        case str():
            return fill(value, said)
        case dict():
            return {key: _filled(each, said) for key, each in value.items()}
        case list() | tuple():
            return [_filled(each, said) for each in value]
    return value


class Correlate(msgspec.Struct, frozen=True):
    """Where the agent names the call when it asks a provider for something: by the call's CallSid.
    Mocks that run already are told when they start: `fastbusy mocks --correlate HEADER`.

    header    of its requests and upgrades, such as `x-call-sid`
    metadata  a field under `metadata` of a JSON body, or of the query (`?NAME=…`, `?extra=NAME:…`)
    """

    header: str = ""
    metadata: str = ""
