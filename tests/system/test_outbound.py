"""Agents that place calls over Twilio's REST API: agent → mock → harness → agent, real sockets."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from harness.analysis.fates import fate_of
from harness.files.grammar import Filled
from harness.nemesis.mock_control import MockControl
from harness.planning.plan import Target
from harness.planning.reach import DialOut
from harness.transports.switchboard import Switchboard
from kernel.clock import SystemClock
from kernel.event import Event
from kernel.records import Call
from kernel.units import Duration
from mocks.latency import StageLatency
from mocks.providers.telephony.twilio import PROVIDER
from mocks.world import World
from tests.mocks.echo import a_world

from .bad_agents import bad_agent, http, nothing, raw
from .calls import place, planned
from .on_air import free_port, on_air, run
from .scripted_agent import Line, ScriptedAgent

pytestmark = pytest.mark.system

ACCOUNT = "AC" + "7" * 32
EVENTS = ("initiated", "ringing", "answered", "completed")


class Caller(ScriptedAgent):
    """Calls whom it is told to, and looks at the call whenever it is told of it.

    told    the status callbacks, and beside each what the API says of the call by then
    orders  what is different about each of its orders for one call
    """

    def __init__(self, *orders: dict[str, str]) -> None:
        super().__init__(self.talk)
        self.rest = ""
        self.told: list[tuple[dict[str, str], str]] = []
        self.orders = orders or ({},)
        self.answers: list[tuple[int, Any]] = []

    async def talk(self, line: Line) -> None:
        """Lets the other one speak first."""
        await line.turn()
        await line.say("Hello, this is the clinic.")
        await line.turn()
        await line.say("Goodbye.")
        await asyncio.wait_for(line.stopped.wait(), 20)

    def more_routes(self) -> list[web.AbstractRouteDef]:
        return [web.post("/dialout", self.dial_out), web.post("/told", self.hear)]

    async def dial_out(self, request: web.Request) -> web.Response:
        task = await request.json()
        url = f"{self.rest}/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
        for order in self.orders:
            form = {
                "To": task["to_number"], "From": task["from_number"],
                "Url": f"{self.url}/incoming", "StatusCallback": f"{self.url}/told", **order,
            }  # fmt: skip
            fields = [*form.items(), *(("StatusCallbackEvent", event) for event in EVENTS)]
            self.answers.append(await self._ask("POST", url, data=fields))
        return web.json_response({})

    async def hear(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        path = f"/2010-04-01/Accounts/{ACCOUNT}/Calls/{form['CallSid']}.json"
        _, call = await self._ask("GET", self.rest + path)
        self.told.append((form, call["status"]))
        return web.Response(status=204)

    async def _ask(self, method: str, url: str, **more: Any) -> tuple[int, Any]:
        headers = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT, "secret")}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.request(method, url, **more) as answer,
        ):
            return answer.status, await answer.json()


async def called(dial_out: str, agent: Caller | None = None) -> tuple[Call, list[Event]]:
    """One person waits for a call; the agent's is `dial_out` itself, or a path of `agent`."""
    events: list[Event] = []
    world = World(a_world().brain, latency={"telephony": StageLatency()})
    async with AsyncExitStack() as stack:
        air = await stack.enter_async_context(on_air(PROVIDER, world=world))
        webhook = dial_out
        if agent:
            webhook = await stack.enter_async_context(agent.serving())
            agent.rest = f"http://127.0.0.1:{air.port}"
        mock = MockControl(f"http://127.0.0.1:{air.port}")
        await mock.open()
        stack.push_async_callback(mock.close)
        board = Switchboard([mock], SystemClock(), events.append)
        network = await stack.enter_async_context(board)
        task = DialOut(Filled(dial_out), within_s=Duration(1.5)).beside(Filled(webhook))
        caller = await place(
            Target(webhook=Filled(webhook), dial_out=task),
            planned(1, "This is Ada. Bye.", patience_s=8.0),
            network=network,
        )
    if agent:
        assert agent.errors == []
    (call,) = caller.history.calls
    return call, events


def test_a_call_from_its_order_to_its_end() -> None:
    async def test() -> None:
        agent = Caller()
        call, strays = await called("/dialout", agent)
        assert (call.type, call.how, fate_of(call), strays) == ("ok", "completed", "served", [])
        ((status, ordered),) = agent.answers
        assert (status, ordered["status"], ordered["sid"]) == (201, "queued", call.sid)
        assert [heard.text for heard in call.heard] == ["Hello, this is the clinic.", "Goodbye."]
        assert [heard.role for heard in call.heard] == ["greeting", "answer"]
        (line,) = agent.lines
        start = line.start
        assert (start["callSid"], start["accountSid"]) == (call.sid, ACCOUNT)
        (form,) = agent.forms
        assert (form["Direction"], form["CallStatus"]) == ("outbound-api", "in-progress")
        assert form["To"] == "+14155550101"
        told = sorted(agent.told, key=lambda each: each[0]["SequenceNumber"])
        assert [form["CallStatus"] for form, _ in told] == [
            "initiated", "ringing", "in-progress", "completed",
        ]  # fmt: skip
        assert told[-1][1] == "completed"
        assert {known for _, known in told} <= {"queued", "ringing", "in-progress", "completed"}
        assert int(told[-1][0]["CallDuration"]) >= 1
        assert {form["AccountSid"] for form, _ in told} == {ACCOUNT}

    run(test)


def test_who_is_called_a_second_time_is_engaged() -> None:
    async def test() -> None:
        agent = Caller({}, {})
        call, (stray,) = await called("/dialout", agent)
        assert fate_of(call) == "served"
        first, second = (answer["sid"] for _, answer in agent.answers)
        assert (call.sid, stray.span, stray.data["status"]) == (first, second, "busy")
        assert ("busy", second) in {(form["CallStatus"], form["CallSid"]) for form, _ in agent.told}

    run(test)


@pytest.mark.parametrize(
    ("order", "status", "code"),
    [
        ({"To": "ada"}, 400, 21211),
        ({"Url": ""}, 400, 21205),
        ({"Url": "/incoming"}, 400, 21205),
        ({"From": ""}, 400, 21213),
    ],
)
def test_what_twilio_would_not_place(order: dict[str, str], status: int, code: int) -> None:
    async def test() -> None:
        agent = Caller(order)
        call, strays = await called("/dialout", agent)
        assert [(got, told["code"]) for got, told in agent.answers] == [(status, code)]
        assert (call.how, fate_of(call), strays) == ("no_order", "refused_abruptly", [])

    run(test)


@pytest.mark.parametrize(
    ("answer", "how", "fate"),
    [
        (http(b"gone", status="404 Not Found"), "dial_out_404", "refused_abruptly"),
        (http(b"full", status="503 Service Unavailable"), "dial_out_503", "refused_politely"),
        (http(b"{}"), "no_order", "refused_abruptly"),
        (nothing, "no_order", "refused_abruptly"),
        (raw(b"SMTP ready\r\n"), "garbage", "refused_abruptly"),
        (raw(b""), "reset", "refused_abruptly"),
    ],
)
def test_agents_that_cannot_be_told(answer: Any, how: str, fate: str) -> None:
    with bad_agent(answer) as url:
        call, strays = asyncio.run(called(url))
    assert (call.how, fate_of(call), strays) == (how, fate, [])
    assert call.answered_ns is None


def test_an_agent_that_is_not_there() -> None:
    call, _ = asyncio.run(called(f"http://127.0.0.1:{free_port()}/dialout"))
    assert (call.how, fate_of(call)) == ("unreachable", "refused_abruptly")
