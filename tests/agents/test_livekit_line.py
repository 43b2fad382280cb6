"""Sound and marks between Twilio's messages and a LiveKit session."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest

from speech import g711

pytest.importorskip("livekit.agents")

from aiohttp import WSMessage, WSMsgType
from livekit import rtc
from livekit.agents.voice.io import PlaybackFinishedEvent

from livekit_line import Line, from_mulaw, to_mulaw

pytestmark = pytest.mark.clients


class Socket:
    """Twilio's side of a media stream."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self._coming: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()

    def say(self, event: str, **content: Any) -> None:
        self._coming.put_nowait({"event": event, **content})

    def close(self) -> None:
        self._coming.put_nowait(None)

    async def send_json(self, message: dict[str, Any]) -> None:
        self.sent.append(message)
        if message["event"] == "mark":
            self.say("mark", mark=message["mark"])

    async def __aiter__(self) -> AsyncIterator[WSMessage]:
        while (message := await self._coming.get()) is not None:
            yield WSMessage(WSMsgType.TEXT, json.dumps(message), None)


def silence(length_s: float) -> rtc.AudioFrame:
    samples = round(8000 * length_s)
    return rtc.AudioFrame(bytes(2 * samples), 8000, 1, samples)


def test_mulaw_is_that_of_g711() -> None:
    codes = bytes(range(256))
    assert from_mulaw(codes) == g711.mulaw_decode(codes).tobytes()
    samples = np.arange(-32000, 32000, 7).astype(np.int16)
    again = g711.mulaw_decode(to_mulaw(samples)).astype(int)
    half_a_step = 8 + np.abs(samples.astype(int)) / 31
    assert np.all(np.abs(again - samples) <= half_a_step)


def test_what_the_caller_says_reaches_the_ears() -> None:
    async def run() -> None:
        socket = Socket()
        line = Line(socket)  # type: ignore[arg-type]
        socket.say("connected")
        socket.say("start", streamSid="MZ1")
        await line.started()
        socket.say("media", media={"payload": base64.b64encode(b"\xff" * 160).decode()})
        socket.say("stop")
        await line.run()
        heard = [frame async for frame in line.ears]
        assert [(frame.sample_rate, frame.samples_per_channel) for frame in heard] == [(8000, 160)]

    asyncio.run(run())


def test_a_stream_that_never_starts() -> None:
    async def run() -> None:
        socket = Socket()
        socket.close()
        await Line(socket).started()  # type: ignore[arg-type]

    with pytest.raises(ConnectionError, match="before it began"):
        asyncio.run(run())


async def finished(interrupt: bool) -> tuple[list[str], list[PlaybackFinishedEvent]]:
    """What goes to Twilio for half a second of speech, and what the session is told of it."""
    socket = Socket()
    line = Line(socket)  # type: ignore[arg-type]
    told: list[PlaybackFinishedEvent] = []
    line.mouth.on("playback_finished", told.append)
    running = asyncio.create_task(line.run())
    await line.mouth.capture_frame(silence(0.5))
    if interrupt:
        line.mouth.clear_buffer()
    line.mouth.flush()
    await line.mouth.wait_for_playout()
    socket.close()
    await running
    return [message["event"] for message in socket.sent], told


def test_a_segment_is_over_when_its_mark_returns() -> None:
    sent, [event] = asyncio.run(finished(interrupt=False))
    assert sent == ["media"] * 25 + ["mark"]
    assert (event.interrupted, event.playback_position) == (False, 0.5)


def test_an_interrupted_segment_tells_how_far_it_was_played() -> None:
    sent, [event] = asyncio.run(finished(interrupt=True))
    assert sent == ["media"] * 25 + ["clear", "mark"]
    assert event.interrupted
    assert event.playback_position < 0.5
