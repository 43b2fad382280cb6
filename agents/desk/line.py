"""One telephone line: a Twilio media stream that knows what the caller has really heard."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

from aiohttp import WSMsgType, web

from . import twilio

LEAD_S = 3.0  # audio sent ahead of its playout: rides out hiccups, stays small enough to throw away
MARK_BYTES = 1600  # what was heard is known to 200 ms
MARK_GRACE_S = 3.0  # an echo that is this late never comes


class Line:
    """Audio to and from one caller. Positions are bytes of µ-law since the line was answered."""

    def __init__(self, socket: web.WebSocketResponse, start: dict[str, Any]) -> None:
        self._socket = socket
        self._stream_sid = str(start["streamSid"])
        self.call_sid = str(start["callSid"])
        self.played = 0
        self.ends_at = 0.0  # loop time at which the audio sent so far falls silent
        self._sent = self._marked = 0
        self._rest = b""
        self._turnstile = asyncio.Lock()  # a filler and an answer never mix within a chunk
        self._progress = asyncio.Event()

    @classmethod
    async def answer(cls, socket: web.WebSocketResponse, *, within_s: float = 10.0) -> Line | None:
        """The line that a stream's first two messages announce; None if they do not come."""
        with suppress(TimeoutError, KeyError):
            async with asyncio.timeout(within_s):
                async for message in _messages(socket):
                    if message.get("event") == "start":
                        return cls(socket, message["start"])
        return None

    async def receive(
        self, hear: Callable[[bytes], None], press: Callable[[str], None] = lambda key: None
    ) -> None:
        """Hand the caller's audio to `hear`, and the keys to `press`, until the call is over."""
        async for message in _messages(self._socket):
            match message.get("event"):
                case "media":
                    hear(base64.b64decode(message["media"]["payload"]))
                case "dtmf":
                    press(message["dtmf"]["digit"])
                case "mark":
                    self.played = max(self.played, int(message["mark"]["name"]))
                    self._progress.set()
                case "stop":
                    return

    async def play(self, audio: bytes) -> int:
        """Queue audio behind what is queued already; returns the position of its first byte.

        Comes back when no more than LEAD_S are waiting to be played.
        """
        async with self._turnstile:
            position = self._sent + len(self._rest)
            audio = self._rest + audio
            whole = len(audio) - len(audio) % twilio.FRAME_BYTES
            self._rest = audio[whole:]
            for at in range(0, whole, twilio.FRAME_BYTES):
                await self._send(audio[at : at + twilio.FRAME_BYTES])
            return position

    async def flush(self) -> None:
        """Fill the last frame with silence and ask to be told when it has been played."""
        async with self._turnstile:
            if self._rest:
                frame, self._rest = self._rest.ljust(twilio.FRAME_BYTES, twilio.SILENCE), b""
                await self._send(frame)
            await self._mark()

    async def drained(self) -> None:
        """Until everything sent has been played."""
        while self.played < self._sent:
            self._progress.clear()
            try:
                async with asyncio.timeout_at(self.ends_at + MARK_GRACE_S):
                    await self._progress.wait()
            except TimeoutError:
                self.played = self._sent

    async def clear(self) -> None:
        """Fall silent at once. What was queued counts as never heard: read `played` before."""
        self._rest = b""
        if self.played == self._sent:
            return
        self.played = self._marked = self._sent
        self.ends_at = _now()
        self._progress.set()
        await self._write(twilio.clear(self._stream_sid))

    async def hang_up(self) -> None:
        """End the call: Twilio goes on with the rest of the TwiML, and there is none."""
        await self._socket.close()

    async def _send(self, frame: bytes) -> None:
        self._sent += len(frame)
        self.ends_at = max(self.ends_at, _now()) + len(frame) / twilio.BYTES_PER_S
        await self._write(twilio.media(self._stream_sid, frame))
        if self._sent - self._marked >= MARK_BYTES:
            await self._mark()
        if (lead_s := self.ends_at - _now()) > LEAD_S:
            await asyncio.sleep(lead_s - LEAD_S)

    async def _mark(self) -> None:
        if self._marked < self._sent:
            self._marked = self._sent
            await self._write(twilio.mark(self._stream_sid, str(self._sent)))

    async def _write(self, message: str) -> None:
        with suppress(ConnectionError):  # the caller has hung up: receive() sees it too
            await self._socket.send_str(message)


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _messages(socket: web.WebSocketResponse) -> AsyncIterator[dict[str, Any]]:
    with suppress(TimeoutError):  # nobody is there, whatever TCP believes
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                yield json.loads(message.data)
