"""Two ways to run things side by side that leave nothing behind and raise errors as themselves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

Work = Coroutine[Any, Any, None]


@asynccontextmanager
async def meanwhile(work: Work) -> AsyncIterator[None]:
    """Run `work` beside the body, and not a moment longer."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        await _end([task])
    _raise_first([task])


async def together(*work: Work) -> None:
    """Run everything to its end; the first failure ends the rest and is raised."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        await _end(tasks)
    _raise_first(tasks)


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


def _raise_first(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        if not task.cancelled():
            task.result()
