import asyncio
import time

import pytest

from kernel import clock
from kernel.clock import MILLISECOND_NS, SECOND_NS, Clock, RunClock, SystemClock, cpu_ns


class HandClock:
    """A clock that is moved by hand; waiting for it moves it."""

    def __init__(self, at_ns: int) -> None:
        self.at_ns = at_ns

    def now_ns(self) -> int:
        return self.at_ns

    async def sleep_until(self, due_ns: int) -> None:
        self.at_ns = max(self.at_ns, due_ns)

    async def sleep(self, seconds: float) -> None:
        await self.sleep_until(self.at_ns + round(seconds * SECOND_NS))


def test_a_run_starts_at_0_by_its_own_clock() -> None:
    hand = HandClock(1_000)
    run: Clock = RunClock(hand)
    assert run.now_ns() == 0
    hand.at_ns += 5
    assert run.now_ns() == 5


def test_a_run_may_have_started_at_a_known_moment() -> None:
    assert RunClock(HandClock(1_000), zero_ns=400).now_ns() == 600


def test_waiting_for_a_moment_of_the_run_waits_for_it_on_the_clock_below() -> None:
    hand = HandClock(1_000)
    run = RunClock(hand)
    asyncio.run(run.sleep_until(50))
    assert (hand.at_ns, run.now_ns()) == (1_050, 50)
    asyncio.run(run.sleep(1.5))
    assert run.now_ns() == 50 + 3 * SECOND_NS // 2


def test_a_wake_that_comes_too_early_is_slept_on(monkeypatch: pytest.MonkeyPatch) -> None:
    now, slept = [0], []

    async def coarse_sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += round(seconds * SECOND_NS / 2) or 1  # a timer that fires at half the time

    monkeypatch.setattr("kernel.clock.time.monotonic_ns", lambda: now[0])
    monkeypatch.setattr("kernel.clock.asyncio.sleep", coarse_sleep)
    asyncio.run(SystemClock().sleep_until(8 * MILLISECOND_NS))
    assert now[0] >= 8 * MILLISECOND_NS
    assert len(slept) > 3
    assert min(slept) * SECOND_NS >= MILLISECOND_NS, "the loop knows no shorter wait, it would spin"


def test_waiting_for_the_past_still_gives_the_loop_a_turn() -> None:
    async def both() -> list[str]:
        order = []

        async def other() -> None:
            order.append("other")

        task = asyncio.create_task(other())
        await SystemClock().sleep_until(0)
        order.append("first")
        await task
        return order

    assert asyncio.run(both()) == ["other", "first"]


def test_sleeping_counts_from_now(monkeypatch: pytest.MonkeyPatch) -> None:
    due = []

    async def sleep_until(self: SystemClock, due_ns: int) -> None:
        due.append(due_ns)

    monkeypatch.setattr("kernel.clock.time.monotonic_ns", lambda: 100)
    monkeypatch.setattr(SystemClock, "sleep_until", sleep_until)
    asyncio.run(SystemClock().sleep(2.5))
    assert due == [100 + 5 * SECOND_NS // 2]


def test_the_clocks_of_the_machine_only_go_forward() -> None:
    system = SystemClock()
    assert system.now_ns() <= system.now_ns()
    assert 0 < cpu_ns() <= cpu_ns()
    assert clock.wall_time_s() <= time.time_ns() / 1e9
