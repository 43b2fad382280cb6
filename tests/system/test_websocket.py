"""The callers' WebSocket against aiohttp's server, and against one that knows only sockets."""

import asyncio
import base64
import contextlib
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

import aiohttp
import pytest
import uvloop
from aiohttp import WSMsgType, web

from harness.transports import websocket
from harness.transports.websocket import WebSocket, opened

pytestmark = pytest.mark.system

Server = Callable[[web.WebSocketResponse], Awaitable[None]]
Wire = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def talking_to(server: Server) -> AsyncIterator[WebSocket]:
    async def upgrade(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        await server(socket)
        return socket

    app = web.Application()
    app.router.add_get("/", upgrade)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with aiohttp.ClientSession() as session:
            yield await opened(session, f"ws://127.0.0.1:{runner.addresses[0][1]}/", {})
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def wired_to(wire: Wire, accept: str = "") -> AsyncIterator[Callable[[], Awaitable[Any]]]:
    """What opens a WebSocket to a server that upgrades and then does what `wire` does."""

    served: list[asyncio.Task[Any]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        served.append(task)
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        (key,) = (line[19:] for line in head.split("\r\n") if line.startswith("Sec-WebSocket-Key"))
        right = hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()
        told = accept or base64.b64encode(right).decode()
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + told.encode() + b"\r\n\r\n"
        )
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await wire(reader, writer)
            writer.close()
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    async with server, aiohttp.ClientSession() as session:
        yield lambda: opened(session, url, {})
    await asyncio.gather(*served)


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Callable[[Coroutine[Any, Any, None]], None]:
    return asyncio.run if request.param == "asyncio" else uvloop.run


Run = Callable[[Coroutine[Any, Any, None]], None]


def test_messages_both_ways_of_every_length_and_a_close_by_the_server(run: Run) -> None:
    lengths = [0, 1, 125, 126, 127, 65535, 65536, 300_000]
    seen: list[tuple[Any, ...]] = []

    async def server(socket: web.WebSocketResponse) -> None:
        for length in lengths:
            assert (await socket.receive()).data == "x" * length
            await socket.send_str("y" * length)
            await socket.send_bytes(bytes(length))
        await socket.ping(b"still there?")
        pong = await socket.receive()
        seen.append((pong.type, bytes(pong.data)))
        await socket.close(code=4000)
        seen.append((socket.close_code,))

    async def act() -> None:
        taken: list[tuple[bytes, bool]] = []
        async with talking_to(server) as socket:
            for length in lengths:
                socket.send(b"x" * length)
            assert await socket.receive(lambda *message: taken.append(message)) is True
            assert socket.closed
        expected = [((b"y" * n, False), (bytes(n), True)) for n in lengths]
        assert taken == [message for pair in expected for message in pair]
        assert seen == [(WSMsgType.PONG, b"still there?"), (4000,)]

    run(act())


def test_a_close_by_the_client(run: Run) -> None:
    codes: list[int | None] = []

    async def server(socket: web.WebSocketResponse) -> None:
        async for _ in socket:
            await socket.send_str("heard")
        codes.append(socket.close_code)

    async def act() -> None:
        async with talking_to(server) as socket:
            receiving = asyncio.create_task(socket.receive(lambda _payload, _binary: None))
            socket.send(b"hello")
            await socket.close()
            assert await receiving is False
            socket.send(b"nobody hears this")
        assert codes == [1000]

    run(act())


def test_what_comes_with_the_upgrade_is_not_lost(run: Run) -> None:
    async def wire(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\x01\x03Hel")  # in the packet of the upgrade, a fragment of a message
        await writer.drain()
        writer.write(b"\x80\x02lo\x88\x00")

    async def act() -> None:
        taken: list[bytes] = []
        async with wired_to(wire) as connect:
            socket = await connect()
            assert await socket.receive(lambda payload, _: taken.append(payload)) is True
        assert taken == [b"Hello"]

    run(act())


@pytest.mark.parametrize("last", [b"", b"\x81\x05Hel", b"\xc1\x00"], ids=["cut", "half", "wrong"])
def test_an_end_without_a_close_frame(run: Run, last: bytes) -> None:
    answer: list[bytes] = []

    async def wire(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\x81\x00" + last)
        if last == b"\xc1\x00":
            answer.append(await reader.read(2))

    async def act() -> None:
        taken: list[bytes] = []
        async with wired_to(wire) as connect:
            socket = await connect()
            assert await socket.receive(lambda payload, _: taken.append(payload)) is False
            assert socket.closed
            await socket.close()
        assert taken == [b""]
        assert answer == ([b"\x88\x82"] if last == b"\xc1\x00" else [])

    run(act())


def test_who_leaves_without_waiting_is_heard_to_the_end(run: Run) -> None:
    async def wire(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"\x81\x01x" * 200 + b"\x89\x00\x88\x00")

    async def act() -> None:
        taken: list[bytes] = []
        async with wired_to(wire) as connect:
            socket = await connect()
            for _ in range(10):  # the server is gone, and says so
                socket.send(b"hello")
                await asyncio.sleep(0.01)
            assert await socket.receive(lambda payload, _: taken.append(payload)) is True
        assert taken == [b"x"] * 200

    run(act())


def test_a_server_that_reads_nothing_is_noticed_and_left(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "CLOSE_LIMIT_S", 0.05)

    async def act() -> None:
        left = asyncio.Event()

        async def wire(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.transport.pause_reading()  # type: ignore[attr-defined]
            await left.wait()

        async with wired_to(wire) as connect:
            socket = await connect()
            read = [socket.send(bytes(60_000)) for _ in range(400)]
            assert False in read
            await socket.close()  # does not wait for what was never read
            left.set()

    run(act())


def test_who_answers_with_another_key_has_not_upgraded(run: Run) -> None:
    async def wire(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async def act() -> None:
        async with wired_to(wire, accept="c29tZWJvZHkgZWxzZQ==") as connect:
            with pytest.raises(aiohttp.WSServerHandshakeError) as error:
                await connect()
            assert error.value.status == 101

    run(act())
