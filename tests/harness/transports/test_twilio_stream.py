import asyncio
import base64
import json
from collections.abc import Coroutine
from typing import Any

import aiohttp
import pytest
from aiohttp import WSMessage, WSMsgType

from harness.media.playout import FRAME_NS, SILENCE, Playout
from harness.protocols.media_streams import Outbox
from harness.transports.twilio_stream import (
    READ_BURST,
    UNREAD_STALLS,
    UNREAD_WITHIN_NS,
    TwilioStream,
)

from ..desk import StepClock


class Socket:
    """What a link needs of a WebSocket."""

    def __init__(self, *messages: WSMessage) -> None:
        self.messages = list(messages)
        self.sent: list[dict[str, Any]] = []
        self.full = self.broken = self.closed = False

    async def send_frame(self, text: bytes, opcode: WSMsgType) -> None:
        assert opcode is WSMsgType.TEXT
        if self.broken:
            raise aiohttp.ClientConnectionResetError
        self.sent.append(json.loads(text))
        if self.full:
            await asyncio.get_running_loop().create_future()

    async def receive(self) -> WSMessage:
        return self.messages.pop(0)

    async def close(self) -> None:
        self.closed = True

    @property
    def events(self) -> list[str]:
        return [message["event"] for message in self.sent]


def text(event: str, stream: str, **body: Any) -> WSMessage:
    data = json.dumps({"event": event, "streamSid": stream, **body})
    return WSMessage(WSMsgType.TEXT, data, None)


CLOSE = WSMessage(WSMsgType.CLOSE, 1000, "")
CLOSED = WSMessage(WSMsgType.CLOSED, None, None)


def a_stream(
    socket: Socket, clock: StepClock | None = None, playout: Playout | None = None
) -> TwilioStream:
    outbox = Outbox("AC1", "CA1", "MZ1")
    return TwilioStream(socket, clock or StepClock(), outbox, playout)  # type: ignore[arg-type]


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(coroutine)


def test_it_opens_with_connected_and_start() -> None:
    socket = Socket()
    a_stream(socket).open({"tenant": "demo"})
    assert socket.events == ["connected", "start"]
    assert socket.sent[1]["start"]["customParameters"] == {"tenant": "demo"}


def test_media_is_played_marks_return_and_clear_empties() -> None:
    clock, socket, playout = StepClock(), Socket(), Playout(0)
    one = a_stream(socket, clock, playout)
    payload = base64.b64encode(b"\x01" * 160).decode()
    socket.messages = [
        text("media", "MZ1", media={"payload": payload}),
        text("mark", "MZ1", mark={"name": "a"}),
        text("media", "MZ1", media={"payload": payload}),
        text("mark", "MZ1", mark={"name": "b"}),
        CLOSE,
    ]
    assert run(one.receive())
    assert playout.take(FRAME_NS) == b"\x01" * 160
    one.return_marks(FRAME_NS)
    assert [message["mark"]["name"] for message in socket.sent] == ["a"]
    socket.messages = [text("clear", "MZ1"), CLOSE]
    clock.now = FRAME_NS
    run(one.receive())
    assert [message["mark"]["name"] for message in socket.sent] == ["a", "b"]
    assert playout.take(2 * FRAME_NS) is SILENCE
    assert (one.received_bytes, one.marks, playout.clears) == (320, 2, 1)


def test_what_comes_over_a_stream_that_only_listens_is_not_played() -> None:
    socket = Socket(text("media", "MZ1", media={"payload": "/w=="}), text("tea", "MZ1"), CLOSE)
    one = a_stream(socket)
    assert run(one.receive())
    one.return_marks(0)
    assert (one.received_bytes, socket.sent, list(one.warnings)) == (0, [], [31951])


@pytest.mark.parametrize(
    ("message", "closed"),
    [(CLOSE, True), (CLOSED, False), (WSMessage(WSMsgType.ERROR, OSError(), None), False)],
)
def test_whether_the_agent_closed_it(message: WSMessage, closed: bool) -> None:
    assert run(a_stream(Socket(message)).receive()) is closed


def test_stopping_says_so_and_closes() -> None:
    socket = Socket()
    run(a_stream(socket).stop())
    assert socket.events == ["stop"]
    assert socket.closed


def test_a_key_is_a_dtmf_message() -> None:
    socket = Socket()
    a_stream(socket).press("5")
    assert socket.events == ["dtmf"]
    assert socket.sent[0]["dtmf"] == {"track": "inbound_track", "digit": "5"}


def test_nothing_is_said_on_a_closed_line() -> None:
    socket = Socket()
    socket.closed = True
    run(a_stream(socket).stop())
    assert socket.sent == []


def test_sending_never_waits_and_counts_what_is_not_read() -> None:
    async def send() -> list[bool]:
        socket, clock = Socket(), StepClock()
        one = a_stream(socket, clock)
        read = [one.send(SILENCE)]
        socket.full = True
        read += [one.send(SILENCE) for _ in range(UNREAD_STALLS)]
        clock.now = UNREAD_WITHIN_NS + 1
        read.append(one.send(SILENCE))
        assert len(socket.sent) == UNREAD_STALLS + 2  # all of it was handed over
        return read

    assert run(send()) == [True, *[True] * (UNREAD_STALLS - 1), False, True]


def test_a_broken_connection_is_told_by_receiving_and_not_by_sending() -> None:
    socket = Socket(CLOSED)
    socket.broken = True
    one = a_stream(socket)
    assert one.send(SILENCE)
    assert not run(one.receive())


def test_a_burst_leaves_others_their_turn() -> None:
    async def receive() -> int:
        socket = Socket()
        one = a_stream(socket, playout=Playout(0))
        burst = [text("media", "MZ1", media={"payload": "/w=="})] * (READ_BURST * 3)
        socket.messages = [*burst, CLOSE]
        turns = 0
        receiving = asyncio.create_task(one.receive())
        while not receiving.done():
            turns += 1
            await StepClock().sleep(0)
        return turns

    assert run(receive()) >= 3
