"""The virtual clock, in the shape of the kernel's clock."""

from __future__ import annotations

import asyncio

from .time_loop import SECOND_NS, TimeLoop


class VirtualClock:
    """Reads and waits for the time of a loop in virtual time; without an argument the running one.

    Raises TypeError when the running loop keeps real time.
    """

    def __init__(self, loop: TimeLoop | None = None) -> None:
        running = loop or asyncio.get_running_loop()
        if not isinstance(running, TimeLoop):
            raise TypeError(f"{running!r} keeps real time; start the program with virtual.run")
        self._loop = running

    def now_ns(self) -> int:
        """Monotonic nanoseconds."""
        return self._loop.now_ns

    async def sleep_until(self, due_ns: int) -> None:
        """Return at `due_ns`, or after one turn of the loop when that is past."""
        woken = self._loop.create_future()
        timer = self._loop.call_at_ns(due_ns, _wake, woken)
        try:
            await woken
        finally:
            timer.cancel()

    async def sleep(self, seconds: float) -> None:
        """Return `seconds` from now, rounded to the nanosecond."""
        await self.sleep_until(self._loop.now_ns + round(seconds * SECOND_NS))


def _wake(woken: asyncio.Future[None]) -> None:
    if not woken.done():
        woken.set_result(None)
