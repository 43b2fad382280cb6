"""Placing single calls against an agent, and reading what became of them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from harness.call_log import CallLog
from harness.callers.manners import Manners
from harness.media.phone import Phone
from harness.media.wheel import Wheel
from harness.placing import Placing
from harness.planning.plan import Persona, PlannedCall, Target
from harness.transports.link import Network
from harness.transports.twilio import TwilioTransport
from kernel.clock import RunClock, SystemClock
from kernel.event import Event
from kernel.history import History
from kernel.units import Duration


def planned(number: int = 1, *lines: str, patience_s: float = 3.0, due_ns: int = 0) -> PlannedCall:
    return PlannedCall(
        span=f"c{number:04}",
        number=number,
        due_ns=due_ns,
        phase="baseline",
        dialogue="book",
        facts={},
        lines=lines or ("Bye.",),
        persona=Persona(patience_s=Duration(patience_s), pause_s=Duration(0.2)),
        voice="mira",
        from_number=f"+1415555{100 + number % 100:04}",
    )


class Caller:
    """Places calls and keeps what is told of them."""

    def __init__(
        self,
        target: Target,
        manners: Manners | None = None,
        network: Network | None = None,
    ) -> None:
        self.events: list[Event] = []
        self.phones: dict[str, Phone] = {}
        self.clock = RunClock(SystemClock())
        self.wheel = Wheel(self.clock)
        self.transport = TwilioTransport(target, self.clock, seed=1, network=network)
        self.placing = Placing(
            self.transport,
            self.wheel,
            self.clock,
            self.events.append,
            manners or Manners(greeting_wait_s=1.0, goodbye_wait_s=1.0, refusal_wait_s=1.0),
            self._keep,
        )

    def _keep(self, log: CallLog, phone: Phone) -> None:
        self.phones[log.call.span] = phone

    @contextlib.asynccontextmanager
    async def ready(self) -> AsyncIterator[Caller]:
        async with self.transport:
            turning = asyncio.create_task(self.wheel.run())
            try:
                yield self
            finally:
                turning.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await turning

    @property
    def history(self) -> History:
        return History(self.events)


async def place(
    target: Target | str,
    *calls: PlannedCall,
    manners: Manners | None = None,
    network: Network | None = None,
) -> Caller:
    """Place calls at once and wait for the end of all of them."""
    if isinstance(target, str):
        target = Target(webhook=target)
    async with Caller(target, manners, network).ready() as caller:
        async with asyncio.timeout(60):
            await asyncio.gather(*map(caller.placing.place, calls or (planned(),)))
    return caller
