"""Protocols see connections begin, flow, stop and end as on asyncio's own transports."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from fastbusy.virtual import run
from fastbusy.virtual.transport import HIGH_WATER_BYTES, WINDOW_BYTES, VirtualTransport


class Log(asyncio.Protocol):
    """Writes down what happens to it and when; joins bytes that arrive at one instant."""

    def __init__(self, *, half_open: bool = False) -> None:
        self.half_open = half_open
        self.lines: list[tuple[float, object]] = []
        self.received = 0
        self.made = asyncio.get_running_loop().create_future()
        self.lost = asyncio.get_running_loop().create_future()

    def note(self, what: object) -> None:
        self.lines.append((asyncio.get_running_loop().time(), what))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, VirtualTransport)
        self.transport = transport
        self.note("made")
        self.made.set_result(None)

    def data_received(self, data: bytes) -> None:
        self.received += len(data)
        self.note(data)

    def eof_received(self) -> bool:
        self.note("eof")
        return self.half_open

    def pause_writing(self) -> None:
        self.note("pause")

    def resume_writing(self) -> None:
        self.note("resume")

    def connection_lost(self, exc: Exception | None) -> None:
        self.note(type(exc))
        self.lost.set_result(None)


def connected(
    scene: Callable[[Log, Log], Coroutine[Any, Any, None]],
    *,
    latency_s: float = 0.0,
    half_open: bool = False,
) -> tuple[list[tuple[float, object]], list[tuple[float, object]]]:
    """Play a scene between a client and a server; returns what each saw.

    The connection is made at two latencies for the client, at three for the server.
    """

    async def main() -> tuple[list[tuple[float, object]], list[tuple[float, object]]]:
        loop = asyncio.get_running_loop()
        accepted: asyncio.Future[Log] = loop.create_future()

        def accept() -> Log:
            accepted.set_result(Log(half_open=half_open))
            return accepted.result()

        server = await loop.create_server(accept, "127.0.0.1", 80)
        _, client = await loop.create_connection(lambda: Log(half_open=half_open), "127.0.0.1", 80)
        await (await accepted).made
        await scene(client, accepted.result())
        server.close()
        return client.lines, accepted.result().lines

    return run(main(), seed=1, latency_s=latency_s)


def test_a_word_each_way_takes_the_latency() -> None:
    async def scene(client: Log, server: Log) -> None:
        client.transport.write(b"ping")
        await asyncio.sleep(1)
        server.transport.writelines([b"po", b"ng"])
        await asyncio.sleep(1)

    client, server = connected(scene, latency_s=0.25)
    assert client == [(0.5, "made"), (2.0, b"pong")]
    assert server == [(0.75, "made"), (1.0, b"ping")]


def test_closing_gives_the_peer_eof_and_both_no_error() -> None:
    async def scene(client: Log, server: Log) -> None:
        client.transport.write(b"bye")
        client.transport.close()
        client.transport.close()
        client.transport.write(b"ignored")
        await server.lost

    client, server = connected(scene)
    assert client == [(0, "made"), (0, type(None))]
    assert server == [(0, "made"), (0, b"bye"), (0, "eof"), (0, type(None))]


def test_aborting_resets_the_peer() -> None:
    async def scene(client: Log, server: Log) -> None:
        server.transport.abort()
        await client.lost

    client, server = connected(scene, latency_s=0.5)
    assert client == [(1, "made"), (2, ConnectionResetError)]
    assert server == [(1.5, "made"), (1.5, type(None))]


def test_a_half_open_peer_still_hears_the_answer() -> None:
    async def scene(client: Log, server: Log) -> None:
        client.transport.write(b"question")
        client.transport.write_eof()
        with pytest.raises(RuntimeError, match="after write_eof"):
            client.transport.write(b"more")
        await asyncio.sleep(5)
        server.transport.write(b"answer")
        server.transport.close()
        await asyncio.sleep(1)
        assert not client.transport.is_closing()
        client.transport.close()
        await client.lost

    client, server = connected(scene, half_open=True)
    assert client == [(0, "made"), (5, b"answer"), (5, "eof"), (6, type(None))]
    assert server == [(0, "made"), (0, b"question"), (0, "eof"), (5, type(None))]


def test_writing_to_a_peer_that_has_gone_is_a_reset() -> None:
    async def scene(client: Log, server: Log) -> None:
        client.transport.close()
        await client.lost
        await asyncio.sleep(1)
        server.transport.write(b"anybody?")
        await asyncio.sleep(1)
        assert not server.transport.is_closing()
        server.transport.write(b"nobody.")
        await server.lost

    _, server = connected(scene, half_open=True)
    assert server == [(0, "made"), (0, "eof"), (2, BrokenPipeError)]


def test_a_reset_is_felt_by_a_writer_that_does_not_read() -> None:
    async def scene(client: Log, server: Log) -> None:
        server.transport.pause_reading()
        client.transport.write(b"unread")
        client.transport.abort()
        await asyncio.sleep(1)
        assert server.lines == [(0, "made")]
        server.transport.write(b"anybody?")
        await server.lost

    _, server = connected(scene)
    assert server == [(0, "made"), (1, ConnectionResetError)]


def test_a_reader_that_stalls_pauses_the_writer() -> None:
    size = WINDOW_BYTES + HIGH_WATER_BYTES

    async def scene(client: Log, server: Log) -> None:
        server.transport.pause_reading()
        assert not server.transport.is_reading()
        client.transport.write(bytes(size))
        assert client.transport.get_write_buffer_size() == HIGH_WATER_BYTES
        client.transport.write(b"!")
        await asyncio.sleep(3)
        server.transport.resume_reading()
        await asyncio.sleep(1)
        assert client.transport.get_write_buffer_size() == 0
        assert server.received == size + 1

    client, _ = connected(scene)
    assert client == [(0, "made"), (0, "pause"), (3, "resume")]


def test_closing_waits_for_a_reader_that_stalls() -> None:
    async def scene(client: Log, server: Log) -> None:
        server.transport.pause_reading()
        client.transport.write(bytes(WINDOW_BYTES + 1))
        client.transport.close()
        await asyncio.sleep(2)
        assert client.lines == [(0, "made")]
        server.transport.resume_reading()
        await client.lost
        await server.lost
        assert server.received == WINDOW_BYTES + 1

    client, server = connected(scene)
    assert client == [(0, "made"), (2, type(None))]
    assert server[-2:] == [(2, "eof"), (2, type(None))]


def test_a_stalled_writer_is_freed_when_the_peer_gives_up() -> None:
    async def scene(client: Log, server: Log) -> None:
        server.transport.pause_reading()
        client.transport.write(bytes(2 * WINDOW_BYTES))
        await asyncio.sleep(1)
        server.transport.abort()
        await client.lost

    client, _ = connected(scene)
    assert client == [(0, "made"), (0, "pause"), (1, ConnectionResetError)]


def test_a_reset_ends_a_close_that_waits_for_a_reader() -> None:
    async def scene(client: Log, server: Log) -> None:
        server.transport.pause_reading()
        client.transport.pause_reading()
        client.transport.write(bytes(WINDOW_BYTES + 1))
        client.transport.close()
        await asyncio.sleep(1)
        server.transport.abort()
        await client.lost

    client, _ = connected(scene)
    assert client == [(0, "made"), (1, ConnectionResetError)]


def test_water_marks() -> None:
    async def scene(client: Log, server: Log) -> None:
        transport = client.transport
        assert transport.get_write_buffer_limits() == (HIGH_WATER_BYTES // 4, HIGH_WATER_BYTES)
        transport.set_write_buffer_limits(low=10)
        assert transport.get_write_buffer_limits() == (10, 40)
        transport.set_write_buffer_limits(high=0)
        transport.write(bytes(WINDOW_BYTES + 1))
        with pytest.raises(ValueError, match=r"high \(1\) must be >= low \(2\)"):
            transport.set_write_buffer_limits(1, 2)

    client, _ = connected(scene)
    assert (0, "pause") in client


def test_a_protocol_that_raises_loses_its_connection() -> None:
    problems: list[dict[str, Any]] = []

    async def scene(client: Log, server: Log) -> None:
        asyncio.get_running_loop().set_exception_handler(
            lambda _, context: problems.append(context)
        )
        server.data_received = lambda data: divmod(1, 0)  # type: ignore[method-assign,assignment]
        client.transport.write(b"?")
        await server.lost

    client, server = connected(scene)
    assert server[-1] == (0, ZeroDivisionError)
    assert client[-1] == (0, type(None))
    assert isinstance(problems[0]["exception"], ZeroDivisionError)


def test_extra_info_and_refusals() -> None:
    async def scene(client: Log, server: Log) -> None:
        transport = client.transport
        assert transport.get_extra_info("peername") == ("127.0.0.1", 80)
        assert transport.get_extra_info("sockname") == server.transport.get_extra_info("peername")
        assert transport.get_extra_info("sslcontext") is None
        assert transport.get_extra_info("socket").getpeername() == ("127.0.0.1", 80)
        assert transport.can_write_eof()
        assert transport.get_protocol() is client
        with pytest.raises(TypeError, match="'str'"):
            transport.write("text")  # type: ignore[arg-type]
        with pytest.raises(NotImplementedError, match="BufferedProtocol"):
            transport.set_protocol(asyncio.BufferedProtocol())

    connected(scene)


def test_what_is_written_may_change_afterwards() -> None:
    async def scene(client: Log, server: Log) -> None:
        data = bytearray(b"as it was")
        client.transport.write(data)
        data[:] = b"as it is!"
        await asyncio.sleep(1)

    _, server = connected(scene)
    assert server[-1] == (0, b"as it was")
