"""What a program in virtual time sees of the machine: virtual time, seeded chance, no network."""

from __future__ import annotations

import functools
import gc
import os
import random
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from .addresses import getaddrinfo
from .loop import VirtualLoop
from .time_loop import SECOND_NS

EPOCH_NS = 1_767_225_600 * SECOND_NS  # `time.time()` at virtual zero: 2026-01-01T00:00:00Z


@dataclass(frozen=True)
class _Run:
    loop: VirtualLoop
    thread: int
    entropy: random.Random


_current: _Run | None = None


@contextmanager
def surroundings(loop: VirtualLoop, seed: int) -> Iterator[None]:
    """Replace the process's clocks, generators, sockets and resolver; restore them at the end.

    Replaced are the functions of `time` (`time.sleep` lets virtual time pass, CPU time stands
    still), `os.urandom` (and so uuid4 and secrets), `socket.socket` and `socket.getaddrinfo`, in
    every module that holds them by name; the module-level generator of `random` is seeded. Other
    threads keep real time. Not reached: `datetime.now`, unseeded `random.Random()` objects, and
    functions held elsewhere than in a module's namespace.

    The garbage collector runs only when the loop calls it, so that finalisers run at the same
    turn of the loop in every run. Raises RuntimeError when a run is under way in this process.
    """
    global _current
    if _current is not None:
        raise RuntimeError("a run in virtual time is under way in this process; await it first")
    # Entropy is seeded apart from the module-level generator, so that neither shifts the other.
    _current = _Run(loop, threading.get_ident(), random.Random(f"entropy {seed}"))
    replaced = [*_STAND_INS, (socket.socket, loop.network.socket)]
    chance, collecting = random.getstate(), gc.isenabled()
    gc.collect()
    gc.disable()
    random.seed(seed)
    _rebind({id(real): stand_in for real, stand_in in replaced})
    try:
        yield
    finally:
        _rebind({id(stand_in): real for real, stand_in in replaced})
        random.setstate(chance)
        if collecting:
            gc.enable()
        _current = None


def _rebind(replacements: Mapping[int, Any]) -> None:
    """In every module's namespace replace the objects with these ids."""
    for module in list(sys.modules.values()):
        if not isinstance(module, ModuleType):
            continue
        namespace = vars(module)
        for name, value in list(namespace.items()):
            if id(value) in replacements:
                namespace[name] = replacements[id(value)]


def _stand_in(real: Callable[..., Any], virtual: Callable[..., Any]) -> Callable[..., Any]:
    """`virtual` in the thread of a run while it lasts, `real` elsewhere and at other times."""

    @functools.wraps(real)
    def choose(*args: Any, **options: Any) -> Any:
        run = _current
        if run is None or threading.get_ident() != run.thread:
            return real(*args, **options)
        return virtual(run, *args, **options)

    return choose


_VIRTUAL: dict[Callable[..., Any], Callable[..., Any]] = {
    time.time: lambda run: (EPOCH_NS + run.loop.now_ns) / SECOND_NS,
    time.time_ns: lambda run: EPOCH_NS + run.loop.now_ns,
    time.monotonic: lambda run: run.loop.time(),
    time.monotonic_ns: lambda run: run.loop.now_ns,
    time.perf_counter: lambda run: run.loop.time(),
    time.perf_counter_ns: lambda run: run.loop.now_ns,
    time.process_time: lambda run: 0.0,
    time.process_time_ns: lambda run: 0,
    time.thread_time: lambda run: 0.0,
    time.thread_time_ns: lambda run: 0,
    time.sleep: lambda run, seconds: run.loop.spend(round(seconds * SECOND_NS)),
    os.urandom: lambda run, size: run.entropy.randbytes(size),
    socket.getaddrinfo: lambda run, *args, **options: getaddrinfo(*args, **options),
}
_STAND_INS = [(real, _stand_in(real, virtual)) for real, virtual in _VIRTUAL.items()]
