import asyncio
import base64
import json
from collections.abc import Coroutine
from typing import Any

import pytest

from harness.media.playout import FRAME_NS, SILENCE, Playout
from harness.protocols.media_streams import Outbox
from harness.transports.twilio_stream import (
    UNREAD_STALLS,
    UNREAD_WITHIN_NS,
    TwilioStream,
)
from harness.transports.websocket import Take

from ..desk import StepClock

CLOSED, CUT = True, False


class Socket:
    """What a link needs of a WebSocket that gives some messages and is `ended` then."""

    def __init__(self, *messages: bytes, ended: bool = CLOSED) -> None:
        self.messages, self.ended = messages, ended
        self.sent: list[dict[str, Any]] = []
        self.full = self.closed = False

    def send(self, text: bytes) -> bool:
        self.sent.append(json.loads(text))
        return not self.full

    async def receive(self, take: Take) -> bool:
        for message in self.messages:
            take(message, False)
        return self.ended

    async def close(self) -> None:
        self.closed = True

    @property
    def events(self) -> list[str]:
        return [message["event"] for message in self.sent]


def text(event: str, stream: str, **body: Any) -> bytes:
    return json.dumps({"event": event, "streamSid": stream, **body}).encode()


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
    socket.messages = (
        text("media", "MZ1", media={"payload": payload}),
        text("mark", "MZ1", mark={"name": "a"}),
        text("media", "MZ1", media={"payload": payload}),
        text("mark", "MZ1", mark={"name": "b"}),
    )
    assert run(one.receive())
    assert playout.take(FRAME_NS) == b"\x01" * 160
    one.return_marks(FRAME_NS)
    assert [message["mark"]["name"] for message in socket.sent] == ["a"]
    socket.messages = (text("clear", "MZ1"),)
    clock.now = FRAME_NS
    run(one.receive())
    assert [message["mark"]["name"] for message in socket.sent] == ["a", "b"]
    assert playout.take(2 * FRAME_NS) is SILENCE
    assert (one.received_bytes, one.marks, playout.clears) == (320, 2, 1)


def test_what_comes_over_a_stream_that_only_listens_is_not_played() -> None:
    socket = Socket(text("media", "MZ1", media={"payload": "/w=="}), text("tea", "MZ1"))
    one = a_stream(socket)
    assert run(one.receive())
    one.return_marks(0)
    assert (one.received_bytes, socket.sent, list(one.warnings)) == (0, [], [31951])


@pytest.mark.parametrize("ended", [CLOSED, CUT])
def test_whether_the_agent_closed_it(ended: bool) -> None:
    assert run(a_stream(Socket(ended=ended)).receive()) is ended


def test_a_binary_message_is_warned_of() -> None:
    one = a_stream(Socket(), playout=Playout(0))
    one._take_in(b"\x00", True)
    assert list(one.warnings) == [31950]


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


def test_sending_counts_what_is_not_read() -> None:
    socket, clock = Socket(), StepClock()
    one = a_stream(socket, clock)
    read = [one.send(SILENCE)]
    socket.full = True
    read += [one.send(SILENCE) for _ in range(UNREAD_STALLS)]
    clock.now = UNREAD_WITHIN_NS + 1
    read.append(one.send(SILENCE))
    assert len(socket.sent) == UNREAD_STALLS + 2  # all of it was handed over
    assert read == [True, *[True] * (UNREAD_STALLS - 1), False, True]
