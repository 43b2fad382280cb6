"""Clocks, chance and sockets are virtual for the duration of a run, and real again afterwards."""

import asyncio
import gc
import os
import random
import secrets
import socket
import sys
import threading
import time
import types
import uuid
from time import monotonic as monotonic_by_name

import pytest

from fastbusy.virtual import run
from fastbusy.virtual.surroundings import EPOCH_NS

REAL = {
    name: getattr(time, name)
    for name in ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "sleep")
}


def test_every_clock_shows_virtual_time() -> None:
    async def main() -> list[float]:
        await asyncio.sleep(12.5)
        return [
            time.monotonic(),
            monotonic_by_name(),
            time.monotonic_ns() / 1e9,
            time.perf_counter(),
            time.perf_counter_ns() / 1e9,
            time.time() - EPOCH_NS / 1e9,
            (time.time_ns() - EPOCH_NS) / 1e9,
            asyncio.get_running_loop().time(),
        ]

    assert run(main(), seed=1) == [12.5] * 8


def test_cpu_time_stands_still() -> None:
    async def main() -> list[float]:
        sum(range(100_000))
        return [
            time.process_time(),
            time.process_time_ns(),
            time.thread_time(),
            time.thread_time_ns(),
        ]

    assert run(main(), seed=1) == [0, 0, 0, 0]


def test_a_blocking_sleep_takes_virtual_time_from_everybody() -> None:
    async def main() -> list[float]:
        ticks: list[float] = []
        loop = asyncio.get_running_loop()
        for due in (1, 2, 3):
            loop.call_at(due, lambda: ticks.append(loop.time()))
        await asyncio.sleep(0.5)
        time.sleep(2)  # noqa: ASYNC251 - it blocks on purpose
        await asyncio.sleep(1)
        return ticks

    assert run(main(), seed=1) == [2.5, 2.5, 3]


def test_everything_is_restored_also_after_a_crash() -> None:
    async def main() -> None:
        assert not gc.isenabled()
        raise LookupError("over")

    before = random.getstate(), os.urandom, socket.socket, socket.getaddrinfo
    with pytest.raises(LookupError):
        run(main(), seed=1)
    assert (random.getstate(), os.urandom, socket.socket, socket.getaddrinfo) == before
    assert {name: getattr(time, name) for name in REAL} == REAL
    assert monotonic_by_name is REAL["monotonic"]
    assert gc.isenabled()


def test_a_module_imported_during_a_run_is_restored_too(monkeypatch: pytest.MonkeyPatch) -> None:
    late = types.ModuleType("late")
    held = []

    async def main() -> None:
        monkeypatch.setitem(sys.modules, "late", late)
        exec("from time import monotonic", vars(late))
        held.append(late.monotonic)
        assert late.monotonic() == 0.0

    run(main(), seed=1)
    assert late.monotonic is REAL["monotonic"]
    assert held[0]() >= REAL["monotonic"]() - 1e6


def test_other_threads_keep_real_time() -> None:
    start = time.monotonic()

    async def main() -> float:
        seen: list[float] = []
        thread = threading.Thread(target=lambda: seen.append(time.monotonic()))
        thread.start()
        thread.join()
        return seen[0]

    assert start <= run(main(), seed=1) <= time.monotonic()


def _chance(seed: int) -> list[object]:
    async def main() -> list[object]:
        return [random.random(), os.urandom(8), uuid.uuid4(), secrets.token_hex(4)]

    return run(main(), seed=seed)


def test_chance_repeats_with_the_seed() -> None:
    assert _chance(1) == _chance(1)
    assert all(one != other for one, other in zip(_chance(1), _chance(2), strict=True))


def test_entropy_does_not_shift_chance() -> None:
    async def main(size: int) -> float:
        os.urandom(size)
        return random.random()

    assert run(main(3), seed=1) == run(main(300), seed=1)


def test_no_descriptor_is_opened_and_no_name_looked_up() -> None:
    async def main() -> None:
        assert socket.socket().fileno() == -1
        with pytest.raises(socket.gaierror, match="localhost and numeric"):
            socket.create_connection(("api.openai.com", 443))
        with pytest.raises(NotImplementedError, match="use asyncio"):
            socket.create_connection(("127.0.0.1", 443))

    run(main(), seed=1)


def test_runs_do_not_nest() -> None:
    async def inner() -> None:
        pytest.fail("ran")

    async def main() -> None:
        coroutine = inner()
        with pytest.raises(RuntimeError, match="under way"):
            run(coroutine, seed=2)
        coroutine.close()

    run(main(), seed=1)
