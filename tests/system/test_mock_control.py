import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from harness.nemesis.mock_control import MockControl
from kernel.clock import RunClock, SystemClock
from kernel.dialogue import Dialogue, Line, Script
from kernel.errors import StackError
from kernel.event import Event
from kernel.fault import FaultOrder
from kernel.units import Share

from .mock_stub import MockStub

pytestmark = pytest.mark.system

ORDER = FaultOrder(label="f", kind="rate_limit", target="llm", share=Share(0.2))


@contextlib.asynccontextmanager
async def opened(stub: MockStub, token: str = "") -> AsyncIterator[MockControl]:
    async with stub.serving() as url:
        mock = MockControl(url + "/", token=token)
        try:
            await mock.open()
            yield mock
        finally:
            await mock.close()


def with_mock(stub: MockStub, act: Callable[[MockControl], Awaitable[None]]) -> None:
    async def run() -> None:
        async with opened(stub) as mock:
            await act(mock)

    asyncio.run(run())


def test_it_learns_what_is_served() -> None:
    async def act(mock: MockControl) -> None:
        assert mock.serves("stt")
        assert not mock.serves("llm")
        assert (await mock.health()).status == "ok"

    with_mock(MockStub("stt", "tts"), act)


def test_faults_are_applied_and_healed_any_number_of_times() -> None:
    stub = MockStub()

    async def act(mock: MockControl) -> None:
        assert (await mock.apply(ORDER)).order == ORDER
        assert (await mock.apply(ORDER)).order == ORDER
        assert [state.order.label for state in await mock.faults()] == ["f"]
        healed = await mock.heal("f")
        assert healed is not None
        assert healed.bites == 3
        assert await mock.heal("f") is None
        await mock.apply(ORDER)
        assert len(await mock.heal_all()) == 1
        assert await mock.heal_all() == []

    with_mock(stub, act)
    assert stub.faults == {}


def test_script_latency_and_lease_arrive() -> None:
    stub = MockStub()
    script = Script((Dialogue("book", (Line("Hi."),)),), 7)

    async def act(mock: MockControl) -> None:
        await mock.put_script(script)
        await mock.put_latency({"llm": {"first": "300ms"}})
        await mock.renew(12.5)

    with_mock(stub, act)
    assert stub.script == script
    assert stub.latency == {"llm": {"first": "300ms"}}
    assert stub.leases == [12.5]


def test_the_journal_comes_once_and_in_the_runs_time() -> None:
    stub = MockStub()
    clock = RunClock(SystemClock())

    async def act(mock: MockControl) -> None:
        await mock.set_clock(clock)
        assert 0 <= mock.uncertainty_ns < 1_000_000_000
        data = {"first_at_ns": stub.now_ns()}
        for number in range(5):
            span = f"llm-w{number}"
            stub.events.append(
                Event(stub.now_ns(), "mock.llm", "work", "ok", span, data=dict(data))
            )
        events = await mock.fetch_journal()
        assert [event.span for event in events] == [f"llm-w{number}" for number in range(5)]
        now_ns = clock.now_ns()
        for event in events:
            assert abs(event.at_ns - now_ns) < 2_000_000_000
            assert abs(event.data["first_at_ns"] - now_ns) < 2_000_000_000
        assert await mock.fetch_journal() == []
        assert mock.lost == 1
        await mock.reset()
        stub.events.append(Event(0, "mock.llm", "work", "ok", "llm-w9"))
        assert [event.span for event in await mock.fetch_journal()] == ["llm-w9"]

    with_mock(stub, act)


def test_a_token_is_sent() -> None:
    stub = MockStub()
    stub.token = "t"

    async def run(token: str) -> None:
        async with opened(stub, token):
            pass

    asyncio.run(run("t"))
    with pytest.raises(StackError, match="needs a token") as caught:
        asyncio.run(run(""))
    assert caught.value.remedy == "send it"


def test_what_a_mock_refuses_is_told_with_its_remedy() -> None:
    stub = MockStub()
    stub.broken = {"faults"}

    async def act(mock: MockControl) -> None:
        with pytest.raises(StackError, match="HTTP 500: broken") as caught:
            await mock.apply(ORDER)
        assert caught.value.remedy == "mend it"
        assert caught.value.where == f"PUT {stub.url}/_fastbusy/faults/f"

    with_mock(stub, act)


def test_a_mock_that_is_gone() -> None:
    async def run() -> None:
        async with MockStub().serving() as url:
            pass
        mock = MockControl(url)
        try:
            with pytest.raises(StackError, match="does not answer"):
                await mock.open()
        finally:
            await mock.close()

    asyncio.run(run())


def test_something_else_that_answers_there() -> None:
    async def run() -> None:
        stub = MockStub()
        stub._get_health = lambda *_: None  # type: ignore[method-assign, assignment, return-value]
        async with opened(stub):
            pass

    with pytest.raises(StackError, match="404"):
        asyncio.run(run())
