import asyncio
import base64
import json
from collections.abc import Coroutine
from typing import Any

import aiohttp
import pytest
from aiohttp import WSMessage, WSMsgType

from harness.media.playout import FRAME_NS, SILENCE
from harness.protocols import twiml
from harness.transports.link import Ended
from harness.transports.twilio_stream import READ_BURST, UNREAD_STALLS, UNREAD_WITHIN_NS, TwilioLink

from ..desk import StepClock


class Socket:
    """What a link needs of a WebSocket."""

    def __init__(self, *messages: WSMessage) -> None:
        self.messages = list(messages)
        self.sent: list[dict[str, Any]] = []
        self.full = self.broken = self.closed = False

    async def send_str(self, text: str) -> None:
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


def link(socket: Socket, clock: StepClock | None = None, *after: twiml.Verb) -> TwilioLink:
    made = TwilioLink(socket, clock or StepClock(), "AC1", "CA1", after)  # type: ignore[arg-type]
    made.begin(0)
    return made


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(coroutine)


def test_it_opens_with_connected_and_start() -> None:
    socket = Socket()
    link(socket).open({"tenant": "demo"})
    assert socket.events == ["connected", "start"]
    assert socket.sent[1]["start"]["customParameters"] == {"tenant": "demo"}


def test_media_is_played_marks_return_and_clear_empties() -> None:
    clock, socket = StepClock(), Socket()
    one = link(socket, clock)
    stream = one._outbox.stream_sid
    payload = base64.b64encode(b"\x01" * 160).decode()
    socket.messages = [
        text("media", stream, media={"payload": payload}),
        text("mark", stream, mark={"name": "a"}),
        text("media", stream, media={"payload": payload}),
        text("mark", stream, mark={"name": "b"}),
        CLOSE,
    ]
    assert run(one.receive()) == Ended("agent", "closed")
    assert one.take(FRAME_NS) == b"\x01" * 160
    assert [message["mark"]["name"] for message in socket.sent] == ["a"]
    socket.messages = [text("clear", stream), CLOSE]
    clock.now = FRAME_NS
    run(one.receive())
    assert [message["mark"]["name"] for message in socket.sent] == ["a", "b"]
    assert one.take(2 * FRAME_NS) is SILENCE
    assert one.measures == {"received_s": 0.04, "clears": 1, "marks": 2, "warnings": {}}


@pytest.mark.parametrize(
    ("message", "after", "ended"),
    [
        (CLOSE, (), Ended("agent", "closed")),
        (CLOSED, (), Ended("network", "cut")),
        (WSMessage(WSMsgType.ERROR, OSError(), None), (), Ended("network", "cut")),
        (CLOSE, (twiml.Say("Bye."), twiml.Hangup()), Ended("agent", "closed", "Bye.")),
        (CLOSE, (twiml.Dial("+1"),), Ended("agent", "transferred")),
    ],
)
def test_how_it_ended(message: WSMessage, after: tuple[twiml.Verb, ...], ended: Ended) -> None:
    assert run(link(Socket(message), None, *after).receive()) == ended


def test_hanging_up_says_stop_and_closes() -> None:
    socket = Socket(CLOSED)
    one = link(socket)
    run(one.hang_up())
    assert socket.events == ["stop"]
    assert socket.closed
    assert run(one.receive()) == Ended("caller", "hung_up")


def test_a_key_is_a_dtmf_message() -> None:
    socket = Socket()
    link(socket).press("5")
    assert socket.events == ["dtmf"]
    assert socket.sent[0]["dtmf"] == {"track": "inbound_track", "digit": "5"}


def test_nothing_is_said_on_a_closed_line() -> None:
    socket = Socket()
    socket.closed = True
    run(link(socket).hang_up())
    assert socket.sent == []


def test_sending_never_waits_and_counts_what_is_not_read() -> None:
    async def send() -> list[bool]:
        socket, clock = Socket(), StepClock()
        one = link(socket, clock)
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
    one = link(socket)
    assert one.send(SILENCE)
    assert run(one.receive()) == Ended("network", "cut")


def test_a_burst_leaves_others_their_turn() -> None:
    async def receive() -> int:
        socket = Socket()
        one = link(socket)
        stream = one._outbox.stream_sid
        burst = [text("media", stream, media={"payload": "/w=="})] * (READ_BURST * 3)
        socket.messages = [*burst, CLOSE]
        turns = 0
        receiving = asyncio.create_task(one.receive())
        while not receiving.done():
            turns += 1
            await StepClock().sleep(0)
        return turns

    assert run(receive()) >= 3
