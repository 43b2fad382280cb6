"""Calls without sockets: a clock that steps, and a link whose agent is a function."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from harness.call_log import CallLog
from harness.callers.manners import Manners
from harness.media.energy import voiced_spans
from harness.media.phone import Phone
from harness.media.playout import Playout
from harness.media.wheel import Wheel
from harness.placing import Placing
from harness.planning.plan import Persona, PlannedCall
from harness.recorder import Kept
from harness.transports.link import Answered, Ended, Refused
from kernel.event import Event
from kernel.history import History
from kernel.units import Duration
from speech.alphabet import Role
from speech.g711 import mulaw_encode
from speech.mouth import Mouth


class StepClock:
    """Time goes on only by waiting for it. `stalls` maps an instant to a delay that hits there."""

    def __init__(self) -> None:
        self.now = 0
        self.stalls: dict[int, int] = {}

    def now_ns(self) -> int:
        return self.now

    async def sleep_until(self, due_ns: int) -> None:
        self.now = max(self.now, due_ns)
        for at_ns in [at_ns for at_ns in self.stalls if at_ns <= self.now]:
            self.now += self.stalls.pop(at_ns)
        turned: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(turned.set_result, None)
        await turned

    async def sleep(self, seconds: float) -> None:
        await self.sleep_until(self.now + round(seconds * 1e9))


class FakeLink:
    """An agent that greets and answers every turn, or does what `act` says for its nth turn.

    `act` gets the number of the caller's turn (0 = the call has begun) and gives the words to say,
    or None to end the call. It acts 300 ms after the caller's last sound.
    """

    def __init__(self, clock: StepClock, act: Callable[[int], str | None]) -> None:
        self._clock, self._act = clock, act
        self._mouth = Mouth(Role.AGENT, 8000)
        self._playout = Playout(0)
        self._turn, self._silent, self._spoke = 0, 0, False
        self.sent: list[tuple[int, bytes]] = []
        self.pressed: list[str] = []
        self.reads = True
        self.hung_up = False
        self.over: asyncio.Future[Ended] = asyncio.get_running_loop().create_future()

    def begin(self, from_ns: int) -> None:
        self._playout = Playout(from_ns)
        self._say()

    def _say(self) -> None:
        words = self._act(self._turn)
        self._turn += 1
        if words is None:
            self.end(Ended("agent"))
        elif words:
            self._playout.push(
                mulaw_encode(self._mouth.speak(words, 4242).samples), self._clock.now
            )

    def send(self, frame: bytes) -> bool:
        self.sent.append((self._clock.now, frame))
        if voiced_spans([frame])[0]:
            self._spoke, self._silent = True, 0
        else:
            self._silent += 1
            if self._spoke and self._silent == 15:
                self._spoke = False
                self._say()
        return self.reads

    def press(self, key: str) -> None:
        self.pressed.append(key)
        if key == "#":
            self._say()

    def take(self, until_ns: int) -> bytes:
        return self._playout.take(until_ns)

    def end(self, ended: Ended) -> None:
        if not self.over.done():
            self.over.set_result(ended)

    async def receive(self) -> Ended:
        return await self.over

    async def hang_up(self) -> None:
        self.hung_up = True
        self.end(Ended("caller", "hung_up"))

    @property
    def measures(self) -> Mapping[str, Any]:
        return {"received_s": 1.0, "clears": 0, "marks": 0, "warnings": {}}


class FakeTransport:
    """Answers with links of that agent, or refuses."""

    def __init__(self, clock: StepClock, act: Callable[[int], str | None]) -> None:
        self._clock, self._act = clock, act
        self.links: dict[str, FakeLink] = {}
        self.refuse: Refused | None = None

    async def dial(self, call: PlannedCall) -> Answered | Refused:
        if self.refuse:
            return self.refuse
        link = self.links[call.span] = FakeLink(self._clock, self._act)
        return Answered(link)


class Desk:
    """Places calls and keeps what is told of them."""

    def __init__(self, act: Callable[[int], str | None]) -> None:
        self.clock = StepClock()
        self.events: list[Event] = []
        self.phones: dict[str, Phone] = {}
        self.wheel = Wheel(self.clock)
        self.transport = FakeTransport(self.clock, act)
        self.placing = Placing(
            self.transport, self.wheel, self.clock, self.events.append, Manners(), self._keep
        )

    def _keep(self, log: CallLog, phone: Phone) -> Kept:
        self.phones[log.call.span] = phone
        return "kept"

    async def place(self, *calls: PlannedCall) -> None:
        turning = asyncio.create_task(self.wheel.run())
        await asyncio.gather(*map(self.placing.place, calls))
        turning.cancel()

    @property
    def history(self) -> History:
        return History(self.events)


def planned(number: int = 1, *lines: str, **changes: Any) -> PlannedCall:
    fields: dict[str, Any] = {
        "span": f"c{number:04}",
        "number": number,
        "due_ns": 0,
        "phase": "baseline",
        "dialogue": "book",
        "facts": {},
        "lines": lines or ("Hi, this is Ada.", "Bye."),
        "persona": Persona(patience_s=Duration(8), pause_s=Duration(0.6)),
        "voice": "mira",
        "from_number": f"+1415555{100 + number % 100:04}",
    }
    return PlannedCall(**{**fields, **changes})


def place(act: Callable[[int], str | None], *calls: PlannedCall) -> Desk:
    """Place calls and let all of them end."""

    async def run() -> Desk:
        desk = Desk(act)
        await desk.place(*(calls or (planned(),)))
        return desk

    return asyncio.run(run())


def kind(turn: int) -> str | None:
    """A friendly agent."""
    return "Nine is free." if turn else "Hello, how can I help?"
