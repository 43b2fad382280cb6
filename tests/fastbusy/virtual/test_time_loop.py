"""The clock jumps to the next timer, and a run that cannot go on says why."""

import asyncio
import threading

import pytest

from fastbusy.virtual import Deadlock, Livelock, TimeLimit, VirtualLoop, run, time_loop


def _loop() -> VirtualLoop:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    return loop


def test_sleeping_a_year_takes_a_year_and_no_more() -> None:
    async def main() -> int:
        await asyncio.sleep(365 * 86_400)
        return _loop().now_ns

    assert run(main(), seed=1, limit_s=1e9) == 365 * 86_400 * 10**9


def test_time_starts_where_it_is_told_to() -> None:
    async def main() -> tuple[int, float]:
        await asyncio.sleep(0.25)
        return _loop().now_ns, _loop().time()

    assert run(main(), seed=1, start_ns=7 * 10**9) == (7_250_000_000, 7.25)


def test_timers_of_one_instant_fire_in_the_order_in_which_they_were_set() -> None:
    async def main() -> list[int]:
        fired: list[int] = []
        for number in range(100):
            _loop().call_at(2.0 if number % 3 else 1.0, fired.append, number)
        await asyncio.sleep(3)
        return fired

    expected = [n for n in range(100) if n % 3 == 0] + [n for n in range(100) if n % 3]
    assert run(main(), seed=1) == expected


def test_a_thousand_short_sleeps_do_not_drift() -> None:
    async def main() -> int:
        for _ in range(1_000):
            await asyncio.sleep(0.02)
        return _loop().now_ns

    start_ns = 10**17  # three years: floats are coarser than a nanosecond there
    assert run(main(), seed=1, start_ns=start_ns) == start_ns + 20 * 10**9


def test_a_cancelled_timer_moves_nothing() -> None:
    async def main() -> float:
        _loop().call_later(5, pytest.fail, "fired").cancel()
        await asyncio.sleep(10)
        _loop().call_later(100, pytest.fail, "fired").cancel()
        return _loop().time()

    assert run(main(), seed=1) == 10


def test_timeouts_pass_in_virtual_time() -> None:
    async def main() -> float:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 3)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(4):
                await asyncio.Event().wait()
        return _loop().time()

    assert run(main(), seed=1) == 7


def test_spending_makes_the_others_late() -> None:
    async def main() -> tuple[float, int]:
        woken = asyncio.create_task(asyncio.sleep(1))
        await asyncio.sleep(0)
        _loop().spend(5 * 10**9)
        await woken
        return _loop().time(), _loop().now_ns

    assert run(main(), seed=1) == (5.0, 5 * 10**9)


def test_an_executor_works_in_place() -> None:
    async def main() -> tuple[bool, float]:
        same = await asyncio.to_thread(threading.get_ident) == threading.get_ident()
        with pytest.raises(ZeroDivisionError):
            await _loop().run_in_executor(None, divmod, 1, 0)
        return same, _loop().time()

    assert run(main(), seed=1) == (True, 0.0)


def test_a_deadlock_names_the_pending_tasks() -> None:
    async def wait_for_godot() -> None:
        await asyncio.Event().wait()

    async def main() -> None:
        asyncio.create_task(wait_for_godot(), name="estragon")  # noqa: RUF006 - it never ends
        await asyncio.sleep(2)
        await asyncio.Event().wait()

    with pytest.raises(Deadlock, match="estragon: wait_for_godot") as caught:
        run(main(), seed=1)
    assert "virtual time 2.000 s" in str(caught.value)
    assert "pending tasks: 2" in str(caught.value)
    assert "Task-1: main" in str(caught.value)


def test_a_deadlocked_run_is_cancelled_and_cleans_up() -> None:
    cleaned: list[float] = []

    async def main() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(1)
            cleaned.append(asyncio.get_running_loop().time())

    with pytest.raises(Deadlock):
        run(main(), seed=1)
    assert cleaned == [1.0]


def test_a_run_without_end_meets_its_bound() -> None:
    async def main() -> None:
        while True:  # noqa: ASYNC110 - it polls on purpose
            await asyncio.sleep(1)

    with pytest.raises(TimeLimit, match=r"bound of 90 s; pending tasks: 1") as caught:
        run(main(), seed=1, limit_s=90)
    assert "virtual time 90.000 s" in str(caught.value)


@pytest.mark.parametrize("pause", [0, -1, 1e-12])
def test_a_loop_that_spins_in_one_instant_is_caught(
    monkeypatch: pytest.MonkeyPatch, pause: float
) -> None:
    monkeypatch.setattr(time_loop, "TURNS_PER_INSTANT", 100)

    async def main() -> None:
        await asyncio.sleep(2)
        while True:  # noqa: ASYNC110 - it spins on purpose
            await asyncio.sleep(pause)

    with pytest.raises(Livelock, match="100 turns of the loop and time stands still; pending"):
        run(main(), seed=1)


def test_a_stopped_loop_does_not_look_for_work() -> None:
    loop = VirtualLoop()
    loop.call_later(1, pytest.fail, "fired")
    loop.stop()
    loop.run_forever()
    assert loop.now_ns == 0
    loop.close()


def test_a_closed_loop_takes_no_timer() -> None:
    loop = VirtualLoop()
    loop.close()
    with pytest.raises(RuntimeError, match="closed"):
        loop.call_later(1, print)
