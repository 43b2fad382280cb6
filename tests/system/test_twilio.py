import asyncio
import itertools
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from harness.planning.plan import Target
from harness.protocols import twilio
from harness.transports import twilio_web
from kernel.history import History
from kernel.records import Call

from .bad_agents import Answer, bad_agent, much, raw
from .calls import place, planned
from .ports import free_port_base
from .scripted_agent import Line, ScriptedAgent, chat

pytestmark = pytest.mark.system

Webhook = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def one_call(agent: ScriptedAgent, *lines: str, **target: Any) -> Call:
    async with agent.serving() as url:
        caller = await place(Target(**{"webhook": url, **target}), planned(1, *lines))
    assert agent.errors == []
    (call,) = caller.history.calls
    return call


def test_a_whole_call_is_true_to_twilio_on_the_wire() -> None:
    agent = ScriptedAgent()

    async def run() -> tuple[Call, str]:
        parameters = {"ForwardedFrom": "+1555"}
        call = await one_call(agent, "Hi.", "Bye.", auth_token="secret", parameters=parameters)
        return call, agent.url

    call, url = asyncio.run(run())
    assert (call.type, call.how, call.ended_by) == ("ok", "completed", "caller")
    assert [turn.answer for turn in call.turns] == ["Nine is free.", "Nine is free."]
    assert [heard.role for heard in call.heard] == ["greeting", "answer", "answer"]
    assert all(heard.verified for heard in call.heard)
    form, headers = agent.forms[0], agent.headers[0]
    assert form["CallSid"].startswith("CA")
    assert (form["From"], form["CallStatus"], form["Direction"]) == (
        "+14155550101",
        "ringing",
        "inbound",
    )
    assert form["ForwardedFrom"] == "+1555"
    assert headers["X-Twilio-Signature"] == twilio.signature("secret", f"{url}/incoming", form)
    upgrade = agent.upgrades[0]
    stream_url = url.replace("http", "ws") + "/media"
    assert upgrade["x-twilio-signature"] == twilio.signature("secret", stream_url)
    assert upgrade["User-Agent"] == "Twilio.TmeWs/1.0"
    assert "Origin" not in upgrade
    assert "Sec-WebSocket-Extensions" not in upgrade
    line = agent.lines[0]
    assert [message["event"] for message in line.messages] == ["connected", "start", "stop"]
    assert line.start["customParameters"] == {"tenant": "demo"}
    assert line.start["callSid"] == form["CallSid"]


def test_times_of_an_answer_are_those_of_its_playout() -> None:
    heard_at: list[float] = []

    async def script(line: Line) -> None:
        await line.say("Hello.")
        voiced_at = await line.turn()
        await asyncio.sleep(0.2)
        heard_at.append(asyncio.get_running_loop().time() - voiced_at)
        await line.say("Yes.")
        await line.stopped.wait()

    call = asyncio.run(one_call(ScriptedAgent(script)))
    answer_ms = call.turns[0].answer_ms
    assert answer_ms is not None
    assert answer_ms == pytest.approx(heard_at[0] * 1000, abs=100)


def xml(verbs: str) -> Webhook:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(text=f"<Response>{verbs}</Response>", content_type="text/xml")

    return answer


def http(status: int, text: str = "", **headers: str) -> Webhook:
    async def answer(_: web.Request) -> web.Response:
        headers_ = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, text=text, headers=headers_)

    return answer


async def reset(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


SORRY = "We are busy. Please call again later."
BOMB = '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Response>&b;</Response>'
REFUSALS = {
    "over the limit": (xml('<Reject reason="busy"/>'), "fail", "reject", "agent"),
    "rejected": (xml("<Reject/>"), "fail", "reject", "agent"),
    "in words": (xml(f"<Say>{SORRY}</Say><Hangup/>"), "fail", "spoken_refusal", "agent"),
    "in words only": (xml(f"<Say>{SORRY}</Say>"), "fail", "spoken_refusal", "agent"),
    "by a clip": (xml("<Play>busy.wav</Play>"), "fail", "clip_refusal", "agent"),
    "503": (http(503, "full", Retry_After="7"), "fail", "http_503", "agent"),
    "403": (http(403), "fail", "http_403", "agent"),
    "no XML": (http(200, "hello"), "info", "garbage", "agent"),
    "nothing": (http(200), "info", "garbage", "agent"),
    "entities": (http(200, BOMB), "info", "garbage", "agent"),
    "too long": (xml("<Say>" + "a" * 70_000 + "</Say>"), "info", "garbage", "agent"),
    "hung up": (xml("<Hangup/>"), "info", "closed", "agent"),
    "empty": (xml(""), "info", "closed", "agent"),
    "sent on": (xml("<Dial>+14155550111</Dial>"), "fail", "deflected", "agent"),
    "queued": (xml("<Enqueue>support</Enqueue>"), "fail", "queued", "caller"),
    "no stream URL": (xml("<Connect><Stream/></Connect>"), "info", "garbage", "agent"),
    "broken URL": (
        xml('<Connect><Stream url="wss://[::1"/></Connect>'),
        "info",
        "garbage",
        "agent",
    ),
    "broken redirect": (xml("<Redirect>http://[::1</Redirect>"), "info", "garbage", "agent"),
    "no such port": (
        xml('<Connect><Stream url="ws://a:99999/"/></Connect>'),
        "info",
        "garbage",
        "agent",
    ),
    "loop": (xml("<Redirect>/incoming</Redirect>"), "info", "garbage", "agent"),
    "reset": (reset, "info", "reset", "network"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_every_way_to_refuse_is_told_apart(name: str) -> None:
    webhook, type_, how, by = REFUSALS[name]
    agent = ScriptedAgent()
    agent.webhook = webhook
    call = asyncio.run(one_call(agent))
    assert (call.type, call.how, call.ended_by) == (type_, how, by)
    assert call.setup_how == how
    assert call.answered_ns is None
    assert call.retry_after_s == (7 if name == "503" else None)


@pytest.mark.parametrize(
    "answer",
    [raw(bytes(range(128, 256)) * 40), much(100 << 20), much(None)],
    ids=["no-http", "100-MB", "endless"],
)
def test_garbage_is_told_in_a_few_words(answer: Answer) -> None:
    with bad_agent(answer) as url:
        history = asyncio.run(place(url)).history
    (call,) = history.calls
    assert (call.type, call.how, call.ended_by) == ("info", "garbage", "agent")
    assert len(str(history.of_kind("setup")[-1].data)) < 1000


def test_what_a_refusal_says_is_told_on_one_line() -> None:
    async def run() -> History:
        agent = ScriptedAgent()
        agent.webhook = http(500, "500: Internal\n\n  Server got\titself in trouble\n")
        async with agent.serving() as url:
            return (await place(url)).history

    told = asyncio.run(run()).of_kind("setup")[-1].data["detail"]
    assert told.endswith(" answered HTTP 500: 500: Internal Server got itself in trouble")


def test_nobody_listens_at_the_webhook() -> None:
    async def run() -> Call:
        agent = ScriptedAgent()
        async with agent.serving() as url:
            pass
        (call,) = (await place(url)).history.calls
        return call

    call = asyncio.run(run())
    assert (call.type, call.how, call.ended_by) == ("info", "unreachable", "network")


def test_nobody_listens_at_the_stream_that_was_named() -> None:
    history = asyncio.run(place(Target(webhook=f"ws://127.0.0.1:{free_port_base()}/"))).history
    told = history.of_kind("setup")[-1].data
    assert (told["how"], told["direct"]) == ("unreachable", True)
    assert told["detail"].endswith("/: cannot connect: Connection refused")


def test_a_webhook_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twilio_web, "RESPONSE_LIMIT_S", 0.2)

    async def wait(_: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    agent = ScriptedAgent()
    agent.webhook = wait
    call = asyncio.run(one_call(agent))
    assert (call.type, call.how, call.ended_by) == ("info", "no_answer", "network")


def test_a_refused_upgrade() -> None:
    agent = ScriptedAgent()
    agent.refuse_upgrade = 403
    call = asyncio.run(one_call(agent))
    assert (call.type, call.how) == ("fail", "upgrade_403")


def test_a_redirect_is_followed_and_signed_anew() -> None:
    agent = ScriptedAgent()
    pages = itertools.chain(
        ["<Redirect>/incoming?again=1</Redirect>"], itertools.repeat('<Reject reason="busy"/>')
    )

    async def answer(_: web.Request) -> web.Response:
        return agent.xml(next(pages))

    async def run() -> Call:
        return await one_call(
            agent, auth_token="secret", signed_as="https://voice.example/incoming"
        )

    agent.webhook = answer
    assert asyncio.run(run()).how == "reject"
    first, second = agent.headers
    assert first["X-Twilio-Signature"] == twilio.signature(
        "secret", "https://voice.example/incoming", agent.forms[0]
    )
    assert second["X-Twilio-Signature"] == twilio.signature(
        "secret", "https://voice.example/incoming?again=1", agent.forms[1]
    )


def test_a_stream_without_webhook() -> None:
    agent = ScriptedAgent()

    async def run() -> Call:
        async with agent.serving():
            stream = agent.url.replace("http", "ws") + "/media"
            target = Target(webhook=stream, parameters={"tenant": "demo"})
            (call,) = (await place(target)).history.calls
            return call

    assert asyncio.run(run()).how == "completed"
    assert agent.forms == []
    assert agent.lines[0].start["customParameters"] == {"tenant": "demo"}


def test_an_agent_that_refuses_in_words_and_closes() -> None:
    async def script(line: Line) -> None:
        await line.say(SORRY, mark="said")
        await line.played("said")

    call = asyncio.run(one_call(ScriptedAgent(script)))
    assert (call.type, call.how, call.ended_by) == ("fail", "spoken_refusal", "agent")
    assert call.heard[0].text == SORRY
    assert call.heard[0].verified


def test_an_agent_that_closes_at_once() -> None:
    async def script(_: Line) -> None:
        pass

    call = asyncio.run(one_call(ScriptedAgent(script)))
    assert (call.type, call.how, call.ended_by) == ("info", "closed", "agent")
    assert call.answered_ns is not None
    assert call.heard == ()


def test_what_stands_behind_connect_is_followed_when_the_agent_closes() -> None:
    async def script(_: Line) -> None:
        pass

    agent = ScriptedAgent(script)

    async def answer(_: web.Request) -> web.Response:
        return agent.twiml("<Dial>+14155550111</Dial>")

    agent.webhook = answer
    assert asyncio.run(one_call(agent)).how == "transferred"


def test_a_connection_that_breaks() -> None:
    async def script(line: Line) -> None:
        await line.say("Hello.")
        await line.turn()
        transport = line.socket._req.transport  # type: ignore[union-attr]
        assert transport is not None
        transport.abort()
        await asyncio.sleep(1)

    call = asyncio.run(one_call(ScriptedAgent(script)))
    assert (call.type, call.how, call.ended_by) == ("info", "cut", "network")


def test_clear_silences_the_agent_and_returns_its_marks() -> None:
    returned: list[float] = []

    async def script(line: Line) -> None:
        await line.say("This is a rather long sentence that nobody wants to hear.", mark="end")
        await asyncio.sleep(1.0)
        began = asyncio.get_running_loop().time()
        await line.clear()
        await line.played("end")
        returned.append(asyncio.get_running_loop().time() - began)
        await line.turn()
        await line.say("Fine.")
        await line.turn()

    call = asyncio.run(one_call(ScriptedAgent(script)))
    cut = call.heard[0]
    assert "This is a".startswith(cut.text[:9])
    assert len(cut.text) < 30
    assert not cut.verified
    assert (cut.until_at_ns - cut.from_at_ns) / 1e9 == pytest.approx(1.0, abs=0.2)
    assert returned[0] < 0.5
    assert call.media["clears"] == 1


def test_a_mark_returns_when_all_before_it_was_played() -> None:
    waited: list[float] = []

    async def script(line: Line) -> None:
        began = asyncio.get_running_loop().time()
        await line.say("Hello.", mark="greeted")
        await line.played("greeted")
        waited.append(asyncio.get_running_loop().time() - began)
        await chat(line)

    call = asyncio.run(one_call(ScriptedAgent(script)))
    assert call.how == "completed"
    assert waited[0] == pytest.approx(0.78, abs=0.2)  # 13 symbols of 60 ms, silence included


def test_a_silent_agent_tries_the_callers_patience() -> None:
    async def script(line: Line) -> None:
        await line.stopped.wait()

    call = asyncio.run(one_call(ScriptedAgent(script)))
    assert (call.type, call.how, call.ended_by) == ("info", "patience", "caller")
    assert call.heard == ()
    waited_s = (call.turns[0].owed_until_at_ns - call.turns[0].until_at_ns) / 1e9
    assert waited_s == pytest.approx(3.0, abs=0.1)


def test_an_agent_that_neither_reads_nor_answers_does_not_hold_the_caller() -> None:
    async def script(line: Line) -> None:
        transport = line.socket._req.transport  # type: ignore[union-attr]
        assert transport is not None
        transport.pause_reading()
        await asyncio.sleep(30)

    call = asyncio.run(one_call(ScriptedAgent(script)))
    assert (call.how, call.ended_by) == ("patience", "caller")
    assert (call.ended_ns - call.dialled_ns) / 1e9 < 8


def test_wrong_messages_are_warned_of_and_do_no_harm() -> None:
    async def script(line: Line) -> None:
        await line.socket.send_bytes(b"\x00" * 160)
        await line.socket.send_str("no JSON")
        await chat(line)

    call = asyncio.run(one_call(ScriptedAgent(script)))
    assert call.how == "completed"
    assert set(call.media["warnings"]) == {"31950", "31951"}


def test_calls_do_not_hold_each_other_up() -> None:
    async def run() -> list[Call]:
        agent = ScriptedAgent()
        async with agent.serving() as url:
            caller = await place(url, *(planned(number) for number in range(1, 13)))
        return list(caller.history.calls)

    calls = asyncio.run(run())
    assert [call.how for call in calls] == ["completed"] * 12
    assert all(heard.verified for call in calls for heard in call.heard)
