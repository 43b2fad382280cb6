"""What becomes of sockets and streams when clients behave as clients do."""

from __future__ import annotations

import asyncio
import json
import random
import socket
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest

from kernel.actor import Emit, End, Instruction
from kernel.history import History
from mocks.provider import Route
from mocks.wire import Body, Head, Request
from mocks.work import Admitted, Begin, Opened
from mocks.world import Settings, World
from tests.mocks.echo import ECHO, Echo, a_world

from .on_air import OnAir, on_air, run

pytestmark = pytest.mark.system


def history(air: OnAir) -> History:
    return History(air.service.journal.page().events)


def test_a_socket_talks_both_ways_and_closes() -> None:
    async def test() -> None:
        async with on_air() as air, air.client.ws_connect("/echo/room") as ws:
            await ws.send_json({"context": "a", "say": "one two"})
            assert [(await ws.receive()).data for _ in range(2)] == ["a: one", "a: two"]
            await ws.send_bytes(b"\x00\xff")
            assert (await ws.receive()).data == b"\x00\xff"
            await ws.send_json({"close": "mérci " * 40})
            message = await ws.receive()
            assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1000)
            assert len(message.extra.encode()) <= 123
            await air.until(lambda: len(air.service.sessions) == 0)
            (told,) = history(air).sockets
            assert told.type == "ok"

    run(test)


UPGRADE = (
    b"GET /echo/room HTTP/1.1\r\nHost: mock\r\nConnection: Upgrade\r\n"
    b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


async def upgraded(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A WebSocket without a library that would close it by itself."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(UPGRADE)
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
    return reader, writer


def frame(opcode: int, data: bytes) -> bytes:
    """A client's frame, with a mask that changes nothing."""
    return bytes([0x80 | opcode, 0x80 | len(data), 0, 0, 0, 0]) + data


def test_a_client_that_still_talks_is_waited_for_until_it_closes_too() -> None:
    async def test() -> None:
        async with on_air() as air:
            reader, writer = await upgraded(air.port)
            writer.write(frame(1, b'{"close":"enough"}'))
            assert await reader.readexactly(10) == b"\x88\x08\x03\xe8enough"
            writer.write(frame(1, b'{"context":"a","say":"one"}'))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(reader.read(), 0.3)
            writer.write(frame(8, b"\x03\xe8"))
            assert await reader.read() == b""
            writer.close()

    run(test)


ASKED = b"POST /echo HTTP/1.%d\r\nHost: mock\r\nContent-Length: 7\r\n\r\none two"


def test_words_are_chunks_of_their_own_and_the_connection_is_kept() -> None:
    async def test() -> None:
        async with on_air() as air:
            reader, writer = await asyncio.open_connection("127.0.0.1", air.port)
            for _ in range(2):
                writer.write(ASKED % 1)
                head = await reader.readuntil(b"\r\n\r\n")
                assert b"\r\ntransfer-encoding: chunked\r\n" in head.lower()
                body = await reader.readuntil(b"\r\n0\r\n\r\n")
                assert body == b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"
            writer.close()

    run(test)


KEEP_ALIVE = b"\r\nConnection: keep-alive\r\n\r\n"


@pytest.mark.parametrize("asked", [b"\r\n\r\n", KEEP_ALIVE], ids=["closes", "keeps"])
def test_an_old_client_gets_no_chunks_and_is_told_the_end_by_the_close(asked: bytes) -> None:
    async def test() -> None:
        async with on_air() as air:
            reader, writer = await asyncio.open_connection("127.0.0.1", air.port)
            writer.write((ASKED % 0).replace(b"\r\n\r\n", asked))
            answer = await asyncio.wait_for(reader.read(), 10)
            head, _, body = answer.partition(b"\r\n\r\n")
            assert b"chunked" not in head
            assert body == b"onetwo"
            writer.close()

    run(test)


def test_an_old_client_keeps_its_connection_where_the_length_is_told() -> None:
    async def test() -> None:
        async with on_air() as air:
            await air.apply("concurrency", limit=0, of="request")
            reader, writer = await asyncio.open_connection("127.0.0.1", air.port)
            for _ in range(2):
                writer.write((ASKED % 0).replace(b"\r\n\r\n", KEEP_ALIVE))
                head = await reader.readuntil(b"\r\n\r\n")
                assert head.startswith(b"HTTP/1.0 429 ")
                assert await reader.readuntil(b"}") == b'{"no":"concurrency"}'
            writer.close()

    run(test)


def test_a_client_that_closes_its_half_has_left() -> None:
    async def test() -> None:
        async with on_air() as air:
            await air.apply("stall")
            reader, writer = await asyncio.open_connection("127.0.0.1", air.port)
            writer.write(ASKED % 1)
            await air.until(lambda: len(air.service.sessions) == 1)
            writer.write_eof()
            assert await reader.read() == b""
            await air.until(lambda: len(air.service.sessions) == 0)
            (work,) = history(air).work
            assert (work.type, work.cancelled) == ("info", True)
            writer.close()

    run(test)


class Split:
    """Its answer has a line break in a header, which is no HTTP."""

    def __init__(self, request: Request, world: World) -> None:
        pass

    def receive(self, message: Any, now_ns: int) -> Iterator[Instruction]:
        if isinstance(message, Opened):
            yield Emit(Begin())
        elif isinstance(message, Admitted):
            yield Emit(Head(200, {"X-Broken": "in\r\ntwo"}))
            yield Emit(Body(b"never"))
            yield End()


class Splitting(Echo):
    name = "splitting"
    routes = (Route("POST", "/split", Split),)


def test_an_answer_that_is_no_http_costs_its_own_connection_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def post(air: OnAir, path: str) -> bytes:
        async with air.client.post(path, data=b"one two") as response:
            return await response.read()

    async def test() -> None:
        async with on_air(ECHO, Splitting()) as air:
            await air.apply("stall")
            asked = [asyncio.create_task(post(air, path)) for path in ("/split", "/echo")]
            await air.until(lambda: len(air.service.sessions) == 2)
            # What leaves now leaves at once, the malformed answer first.
            await air.heal()
            broken, whole = await asyncio.gather(*asked, return_exceptions=True)
            assert isinstance(broken, aiohttp.ServerDisconnectedError)
            assert whole == b"onetwo"
            assert {work.reason: work.type for work in history(air).work} == {
                "unsendable": "info", "": "ok",
            }  # fmt: skip
            assert not air.shell.connections
            assert air.service.bugs == 1
            assert "cannot be sent" in caplog.text

    run(test)


def test_a_refused_upgrade_is_a_plain_answer() -> None:
    async def test() -> None:
        async with on_air() as air:
            await air.apply("concurrency", limit=0, of="socket")
            with pytest.raises(aiohttp.WSServerHandshakeError) as error:
                await air.client.ws_connect("/echo/room")
            assert error.value.status == 429
            (told,) = history(air).sockets
            assert (told.type, told.status) == ("fail", 429)

    run(test)


def test_the_same_connection_has_the_same_name() -> None:
    async def test() -> None:
        async with on_air() as air:
            for _ in range(2):
                async with air.client.post("/echo", data=b"x") as response:
                    await response.read()
            url = f"http://127.0.0.1:{air.port}/echo"
            async with aiohttp.ClientSession() as other, other.post(url, data=b"x") as response:
                await response.read()
            one, same, another = (work.connection for work in history(air).work)
            assert one == same != another

    run(test)


def test_a_client_that_breaks_off_is_no_error() -> None:
    async def test() -> None:
        async with on_air() as air:
            await air.apply("stall", after=1)
            async with air.client.post("/echo", data=b"one two") as response:
                assert response.status == 200
                response.close()
            await air.until(lambda: len(air.service.sessions) == 0)
            (work,) = history(air).work
            assert (work.type, work.cancelled) == ("info", True)

    run(test)


@pytest.mark.parametrize(
    ("frames", "type", "code"),
    [
        (b"\x88\x82\0\0\0\0\x03\xe8", "ok", 1000),
        (b"\x88\x82\0\0\0\0\x03\xe9", "ok", 1001),
        (b"\x88\x80\0\0\0\0", "ok", 1005),
        (b"\x88\x82\0\0\0\0\x03\xf3", "info", 1011),
        (b"\x83\x80\0\0\0\0", "info", 1002),
        (b"\x81\x81\0\0\0\0\xff", "info", 1007),
    ],
    ids=["done", "going away", "no code", "failed", "no such frame", "no text"],
)
def test_the_journal_has_the_code_that_a_client_leaves_with(
    frames: bytes, type: str, code: int
) -> None:
    async def test() -> None:
        async with on_air() as air:
            reader, writer = await upgraded(air.port)
            writer.write(frames)
            assert (await reader.read())[:2] == b"\x88\x02"
            await air.until(lambda: len(air.service.sessions) == 0)
            closing = air.service.journal.page().events[-1]
            assert (closing.kind, closing.type, closing.data) == ("socket", type, {"code": code})
            writer.close()

    run(test)


@pytest.mark.parametrize("missing", ["Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version"])
def test_half_a_handshake_is_refused_in_the_providers_words(missing: str) -> None:
    async def test() -> None:
        async with on_air() as air:
            lines = [line for line in UPGRADE.split(b"\r\n") if missing.encode() not in line]
            reader, writer = await asyncio.open_connection("127.0.0.1", air.port)
            writer.write(b"\r\n".join(lines))
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 400 ")
            assert await reader.readuntil(b"}") == b'{"no":"malformed"}'
            (told,) = history(air).sockets
            assert (told.type, told.status) == ("fail", 400)
            assert air.service.bugs == 0
            writer.close()

    run(test)


def test_a_client_that_vanishes_leaves_its_socket_abandoned() -> None:
    async def test() -> None:
        async with on_air() as air:
            ws = await air.client.ws_connect("/echo/room")
            await ws.send_json({"context": "a", "say": "one"})
            await ws.receive()
            assert ws._conn is not None
            assert ws._conn.transport is not None
            ws._conn.transport.abort()
            await air.until(lambda: len(air.service.sessions) == 0)
            (told,) = history(air).sockets
            assert (told.type, told.how) == ("info", "abandoned")

    run(test)


def test_a_client_that_does_not_read_is_dropped() -> None:
    async def test() -> None:
        world = a_world(settings=Settings(unread_bytes=200_000))
        async with on_air(world=world) as air:
            peer = socket.create_connection(("127.0.0.1", air.port))
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            body = b" ".join([b"x" * 50_000] * 100)
            peer.sendall(
                b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
            )
            await asyncio.to_thread(peer.sendall, body)
            await air.until(lambda: any(work.type for work in history(air).work))
            (work,) = history(air).work
            assert (work.type, work.reason) == ("info", "client_not_reading")
            await air.until(lambda: not air.shell.connections)
            peer.close()

    run(test)


def test_a_socket_without_a_sign_of_life_is_dropped() -> None:
    async def test() -> None:
        async with on_air(world=a_world(settings=Settings(idle_s=0.1))) as air:
            ws = await air.client.ws_connect("/echo/room")
            await air.until(lambda: len(air.service.sessions) == 0)
            assert history(air).sockets[0].type == "info"
            await ws.close()

    run(test)


def test_a_message_that_is_too_long_closes_the_socket_as_the_protocol_says() -> None:
    async def test() -> None:
        world = a_world(settings=Settings(message_bytes=1000))
        async with on_air(world=world) as air, air.client.ws_connect("/echo/room") as ws:
            await ws.send_bytes(b"x" * 2000)
            message = await ws.receive()
            assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1009)

    run(test)


def test_a_server_that_stops_says_goodbye() -> None:
    async def test() -> None:
        async with aiohttp.ClientSession() as client:
            async with on_air() as air:
                ws = await client.ws_connect(f"http://127.0.0.1:{air.port}/echo/room")
                reading = asyncio.create_task(ws.receive())
                await air.until(lambda: air.shell.connections != {})
            message = await reading
            assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1001)

    run(test)


def test_sockets_survive_garbage() -> None:
    dice = random.Random(22)

    async def test() -> None:
        async with on_air() as air:
            for _ in range(40):
                ws = await air.client.ws_connect("/echo/room")
                for _ in range(30):
                    kind = dice.randrange(4)
                    if kind == 0:
                        await ws.send_bytes(dice.randbytes(dice.randrange(50)))
                    else:
                        context = dice.choice("abc")
                        order = dice.choice([{"say": "1 2 3"}, {"cancel": True}])
                        await ws.send_str(json.dumps({"context": context, **order}))
                if dice.random() < 0.5:
                    await ws.close()
                elif ws._conn is not None and ws._conn.transport is not None:
                    ws._conn.transport.abort()
            await air.until(lambda: len(air.service.sessions) == 0)
            assert air.service.bugs == 0

    run(test)
