"""Tasks whose order in a set and whose default name repeat from run to run, and where they wait."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Coroutine, Iterable
from pathlib import PurePath
from typing import Any

SHOWN = 12


class NumberedTask(asyncio.Task[Any]):
    """A task that hashes by its number instead of its address.

    asyncio keeps tasks in sets (TaskGroup, all_tasks, wait) and cancels them in set order, which
    for ordinary tasks is the order of their addresses in memory.
    """

    def __init__(self, coro: Coroutine[Any, Any, Any], *, number: int, **options: Any) -> None:
        self.number = number
        super().__init__(coro, **options)

    def __hash__(self) -> int:
        return self.number


def task_factory() -> Callable[..., NumberedTask]:
    """A factory for `loop.set_task_factory` that numbers the tasks of one loop from 1."""
    numbers = itertools.count(1)

    def factory(
        loop: asyncio.AbstractEventLoop, coro: Coroutine[Any, Any, Any], **options: Any
    ) -> NumberedTask:
        number = next(numbers)
        options["name"] = options.get("name") or f"Task-{number}"
        return NumberedTask(coro, loop=loop, number=number, **options)

    return factory


def describe(tasks: Iterable[asyncio.Task[Any]]) -> str:
    """One line per task: its name and the functions that it waits in, outermost first."""
    lines = [f"  {task.get_name()}: {_waits_in(task.get_coro())}" for task in tasks]
    if len(lines) > SHOWN:
        lines[SHOWN:] = [f"  … and {len(lines) - SHOWN} more"]
    return "\n".join(lines)


def _waits_in(awaitable: Any) -> str:
    places = []
    while awaitable is not None:
        frame = getattr(awaitable, "cr_frame", None) or getattr(awaitable, "gi_frame", None)
        if frame is not None:
            code = frame.f_code
            places.append(f"{code.co_name} ({PurePath(code.co_filename).name}:{frame.f_lineno})")
        awaitable = getattr(awaitable, "cr_await", None) or getattr(awaitable, "gi_yieldfrom", None)
    return " → ".join(places) or "not started"
