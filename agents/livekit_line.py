"""Twilio Media Streams as the ears and the mouth of a LiveKit AgentSession, without a LiveKit room.

Source of the messages: twilio.com/docs/voice/media-streams/websocket-messages.
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from aiohttp import WSMsgType, web
from livekit import rtc
from livekit.agents.voice.io import AudioInput, AudioOutput, AudioOutputCapabilities

RATE_HZ = 8000
FRAME = 160

_CODES = np.arange(256, dtype=np.uint8) ^ 0xFF
_MAGNITUDES = ((((_CODES & 15).astype(np.int32) << 3) + 132) << (_CODES >> 4 & 7)) - 132
_FROM_MULAW = np.where(_CODES & 128, -_MAGNITUDES, _MAGNITUDES).astype(np.int16)


def from_mulaw(octets: bytes) -> bytes:
    """G.711 µ-law to 16 bit PCM."""
    return _FROM_MULAW[np.frombuffer(octets, np.uint8)].tobytes()


def to_mulaw(samples: npt.NDArray[np.int16]) -> bytes:
    """16 bit PCM to G.711 µ-law."""
    wide = samples.astype(np.int32)
    size = np.minimum(np.abs(wide), 32635) + 132
    chord = np.floor(np.log2(size)).astype(np.int32) - 7
    code = (wide < 0) << 7 | chord << 4 | size >> (chord + 3) & 15
    return (code ^ 0xFF).astype(np.uint8).tobytes()


class Ears(AudioInput):
    """What the caller says."""

    def __init__(self) -> None:
        super().__init__(label="Twilio")
        self._frames: asyncio.Queue[rtc.AudioFrame | None] = asyncio.Queue()

    def hear(self, octets: bytes) -> None:
        """Take µ-law sound."""
        self._frames.put_nowait(rtc.AudioFrame(from_mulaw(octets), RATE_HZ, 1, len(octets)))

    def close(self) -> None:
        """The caller has hung up."""
        self._frames.put_nowait(None)

    async def __anext__(self) -> rtc.AudioFrame:
        frame = await self._frames.get()
        if frame is None:
            raise StopAsyncIteration
        return frame


@dataclass
class Segment:
    """What the session wants spoken in one piece: its length so far, and since when it plays."""

    length_s: float = 0.0
    from_s: float = 0.0
    interrupted: bool = False

    def played_s(self) -> float:
        return min(self.length_s, time.monotonic() - self.from_s)


class Mouth(AudioOutput):
    """What the agent says: sent as fast as it comes, and over when Twilio returns its mark."""

    def __init__(self, line: Line) -> None:
        super().__init__(
            label="Twilio",
            capabilities=AudioOutputCapabilities(pause=False),
            sample_rate=RATE_HZ,
        )
        self._line = line
        self._open: Segment | None = None
        self._marked: deque[Segment] = deque()

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        await super().capture_frame(frame)
        if self._open is None:
            self._open = Segment(from_s=time.monotonic())
            self.on_playback_started(created_at=time.time())
        self._open.length_s += frame.duration
        octets = to_mulaw(np.frombuffer(frame.data, np.int16))
        for start in range(0, len(octets), FRAME):
            payload = base64.b64encode(octets[start : start + FRAME]).decode()
            self._line.send("media", media={"payload": payload})

    def flush(self) -> None:
        super().flush()
        if self._open is not None:
            self._marked.append(self._open)
            self._open = None
            self._line.send("mark", mark={"name": "segment"})

    def clear_buffer(self) -> None:
        """Twilio forgets what it has not played, and returns the marks in it at once."""
        for segment in (*self._marked, *filter(None, [self._open])):
            if not segment.interrupted:
                segment.interrupted, segment.length_s = True, segment.played_s()
        self._line.send("clear")

    def mark_returned(self) -> None:
        if self._marked:
            segment = self._marked.popleft()
            self.on_playback_finished(
                playback_position=segment.length_s, interrupted=segment.interrupted
            )


class Line:
    """One media stream, from Twilio's `start` to its end."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self.ears, self.mouth = Ears(), Mouth(self)
        self._socket = socket
        self._stream_sid = ""
        self._outbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def started(self) -> None:
        """Wait for `start`; ConnectionError if the stream ends before it."""
        async for message in self._messages():
            if message["event"] == "start":
                self._stream_sid = message["streamSid"]
                return
        raise ConnectionError("the media stream ended before it began")

    async def run(self) -> None:
        """Carry sound both ways until the caller hangs up or `hang_up` is called."""
        sending = asyncio.create_task(self._send())
        try:
            async for message in self._messages():
                match message:
                    case {"event": "media", "media": {"payload": payload}}:
                        self.ears.hear(base64.b64decode(payload))
                    case {"event": "mark"}:
                        self.mouth.mark_returned()
                    case {"event": "stop"}:
                        break
        finally:
            sending.cancel()
            self.ears.close()

    def send(self, event: str, **content: Any) -> None:
        """Send a message behind those that are being sent."""
        self._outbox.put_nowait({"event": event, "streamSid": self._stream_sid, **content})

    async def hang_up(self) -> None:
        """Close the stream; Twilio goes on with the TwiML behind it, which is the call's end."""
        await self._socket.close()

    async def _send(self) -> None:
        while True:
            await self._socket.send_json(await self._outbox.get())

    async def _messages(self) -> AsyncIterator[dict[str, Any]]:
        async for message in self._socket:
            if message.type is WSMsgType.TEXT:
                yield message.json()
