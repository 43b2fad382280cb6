"""The parts of a target: where connections go, what they show, and what tells calls apart."""

from __future__ import annotations

from typing import Literal, NamedTuple
from urllib.parse import urlsplit

import msgspec

from ..files.grammar import Secret

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


class Correlate(msgspec.Struct, frozen=True):
    """Where the agent names the call when it asks a provider for something: by the call's CallSid.
    Mocks that run already are told when they start: `fastbusy mocks --correlate HEADER`.

    header    of its requests and upgrades, such as `x-call-sid`
    metadata  a field under `metadata` of a JSON body, or of the query (`?NAME=…`, `?extra=NAME:…`)
    """

    header: str = ""
    metadata: str = ""
