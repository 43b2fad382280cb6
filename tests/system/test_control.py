"""The control API as the harness uses it."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import msgspec
import pytest

from kernel.control import CallOrder, CallOrders, ClockReading, FaultState, Health, Journal
from kernel.event import Event, from_lines
from kernel.units import convert

from .on_air import CONTROL, OnAir, on_air, run

pytestmark = pytest.mark.system
STALL = {"label": "f", "kind": "stall", "target": "tts", "share": "50%", "heal_after": "1m"}


async def ask(air: OnAir, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
    async with air.client.request(method, CONTROL + path, json=body, **more) as response:
        return response.status, await response.json()


def test_health_and_clock() -> None:
    async def test() -> None:
        async with on_air() as air:
            _, value = await ask(air, "GET", "/health")
            health = convert(value, Health)
            assert (health.status, health.services) == ("ok", ("tts",))
            _, value = await ask(air, "GET", "/clock")
            reading = convert(value, ClockReading)
            assert 0 <= air.shell.clock.now_ns() - reading.now_ns < 60_000_000_000

    run(test)


def test_a_fault_comes_and_goes() -> None:
    async def test() -> None:
        async with on_air() as air:
            status, value = await ask(air, "PUT", "/faults/f", STALL)
            state = convert(value, FaultState)
            assert status == 200
            assert state.order.share == 0.5
            assert (await ask(air, "PUT", "/faults/f", STALL))[1] == value
            assert (await ask(air, "GET", "/faults"))[1] == [value]
            status, value = await ask(air, "DELETE", "/faults/f")
            assert convert(value, FaultState).healed_at_ns is not None
            status, value = await ask(air, "DELETE", "/faults/f")
            assert (status, value["error"]) == (404, "no fault 'f' is in force")
            await ask(air, "PUT", "/faults/f", STALL)
            assert len((await ask(air, "DELETE", "/faults"))[1]) == 1
            assert (await ask(air, "GET", "/faults"))[1] == []

    run(test)


@pytest.mark.parametrize(
    ("method", "path", "body", "told"),
    [
        ("PUT", "/faults/f", {**STALL, "kind": "stal"}, "unknown fault kind 'stal'"),
        ("PUT", "/faults/g", STALL, "label 'f' in the body, 'g' in the path"),
        ("PUT", "/faults/f", {"label": "f"}, "missing required field `kind`"),
        ("PUT", "/faults/f", {**STALL, "share": "half"}, "'half' is not a share"),
        ("PUT", "/script", {"dialogues": 3}, "Expected `array`"),
        ("PUT", "/lease", {"seconds": 0}, "a lease of 0.0 s"),
        ("PUT", "/latency", {"nowhere": {}}, "unknown stage 'nowhere'"),
        ("GET", "/journal?after=x", None, "after='x'"),
    ],
)
def test_a_wrong_order_is_told_what_is_wrong(method: str, path: str, body: Any, told: str) -> None:
    async def test() -> None:
        async with on_air() as air:
            status, value = await ask(air, method, path, body)
            assert status == 400
            assert told in value["error"]
            assert value["remedy"]

    run(test)


def test_what_there_is_not_is_told_too() -> None:
    async def test() -> None:
        async with on_air() as air:
            status, value = await ask(air, "POST", "/faults/f")
            assert status == 404
            assert "health" in value["remedy"]

    run(test)


def test_script_latency_lease_and_reset() -> None:
    async def test() -> None:
        async with on_air() as air:
            script = {"dialogues": [{"name": "hi", "caller": [{"say": "Hello."}]}], "seed": 4}
            assert (await ask(air, "PUT", "/script", script))[1] == {"dialogues": ["hi"]}
            assert air.service.world.seed == 4
            assert (await ask(air, "PUT", "/latency", {"tts": {"first": "1s"}}))[0] == 200
            assert str(air.service.world.latency["tts"].first) == "1s"
            await ask(air, "PUT", "/faults/f", STALL)
            assert (await ask(air, "PUT", "/lease", {"seconds": 0.05}))[0] == 200
            await air.until(lambda: len(air.service.chain) == 0)
            assert (await ask(air, "POST", "/reset"))[0] == 200
            assert air.service.journal.page().events == ()

    run(test)


def test_the_journal_comes_in_pages_and_as_a_stream() -> None:
    async def test() -> None:
        async with on_air() as air:
            async with air.client.post("/echo", data=b"one") as response:
                await response.read()
            _, value = await ask(air, "GET", "/journal")
            page = convert(value, Journal)
            assert [event.type for event in page.events] == ["invoke", "ok"]
            async with air.client.get(f"{CONTROL}/events?after=1") as stream:
                lines = [await stream.content.readline()]
                async with air.client.post("/echo", data=b"two") as response:
                    await response.read()
                lines += [await stream.content.readline() for _ in range(2)]
            events = list(from_lines(lines))
            assert events[0] == page.events[1]
            assert [event.type for event in events] == ["ok", "invoke", "ok"]
            await air.until(lambda: len(air.service.journal.listeners) == 1)

    run(test)


def test_a_stream_that_is_not_read_ends_instead_of_growing() -> None:
    async def test() -> None:
        async with on_air() as air:
            async with air.client.get(f"{CONTROL}/events") as stream:
                await air.until(lambda: len(air.service.journal.listeners) == 2)
                event = Event(0, "mock.tts", "work", "info", data={"text": "x" * 200})
                for _ in range(20_000):
                    air.service.journal.add(event)
                lines = 0
                async with asyncio.timeout(20):
                    async for _ in stream.content:
                        lines += 1
            assert 0 < lines < 20_000

    run(test)


def test_no_fault_reaches_the_control_api() -> None:
    async def test() -> None:
        async with on_air() as air:
            await air.apply("stall")
            await air.apply("concurrency", label="g", limit=0)
            assert (await ask(air, "GET", "/health"))[0] == 200

    run(test)


def test_metrics_are_there_to_be_scraped() -> None:
    async def test() -> None:
        async with on_air() as air, air.client.get("/metrics") as response:
            assert response.status == 200
            assert "fastbusy_faults_active 0.0" in await response.text()

    run(test)


def test_with_a_token_strangers_see_only_the_health() -> None:
    async def test() -> None:
        async with on_air(token="secret") as air:
            assert (await ask(air, "GET", "/health"))[0] == 200
            for headers in ({}, {"Authorization": "Bearer guess"}):
                status, value = await ask(air, "GET", "/faults", headers=headers)
                assert status == 401
                assert "FASTBUSY_CONTROL_TOKEN" in value["remedy"]
            known = {"Authorization": "Bearer secret"}
            assert (await ask(air, "GET", "/faults", headers=known)) == (200, [])

    run(test)


@pytest.mark.parametrize(("length", "status"), [(1 << 20, 200), (5 << 20, 400)])
def test_long_bodies_are_read_whole_or_refused(length: int, status: int) -> None:
    async def test() -> None:
        async with on_air() as air:
            dialogue = {"name": "x" * length, "caller": []}
            data = io.BytesIO(msgspec.json.encode({"dialogues": [dialogue]}))
            async with air.client.put(f"{CONTROL}/script", data=data) as response:
                assert response.status == status

    run(test)


CALL = {"sid": "CA1", "account": "AC1", "status": "ringing"}


def test_calls_are_known_until_the_reset() -> None:
    async def test() -> None:
        async with on_air() as air:
            assert (await ask(air, "PUT", "/calls", [CALL]))[0] == 200
            known = air.service.world.exchange.find("CA1")
            assert known is not None
            assert known.call.status == "ringing"
            assert (await ask(air, "PUT", "/calls", [{**CALL, "status": "away"}]))[0] == 400
            await ask(air, "POST", "/reset")
            assert air.service.world.exchange.find("CA1") is None

    run(test)


def test_who_waits_for_orders_gets_the_first_at_once() -> None:
    async def test() -> None:
        async with on_air() as air:
            exchange = air.service.world.exchange
            waiting = asyncio.create_task(ask(air, "GET", "/orders?after=0&wait=60"))
            await air.until(lambda: bool(exchange.listeners))
            exchange.order(CallOrder(sid="CA1", status="completed"))
            page = convert((await waiting)[1], CallOrders)
            assert (page.orders, page.next) == ((CallOrder(sid="CA1", status="completed"),), 1)
            _, value = await ask(air, "GET", "/orders?after=1")
            assert convert(value, CallOrders) == CallOrders(page.begun_ns, (), 1)
            # A number that there was before a restart.
            _, value = await ask(air, "GET", "/orders?after=99&wait=60")
            assert convert(value, CallOrders).next == 1
            assert exchange.listeners == []

    run(test)


def test_nobody_is_kept_waiting_for_ever() -> None:
    async def test() -> None:
        async with on_air() as air:
            _, value = await ask(air, "GET", "/orders?after=0&wait=1")
            assert convert(value, CallOrders).orders == ()

    run(test)
