"""One media stream with an agent: Twilio's end of the WebSocket."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any

import aiohttp

from kernel.clock import SECOND_NS, Clock

from ..media.playout import Playout
from ..protocols import twiml
from ..protocols.media_streams import RATE_HZ, Clear, Inbox, Mark, Media, Outbox
from ..protocols.twilio import sid
from .link import Ended

WS_TIMEOUT = aiohttp.ClientWSTimeout(ws_close=2.0)
"""Seconds that an agent has to answer the close."""
CLOSE_LIMIT_S = 3.0
"""The same where the close cannot even be sent."""
UNREAD_STALLS = 4
"""So often in `UNREAD_WITHIN_NS` may the agent leave another 64 KiB unread: about 15 s of sound."""
UNREAD_WITHIN_NS = 30 * SECOND_NS
READ_BURST = 16
"""Messages that are taken in at a stretch, before others have their turn."""


class TwilioLink:
    """A `Link`. Never waits in `send`: a caller's voice does not stop for a slow agent."""

    def __init__(
        self,
        socket: aiohttp.ClientWebSocketResponse,
        clock: Clock,
        account_sid: str,
        call_sid: str,
        after: tuple[twiml.Verb, ...] = (),
    ) -> None:
        stream_sid = sid("MZ", call_sid)
        self._socket, self._clock, self._after = socket, clock, after
        self._outbox = Outbox(account_sid, call_sid, stream_sid)
        self._inbox = Inbox(stream_sid)
        self._playout = Playout(0)
        self._received_bytes = 0
        self._marks = 0
        self._stalls_ns: list[int] = []
        self._hung_up = False

    def open(self, parameters: Mapping[str, str]) -> None:
        """What Twilio says first."""
        self._post(self._outbox.connected())
        self._post(self._outbox.start(parameters))

    def begin(self, from_ns: int) -> None:
        self._playout = Playout(from_ns)

    def send(self, frame: bytes) -> bool:
        self._post(self._outbox.media(frame))
        return len(self._stalls_ns) < UNREAD_STALLS

    def press(self, key: str) -> None:
        self._post(self._outbox.dtmf(key))

    def take(self, until_ns: int) -> bytes:
        frame = self._playout.take(until_ns)
        for name in self._playout.returned_marks(until_ns):
            self._post(self._outbox.mark(name))
        return frame

    async def receive(self) -> Ended:
        count = 0
        while True:
            message = await self._socket.receive()
            if message.type is aiohttp.WSMsgType.TEXT:
                self._take_in(message.data, binary=False)
            elif message.type is aiohttp.WSMsgType.BINARY:
                self._take_in(message.data, binary=True)
            else:
                return self._ended(message.type)
            count += 1
            if count % READ_BURST == 0:  # a burst may hold minutes of sound
                await self._clock.sleep(0)

    async def hang_up(self) -> None:
        self._hung_up = True
        if not self._socket.closed:
            self._post(self._outbox.stop())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_LIMIT_S):
                await self._socket.close()

    @property
    def measures(self) -> Mapping[str, Any]:
        return {
            "received_s": round(self._received_bytes / RATE_HZ, 3),
            "clears": self._playout.clears,
            "marks": self._marks,
            "warnings": {str(code): what for code, what in self._inbox.warnings.items()},
        }

    def _take_in(self, data: str | bytes, *, binary: bool) -> None:
        match self._inbox.read(data, binary=binary):
            case Media(sound):
                self._received_bytes += len(sound)
                self._playout.push(sound, self._clock.now_ns())
            case Mark(name):
                self._marks += 1
                self._playout.mark(name)
            case Clear():
                now_ns = self._clock.now_ns()
                self._playout.clear(now_ns)
                for name in self._playout.returned_marks(now_ns):
                    self._post(self._outbox.mark(name))

    def _ended(self, kind: aiohttp.WSMsgType) -> Ended:
        if self._hung_up:
            return Ended("caller", "hung_up")
        if kind is not aiohttp.WSMsgType.CLOSE:  # the connection broke without a close frame
            return Ended("network", "cut")
        words = " ".join(verb.text for verb in self._after if isinstance(verb, twiml.Say))
        elsewhere = any(isinstance(verb, twiml.Dial | twiml.Enqueue) for verb in self._after)
        return Ended("agent", "transferred" if elsewhere else "closed", words)

    def _post(self, text: str) -> None:
        """Hand a message to the socket without waiting for it to be read.

        The first step of sending writes the frame; it stops there only to wait for a full buffer.
        """
        sending = self._socket.send_str(text)
        try:
            sending.send(None)
        except StopIteration:
            return
        except ConnectionError:
            return  # `receive` tells how it ended
        now_ns = self._clock.now_ns()
        recent = [at_ns for at_ns in self._stalls_ns if now_ns - at_ns < UNREAD_WITHIN_NS]
        self._stalls_ns = [*recent, now_ns]
        sending.close()
