"""A whole program in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import closing
from typing import Any, TypeVar

from .loop import DAY_S, VirtualLoop
from .surroundings import surroundings

T = TypeVar("T")


def run(
    main: Coroutine[Any, Any, T],
    *,
    seed: int,
    start_ns: int = 0,
    latency_s: float = 0.0,
    limit_s: float = DAY_S,
) -> T:
    """Like `asyncio.run`, in virtual time; the same seed repeats the same run.

    `start_ns` is the monotonic time at the start, `latency_s` the one-way latency of every
    connection, `limit_s` the bound on the virtual time that may pass. Raises what `main` raises,
    and Deadlock, Livelock or TimeLimit when it would never end.

    Sets of objects that hash by address are still walked in an order that no seed repeats; tasks
    hash by number. See `surroundings` for what else of the machine is replaced, and what is not.
    """
    with (
        closing(VirtualLoop(start_ns=start_ns, latency_s=latency_s, limit_s=limit_s)) as loop,
        surroundings(loop, seed),
        asyncio.Runner(loop_factory=lambda: loop) as runner,
    ):
        return runner.run(main)
