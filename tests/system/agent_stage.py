"""A stage for one agent: scripted providers and a caller, on real loopback sockets.

The sound of this stage is readable: every word of synthesised speech is one 20 ms frame that holds
its letters, so that the caller's ear can spell out what it heard.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

import aiohttp
from aiohttp import web

from desk import phrases
from desk.front import FrontDesk
from desk.retry import RetryPolicy
from desk.settings import Settings
from reference import build_app

FRAME = 160
TOKENS = ("prompt_tokens", "completion_tokens", "total_tokens")
PATIENCE_S = 20.0


def sound(text: str) -> bytes:
    return b"".join(word.encode().ljust(FRAME, b"\xff") for word in text.split())


def words(audio: bytes) -> str:
    frames = (audio[at : at + FRAME] for at in range(0, len(audio), FRAME))
    return " ".join(frame.rstrip(b"\xff").decode() for frame in frames if frame.strip(b"\xff"))


async def until(condition: Callable[[], object]) -> None:
    """Wait for the other tasks to make something true."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 (conditions of other programs have no event)
            await asyncio.sleep(0.005)


def on_stage(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    @wraps(test)
    def run() -> None:
        asyncio.run(asyncio.wait_for(test(), 60))

    return run


async def settle() -> None:
    """Let everything under way arrive: every task gets fifty turns, however busy the machine is."""
    for _ in range(50):
        await asyncio.sleep(0.001)


@dataclass
class Answer:
    """What the language model does with one request."""

    text: str = ""
    tool: tuple[str, dict[str, str]] | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    endless: bool = False
    cut: bool = False

    def chunks(self) -> list[dict[str, Any]]:
        if self.tool is None:
            pieces = self.text.split(" ")
            deltas = [{"content": f" {piece}" if at else piece} for at, piece in enumerate(pieces)]
            return deltas if self.cut or self.endless else [*deltas, {}]
        name, arguments = self.tool
        text = json.dumps(arguments)
        first = {"index": 0, "id": "call_1", "type": "function"}
        return [
            {"tool_calls": [{**first, "function": {"name": name, "arguments": ""}}]},
            {"tool_calls": [{"index": 0, "function": {"arguments": text[:4]}}]},
            {"tool_calls": [{"index": 0, "function": {"arguments": text[4:]}}]},
            {},
        ]


class Providers:
    """Deepgram, OpenAI, Cartesia and the appointment book, each following the test's script."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.requests: list[list[dict[str, Any]]] = []
        self.requested_at: list[float] = []
        self.aborted = 0
        self.ear: web.WebSocketResponse | None = None
        self.ears = 0
        self.heard = bytearray()
        self.ear_said: list[str] = []
        self.spoken: list[str] = []
        self.cancelled: list[str] = []
        self.voices = 0
        self.stt_status = self.tts_status = 101
        self.tts_errors = 0
        self.booked: list[dict[str, str]] = []

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [
                web.get("/v1/listen", self.listen),
                web.post("/v1/chat/completions", self.chat),
                web.get("/tts/websocket", self.speak),
                web.get("/tools/slots", self.slots),
                web.post("/tools/appointments", self.appointments),
            ]
        )
        return app

    async def listen(self, request: web.Request) -> web.StreamResponse:
        if self.stt_status != 101:
            return web.Response(status=self.stt_status)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.ear, self.ears = socket, self.ears + 1
        try:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.BINARY:
                    self.heard += message.data
                else:
                    self.ear_said.append(json.loads(message.data)["type"])
        finally:
            self.ears -= 1
        return socket

    async def transcribe(self, text: str, *, final: bool = True) -> None:
        assert self.ear is not None
        alternatives = [{"transcript": text, "confidence": 0.9, "words": []}]
        results = {"type": "Results", "is_final": final, "speech_final": final}
        await self.ear.send_json({**results, "channel": {"alternatives": alternatives}})

    async def chat(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.requests.append(body["messages"])
        self.requested_at.append(asyncio.get_running_loop().time())
        answer = self.answers.pop(0)
        if answer.status != 200:
            return web.Response(status=answer.status, headers=answer.headers, text="{}")
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        try:
            for delta in answer.chunks():
                choice = {"index": 0, "delta": delta, "finish_reason": None if delta else "stop"}
                await response.write(f"data: {json.dumps({'choices': [choice]})}\n\n".encode())
            if answer.cut and request.transport is not None:
                request.transport.abort()
            if answer.endless:
                await asyncio.sleep(3600)
        except asyncio.CancelledError:
            self.aborted += 1
            raise
        usage = {"choices": [], "usage": dict.fromkeys(TOKENS, 1)}
        await response.write(f"data: {json.dumps(usage)}\n\ndata: [DONE]\n\n".encode())
        return response

    async def speak(self, request: web.Request) -> web.StreamResponse:
        if self.tts_status != 101:
            return web.Response(status=self.tts_status)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.voices += 1
        clocks: dict[str, float] = {}
        try:
            async for message in socket:
                asked = json.loads(message.data)
                context = asked["context_id"]
                if asked.get("cancel"):
                    self.cancelled.append(context)
                elif self.tts_errors:
                    self.tts_errors -= 1
                    error = {"type": "error", "status_code": 429, "title": "Too many", "done": True}
                    await socket.send_json({**error, "context_id": context})
                elif text := asked["transcript"].strip():
                    await self._utter(socket, context, text, clocks)
                elif not asked["continue"]:
                    await socket.send_json({"type": "done", "context_id": context, "done": True})
        finally:
            self.voices -= 1
        return socket

    async def _utter(
        self, socket: web.WebSocketResponse, context: str, text: str, clocks: dict[str, float]
    ) -> None:
        self.spoken.append(text)
        begun = clocks.get(context, 0.0)
        ends = [begun + 0.02 * (at + 1) for at in range(len(text.split()))]
        clocks[context] = ends[-1]
        audio = base64.b64encode(sound(text)).decode()
        times = {"words": text.split(), "start": [end - 0.02 for end in ends], "end": ends}
        chunk = {"type": "chunk", "context_id": context, "data": audio, "done": False}
        await socket.send_json(chunk)
        await socket.send_json(
            {"type": "timestamps", "context_id": context, "word_timestamps": times, "done": False}
        )

    async def slots(self, request: web.Request) -> web.Response:
        return web.json_response({"date": request.query["date"], "slots": ["9:30", "11:00"]})

    async def appointments(self, request: web.Request) -> web.Response:
        self.booked.append(await request.json())
        return web.json_response({"reference": "K4"}, status=201)


class Caller:
    """Twilio and the person behind it; marks come back at once unless `marks` says otherwise."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self.audio = bytearray()
        self.cleared = 0
        self.marks = True
        self.hung_up = False
        self.frame_sizes: set[int] = set()

    @property
    def heard(self) -> str:
        return words(bytes(self.audio))

    async def start(self, call_sid: str) -> None:
        await self._socket.send_json({"event": "connected", "protocol": "Call"})
        start = {"streamSid": "MZ1", "callSid": call_sid, "tracks": ["inbound"]}
        await self._socket.send_json({"event": "start", "streamSid": "MZ1", "start": start})

    async def say(self, audio: bytes) -> None:
        payload = base64.b64encode(audio).decode()
        await self._socket.send_json({"event": "media", "media": {"payload": payload}})

    async def mark(self, name: str) -> None:
        await self._socket.send_json({"event": "mark", "mark": {"name": name}})

    async def listen(self) -> None:
        async for message in self._socket:
            event = json.loads(message.data)
            match event["event"]:
                case "media":
                    frame = base64.b64decode(event["media"]["payload"])
                    self.frame_sizes.add(len(frame))
                    self.audio += frame
                case "mark" if self.marks:
                    await self.mark(event["mark"]["name"])
                case "clear":
                    self.cleared += 1
        self.hung_up = True

    async def hang_up(self) -> None:
        await self._socket.send_json({"event": "stop", "stop": {}})
        await self._socket.close()


class PromptDesk(FrontDesk):
    """Retries soon, so that tests are over soon."""

    retry_policy = stt_retry_policy = RetryPolicy(base_s=0.01)


class Stage:
    """The agent, what it talks to, and the way to call it."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        origin: str,
        provider_origin: str,
        providers: Providers,
    ) -> None:
        self.session, self.origin = session, origin
        self.provider_origin, self.providers = provider_origin, providers

    async def webhook(self, call_sid: str) -> str:
        form = {"CallSid": call_sid, "From": "+15550001"}
        async with self.session.post(f"{self.origin}/incoming", data=form) as response:
            assert response.status == 200
            return await response.text()

    @asynccontextmanager
    async def call(self, call_sid: str = "CA1") -> AsyncIterator[Caller]:
        async with self.session.ws_connect(f"{self.origin}/media") as socket:
            caller = Caller(socket)
            await caller.start(call_sid)
            listening = asyncio.create_task(caller.listen())
            try:
                yield caller
            finally:
                listening.cancel()
                await asyncio.wait([listening])

    @asynccontextmanager
    async def program(self, *command: str) -> AsyncIterator[asyncio.subprocess.Process]:
        """Call an agent in a process of its own instead."""
        urls = {
            "DEEPGRAM_BASE_URL": self.provider_origin,
            "CARTESIA_BASE_URL": self.provider_origin,
            "OPENAI_BASE_URL": f"{self.provider_origin}/v1",
            "TOOLS_BASE_URL": f"{self.provider_origin}/tools",
        }
        agent = await asyncio.create_subprocess_exec(
            *[sys.executable, *command], env={**os.environ, **urls}, stdout=asyncio.subprocess.PIPE
        )
        try:
            assert agent.stdout is not None
            line = (await agent.stdout.readline()).decode()
            self.origin = line.removeprefix("listening on ").removesuffix("/incoming\n")
            yield agent
        finally:
            if agent.returncode is None:
                agent.kill()
                await agent.wait()

    async def clips_recorded(self) -> None:
        """Until the fixed phrases are there, and the connection that made them is gone."""
        await until(lambda: len(self.providers.spoken) >= len(phrases.ALL))
        await until(lambda: not self.providers.voices)
        self.providers.spoken.clear()


async def _serve(app: web.Application) -> tuple[web.AppRunner, str]:
    runner = web.AppRunner(app, handler_cancellation=True, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    return runner, f"http://{host}:{port}"


@asynccontextmanager
async def stage(desk: type[FrontDesk] = PromptDesk, **settings: Any) -> AsyncIterator[Stage]:
    """A running agent with its providers, taken down again at the end."""
    providers = Providers()
    provider_runner, origin = await _serve(providers.app())
    urls: dict[str, Any] = {
        "deepgram_base_url": origin,
        "cartesia_base_url": origin,
        "openai_base_url": f"{origin}/v1",
        "tools_base_url": f"{origin}/tools",
    }
    agent_runner, agent = await _serve(build_app(Settings(**urls, **settings), desk))
    async with aiohttp.ClientSession() as session:
        try:
            yield Stage(session, agent, origin, providers)
        finally:
            await agent_runner.cleanup()
            await provider_runner.cleanup()
