"""A whole run returns what its main returns, and returns it again."""

import asyncio
import random

import pytest

from bench.virtual_time import calls
from fastbusy.virtual import run


def test_results_and_errors_pass_through() -> None:
    async def main(fails: bool) -> str:
        await asyncio.sleep(1)
        if fails:
            raise LookupError("over")
        return "done"

    assert run(main(False), seed=1) == "done"
    with pytest.raises(LookupError, match="over"):
        run(main(True), seed=1)


def test_tasks_left_behind_are_cancelled() -> None:
    ended: list[str] = []

    async def linger() -> None:
        try:
            await asyncio.sleep(100)
        finally:
            ended.append("cancelled")

    async def main() -> asyncio.Task[None]:
        task = asyncio.create_task(linger())
        await asyncio.sleep(1)
        return task

    assert run(main(), seed=1).cancelled()
    assert ended == ["cancelled"]


def _race(seed: int) -> list[tuple[float, int]]:
    async def runner(number: int, finish: list[tuple[float, int]]) -> None:
        for _ in range(20):
            await asyncio.sleep(random.choice([0.01, 0.02, 0.03]))
        finish.append((asyncio.get_running_loop().time(), number))

    async def main() -> list[tuple[float, int]]:
        finish: list[tuple[float, int]] = []
        await asyncio.gather(*(runner(number, finish) for number in range(50)))
        return finish

    return run(main(), seed=seed)


def test_the_seed_makes_the_race() -> None:
    assert _race(1) == _race(1)
    assert _race(1) != _race(2)


def test_twenty_calls_over_aiohttp_are_the_same_twice() -> None:
    first, second = (run(calls(20, 30.0), seed=1) for _ in range(2))
    assert first.frames == 20 * 30 * 50
    assert first.events == 20 * 10 * 40 * 2  # a data line and an empty line each
    assert first.digest() == second.digest()
