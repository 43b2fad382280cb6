"""An asyncio event loop whose clock jumps to the next timer; computing takes no time on it."""

from __future__ import annotations

import asyncio
import gc
import heapq
import itertools
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from contextvars import Context
from typing import TypeVar, TypeVarTuple

from kernel.errors import FastbusyError

from .futures import NumberedFuture, future_class, task_factory
from .pending import pending_tasks

Args = TypeVarTuple("Args")
T = TypeVar("T")

SECOND_NS = 1_000_000_000
TURNS_PER_INSTANT = 200_000
TURNS_PER_COLLECTION = 50_000


class VirtualTimeError(FastbusyError):
    """A run in virtual time cannot go on. The message names the pending tasks."""


class Deadlock(VirtualTimeError):
    """No timer is set and no callback is ready, but somebody still waits."""


class Livelock(VirtualTimeError):
    """Callbacks keep each other busy and time stands still."""


class TimeLimit(VirtualTimeError):
    """Virtual time reached its bound."""


class TimeLoop(asyncio.BaseEventLoop):
    """An event loop in virtual time: integer nanoseconds, first in first out, one thread.

    Timers due at the same nanosecond fire in the order in which they were set. `now_ns` is the
    time; it moves when nothing is ready, to the next timer, and when `spend` is called.

    Of BaseEventLoop's private parts it replaces `_run_once`, one turn of the loop, because the
    inherited one keeps its timers as floats, without order among equals, and waits in a selector;
    and `_write_to_self`, the wake-up from other threads, which a loop that never waits needs not.
    """

    _ready: deque[asyncio.Handle]  # BaseEventLoop.call_soon appends to it
    _stopping: bool  # BaseEventLoop.stop sets it

    def __init__(self, *, start_ns: int = 0, limit_s: float) -> None:
        super().__init__()
        self.now_ns = start_ns
        self._limit_s = limit_s
        self._limit_ns = start_ns + round(limit_s * SECOND_NS)
        self._timers: list[tuple[int, int, asyncio.TimerHandle]] = []
        self._order = itertools.count()
        self._turns = 0
        self._turns_at_jump = 0
        self._future_class = future_class()
        self.set_task_factory(task_factory())

    def time(self) -> float:
        """Virtual time in seconds."""
        return self.now_ns / SECOND_NS

    def create_future(self) -> NumberedFuture:
        return self._future_class(loop=self)

    def spend(self, duration_ns: int) -> None:
        """Let time pass while nothing else runs, as a callback does that blocks the loop."""
        self.now_ns += max(0, duration_ns)

    def call_at_ns(
        self,
        due_ns: int,
        callback: Callable[[*Args], object],
        *args: *Args,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Like `call_at`, exact at any distance from zero."""
        if self.is_closed():
            raise RuntimeError("Event loop is closed")
        timer = asyncio.TimerHandle(due_ns / SECOND_NS, callback, args, self, context)
        heapq.heappush(self._timers, (due_ns, next(self._order), timer))
        return timer

    def call_at(
        self,
        when: float,
        callback: Callable[[*Args], object],
        *args: *Args,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Call back when `time()` is `when`, rounded to the nanosecond."""
        return self.call_at_ns(round(when * SECOND_NS), callback, *args, context=context)

    def call_later(
        self,
        delay: float,
        callback: Callable[[*Args], object],
        *args: *Args,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Call back `delay` seconds from now, rounded to the nanosecond."""
        return self.call_at_ns(
            self.now_ns + round(delay * SECOND_NS), callback, *args, context=context
        )

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Args], T], *args: *Args
    ) -> asyncio.Future[T]:
        """Call `func` here and now, in no time: a thread could not be repeated."""
        result: asyncio.Future[T] = self.create_future()
        try:
            result.set_result(func(*args))
        except Exception as error:
            result.set_exception(error)
        return result

    def _write_to_self(self) -> None:
        pass

    def _run_once(self) -> None:
        if not self._ready and not self._stopping:
            self._jump()
        self._turns += 1
        if self._turns - self._turns_at_jump > TURNS_PER_INSTANT:
            self._turns_at_jump = self._turns
            raise Livelock(
                self._pending(f"{TURNS_PER_INSTANT} turns of the loop and time stands still"),
                where=self._where(),
                remedy="look for a loop around `await sleep(0)` or a callback that re-arms itself",
            )
        if self._turns % TURNS_PER_COLLECTION == 0:
            gc.collect()
        timers, ready = self._timers, self._ready
        while timers and timers[0][0] <= self.now_ns:
            ready.append(heapq.heappop(timers)[2])
        for _ in range(len(ready)):
            handle = ready.popleft()
            if not handle.cancelled():
                handle._run()

    def _jump(self) -> None:
        timers = self._timers
        while timers and timers[0][2].cancelled():
            heapq.heappop(timers)
        if not timers:
            raise Deadlock(
                self._pending("no timer is set, no callback is ready, and the run is not done"),
                where=self._where(),
                remedy="give the wait a timeout, or find who should have ended it",
            )
        due_ns = timers[0][0]
        if due_ns > self._limit_ns:
            # The bound moves on by as much again, so that the cancelled tasks can clean up.
            self._limit_ns = due_ns + round(self._limit_s * SECOND_NS)
            raise TimeLimit(
                self._pending(f"virtual time would pass its bound of {self._limit_s:g} s"),
                where=self._where(),
                remedy="raise limit_s, or find what keeps the run from ending",
            )
        if due_ns > self.now_ns:
            self.now_ns = due_ns
            self._turns_at_jump = self._turns

    def _where(self) -> str:
        return f"virtual time {self.time():.3f} s"

    def _pending(self, what: str) -> str:
        return f"{what}; {pending_tasks(self)}"
