"""Which tasks are pending, and where they wait."""

from __future__ import annotations

import asyncio
from pathlib import PurePath
from typing import Any

SHOWN = 12


def pending_tasks(loop: asyncio.AbstractEventLoop) -> str:
    """One line per pending task of a loop: its name and the functions it waits in, outermost first.

    Above them their number. A long list is cut after SHOWN.
    """
    tasks = sorted(asyncio.all_tasks(loop), key=hash)
    lines = [f"  {task.get_name()}: {_waits_in(task.get_coro())}" for task in tasks[:SHOWN]]
    if len(tasks) > SHOWN:
        lines.append(f"  … and {len(tasks) - SHOWN} more")
    return "\n".join([f"pending tasks: {len(tasks)}", *lines])


def _waits_in(awaitable: Any) -> str:
    places = []
    while awaitable is not None:
        frame = getattr(awaitable, "cr_frame", None) or getattr(awaitable, "gi_frame", None)
        if frame is not None:
            code = frame.f_code
            places.append(f"{code.co_name} ({PurePath(code.co_filename).name}:{frame.f_lineno})")
        awaitable = getattr(awaitable, "cr_await", None) or getattr(awaitable, "gi_yieldfrom", None)
    return " → ".join(places) or "nothing of Python's"
