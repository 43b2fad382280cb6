import asyncio
from collections.abc import Coroutine
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.protocols.websocket import Frames, Message, Opcode, masked
from harness.transports import websocket
from harness.transports.websocket import READ_AHEAD_BYTES, READ_BURST, UNREAD_BYTES, WebSocket


class Transport:
    """What a WebSocket needs of a connection."""

    def __init__(self) -> None:
        self.written = bytearray()
        self.unread_bytes = 0
        self.reading = True
        self.closing = self.aborted = False

    def write(self, data: bytes) -> None:
        self.written += data

    def get_write_buffer_size(self) -> int:
        return self.unread_bytes

    def is_closing(self) -> bool:
        return self.closing

    def pause_reading(self) -> None:
        assert self.reading
        self.reading = False

    def resume_reading(self) -> None:
        assert not self.reading
        self.reading = True

    def abort(self) -> None:
        self.aborted = True

    @property
    def sent(self) -> list[Message]:
        """What the server makes of it, the masks taken off."""
        frames, data = Frames(), bytes(self.written)
        while data:
            length, start = data[1] & 0x7F, 2
            assert data[1] & 0x80
            if length == 126:
                length, start = int.from_bytes(data[2:4], "big"), 4
            mask, end = data[start : start + 4], start + 4 + length
            payload = bytes(one ^ mask[at % 4] for at, one in enumerate(data[start + 4 : end]))
            frames.feed(bytes((data[0], data[1] & 0x7F)) + data[2:start] + payload)
            data = data[end:]
        return list(iter(frames.read, None))


class Desk:
    """A WebSocket, its connection, and what was taken from it."""

    def __init__(self) -> None:
        self.transport = Transport()
        self.closed = 0
        self.taken: list[tuple[bytes, bool]] = []
        protocol = SimpleNamespace(set_parser=lambda parser, _payload: None)
        connection = SimpleNamespace(protocol=protocol, transport=self.transport)
        response: Any = SimpleNamespace(connection=connection, close=self.close)
        self.socket = WebSocket(response)

    def close(self) -> None:
        self.closed += 1
        self.transport.closing = True

    def take(self, payload: bytes, binary: bool) -> None:
        self.taken.append((payload, binary))

    def receiving(self) -> asyncio.Task[bool]:
        return asyncio.create_task(self.socket.receive(self.take))


def text(payload: bytes) -> bytes:
    return bytes((0x81, len(payload))) + payload


def long_text(length: int) -> bytes:
    return b"\x81\x7f" + length.to_bytes(8, "big") + bytes(length)


def close(code: int = 1000) -> bytes:
    return b"\x88\x02" + code.to_bytes(2, "big")


async def turn() -> None:
    future = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(future.set_result, None)
    await future


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(asyncio.wait_for(coroutine, 30))


def test_messages_are_handed_over_as_they_arrive_and_a_close_is_answered() -> None:
    async def act() -> None:
        desk = Desk()
        receiving = desk.receiving()
        await turn()
        desk.socket.feed_data(text(b"one") + b"\x82\x01\x02")
        assert desk.taken == [(b"one", False), (b"\x02", True)]
        desk.socket.feed_data(close(4001) + text(b"too late"))
        assert await receiving is True
        assert desk.taken == [(b"one", False), (b"\x02", True)]
        assert desk.transport.sent == [(Opcode.CLOSE, (4001).to_bytes(2, "big"))]
        assert desk.closed
        assert desk.socket.closed

    run(act())


def test_a_ping_is_answered() -> None:
    async def act() -> None:
        desk = Desk()
        receiving = desk.receiving()
        await turn()
        desk.socket.feed_data(b"\x89\x02hi\x8a\x00")
        assert desk.transport.sent == [(Opcode.PONG, b"hi")]
        receiving.cancel()
        await asyncio.wait([receiving])

    run(act())


def test_who_pings_and_does_not_read_gets_no_answer() -> None:
    async def act() -> None:
        desk = Desk()
        receiving = desk.receiving()
        await turn()
        desk.transport.unread_bytes = UNREAD_BYTES + 1
        desk.socket.feed_data(b"\x89\x01a")
        desk.transport.unread_bytes = 0
        desk.socket.feed_data(b"\x89\x01b")
        assert desk.transport.sent == [(Opcode.PONG, b"b")]
        receiving.cancel()
        await asyncio.wait([receiving])

    run(act())


def test_what_comes_before_anybody_receives_waits() -> None:
    async def act() -> None:
        desk = Desk()
        desk.socket.feed_data(text(b"early"))
        assert desk.taken == []
        receiving = desk.receiving()
        await turn()
        assert desk.taken == [(b"early", False)]
        receiving.cancel()
        await asyncio.wait([receiving])
        desk.socket.feed_data(text(b"late"))
        assert desk.taken == [(b"early", False)]

    run(act())


def test_no_more_is_read_than_can_wait() -> None:
    async def act() -> None:
        desk = Desk()
        desk.socket.feed_data(long_text(READ_AHEAD_BYTES - 10))
        assert desk.transport.reading
        desk.socket.feed_data(text(b"x"))
        assert not desk.transport.reading
        receiving = desk.receiving()
        await turn()
        assert desk.transport.reading
        assert len(desk.taken) == 2
        desk.socket.feed_data(text(b"x") * READ_BURST + long_text(READ_AHEAD_BYTES))
        assert not desk.transport.reading
        receiving.cancel()
        await asyncio.wait([receiving])

    run(act())


def test_a_long_message_is_read_to_its_end() -> None:
    async def act() -> None:
        desk = Desk()
        receiving = desk.receiving()
        await turn()
        message = long_text(2 * READ_AHEAD_BYTES)
        desk.socket.feed_data(message[:-1])
        assert desk.transport.reading
        desk.socket.feed_data(message[-1:] + close())
        assert await receiving is True
        assert len(desk.taken) == 1

    run(act())


def test_a_burst_leaves_others_their_turn() -> None:
    async def act() -> None:
        desk = Desk()
        receiving = desk.receiving()
        await turn()
        desk.socket.feed_data(text(b"x") * (READ_BURST * 2 + 1) + close())
        assert len(desk.taken) == READ_BURST
        others: list[int] = []
        asyncio.get_running_loop().call_soon(lambda: others.append(len(desk.taken)))
        assert await receiving is True
        assert others == [2 * READ_BURST]
        assert len(desk.taken) == 2 * READ_BURST + 1

    run(act())


def test_a_connection_that_breaks_was_not_closed() -> None:
    async def act() -> None:
        desk = Desk()
        receiving = desk.receiving()
        await turn()
        desk.socket.feed_eof()
        assert await receiving is False
        assert desk.socket.send(b"x")
        assert desk.transport.sent == []

    run(act())


@pytest.mark.parametrize("begun", [True, False])
def test_what_came_before_the_connection_broke_is_taken_in(begun: bool) -> None:
    async def act() -> None:
        desk = Desk()
        receiving = desk.receiving()
        if begun:
            await turn()
        desk.socket.feed_data(text(b"x") * (READ_BURST + 1) + b"\x89\x00" + close())
        desk.transport.closing = True
        desk.socket.feed_eof()
        assert await receiving is True
        assert len(desk.taken) == READ_BURST + 1
        assert desk.transport.sent == []
        assert desk.socket.closed

    run(act())


@pytest.mark.parametrize("before", [0, READ_BURST])
def test_what_cannot_be_taken_in_ends_it_with_the_error(before: int) -> None:
    async def act() -> None:
        desk = Desk()
        taken: list[bytes] = []

        def take(payload: bytes, _binary: bool) -> None:
            if payload == b"bad":
                raise RuntimeError("a fault of ours")
            taken.append(payload)

        receiving = asyncio.create_task(desk.socket.receive(take))
        await turn()
        desk.socket.feed_data(text(b"x") * before + text(b"bad") + text(b"x"))
        with pytest.raises(RuntimeError, match="of ours"):
            await receiving
        assert len(taken) == before
        assert desk.transport.sent == [(Opcode.CLOSE, (1011).to_bytes(2, "big"))]
        assert desk.closed

    run(act())


def test_what_is_no_websocket_closes_it_with_its_code() -> None:
    async def act() -> None:
        desk = Desk()
        receiving = desk.receiving()
        await turn()
        desk.socket.feed_data(b"\xc1\x00")
        assert await receiving is False
        assert desk.transport.sent == [(Opcode.CLOSE, (1002).to_bytes(2, "big"))]
        assert desk.closed

    run(act())


def test_closing_waits_for_the_answer_and_drops_what_comes_before_it() -> None:
    async def act() -> None:
        desk = Desk()
        receiving = desk.receiving()
        await turn()
        shutting = asyncio.create_task(desk.socket.close())
        await turn()
        assert desk.transport.sent == [(Opcode.CLOSE, (1000).to_bytes(2, "big"))]
        assert not desk.closed
        desk.socket.feed_data(text(b"still talking") + b"\x89\x00" + close())
        await shutting
        assert await receiving is False  # we closed it
        assert desk.taken == []
        assert len(desk.transport.sent) == 1
        assert desk.closed
        assert not desk.transport.aborted

    run(act())


def test_closing_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "CLOSE_LIMIT_S", 0)

    async def act() -> None:
        desk = Desk()
        await desk.socket.close()
        assert desk.transport.aborted
        assert desk.closed
        written = bytes(desk.transport.written)
        await desk.socket.close()
        assert desk.transport.written == written

    run(act())


def test_each_64_kib_that_stay_unread_are_told_of_once() -> None:
    desk = Desk()
    message = bytes(1 << 10)
    assert all(desk.socket.send(message) for _ in range(200))
    desk.transport.unread_bytes = UNREAD_BYTES + 1
    read = [desk.socket.send(message) for _ in range(200)]
    assert read.count(False) == 200 * len(message) // UNREAD_BYTES
    assert len(desk.transport.sent) == 400  # all of it was handed over


def test_a_mask_is_not_used_twice() -> None:
    desk = Desk()
    for _ in range(3):
        desk.socket.send(b"")
    masks = {bytes(desk.transport.written[at + 2 : at + 6]) for at in (0, 6, 12)}
    assert len(masks) == 3


@given(st.binary(max_size=300), st.binary(min_size=4, max_size=4))
def test_both_ways_to_mask_agree(payload: bytes, mask: bytes) -> None:
    assert websocket._masked(payload, mask) == masked(payload, mask)
