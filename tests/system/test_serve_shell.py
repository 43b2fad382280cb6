"""The clockwork between service and sockets."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from fastbusy import virtual
from kernel.clock import SECOND_NS
from kernel.event import Event
from kernel.fault import FaultOrder
from kernel.history import History
from kernel.units import Latency
from mocks.latency import StageLatency
from mocks.provider import Catalogue
from mocks.serve import serving
from mocks.serve_shell import Shell
from mocks.service import Service
from tests.mocks.echo import ECHO, a_world

from .on_air import on_air, run

pytestmark = pytest.mark.system


class LeapingClock:
    """A clock that is always on time: sleeping is moving it."""

    def __init__(self) -> None:
        self._now_ns = 0

    def now_ns(self) -> int:
        return self._now_ns

    def move(self, to_ns: int) -> None:
        self._now_ns = max(self._now_ns, to_ns)

    async def sleep_until(self, due_ns: int) -> None:
        self.move(due_ns)
        await asyncio.sleep(0)

    async def sleep(self, seconds: float) -> None:
        await self.sleep_until(self._now_ns + round(seconds * SECOND_NS))


def test_the_instrument_is_read_every_five_seconds() -> None:
    async def test() -> None:
        service = Service(Catalogue([ECHO]), a_world())
        shell = Shell(service, LeapingClock(), cpu_ns=lambda: 0)
        shell.start()
        while service.journal.next < 3:  # noqa: ASYNC110 - turns of the loop are what is tested
            await asyncio.sleep(0)
        await shell.stop()
        events = service.journal.page().events[:3]
        assert [event.at_ns for event in events] == [5 * SECOND_NS, 10 * SECOND_NS, 15 * SECOND_NS]
        assert {event.actor for event in events} == {"mock.tts"}
        assert {event.kind for event in events} == {"instrument"}
        assert events[0].data["over_s"] == 5

    run(test)


def test_what_is_due_earlier_is_not_kept_waiting() -> None:
    async def test() -> None:
        async with on_air() as air:
            await air.apply("slowdown", first="30s", share="0%")
            async with air.client.post("/echo", data=b"x") as response:
                assert await response.read() == b"x"

    run(test)


def test_what_comes_in_together_arrives_together_and_is_pumped_once() -> None:
    async def test() -> None:
        clock, pumped_ns = LeapingClock(), list[int]()
        shell = Shell(Service(Catalogue([ECHO]), a_world()), clock, cpu_ns=lambda: 0)
        shell.service.at("pumped", 0, pumped_ns.append)

        def arrive(at_ns: int) -> int:
            clock.move(at_ns)
            return shell.arrived_ns()

        assert [arrive(at_ns) for at_ns in (5, 6, 7)] == [5, 5, 5]
        assert pumped_ns == []
        await asyncio.sleep(0)
        assert pumped_ns == [7]
        assert arrive(9) == 9
        await shell.stop()

    run(test)


async def crowd() -> list[Event]:
    """Forty clients of a throttled and slowed echo, some of whom hang up; what the journal says."""
    clock, world = virtual.VirtualClock(), a_world(seed=5)
    world.latency = {"tts": StageLatency(Latency(0.1, 0.3))}
    service = Service(Catalogue([ECHO]), world)
    async with (
        serving(service, clock, ports={8700: ()}, cpu_ns=lambda: 0) as shell,
        aiohttp.ClientSession("http://127.0.0.1:8700") as client,
    ):
        orders = [
            ("rate_limit", {"requests": "20/s", "burst": 2}),
            ("slowdown", {"first": "lognormal(1s, 3s)"}),
        ]
        for label, (kind, fields) in enumerate(orders):
            shell.levers.apply(FaultOrder(label=f"{label}", kind=kind, target="tts", fields=fields),
                               clock.now_ns())  # fmt: skip

        async def one(number: int) -> None:
            await clock.sleep(number * 0.03)
            async with client.post("/echo", data=f"call {number}".encode()) as response:
                if number % 5:
                    await response.read()

        await asyncio.gather(*map(one, range(40)))
        await clock.sleep(10)
    return list(service.journal.page().events)


def test_in_virtual_time_the_same_seed_is_the_same_run() -> None:
    first, again = (virtual.run(crowd(), seed=1) for _ in range(2))
    assert first == again
    work = History(first).work
    assert {one.type for one in work} == {"ok", "fail", "info"}
    assert any(event.kind == "instrument" and event.data["sent"] for event in first)
    assert all(event.data["late"] == 0 for event in first if event.kind == "instrument")


def test_a_service_that_fails_does_not_stop_the_clock(caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        service, done = Service(Catalogue([ECHO]), a_world()), []
        shell = Shell(service, LeapingClock())

        def fail(now_ns: int) -> None:
            raise RuntimeError("ours")

        service.at("a", 10, fail)
        service.at("b", 20, done.append)
        shell.pump()
        while not done:  # noqa: ASYNC110 - turns of the loop are what is tested
            await asyncio.sleep(0)
        await shell.stop()

    run(test)
    assert "the service failed" in caplog.text
