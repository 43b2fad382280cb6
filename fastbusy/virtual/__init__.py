"""Whole runs in virtual time: unmodified asyncio and aiohttp programs, the same every time.

`run(main(), seed=1)` is `asyncio.run` on an event loop whose clock jumps to the next timer and
whose TCP connections are in memory. No thread is started and no real socket opened.
"""

from .clock import VirtualClock
from .loop import VirtualLoop
from .run import run
from .time_loop import Deadlock, Livelock, TimeLimit, VirtualTimeError

__all__ = [
    "Deadlock",
    "Livelock",
    "TimeLimit",
    "VirtualClock",
    "VirtualLoop",
    "VirtualTimeError",
    "run",
]
