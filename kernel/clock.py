"""The only code that reads or waits for time."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol

SECOND_NS = 1_000_000_000
MILLISECOND_NS = 1_000_000


class Clock(Protocol):
    """Monotonic time in nanoseconds from an arbitrary zero, and waiting for it."""

    def now_ns(self) -> int: ...

    async def sleep_until(self, due_ns: int) -> None:
        """Return at or after `due_ns`; at once, but after one turn of the loop, if it is past."""

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's monotonic clock."""

    def now_ns(self) -> int:
        return time.monotonic_ns()

    async def sleep_until(self, due_ns: int) -> None:
        if due_ns <= time.monotonic_ns():
            await asyncio.sleep(0)
        # The loop's timers are coarser than the clock, so a wake is a reason to look again. They
        # count milliseconds: less than one would be none, and the wait for it would spin.
        while (left_ns := due_ns - time.monotonic_ns()) > 0:  # noqa: ASYNC110 - it waits for time
            await asyncio.sleep(max(left_ns, MILLISECOND_NS) / SECOND_NS)

    async def sleep(self, seconds: float) -> None:
        await self.sleep_until(time.monotonic_ns() + round(seconds * SECOND_NS))


class RunClock:
    """A clock whose zero is the start of a run: `at_ns` of every event is read from it."""

    def __init__(self, clock: Clock, zero_ns: int | None = None) -> None:
        self._clock = clock
        self.zero_ns = clock.now_ns() if zero_ns is None else zero_ns

    def now_ns(self) -> int:
        return self._clock.now_ns() - self.zero_ns

    async def sleep_until(self, due_ns: int) -> None:
        await self._clock.sleep_until(due_ns + self.zero_ns)

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)


def cpu_ns() -> int:
    """CPU time that this process has used, all threads."""
    return time.process_time_ns()


def wall_time_s() -> float:
    """Seconds since the epoch, for names of folders and `created` fields, never for measuring."""
    return time.time()
