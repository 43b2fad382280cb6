"""WebSockets of unmodified aiohttp behave as they do in real time."""

import asyncio

import aiohttp
import pytest
from aiohttp import ClientSession, WSMsgType, web

from fastbusy.virtual import run
from tests.fastbusy.virtual.serving import now, served


def test_five_hundred_sockets_at_once() -> None:
    async def echo(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            await socket.send_str(message.data.upper())
        return socket

    async def call(session: ClientSession, number: int, heard: list[str]) -> None:
        async with session.ws_connect("/") as socket:
            for turn in range(3):
                await socket.send_str(f"call {number} turn {turn}")
                heard.append(await socket.receive_str())
                await asyncio.sleep(1)

    async def main() -> list[str]:
        heard: list[str] = []
        async with served(echo) as session:
            async with asyncio.TaskGroup() as group:
                for number in range(500):
                    group.create_task(call(session, number, heard))
            assert now() == 3.0
        return heard

    first, second = (run(main(), seed=1) for _ in range(2))
    assert first == second
    assert set(first) == {
        f"CALL {number} TURN {turn}" for turn in range(3) for number in range(500)
    }


def test_heartbeats_keep_a_listener_and_find_out_the_deaf() -> None:
    ends: list[float] = []

    async def listen(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(heartbeat=10)
        await socket.prepare(request)
        async for _ in socket:
            pass
        ends.append(now())
        return socket

    async def main() -> None:
        async with served(listen) as session:
            async with session.ws_connect("/") as socket:
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(60):
                        await socket.receive()
            await asyncio.sleep(1)
            async with session.ws_connect("/") as socket:
                await asyncio.sleep(60)
                assert ends == [60.0, 76.0]

    run(main(), seed=1)


def test_a_peer_that_aborts_its_websocket() -> None:
    async def listen(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await asyncio.sleep(1)
        assert request.transport is not None
        request.transport.abort()
        return socket

    async def main() -> tuple[WSMsgType, int | None, float]:
        async with served(listen) as session, session.ws_connect("/") as socket:
            message = await socket.receive()
            return message.type, socket.close_code, now()

    assert run(main(), seed=1) == (WSMsgType.CLOSED, aiohttp.WSCloseCode.ABNORMAL_CLOSURE, 1.0)
