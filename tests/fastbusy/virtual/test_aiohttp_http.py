"""Requests, responses and streams of unmodified aiohttp behave as they do in real time."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import ClientSession, ClientTimeout, test_utils, web

from fastbusy.virtual import run
from tests.fastbusy.virtual.serving import now, served


async def event_stream(request: web.Request) -> web.StreamResponse:
    """A response that is ready for server-sent events."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    return response


def test_requests_share_a_connection_until_it_is_idle_for_too_long() -> None:
    async def peer(request: web.Request) -> web.Response:
        assert request.transport is not None
        return web.Response(text=str(request.transport.get_extra_info("peername")[1]))

    async def main() -> list[str]:
        ports = []
        async with served(peer) as session:
            for pause in (0, 10, 100):
                await asyncio.sleep(pause)
                async with session.get("/") as response:
                    ports.append(await response.text())
        return ports

    first, second, third = run(main(), seed=1)
    assert first == second != third


def test_events_arrive_when_they_are_sent() -> None:
    async def tokens(request: web.Request) -> web.StreamResponse:
        response = await event_stream(request)
        for number in range(3):
            await asyncio.sleep(0.5)
            await response.write(b"data: %d\n\n" % number)
        return response

    async def main() -> list[tuple[float, bytes]]:
        async with served(tokens) as session, session.post("/", json={"stream": True}) as response:
            return [(now(), line.strip()) async for line in response.content if line.strip()]

    expected = [(0.5, b"data: 0"), (1.0, b"data: 1"), (1.5, b"data: 2")]
    assert run(main(), seed=1) == expected


def test_latency_is_paid_by_the_connection_and_each_way() -> None:
    async def hello(request: web.Request) -> web.Response:
        return web.Response(text="hello")

    async def main() -> list[float]:
        spans = []
        async with served(hello) as session:
            for _ in range(2):
                start = now()
                async with session.get("/") as response:
                    await response.read()
                spans.append(round(now() - start, 6))
        return spans

    assert run(main(), seed=1, latency_s=0.05) == [0.2, 0.1]


@pytest.mark.parametrize("cut", ["close", "abort"])
def test_a_server_that_leaves_mid_stream(cut: str) -> None:
    async def tokens(request: web.Request) -> web.StreamResponse:
        response = await event_stream(request)
        await response.write(b"data: 0\n\n")
        await asyncio.sleep(1)
        assert request.transport is not None
        getattr(request.transport, cut)()
        return response

    async def main() -> tuple[bytes, float]:
        async with served(tokens) as session, session.get("/") as response:
            first = await response.content.readline()
            with pytest.raises(aiohttp.ClientPayloadError):
                await response.read()
            return first, now()

    assert run(main(), seed=1) == (b"data: 0\n", 1.0)


def test_refused_with_429_and_served_after_the_wait() -> None:
    async def limited(request: web.Request) -> web.Response:
        if now() < 7:
            response = web.Response(status=429, headers={"Retry-After": "7"})
            response.force_close()
            return response
        return web.Response(text="served")

    async def main() -> tuple[list[int], float]:
        statuses = []
        async with served(limited) as session:
            while True:
                async with session.get("/") as response:
                    statuses.append(response.status)
                    if response.ok:
                        return statuses, now()
                    await asyncio.sleep(int(response.headers["Retry-After"]))

    assert run(main(), seed=1) == ([429, 200], 7.0)


def test_nobody_listens() -> None:
    async def main() -> None:
        async with ClientSession() as session:
            with pytest.raises(aiohttp.ClientConnectorError, match=r"127\.0\.0\.1:1 ") as caught:
                await session.get("http://127.0.0.1:1/")
            assert isinstance(caught.value.os_error, ConnectionRefusedError)
            with pytest.raises(aiohttp.ClientConnectorDNSError):
                await session.get("http://api.openai.com/v1")

    run(main(), seed=1)


def test_a_big_body_both_ways_is_held_back_by_the_slower_side() -> None:
    size = 20_000_000

    async def slow_echo(request: web.Request) -> web.StreamResponse:
        body = bytearray()
        async for chunk in request.content.iter_chunked(1_000_000):
            body += chunk
            assert sent - len(body) < 2_000_000
            await asyncio.sleep(0.1)
        return web.Response(body=bytes(body))

    sent = 0

    async def content() -> AsyncIterator[bytes]:
        nonlocal sent
        for number in range(size // 100_000):
            sent += 100_000
            yield bytes([number % 256]) * 100_000

    async def main() -> tuple[int, int]:
        async with served(slow_echo) as session:
            async with session.post("/", data=content()) as response:
                body = await response.read()
            return len(body), sum(body[::100_000])

    assert run(main(), seed=1) == (size, sum(n % 256 for n in range(size // 100_000)))


def test_a_client_loses_patience_with_a_silent_server() -> None:
    handled: list[tuple[float, str]] = []

    async def silent(request: web.Request) -> web.StreamResponse:
        response = await event_stream(request)
        await response.write(b"data: 0\n\n")
        try:
            await asyncio.sleep(1_000)
        except asyncio.CancelledError:
            handled.append((now(), "cancelled"))
            raise
        return response

    async def main() -> float:
        async with served(silent, shutdown_timeout=5.0) as session:
            timeout = ClientTimeout(total=None, sock_read=3)
            with pytest.raises(aiohttp.SocketTimeoutError):
                async with session.get("/", timeout=timeout) as response:
                    await response.read()
            return now()

    assert run(main(), seed=1) == 3.0
    assert handled == [(8.0, "cancelled")]


def test_a_slow_network_is_a_timeout_of_the_connect() -> None:
    async def hello(request: web.Request) -> web.Response:
        return web.Response()

    async def main() -> float:
        async with served(hello) as session:
            with pytest.raises(aiohttp.ConnectionTimeoutError):
                await session.get("/", timeout=ClientTimeout(sock_connect=2))
            return now()

    assert run(main(), seed=1, latency_s=30.0) == 2.0


def test_a_cancelled_request_closes_its_connection() -> None:
    async def silent(request: web.Request) -> web.Response:
        while request.transport is not None:  # noqa: ASYNC110 - nothing to wait on
            await asyncio.sleep(0.25)
        closed.append(now())
        return web.Response()

    closed: list[float] = []

    async def main() -> None:
        async with served(silent) as session:
            task = asyncio.create_task(session.get("/"))
            await asyncio.sleep(1.1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await asyncio.sleep(1)

    run(main(), seed=1)
    assert closed == [1.25]


def test_cleaning_up_waits_for_handlers_only_so_long() -> None:
    async def endless(request: web.Request) -> web.Response:
        await asyncio.sleep(1_000_000)
        return web.Response()

    async def main() -> float:
        async with served(endless, shutdown_timeout=45.0) as session:
            request = asyncio.create_task(session.get("/"))
            await asyncio.sleep(1)
            start = now()
        with pytest.raises((aiohttp.ClientError, asyncio.CancelledError)):
            await request
        return now() - start

    assert run(main(), seed=1) == 45.0


def test_a_file_response(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("files") / "voice.ulaw"
    path.write_bytes(bytes(range(256)) * 4_000)

    async def file(request: web.Request) -> web.FileResponse:
        return web.FileResponse(path)

    async def main() -> bytes:
        async with served(file) as session, session.get("/") as response:
            return await response.read()

    assert run(main(), seed=1) == path.read_bytes()


def test_the_test_client_of_aiohttp() -> None:
    async def hello(request: web.Request) -> web.Response:
        return web.Response(text="hello")

    async def main() -> str:
        app = web.Application()
        app.router.add_get("/", hello)
        async with test_utils.TestClient(test_utils.TestServer(app)) as client:
            response = await client.get("/")
            return await response.text()

    assert run(main(), seed=1) == "hello"
