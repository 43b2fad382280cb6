"""Agents that hang up and transfer over Twilio's REST API: agent → mock → harness, real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
import pytest

from fastbusy import virtual
from harness.analysis.fates import fate_of
from harness.nemesis.mock_control import MockControl
from harness.planning.plan import Target
from harness.transports.switchboard import Switchboard
from kernel.clock import SystemClock
from kernel.control import CallOrder, PhoneCall
from kernel.event import Event
from kernel.records import Call
from mocks.latency import StageLatency
from mocks.provider import Catalogue
from mocks.providers.telephony.twilio import PROVIDER
from mocks.serve import serving
from mocks.service import Service
from mocks.world import World
from tests.mocks.echo import a_world

from .calls import place, planned
from .on_air import free_port, on_air, run
from .scripted_agent import Line, ScriptedAgent

pytestmark = pytest.mark.system


class Rest:
    """The part of Twilio's SDK that these agents need."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.delays_s: list[float] = []
        """From the mock's admission of a hang-up to the end of the call."""
        self.answers: list[tuple[int, dict[str, Any]]] = []

    async def update(self, line: Line, **form: str) -> None:
        account, sid = line.start["accountSid"], line.start["callSid"]
        url = f"{self.url}/2010-04-01/Accounts/{account}/Calls/{sid}.json"
        headers = {"Authorization": aiohttp.encode_basic_auth(account, "secret")}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.post(url, data=form) as answer,
        ):
            self.answers.append((answer.status, await answer.json()))


EVENTS: list[Event] = []
Act = Callable[[Line, Rest], Awaitable[None]]


async def calls_with(
    act: Act,
    *lines: str,
    agent: ScriptedAgent | None = None,
    count: int = 1,
) -> tuple[list[Call], Rest, ScriptedAgent]:
    """Place calls to an agent that greets and then acts."""
    agent = agent or ScriptedAgent()
    world = World(a_world().brain, latency={"telephony": StageLatency()})
    async with on_air(PROVIDER, world=world) as air, agent.serving() as url:
        rest = Rest(f"http://127.0.0.1:{air.port}")

        async def script(line: Line) -> None:
            await line.say("Hello, who is calling?")
            await act(line, rest)

        agent.script = script
        mock = MockControl(rest.url)
        await mock.open()
        try:
            async with Switchboard([mock], SystemClock(), EVENTS.append) as network:
                caller = await place(
                    Target(webhook=url),
                    *(planned(number, *lines) for number in range(1, count + 1)),
                    network=network,
                )
            exchange = air.service.world.exchange
            for call in caller.history.calls:
                known = exchange.find(call.sid)
                assert known is not None
                assert known.ended_ns is not None
                ended_ns = call.ended_ns + caller.clock.zero_ns
                rest.delays_s.append((ended_ns - known.ended_ns) / 1e9)
        finally:
            await mock.close()
    assert agent.errors == []
    return list(caller.history.calls), rest, agent


async def stay(line: Line) -> None:
    """Until Twilio stops the stream."""
    await asyncio.wait_for(line.stopped.wait(), 20)


def test_a_hang_up_after_the_goodbye_is_the_end_of_the_call() -> None:
    async def act(line: Line, rest: Rest) -> None:
        await line.turn()
        await line.say("Goodbye.", mark="said")
        await line.played("said")
        await rest.update(line, Status="completed")
        await stay(line)

    async def test() -> None:
        (call,), rest, agent = await calls_with(act, "That is all. Bye.")
        assert (call.type, call.how, call.ended_by, fate_of(call)) == (
            "ok", "completed", "agent", "served",
        )  # fmt: skip
        ((status, told),) = rest.answers
        assert (status, told["status"], told["sid"]) == (200, "completed", call.sid)
        assert told["from"] == "+14155550101"
        assert agent.lines[0].messages[-1]["event"] == "stop"

    run(test)


def test_a_hang_up_in_the_middle_is_a_drop() -> None:
    async def act(line: Line, rest: Rest) -> None:
        await line.turn()
        await line.say("And what is it about?", mark="said")
        await line.played("said")
        await rest.update(line, Status="completed")
        await stay(line)

    async def test() -> None:
        (call,), rest, _ = await calls_with(act, "Hi, this is Ada.", "And one more thing.", "Bye.")
        assert (call.how, call.ended_by, fate_of(call)) == ("hung_up", "agent", "dropped")
        assert [status for status, _ in rest.answers] == [200]

    run(test)


async def hang_up(line: Line, rest: Rest) -> None:
    await line.turn()
    await rest.update(line, Status="completed")
    await stay(line)


def test_a_hang_up_reaches_the_caller_at_once() -> None:
    async def test() -> None:
        _, rest, _ = await calls_with(hang_up, "Hi.", "Bye.", count=5)
        # It takes milliseconds; to be polled for would take seconds.
        assert sorted(rest.delays_s)[2] < 1.0

    run(test)


def test_the_same_in_virtual_time() -> None:
    async def test() -> tuple[list[str], list[float]]:
        calls, rest, _ = await calls_with(hang_up, "Hi.", "Bye.", count=5)
        return [call.how for call in calls], rest.delays_s

    hows, delays_s = virtual.run(test(), seed=1, latency_s=0.0002)
    assert hows == ["hung_up"] * 5
    # One way from the mock, and the next slot of the harness's wheel.
    assert max(delays_s) < 0.005
    assert virtual.run(test(), seed=1, latency_s=0.0002) == (hows, delays_s)


def test_a_transfer_lets_the_caller_hear_and_sends_the_call_on() -> None:
    async def act(line: Line, rest: Rest) -> None:
        await line.turn()
        await rest.update(
            line, Twiml="<Response><Say>One moment, please.</Say><Dial>+1</Dial></Response>"
        )
        await stay(line)

    async def test() -> None:
        (call,), rest, agent = await calls_with(act, "I want a human.", "Bye.")
        assert (call.how, call.ended_by, fate_of(call)) == ("transferred", "agent", "transferred")
        assert call.heard[-1].text == "One moment, please."
        assert rest.answers[0][1]["status"] == "in-progress"
        assert agent.lines[0].messages[-1]["event"] == "stop"

    run(test)


def test_a_new_document_may_bring_a_new_stream() -> None:
    async def act(line: Line, rest: Rest) -> None:
        await line.turn()
        if len(agent.lines) == 1:
            await rest.update(line, Url=f"{agent.url}/incoming")
            await stay(line)
        else:
            await line.say("Goodbye.")
            await stay(line)

    agent = ScriptedAgent()

    async def test() -> None:
        (call,), _, _ = await calls_with(act, "Give me sales.", "Bye.", agent=agent)
        assert (call.type, call.how) == ("ok", "completed")
        first, second = agent.lines
        assert first.start["callSid"] == second.start["callSid"] == call.sid
        assert first.stream_sid != second.stream_sid
        assert [form["CallStatus"] for form in agent.forms] == ["ringing", "in-progress"]
        assert [heard.text for heard in call.heard][:2] == ["Hello, who is calling?"] * 2

    run(test)


def test_a_document_that_cannot_be_had_is_a_drop() -> None:
    async def act(line: Line, rest: Rest) -> None:
        await line.turn()
        await rest.update(line, Url=f"{rest.url}/nowhere")
        await stay(line)

    async def test() -> None:
        (call,), _, _ = await calls_with(act, "Hi, this is Ada.", "Bye.")
        assert (call.type, call.how, fate_of(call)) == ("info", "http_404", "dropped")

    run(test)


def test_a_mock_that_is_started_again_learns_of_the_calls_that_are_up() -> None:
    port, call = free_port(), PhoneCall(sid="CA1", account="AC1", status="in-progress")
    obeyed = asyncio.Event()

    @asynccontextmanager
    async def a_mock() -> AsyncIterator[Service]:
        service = Service(Catalogue([PROVIDER]), a_world())
        async with serving(service, SystemClock(), ports={port: ()}):
            yield service

    async def until(done: Callable[[], bool]) -> None:
        while not done():  # noqa: ASYNC110 - what it waits for has no event
            await asyncio.sleep(0.01)

    async def test() -> None:
        mock = MockControl(f"http://127.0.0.1:{port}")
        async with AsyncExitStack() as stack:
            async with a_mock() as service:
                await mock.open()
                stack.push_async_callback(mock.close)
                board = await stack.enter_async_context(
                    Switchboard([mock], SystemClock(), EVENTS.append)
                )
                board.tell(call)
                board.attend("CA1", lambda _: obeyed.set())
                await until(lambda: service.world.exchange.find("CA1") is not None)
                service.world.exchange.order(CallOrder(sid="CA9", status="completed"))
            async with a_mock() as service:
                await until(lambda: service.world.exchange.find("CA1") is not None)
                service.world.exchange.order(CallOrder(sid="CA1", status="completed"))
                await obeyed.wait()

    run(test)
