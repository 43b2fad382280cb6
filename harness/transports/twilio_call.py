"""One call over Twilio: acts out its TwiML, document by document, and obeys the REST API."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from kernel.control import CallOrder, CallStatus
from kernel.records import Heard

from ..callers.manners import COMFORT_PATIENCE
from ..media import announcing
from ..media.playout import Playout
from ..protocols import twiml
from ..protocols.course import Act, Fetch
from .link import Answered, Ended, Refused
from .twilio_leg import Leg, Ringing
from .twilio_progress import Progress
from .twilio_streams import Place, Streams
from .twilio_web import Unreached

SPEECH_S_PER_CHARACTER = 0.06
"""How long words take that are told before the caller's ear is there."""
TAIL_S = 0.06
"""Until the last of what was played has reached the caller's ear."""


class _Over(Exception):
    """The caller has waited long enough."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.how)
        self.refused = refused


class TwilioCall:
    """A `Link`, once it is set up: until then the caller listens to what the network tells it.

    One task at a time acts it out. An order, or the caller's hanging up, cancels what that task is
    about, and the call goes on from there.
    """

    def __init__(self, place: Place, leg: Leg, patience_s: float) -> None:
        self.sid = leg.sid
        self._place, self._clock = place, place.clock
        self._form, self._course, self._direct = leg.form, leg.course, leg.direct
        self._rings, self._is_called = leg.rings, leg.rings is not None
        self._progress = Progress(place, leg)
        self._playout = Playout(0)
        self._streams = Streams(place, self._form, self._playout)
        self._orders: deque[CallOrder] = deque()
        self._asked: set[str] = set()
        self._acting: asyncio.Task[Refused | None] | None = None
        self._is_link = self._interrupted = self._queued = self._cut = False
        self._ended: Ended | None = None
        self._silence_s = patience_s
        self._patient_s = COMFORT_PATIENCE * patience_s
        self._heard: list[Heard] = []
        place.network.attend(self.sid, self.obey)

    @property
    def is_over(self) -> bool:
        return self._progress.is_over

    # From the first ring to the first stream.

    async def set_up(self) -> Answered | Refused:
        """Act the TwiML out until the agent hears the caller, or until there is no call."""
        if self._is_called:
            self._progress.become("queued")
        self._progress.become("ringing")
        try:
            refused = await self._act_out()
        except BaseException:
            await self.hang_up()
            raise
        if refused is None and self._ended is None:
            self._is_link = True
            return Answered(self, self.sid, tuple(self._heard), self._queued, self._is_called)
        refused = refused or self._end()
        await self._finish(self._status(refused))
        role = "refusal" if refused.how.endswith("_refusal") else "other"
        heard = tuple(msgspec.structs.replace(each, role=role) for each in self._heard)
        return replace(refused, sid=self.sid, heard=heard, direct=self._direct)

    def _end(self) -> Refused:
        """The agent has ended it by an order."""
        if self._rings:
            detail = "the agent ended the call before anybody had answered it"
            return Refused("canceled", "info", step="dial_out", detail=detail)
        return self._course.end()

    @staticmethod
    def _status(refused: Refused) -> CallStatus:
        """What Twilio says of a call that came to this: even its own apology answers a call."""
        if refused.how == "reject":
            return "busy" if refused.detail == "busy" else "no-answer"
        unanswered: dict[str, CallStatus] = {"rang_out": "no-answer", "canceled": "canceled"}
        return unanswered.get(refused.how, "completed")

    # What a `Link` does.

    def begin(self, from_ns: int) -> None:
        self._playout.from_ns = from_ns

    def send(self, frame: bytes) -> bool:
        return self._streams.send(frame)

    def press(self, key: str) -> None:
        self._streams.press(key)

    def take(self, until_ns: int) -> bytes:
        frame = self._playout.take(until_ns)
        self._streams.return_marks(until_ns)
        return frame

    async def receive(self) -> Ended:
        refused = await self._act_out()
        if refused is None:
            return self._ended or Ended("network", "cut")
        if refused.how == "closed" and self._cut:
            return Ended("network", "cut")
        return Ended(refused.by, refused.how)

    async def hang_up(self) -> None:
        self._ended = self._ended or Ended("caller", "hung_up")
        self._interrupt()
        await self._finish("completed")

    @property
    def measures(self) -> Mapping[str, Any]:
        return self._streams.measures

    # Orders.

    def obey(self, order: CallOrder) -> None:
        """What the agent has ordered over the REST API; it is carried out at once."""
        if order.status:
            self._ended = self._ended or Ended("agent", "hung_up")
        else:
            self._orders.append(order)
        self._interrupt()

    def _interrupt(self) -> None:
        if self._acting and not self._acting.done():
            self._interrupted = True
            self._acting.cancel()

    async def _act_out(self) -> Refused | None:
        """None if the call was ended from outside, and while setting up at the first stream."""
        while self._ended is None:
            while self._orders:
                self._redirect(self._orders.popleft())
            self._acting = asyncio.create_task(self._go())
            try:
                return await self._acting
            except _Over as over:
                return over.refused
            except asyncio.CancelledError:
                if not self._interrupted:
                    raise
            finally:
                self._interrupted, self._acting = False, None
        return None

    def _redirect(self, order: CallOrder) -> None:
        """The network falls silent, and the stream that talks; those that only listen go on."""
        self._progress.redirect(order)
        self._streams.stop()
        self._playout.drop(self._clock.now_ns())
        self._course.redirect(order)

    # Acting out.

    async def _go(self) -> Refused | None:
        if self._rings:
            await self._ring(self._rings)
        while self._is_link or not self._streams:
            if verb := self._streams.talking:
                self._cut = not await self._streams.talk()
                self._course.closed(verb)
                continue
            act = self._course.next()
            if isinstance(act, Refused):
                return act
            await self._act(act)
        return None

    async def _act(self, act: Act) -> None:
        if not isinstance(act, Fetch | twiml.Pause):  # a call that begins with a pause still rings
            self._progress.become("in-progress")
        match act:
            case Fetch():
                await self._in_silence(self._fetch(act))
            case twiml.Say(text):
                await self._say(text)
            case twiml.Play():
                await self._play()
            case twiml.Pause(length_s):
                await self._pass(length_s)
            case twiml.Enqueue():
                await self._queue()
            case twiml.Stream():
                await self._in_silence(self._open(act))
            case twiml.Start(stream):
                await self._open(stream, talks=False)
            case twiml.Stop(name):
                self._streams.stop(name)

    async def _ring(self, rings: Ringing) -> None:
        """The telephone of whoever is called rings, until it is picked up."""
        await self._clock.sleep(min(rings.picks_up_s, rings.timeout_s))
        if not rings.is_answered:
            detail = (
                f"it rang for {rings.timeout_s:g} s; whoever is called picks up after "
                f"{rings.picks_up_s:.1f} s"
            )
            raise _Over(Refused("rang_out", "info", step="dial_out", detail=detail))
        self._rings = None
        self._form |= rings.fields
        self._progress.become("in-progress")

    async def _in_silence(self, waiting: Coroutine[Any, Any, None]) -> None:
        """Who has picked up the telephone listens to nothing for so long, and no longer."""
        waits = self._is_called and not self._is_link
        try:
            async with asyncio.timeout(self._silence_s if waits else None):
                await waiting
        except TimeoutError:
            detail = f"{self._silence_s:g} s after the call was answered there was no sound yet"
            raise _Over(Refused("patience", "info", "caller", detail=detail)) from None

    async def _fetch(self, asked: Fetch) -> None:
        # Who is sent in a circle waits in a queue of the agent's own making.
        self._queued |= asked.url in self._asked
        self._asked.add(asked.url)
        try:
            document = await self._place.web.fetch(asked, self._form)
        except Unreached as unreached:
            self._course.failed(unreached.code, unreached.refused)
        else:
            self._course.read(document)

    async def _open(self, verb: twiml.Stream, *, talks: bool = True) -> None:
        try:
            await self._streams.open(verb, talks=talks)
        except Unreached as unreached:
            self._course.unopened(unreached.refused)
        else:
            self._course.opened(talks=talks)

    async def _say(self, text: str) -> None:
        if self._is_link:
            await self._let_hear(announcing.words(text) if text else b"")
            return
        begun_ns = self._clock.now_ns()
        await self._pass(SPEECH_S_PER_CHARACTER * len(text))
        self._heard.append(Heard(begun_ns, self._clock.now_ns(), text, verified=True))

    async def _play(self) -> None:
        if self._is_link:
            await self._let_hear(announcing.clip())
            return
        begun_ns = self._clock.now_ns()
        await self._pass(announcing.CLIP_S)
        self._heard.append(Heard(begun_ns, self._clock.now_ns(), sound="clip"))

    async def _let_hear(self, sound: bytes) -> None:
        self._playout.push(sound, self._clock.now_ns())
        await self._clock.sleep(announcing.length_s(sound) + TAIL_S)

    async def _pass(self, seconds: float) -> None:
        """Time passes; a caller to whom nobody listens yet waits so long and no longer."""
        if self._is_link:
            await self._clock.sleep(seconds)
            return
        patient_s = min(seconds, self._patient_s)
        self._patient_s -= patient_s
        await self._clock.sleep(patient_s)
        if patient_s < seconds:
            raise _Over(Refused("patience", "info", "caller", words=self._course.words))

    async def _queue(self) -> None:
        """Only an order of the agent takes the call out of the queue again."""
        if not self._is_link:
            self._queued = True
            await self._clock.sleep(self._patient_s)
        raise _Over(replace(self._course.end("queued"), by="caller"))

    async def _finish(self, status: CallStatus) -> None:
        """The call is over: everything is closed, and everybody is told, once."""
        if not self.is_over:
            self._progress.become(status)
            await self._streams.stop_all()
