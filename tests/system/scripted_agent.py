"""An agent for tests: a Twilio voice webhook and media stream that do what they are told."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from aiohttp import WSMsgType, web

from harness.media.energy import voiced_spans
from harness.planning.reach import Address
from speech.alphabet import Role
from speech.g711 import mulaw_encode
from speech.mouth import Mouth

FRAME = 160
TURN_END_FRAMES = 15
"""300 ms of silence end the caller's turn."""


class Line:
    """The agent's side of one media stream."""

    def __init__(self, socket: web.WebSocketResponse, start: dict[str, Any]) -> None:
        self.socket, self.start = socket, start
        self.stream_sid = start["streamSid"]
        self.marks: asyncio.Queue[str] = asyncio.Queue()
        self.turns: asyncio.Queue[float] = asyncio.Queue()
        self.stopped = asyncio.Event()
        self.messages: list[dict[str, Any]] = []
        self.mouth = Mouth(Role.AGENT, 8000)

    async def send(self, event: str, **body: Any) -> None:
        await self.socket.send_json({"event": event, "streamSid": self.stream_sid, **body})

    def frames(self, text: str, identity: int | None = None) -> list[bytes]:
        sound = mulaw_encode(self.mouth.speak(text, identity).samples)
        return [sound[at : at + FRAME] for at in range(0, len(sound), FRAME)]

    async def say(self, text: str, *, mark: str = "", identity: int | None = None) -> None:
        """All of it at once, and a mark behind it."""
        for frame in self.frames(text, identity):
            await self.send("media", media={"payload": base64.b64encode(frame).decode()})
        if mark:
            await self.send("mark", mark={"name": mark})

    async def clear(self) -> None:
        await self.send("clear")

    async def turn(self) -> float:
        """Wait until the caller has spoken; the time of its last voiced frame."""
        return await asyncio.wait_for(self.turns.get(), 20)

    async def played(self, name: str) -> None:
        while await asyncio.wait_for(self.marks.get(), 20) != name:
            pass

    async def listen(self) -> None:
        loop = asyncio.get_running_loop()
        voiced_at, silent = 0.0, 0
        async for message in self.socket:
            if message.type is not WSMsgType.TEXT:
                break
            data = json.loads(message.data)
            if data["event"] != "media":
                self.messages.append(data)
            if data["event"] == "mark":
                self.marks.put_nowait(data["mark"]["name"])
            elif data["event"] == "stop":
                self.stopped.set()
            elif data["event"] == "media":
                if voiced_spans([base64.b64decode(data["media"]["payload"])])[0]:
                    voiced_at, silent = loop.time(), 0
                else:
                    silent += 1
                    if silent == TURN_END_FRAMES and voiced_at:
                        self.turns.put_nowait(voiced_at)


Script = Callable[[Line], Awaitable[None]]


async def chat(line: Line) -> None:
    """Greets, and answers every turn with a sentence."""
    await line.say("Hello.")
    while True:
        await line.turn()
        await line.say("Nine is free.")


class ScriptedAgent:
    """`webhook` overrides the TwiML; `script` runs once the stream has started."""

    def __init__(self, script: Script = chat) -> None:
        self.script = script
        self.webhook: Callable[[web.Request], Awaitable[web.StreamResponse]] | None = None
        self.forms: list[dict[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.upgrades: list[dict[str, str]] = []
        self.lines: list[Line] = []
        self.refuse_upgrade = 0
        self.url = ""
        self.at = Address("", 0)
        self.errors: list[BaseException] = []

    def twiml(self, after: str = "") -> web.Response:
        stream = self.url.replace("http", "ws") + "/media"
        parameter = '<Parameter name="tenant" value="demo"/>'
        return self.xml(f'<Connect><Stream url="{stream}">{parameter}</Stream></Connect>{after}')

    def xml(self, verbs: str) -> web.Response:
        return web.Response(text=f"<Response>{verbs}</Response>", content_type="text/xml")

    async def incoming(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        self.forms.append({name: str(value) for name, value in form.items()})
        self.headers.append(dict(request.headers))
        return await self.webhook(request) if self.webhook else self.twiml()

    async def media(self, request: web.Request) -> web.StreamResponse:
        self.upgrades.append(dict(request.headers))
        if self.refuse_upgrade:
            return web.Response(status=self.refuse_upgrade)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        connected = await socket.receive_json()
        start = await socket.receive_json()
        line = Line(socket, start["start"])
        line.messages += [connected, start]
        self.lines.append(line)
        listening = asyncio.create_task(line.listen())
        acting = asyncio.create_task(self._act(line))
        await asyncio.wait({listening, acting}, return_when=asyncio.FIRST_COMPLETED)
        if acting.done():
            await socket.close()
        for task in (listening, acting):
            task.cancel()
        await asyncio.gather(listening, acting, return_exceptions=True)
        return socket

    async def _act(self, line: Line) -> None:
        try:
            await self.script(line)
        except (asyncio.CancelledError, ConnectionError):
            raise
        except BaseException as error:
            self.errors.append(error)
            raise

    def more_routes(self) -> list[web.AbstractRouteDef]:
        """Pages beside the webhook."""
        return []

    @contextlib.asynccontextmanager
    async def serving(
        self, tls: ssl.SSLContext | None = None, origin: str = ""
    ) -> AsyncIterator[str]:
        """The URL of the webhook. `origin` is what the agent believes to be; it listens at `at`."""
        app = web.Application()
        app.router.add_post("/incoming", self.incoming)
        app.router.add_get("/media", self.media)
        app.add_routes(self.more_routes())
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
        await site.start()
        self.at = Address(*runner.addresses[0][:2])
        self.url = origin or f"http://{self.at}"
        try:
            yield f"{self.url}/incoming"
        finally:
            await runner.cleanup()
