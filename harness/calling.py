"""The calls of a run: placed when they are due, again for those who redial, counted, ended."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence

from kernel.clock import Clock

from .analysis.fates import Fate
from .placing import Placing
from .planning.plan import PlannedCall, PlannedPhase
from .planning.redialling import redialled


class Calling:
    """All of them at once; none waits for another.

    dialled  planned calls so far, redials are not counted
    over     fate of the calls that are over, as far as each call alone shows → how many
    """

    def __init__(
        self,
        placing: Placing,
        clock: Clock,
        phases: Sequence[PlannedPhase],
        group: asyncio.TaskGroup,
    ) -> None:
        self.dialled = 0
        self.over: Counter[Fate] = Counter()
        self._placing, self._clock, self._phases, self._group = placing, clock, phases, group
        self._tasks: set[asyncio.Task[None]] = set()
        self._pausing = 0

    @property
    def on(self) -> int:
        """Calls that ring or talk; who pauses before a redial does neither."""
        return len(self._tasks) - self._pausing

    def dial(self, call: PlannedCall) -> None:
        self.dialled += 1
        task = self._group.create_task(self._place(call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self, limit_s: float) -> None:
        """Let the last calls end; then end them."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=limit_s)
        self._placing.stop_how = "drained"
        for task in tuple(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _place(self, call: PlannedCall) -> None:
        """The call, and those that the same caller makes after it has given one up."""
        following: PlannedCall | None = call
        while following:
            log = await self._placing.place(following)
            self.over[log.fate] += 1
            following = redialled(following, log.over, self._clock.now_ns(), self._phases)
            if following:
                self._pausing += 1
                await self._clock.sleep_until(following.due_ns)
                self._pausing -= 1
