"""Requests and answers through real sockets, and a great many malformed ones."""

from __future__ import annotations

import asyncio
import json
import random

import aiohttp
import pytest

from kernel.clock import SystemClock
from kernel.dialogue import Script
from kernel.errors import UsageError
from mocks.brain import Brain
from mocks.latency import StageLatency
from mocks.provider import Catalogue, load_providers
from mocks.serve import serving
from mocks.service import Service
from mocks.world import Settings, World
from tests.mocks.echo import ECHO, a_world

from .on_air import free_port, on_air, run

pytestmark = pytest.mark.system


def quick_world(settings: Settings | None = None) -> World:
    """Everything that is mocked, without delays."""
    stages = ("stt", "llm", "tts", "realtime", "tools", "telephony")
    return World(
        Brain(Script()),
        latency={stage: StageLatency() for stage in stages},  # type: ignore[misc]
        settings=settings or Settings(),
    )


def test_a_request_is_answered() -> None:
    async def test() -> None:
        async with on_air() as air, air.client.post("/echo", data=b"one two") as response:
            assert response.status == 200
            assert await response.read() == b"onetwo"

    run(test)


def test_what_nobody_serves_is_told_so() -> None:
    async def test() -> None:
        async with on_air() as air:
            async with air.client.post("/ehco") as response:
                assert response.status == 404
                told = (await response.json())["no"]
                assert told.startswith("fastbusy serves no POST /ehco: ")
            async with air.client.get("/echo") as response:
                assert response.status == 405
                assert "served for POST" in await response.text()
            events = [one.data for one in air.service.journal.page().events]
            assert [one["path"] for one in events] == ["/ehco", "/echo"]

    run(test)


def test_a_body_that_is_too_large_is_refused_in_the_providers_words() -> None:
    async def test() -> None:
        world = a_world(settings=Settings(body_bytes=1000))
        async with on_air(world=world) as air:
            async with air.client.post("/echo", data=b"x" * 5000) as response:
                assert response.status == 413
                assert await response.json() == {"no": "too_large"}
            async with air.client.post("/echo", data=b"x") as response:
                assert response.status == 200

    run(test)


def test_a_body_that_does_not_come_is_not_awaited_for_ever() -> None:
    async def test() -> None:
        async with on_air(world=a_world(settings=Settings(upload_s=0.05))) as air:
            reader, writer = await asyncio.open_connection("127.0.0.1", air.port)
            writer.write(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
            assert b" 408 " in await reader.readline()
            writer.close()
            await writer.wait_closed()

    run(test)


def test_a_body_that_cannot_be_unpacked_is_malformed() -> None:
    async def test() -> None:
        async with on_air() as air:
            reader, writer = await asyncio.open_connection("127.0.0.1", air.port)
            writer.write(
                b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\n"
                b"Content-Length: 8\r\n\r\nnot gzip"
            )
            assert b" 400 " in await reader.readline()
            writer.close()
            await writer.wait_closed()

    run(test)


def test_a_port_serves_its_stages() -> None:
    async def test() -> None:
        service = Service(Catalogue([ECHO]), a_world())
        both, none = free_port(), free_port()
        ports = {both: (), none: ("llm",)}
        async with serving(service, SystemClock(), ports=ports), aiohttp.ClientSession() as client:  # type: ignore[arg-type]
            async with client.post(f"http://127.0.0.1:{both}/echo", data=b"x") as response:
                assert response.status == 200
            async with client.post(f"http://127.0.0.1:{none}/echo", data=b"x") as response:
                assert response.status == 404

    run(test)


def test_a_taken_port_is_told_with_a_remedy() -> None:
    async def test() -> None:
        async with on_air() as air:
            service = Service(Catalogue([ECHO]), a_world())
            with pytest.raises(UsageError, match=rf"port {air.port} is taken.*\n.*--port-base"):
                async with serving(service, SystemClock(), ports={air.port: ()}):
                    raise AssertionError

    run(test)


def mangled(dice: random.Random) -> bytes:
    """JSON that is wrong somewhere, or no JSON."""
    body = {
        "model": "gpt-4.1",
        "messages": [{"role": "user", "content": "hi"}],
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}],
        "stream": True,
        "date": "2026-12-03",
        "time": "09:00",
        "name": "Ann",
    }
    odd = [None, 3, -1, 1e308, "", "\ud83d", "x" * 5000, [], {}, [[[]]], {"a": {"b": [None]}}, True]
    for _ in range(dice.randrange(3)):
        body[dice.choice([*body, "tool_choice", "response_format"])] = dice.choice(odd)
    if dice.random() < 0.5:
        message = {dice.choice(["role", "content", "tool_calls", "name"]): dice.choice(odd)}
        body["messages"] = [{"role": "user", "content": "x"}, message]
    data = bytearray(json.dumps(body).encode())
    for _ in range(dice.choice([0, 0, 1, 5, 50])):
        data[dice.randrange(len(data))] = dice.randrange(256)
    return bytes(data[: dice.choice([len(data), len(data) // 2, 0])])


def test_malformed_requests_are_the_clients_fault() -> None:
    dice = random.Random(20)
    paths = [
        *("/v1/chat/completions", "/v1/models", "/v1/models/%00%ff", "/v1/models/{id}"),
        *("/slots", "/appointments", "/customers", "/tools/appointments/x", "/%2e%2e/x"),
    ]

    async def test() -> None:
        async with on_air(*load_providers(), world=quick_world()) as air:
            statuses: dict[int, int] = {}

            async def one() -> None:
                method, path = dice.choice(["GET", "POST", "POST", "DELETE"]), dice.choice(paths)
                headers = {"Authorization": dice.choice(["Bearer x", "Bearer", "", "Token x"])}
                query = {dice.choice(["date", "phone", "q"]): dice.choice(["", "x", "2026-13-01"])}
                async with air.client.request(
                    method, path, data=mangled(dice), headers=headers, params=query
                ) as response:
                    await response.read()
                    statuses[response.status] = statuses.get(response.status, 0) + 1

            for _ in range(60):
                await asyncio.gather(*(one() for _ in range(50)))
            assert max(statuses) < 500, statuses
            assert {200, 400, 401, 404} <= set(statuses)
            assert air.service.bugs == 0
            assert len(air.service.sessions) == 0

    run(test)


def test_garbage_on_the_wire_hurts_nobody() -> None:
    dice = random.Random(21)

    async def test() -> None:
        async with on_air() as air:
            for _ in range(300):
                reader, writer = await asyncio.open_connection("127.0.0.1", air.port)
                start = dice.choice([b"", b"POST /echo HTTP/1.1\r\n", b"GET /echo/x HTTP/1.1\r\n"])
                writer.write(start + dice.randbytes(dice.randrange(200)))
                if dice.random() < 0.5:
                    writer.write_eof()
                    await reader.read()
                writer.close()
                await writer.wait_closed()
            async with air.client.post("/echo", data=b"fine") as response:
                assert await response.read() == b"fine"
            assert air.service.bugs == 0

    run(test)
