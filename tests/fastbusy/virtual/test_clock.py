"""The virtual clock keeps nanoseconds and yields even when it need not wait."""

import asyncio

import pytest

from fastbusy.virtual import VirtualClock, run


def test_sleeping_until_an_exact_nanosecond() -> None:
    async def main() -> list[int]:
        clock = VirtualClock()
        await clock.sleep_until(1_000_000_007)
        first = clock.now_ns()
        await clock.sleep(0.5)
        return [first, clock.now_ns()]

    assert run(main(), seed=1) == [1_000_000_007, 1_500_000_007]


def test_a_time_that_is_past_lets_the_others_run_and_takes_no_time() -> None:
    async def main() -> tuple[list[str], int]:
        order: list[str] = []
        clock = VirtualClock()
        await clock.sleep(1)
        asyncio.get_running_loop().call_soon(order.append, "other")
        await clock.sleep_until(5)
        order.append("slept")
        return order, clock.now_ns()

    assert run(main(), seed=1) == (["other", "slept"], 10**9)


def test_a_cancelled_sleep_leaves_no_timer() -> None:
    async def main() -> int:
        clock = VirtualClock()
        sleeping = asyncio.create_task(clock.sleep(50))
        await clock.sleep(1)
        sleeping.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sleeping
        return clock.now_ns()

    assert run(main(), seed=1) == 10**9


def test_a_loop_in_real_time_is_refused() -> None:
    async def main() -> None:
        with pytest.raises(TypeError, match=r"virtual\.run"):
            VirtualClock()

    asyncio.run(main())
