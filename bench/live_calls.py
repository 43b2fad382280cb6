"""Live calls against the stub agent, for the benchmarks that need some."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass

from harness.callers.manners import Manners
from harness.media.lateness import Sample
from harness.media.wheel import Wheel
from harness.placing import Placing
from harness.planning.plan import Persona, PlannedCall, Target
from harness.transports.twilio import TwilioTransport
from kernel.clock import RunClock, SystemClock, cpu_ns
from kernel.event import Event
from kernel.history import History
from kernel.units import Duration
from speech.voice import VOICES

LINES = (
    "Hi, this is {name}. I would like to book an appointment.",
    "On December {day}rd, please.",
    "The first one, please.",
    "No, that is all. Goodbye.",
)


@dataclass(frozen=True)
class Result:
    history: History
    lateness: Sample
    cpu_ns: int
    call_s: float


@contextlib.contextmanager
def stub_agent(delay_ms: float, *words: str) -> Iterator[str]:
    """The URL of a stub agent in a process of its own."""
    command = [sys.executable, "-m", "bench.stub_agent", str(delay_ms), *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def call(number: int, lines: Sequence[str], pause_s: float) -> PlannedCall:
    name = f"Caller Number {number}"
    return PlannedCall(
        span=f"c{number:04}",
        number=number,
        due_ns=0,
        phase="bench",
        dialogue="book",
        facts={},
        lines=tuple(line.format(name=name, day=number) for line in lines),
        persona=Persona(patience_s=Duration(10), pause_s=Duration(pause_s)),
        voice=sorted(VOICES)[number % len(VOICES)],
        from_number="+14155550123",
    )


@contextlib.asynccontextmanager
async def placing_calls(url: str, events: list[Event]) -> AsyncIterator[Placing]:
    """What places calls to an agent as a run does, its wheel turning; nothing is recorded."""
    clock = RunClock(SystemClock())
    wheel = Wheel(clock)
    async with TwilioTransport(Target(webhook=url), clock) as transport:
        turning = asyncio.create_task(wheel.run())
        yield Placing(transport, wheel, clock, events.append, Manners(), lambda _log, _phone: None)
        turning.cancel()


async def place(
    url: str, calls: int, spread_s: float, lines: Sequence[str] = LINES, pause_s: float = 0.6
) -> Result:
    """`calls` calls, begun evenly over `spread_s`, to their end."""
    events: list[Event] = []
    async with placing_calls(url, events) as placing:
        before_ns = cpu_ns()

        async def dial(number: int) -> None:
            await placing.clock.sleep(spread_s * number / calls)
            await placing.place(call(number, lines, pause_s))

        await asyncio.gather(*map(dial, range(1, calls + 1)))
        used_ns = cpu_ns() - before_ns
    history = History(events)
    call_s = sum((call.ended_ns - call.dialled_ns) / 1e9 for call in history.calls)
    return Result(history, placing.wheel.lateness.sample(), used_ns, call_s)


def allow_many_files() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
