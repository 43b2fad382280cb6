"""One media stream with an agent: Twilio's end of the WebSocket."""

from __future__ import annotations

from collections.abc import Mapping

from kernel.clock import SECOND_NS, Clock

from ..media.playout import Playout
from ..protocols.media_streams import Clear, Inbox, Mark, Media, Outbox
from .websocket import WebSocket

UNREAD_STALLS = 4
"""So often in `UNREAD_WITHIN_NS` may the agent leave another 64 KiB unread: about 15 s of sound."""
UNREAD_WITHIN_NS = 30 * SECOND_NS


class TwilioStream:
    """Never waits in `send`: a caller's voice does not stop for a slow agent.

    playout         where the agent's sound goes; None for a stream that only listens
    received_bytes  of sound; marks that were asked for; warnings by Twilio's code
    """

    def __init__(
        self,
        socket: WebSocket,
        clock: Clock,
        outbox: Outbox,
        playout: Playout | None,
    ) -> None:
        self.received_bytes = self.marks = 0
        self._socket, self._clock = socket, clock
        self._outbox, self._playout = outbox, playout
        self._inbox = Inbox(outbox.stream_sid)
        self._stalls_ns: list[int] = []

    @property
    def warnings(self) -> Mapping[int, str]:
        return self._inbox.warnings

    @property
    def sid(self) -> str:
        return self._outbox.stream_sid

    def open(self, parameters: Mapping[str, str]) -> None:
        """What Twilio says first."""
        self._post(self._outbox.connected())
        self._post(self._outbox.start(parameters))

    def send(self, frame: bytes) -> bool:
        """20 ms of the caller. False once the agent has not read for too long."""
        self._post(self._outbox.media(frame))
        return len(self._stalls_ns) < UNREAD_STALLS

    def press(self, key: str) -> None:
        self._post(self._outbox.dtmf(key))

    def return_marks(self, now_ns: int) -> None:
        """Send those back whose sound has been played by now."""
        if self._playout and self._playout.marks:
            for name in self._playout.returned_marks(now_ns):
                self._post(self._outbox.mark(name))

    async def receive(self) -> bool:
        """Take in what the agent sends until it ends the stream.

        False if the connection broke without a close frame.
        """
        return await self._socket.receive(self._take_in)

    async def stop(self) -> None:
        """Say that it is over, and close it."""
        if not self._socket.closed:
            self._post(self._outbox.stop())
        await self._socket.close()

    def _take_in(self, data: bytes, binary: bool) -> None:
        message = self._inbox.read(data, binary=binary)
        if self._playout is None:
            return  # nobody hears it
        match message:
            case Media(sound):
                self.received_bytes += len(sound)
                self._playout.push(sound, self._clock.now_ns())
            case Mark(name):
                self.marks += 1
                self._playout.mark(name)
            case Clear():
                now_ns = self._clock.now_ns()
                self._playout.clear(now_ns)
                self.return_marks(now_ns)

    def _post(self, text: bytes) -> None:
        if not self._socket.send(text):
            now_ns = self._clock.now_ns()
            recent = [at_ns for at_ns in self._stalls_ns if now_ns - at_ns < UNREAD_WITHIN_NS]
            self._stalls_ns = [*recent, now_ns]
