"""The media streams of one call: one that talks at most, and any number that only listen."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kernel.clock import Clock, wall_time_s

from ..media.playout import Playout
from ..planning.plan import Target
from ..protocols import twilio
from ..protocols.media_streams import RATE_HZ, Outbox
from ..protocols.twiml import Stream
from .connection import dialled
from .link import Network
from .twilio_stream import TwilioStream
from .twilio_web import AgentWeb, Unreached

_TALKING = ""
"""The name of the stream that talks; the others have names of their own."""


@dataclass(frozen=True, slots=True)
class Place:
    """What all calls to one target share."""

    target: Target
    web: AgentWeb
    clock: Clock
    network: Network


class Streams:
    """Opens, feeds and closes them, and tells their status callbacks.

    form     the fields of the call, as webhooks get them
    talking  the verb whose stream talks, None if there is none
    """

    def __init__(self, place: Place, form: Mapping[str, str], playout: Playout) -> None:
        self.talking: Stream | None = None
        self._place, self._form, self._playout = place, form, playout
        self._all: list[TwilioStream] = []
        self._open: dict[str, TwilioStream] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def __bool__(self) -> bool:
        """Whether the agent hears the caller."""
        return bool(self._open)

    async def open(self, verb: Stream, *, talks: bool) -> None:
        """Unreached if it cannot be opened."""
        call_sid = self._form["CallSid"]
        sid = twilio.sid("MZ", call_sid, len(self._all))
        url, signed_as = verb.url, verb.url
        if talks:
            url, signed_as = dialled(self._place.target, verb.url)
        try:
            socket = await self._place.web.connect(url, signed_as)
        except Unreached as unreached:
            self._tell(verb, sid, "stream-error", f"{unreached.code}: {unreached.refused.detail}")
            raise
        outbox = Outbox(self._form["AccountSid"], call_sid, sid)
        playout = self._playout if talks else None
        stream = TwilioStream(socket, self._place.clock, outbox, playout)
        stream.open(verb.parameters)
        self._all.append(stream)
        self._tell(verb, sid, "stream-started")
        if talks:
            self.talking, self._open[_TALKING] = verb, stream
        else:
            name = verb.name or sid
            self._open[name] = stream
            self._keep(self._listen(name, stream, verb))

    def send(self, frame: bytes) -> bool:
        """20 ms of the caller, to all. False once one of them has not read for too long."""
        read = True
        for stream in self._open.values():
            read = stream.send(frame) and read
        return read

    def press(self, key: str) -> None:
        """Streams that only listen are not told of keys, as with Twilio."""
        if stream := self._open.get(_TALKING):
            stream.press(key)

    def return_marks(self, now_ns: int) -> None:
        if stream := self._open.get(_TALKING):
            stream.return_marks(now_ns)

    async def talk(self) -> bool:
        """Until the agent closes the stream that talks; False if the connection broke."""
        closed = await self._open[_TALKING].receive()
        self.stop()
        return closed

    def stop(self, name: str = _TALKING) -> None:
        """Close a stream, if it is there. What it sent and is not played yet is dropped."""
        stream = self._open.pop(name, None)
        if stream is None:
            return
        if name == _TALKING and self.talking:
            self._tell(self.talking, stream.sid, "stream-stopped")
            self.talking = None
            self._playout.drop(self._place.clock.now_ns())
        self._keep(stream.stop())

    async def stop_all(self) -> None:
        """Return when all of them are closed."""
        for name in tuple(self._open):
            self.stop(name)
        if self._tasks:
            await asyncio.wait(self._tasks)

    @property
    def measures(self) -> Mapping[str, Any]:
        """As `Link.measures` has them, over all streams that there were."""
        warnings = {code: what for one in self._all for code, what in one.warnings.items()}
        return {
            "received_s": round(sum(one.received_bytes for one in self._all) / RATE_HZ, 3),
            "clears": self._playout.clears,
            "marks": sum(one.marks for one in self._all),
            "warnings": {str(code): what for code, what in warnings.items()},
        }

    async def _listen(self, name: str, stream: TwilioStream, verb: Stream) -> None:
        await stream.receive()
        if self._open.get(name) is stream:
            del self._open[name]
        self._tell(verb, stream.sid, "stream-stopped")

    def _keep(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _tell(self, verb: Stream, sid: str, event: twilio.StreamEvent, error: str = "") -> None:
        form = twilio.stream_form(self._form, sid, verb.name, event, wall_time_s(), error)
        self._place.web.tell(verb.status_callback, verb.status_callback_method, form)
