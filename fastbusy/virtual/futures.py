"""Futures and tasks that hash by number instead of by address.

asyncio and aiohttp keep them in sets and wake or cancel them in set order: TaskGroup, all_tasks,
wait, aiohttp's waiters for one name resolution. Addresses differ from run to run, numbers do not.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from typing import Any


class NumberedFuture(asyncio.Future[Any]):
    """A future that is numbered when it is first hashed."""

    _number = 0
    _numbers: itertools.count[int]  # of the subclass that future_class makes

    def __hash__(self) -> int:
        if not self._number:
            self._number = next(self._numbers)
        return self._number


class NumberedTask(asyncio.Task[Any]):
    """A task that is numbered when it is made."""

    def __init__(self, coro: Coroutine[Any, Any, Any], *, number: int, **options: Any) -> None:
        self._number = number
        super().__init__(coro, **options)

    def __hash__(self) -> int:
        return self._number


def future_class() -> type[NumberedFuture]:
    """The class of the futures of one loop, numbered from 1."""
    return type("Future", (NumberedFuture,), {"_numbers": itertools.count(1)})


def task_factory() -> Callable[..., NumberedTask]:
    """A factory for `loop.set_task_factory`: the tasks of one loop, numbered and named from 1."""
    numbers = itertools.count(1)

    def factory(
        loop: asyncio.AbstractEventLoop, coro: Coroutine[Any, Any, Any], **options: Any
    ) -> NumberedTask:
        number = next(numbers)
        options["name"] = options.get("name") or f"Task-{number}"
        return NumberedTask(coro, loop=loop, number=number, **options)

    return factory
