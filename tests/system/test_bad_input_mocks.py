"""Malformed, oversized and broken-off requests to every route of the mocks and to their control."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import re
import socket
import struct

import aiohttp
import pytest

from kernel.dialogue import Script
from mocks.brain import Brain
from mocks.latency import StageLatency
from mocks.provider import Route, load_providers
from mocks.world import Settings, World

from .on_air import CONTROL, OnAir, on_air, run

pytestmark = pytest.mark.system

DEEP = b"[" * 200_000 + b"]" * 200_000
ODD = {
    "empty": b"",
    "text": b"hello",
    "binary": bytes(range(256)),
    "null": b"null",
    "number": b"1e999",
    "list": b"[[[]]]",
    "cut": b'{"messages": [{"role": "user", "con',
    "deep": DEEP,
    "wrong": b'{"model": 3, "messages": "x", "transcript": {}, "context_id": [], "voice": 0}',
    "surrogate": b'{"type": "\\ud800", "transcript": "\\ud800", "label": "\\ud800"}',
    "twice": b'{"a": 1, "a": 2}' * 2,
}
KEYS = {"Authorization": "Token x", "X-API-Key": "x", "xi-api-key": "x"}
HEADERS = {**KEYS, "Content-Type": "application/json"}


ROUTES = [route for provider in load_providers() for route in provider.routes]
REQUESTS = [route for route in ROUTES if route.method != "WS"]
PARAMETERS = {"{voice_id}": "x", "{id}": "x"}
FORMATS = {"/v1/listen": "encoding=mulaw", "/v3/ws": "encoding=pcm_mulaw"}
STREAMS = [route for route in ROUTES if route.method == "WS"]
WEBSOCKET = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)
UPGRADE = (
    "GET {path} HTTP/1.1\r\nHost: x\r\n"
    + "".join(f"{name}: {value}\r\n" for name, value in KEYS.items())
    + f"{WEBSOCKET}\r\n"
)
ODD_REQUEST = (
    "{method} {path}?encoding=%ff&output_format=%ff&expires_in_seconds=%ff&name=%ff HTTP/1.1\r\n"
    + "".join(f"{name}: \xff\r\n" for name in (*KEYS, "x-call", "anthropic-version"))
    + "Host: x\r\n{upgrade}\r\n"
)


def path_of(route: Route) -> str:
    """A path that the route answers, for streams with a format of sound that it knows."""
    path = route.path
    for name, value in PARAMETERS.items():
        path = path.replace(name, value)
    if route.method == "WS":
        path += f"?sample_rate=8000&output_format=ulaw_8000&{FORMATS.get(route.path, '')}"
    return path


def a_quick_world() -> World:
    stages = ("stt", "llm", "tts", "realtime", "tools", "telephony")
    quick = {stage: StageLatency() for stage in stages}
    settings = Settings(body_bytes=1 << 20, correlate="x-call")
    return World(Brain(Script()), latency=quick, settings=settings)  # type: ignore[arg-type]


async def assert_unharmed(air: OnAir) -> None:
    """It answers, nothing is left open, and no actor has failed."""
    await air.until(lambda: len(air.service.sessions) == 0)
    assert air.service.bugs == 0
    async with air.client.get(f"{CONTROL}/health") as response:
        assert response.status == 200


@pytest.mark.parametrize("route", REQUESTS, ids=lambda route: route.name)
def test_odd_bodies(route: Route) -> None:
    async def test() -> None:
        async with on_air(*load_providers(), world=a_quick_world()) as air:
            path = path_of(route)
            for name, body in {**ODD, "large": b'{"a": "' + b"x" * (2 << 20)}.items():
                async with air.client.request(
                    route.method, path, data=io.BytesIO(body), headers=HEADERS
                ) as response:
                    assert response.status < 500, (name, await response.text())
                    if route.method == "POST":
                        assert response.status >= 400, (name, await response.text())
                    if response.status >= 400 and route.method != "HEAD":
                        assert await response.read(), f"{name} is refused without a word"
            await assert_unharmed(air)

    run(test)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_what_is_no_utf_8_is_answered(route: Route) -> None:
    """Such bytes stand in the path, in arguments that an error quotes, and in the keys."""

    async def test() -> None:
        async with on_air(*load_providers(), world=a_quick_world()) as air:
            request = ODD_REQUEST.format(
                method=route.method.replace("WS", "GET"),
                path=re.sub(r"\{\w+\}", "%ff", route.path),
                upgrade=WEBSOCKET if route.method == "WS" else "",
            )
            reader, writer = await asyncio.open_connection("127.0.0.1", air.port)
            with contextlib.closing(writer):
                writer.write(request.encode("latin-1"))
                assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 ")
            await assert_unharmed(air)
            async with air.client.get(f"{CONTROL}/journal") as response:
                assert (await response.json())["events"]

    run(test)


@pytest.mark.parametrize("route", STREAMS, ids=lambda route: route.name)
def test_odd_frames(route: Route) -> None:
    async def test() -> None:
        async with on_air(*load_providers(), world=a_quick_world()) as air:
            for body in (*ODD.values(), b"x" * (5 << 20)):
                for send in (aiohttp.ClientWebSocketResponse.send_bytes, send_text):
                    async with air.client.ws_connect(
                        path_of(route), headers=HEADERS, max_msg_size=0
                    ) as stream:
                        reading = asyncio.create_task(read_on(stream))
                        # What is too long is refused before all of it has gone out.
                        with contextlib.suppress(ConnectionError):
                            await send(stream, body)
                        await stream.close()
                        await reading
            await assert_unharmed(air)

    run(test)


async def send_text(stream: aiohttp.ClientWebSocketResponse, body: bytes) -> None:
    await stream.send_str(body.decode("latin-1"))


async def read_on(stream: aiohttp.ClientWebSocketResponse) -> None:
    async for _ in stream:
        pass


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "faults/x"), ("PUT", "script"), ("PUT", "latency"), ("PUT", "lease"),
        ("DELETE", "faults/x"), ("GET", "journal?after=-1"), ("GET", "journal?after=1e3"),
        ("GET", "events?after=%00"), ("PATCH", "health"), ("GET", "..%2f..%2fetc/passwd"),
    ],
)  # fmt: skip
def test_the_control_api_says_what_is_wrong(method: str, path: str) -> None:
    async def test() -> None:
        large = b'{"label": "' + b"x" * (5 << 20)
        async with on_air(*load_providers(), world=a_quick_world()) as air:
            for name, body in {**ODD, "large": large}.items():
                async with air.client.request(
                    method, f"{CONTROL}/{path}", data=io.BytesIO(body)
                ) as response:
                    told = await response.read()
                    assert 400 <= response.status < 500, (name, told)
                    assert json.loads(told)["error"], name
            assert not list(air.service.chain)
            await assert_unharmed(air)

    run(test)


def reset(client: socket.socket) -> None:
    """Go without a farewell: a reset in place of a FIN."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def test_clients_that_break_off_at_any_byte() -> None:
    async def test() -> None:
        body = json.dumps({"model": "m", "messages": [], "stream": True}).encode()
        request = (
            b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\n"
            + f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        async with on_air(*load_providers(), world=a_quick_world()) as air:
            for cut in range(0, len(request) + 1, 3):
                client = socket.create_connection(("127.0.0.1", air.port))
                client.sendall(request[:cut])
                if cut % 2:
                    reset(client)
                else:
                    client.close()
                await asyncio.sleep(0)
            await assert_unharmed(air)

    run(test)


@pytest.mark.parametrize("route", STREAMS, ids=lambda route: route.name)
def test_a_stream_whose_client_is_reset(route: Route) -> None:
    async def test() -> None:
        async with on_air(*load_providers(), world=a_quick_world()) as air:
            client = socket.create_connection(("127.0.0.1", air.port))
            client.sendall(UPGRADE.format(path=path_of(route)).encode())
            await air.until(lambda: len(air.service.sessions) == 1)
            reset(client)
            await assert_unharmed(air)
            closing = [event for event in air.service.journal.page(0).events
                       if event.kind == "socket" and event.type != "invoke"]  # fmt: skip
            assert [event.data["how"] for event in closing] == ["abandoned"]

    run(test)
