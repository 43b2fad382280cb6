"""An agent's web server without sockets: documents by URL, and streams that are told what to do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from harness.protocols.course import Fetch
from harness.transports.link import Obey, Refused
from harness.transports.twilio_web import Unreached
from harness.transports.websocket import Take
from kernel.control import CallOrder, CallStatus, PhoneCall

CLOSE, CUT = True, False
"""How a stream ends: the agent closes it, or the connection breaks."""


class FakeSocket:
    """What a stream needs of a WebSocket. `incoming` are messages, and how it ends."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.incoming: asyncio.Queue[bytes | bool] = asyncio.Queue()
        self.closed = False

    def send(self, text: bytes) -> bool:
        self.sent.append(json.loads(text))
        return True

    async def receive(self, take: Take) -> bool:
        while isinstance(message := await self.incoming.get(), bytes):
            take(message, False)
        return message

    async def close(self) -> None:
        self.closed = True
        self.incoming.put_nowait(CUT)

    @property
    def events(self) -> list[str]:
        return [message["event"] for message in self.sent]


class FakeWeb:
    """`pages` maps a URL to the verbs of its document; what is not there answers HTTP 503.

    asked   every document asked for, with the whole form
    dialled every stream: URL, and the one that is signed in its place
    told    every callback: URL, method and form
    """

    def __init__(self, **pages: str) -> None:
        self.pages = {f"http://a.example/{name}": verbs for name, verbs in pages.items()}
        self.asked: list[tuple[Fetch, dict[str, str]]] = []
        self.dialled: list[tuple[str, str]] = []
        self.told: list[tuple[str, str, dict[str, str]]] = []
        self.sockets: dict[str, FakeSocket] = {}
        self.no_stream = False

    async def fetch(self, asked: Fetch, form: Mapping[str, str]) -> bytes:
        self.asked.append((asked, {**form, **asked.fields}))
        verbs = self.pages.get(asked.url.partition("?")[0])
        if verbs is None:
            raise Unreached(11200, Refused("http_503", "fail", status=503))
        return f"<Response>{verbs}</Response>".encode()

    async def connect(self, url: str, signed_as: str) -> FakeSocket:
        self.dialled.append((url, signed_as))
        if self.no_stream:
            refused = Refused("upgrade_403", "fail", step="stream", status=403, detail="HTTP 403")
            raise Unreached(31920, refused)
        socket = self.sockets[url] = FakeSocket()
        return socket

    def tell(self, url: str, method: str, form: Mapping[str, str]) -> None:
        if url:
            self.told.append((url, method, dict(form)))


class FakeNetwork:
    """Keeps what it is told, and gives the orders of a test."""

    def __init__(self) -> None:
        self.told: list[PhoneCall] = []
        self.obey: dict[str, Obey] = {}
        self.missed: list[tuple[str, CallStatus, str]] = []

    def tell(self, call: PhoneCall) -> None:
        self.told.append(call)

    def attend(self, sid: str, obey: Obey) -> None:
        self.obey[sid] = obey

    def serve(self, place: Obey) -> None:
        self.place = place

    def miss(self, order: CallOrder, status: CallStatus, why: str) -> None:
        self.missed.append((order.sid, status, why))

    @property
    def statuses(self) -> list[str]:
        return [call.status for call in self.told]
