"""What an agent's web server sees of Twilio beside its voice webhook, over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from harness.files.grammar import Filled
from harness.planning.plan import Target
from harness.protocols import twilio
from harness.protocols.course import Fetch
from harness.transports.twilio_web import AgentWeb, Unreached
from kernel.records import Call

from .calls import place, planned
from .scripted_agent import Line, ScriptedAgent

pytestmark = pytest.mark.system


KEY = "X-Gateway-Key"


class Agent(ScriptedAgent):
    """It has more pages: by path, each with what it answers; `seen` are the requests for them."""

    def __init__(self, **pages: Callable[[], web.Response]) -> None:
        super().__init__()
        self.pages = pages
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        self.signed: list[str] = []
        self.sent: list[tuple[str, str | None]] = []
        self.told = asyncio.Event()

    async def page(self, request: web.Request) -> web.Response:
        given = await request.post() if request.method == "POST" else request.query
        form = {name: str(value) for name, value in given.items()}
        name = request.match_info["name"]
        self.seen.append((request.method, name, form))
        self.sent.append((name, request.headers.get(KEY)))
        self.signed.append(request.headers.get("X-Twilio-Signature", ""))
        if form.get("CallStatus") == "completed":
            self.told.set()
        answer = self.pages.get(name)
        return answer() if answer else web.Response()

    def more_routes(self) -> list[web.AbstractRouteDef]:
        return [web.route("*", "/pages/{name}", self.page)]


async def one_call(agent: Agent, own: dict[str, Filled] | None = None, **target: Any) -> Call:
    """`own` are headers and parameters alike."""
    async with agent.serving() as url:
        made = {name: Filled(_placed(value, agent)) for name, value in target.items()}
        whole = Target(**{"webhook": Filled(url), **made}, headers=own or {}, parameters=own or {})
        caller = await place(whole, planned(1, "Bye."))
    assert agent.errors == []
    (call,) = caller.history.calls
    return call


def _placed(text: str, agent: Agent) -> str:
    """`AGENT` is the agent's server, `LOCALHOST` the same by another name."""
    return text.replace("AGENT", agent.url).replace("LOCALHOST", f"localhost:{agent.at.port}")


def xml(verbs: str) -> Callable[[], web.Response]:
    return lambda: web.Response(text=f"<Response>{verbs}</Response>", content_type="text/xml")


def http(status: int) -> Callable[[], web.Response]:
    return lambda: web.Response(status=status)


def answering(page: Callable[[], web.Response]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(_: web.Request) -> web.Response:
        return page()

    return answer


def test_a_redirect_by_get_carries_the_form_in_a_signed_query() -> None:
    agent = Agent(next=xml("<Reject/>"))
    agent.webhook = answering(xml('<Redirect method="GET">pages/next?a=1</Redirect>'))
    call = asyncio.run(one_call(agent, auth_token="secret"))
    assert call.how == "reject"
    ((method, name, form),) = agent.seen
    assert (method, name, form["a"], form["CallSid"]) == ("GET", "next", "1", call.sid)
    fields = {name: value for name, value in form.items() if name != "a"}
    asked = twilio.with_query(f"{agent.url}/pages/next?a=1", fields)
    assert agent.signed == [twilio.signature("secret", asked)]


def elsewhere(agent: Agent, path: str) -> str:
    """The same server under a name that no target of these tests names."""
    return f"{agent.url.replace('127.0.0.1', 'localhost')}/{path}"


def sent_on(status: int, to: Callable[[], str]) -> Callable[[], web.Response]:
    return lambda: web.Response(status=status, headers={"Location": to()})


@pytest.mark.parametrize(("status", "method"), [(302, "GET"), (303, "GET"), (307, "POST")])
def test_a_redirect_to_somebody_else_leaves_the_headers_behind(status: int, method: str) -> None:
    agent = Agent(next=xml("<Reject/>"))
    agent.pages["here"] = sent_on(status, lambda: elsewhere(agent, "pages/next"))
    agent.webhook = answering(sent_on(status, lambda: "/pages/here"))
    call = asyncio.run(one_call(agent, {KEY: Filled("hush-hush")}))
    assert call.how == "reject"
    assert agent.headers[0][KEY] == "hush-hush"
    assert agent.sent == [("here", "hush-hush"), ("next", None)]
    assert [asked for asked, _, _ in agent.seen] == [method, method]


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_that_keeps_the_form_leaves_its_secrets_behind(status: int) -> None:
    agent = Agent(next=xml("<Reject/>"))
    agent.pages["here"] = sent_on(status, lambda: elsewhere(agent, "pages/next"))
    agent.webhook = answering(sent_on(status, lambda: "/pages/here"))
    own = {KEY: Filled.of("hush&hush", "${KEY}", ["hush&hush"]), "tenant": Filled("dé mo")}
    call = asyncio.run(one_call(agent, own))
    assert call.how == "reject"
    (_, here, first), (_, there, then) = agent.seen
    assert (here, there) == ("here", "next")
    assert first[KEY] == "hush&hush"
    assert then == {name: value for name, value in first.items() if name != KEY}


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("20", 20),
        ("²", None),
        ("٣", None),
        ("9" * 400, None),
        ("Fri, 31 Dec 1999 23:59:59 GMT", None),
    ],
)
def test_how_long_a_refusal_asks_to_wait(told: str, seconds: float | None) -> None:
    agent = Agent()
    agent.webhook = answering(lambda: web.Response(status=503, headers={"Retry-After": told}))
    call = asyncio.run(one_call(agent))
    assert (call.how, call.retry_after_s) == ("http_503", seconds)


def test_redirects_without_end_are_told() -> None:
    agent = Agent()
    agent.pages["round"] = sent_on(302, lambda: "/pages/round")
    agent.webhook = answering(sent_on(302, lambda: "/pages/round"))
    call = asyncio.run(one_call(agent))
    assert (call.type, call.how) == ("info", "garbage")
    assert len(agent.seen) < 20


def test_what_twiml_and_callbacks_name_gets_no_headers() -> None:
    agent = Agent()

    def document() -> web.Response:
        stream = elsewhere(agent, "media").replace("http", "ws")
        return agent.xml(f'<Connect><Stream url="{stream}"/></Connect>')

    agent.pages["next"] = document
    agent.webhook = answering(
        lambda: agent.xml(f"<Redirect>{elsewhere(agent, 'pages/next')}</Redirect>")
    )
    key = {KEY: Filled.of("hush-hush", "${KEY}", ["hush-hush"]), "tenant": Filled("demo")}
    call = asyncio.run(one_call(agent, key, status_callback="http://LOCALHOST/pages/over"))
    assert call.how == "completed"
    assert agent.headers[0][KEY] == "hush-hush"
    assert agent.forms[0][KEY] == "hush-hush"
    assert agent.sent == [("next", None), ("over", None)]
    assert [(KEY in form, form["tenant"]) for *_, form in agent.seen] == [(False, "demo")] * 2
    assert KEY not in agent.upgrades[0]


def test_a_stream_that_the_target_names_gets_them() -> None:
    agent = Agent()
    agent.webhook = answering(
        lambda: agent.xml('<Connect><Stream url="wss://proxy/ws"/></Connect>')
    )
    key = {KEY: Filled("hush-hush")}
    call = asyncio.run(one_call(agent, key, stream="ws://LOCALHOST/media"))
    assert call.how == "completed"
    assert agent.upgrades[0][KEY] == "hush-hush"


def test_a_refusal_tells_which_headers_it_did_not_get() -> None:
    agent = Agent(next=http(401))
    agent.webhook = answering(sent_on(307, lambda: elsewhere(agent, "pages/next")))

    async def refused() -> str:
        async with agent.serving() as url:
            one = AgentWeb(Target(webhook=Filled(url), headers={KEY: Filled("hush-hush")}))
            await one.open()
            with pytest.raises(Unreached) as unreached:
                await one.fetch(Fetch(url, url), {"CallSid": "CA1"})
            await one.close()
        return unreached.value.refused.detail

    assert "HTTP 401, without agent.headers: none of the agent's own URLs" in asyncio.run(refused())


def test_an_upgrade_is_not_sent_on() -> None:
    """31920: whatever is not 101 is a handshake that failed."""
    agent = Agent(ws=sent_on(302, lambda: "/media"))
    agent.webhook = answering(
        lambda: agent.xml('<Connect><Stream url="/pages/ws" statusCallback="/pages/s"/></Connect>')
    )
    call = asyncio.run(one_call(agent))
    assert (call.type, call.how) == ("fail", "upgrade_302")
    assert agent.upgrades == []


@pytest.mark.parametrize(
    ("page", "code"), [(http(500), "11200"), (lambda: web.Response(text="hello"), "12100")]
)
def test_where_the_webhook_fails_the_fallback_answers(
    page: Callable[[], web.Response], code: str
) -> None:
    agent = Agent(sorry=xml("<Say>Sorry.</Say>"))
    agent.webhook = answering(page)
    call = asyncio.run(one_call(agent, fallback_url="/pages/sorry"))
    assert (call.type, call.how) == ("fail", "deflected")
    assert [heard.text for heard in call.heard] == ["Sorry."]
    ((_, _, form),) = agent.seen
    assert (form["ErrorCode"], form["ErrorUrl"]) == (code, f"{agent.url}/incoming")


def test_a_fallback_may_carry_the_call() -> None:
    agent = Agent()
    agent.pages["backup"] = agent.twiml
    call = asyncio.run(
        one_call(agent, webhook="http://127.0.0.1:9/nobody", fallback_url="AGENT/pages/backup")
    )
    assert (call.type, call.how) == ("ok", "completed")
    assert agent.seen[0][2]["ErrorCode"] == "11205"


def test_callbacks_tell_of_the_stream_and_of_the_end() -> None:
    agent = Agent()

    def document() -> web.Response:
        stream = agent.url.replace("http", "ws") + "/media"
        return agent.xml(
            f'<Connect><Stream url="{stream}" name="s" statusCallback="/pages/stream"/></Connect>'
        )

    agent.webhook = answering(document)
    call = asyncio.run(one_call(agent, status_callback="AGENT/pages/over", auth_token="secret"))
    assert call.how == "completed"
    by_name = {(name, form.get("StreamEvent", "")): form for _, name, form in agent.seen}
    started, stopped = by_name["stream", "stream-started"], by_name["stream", "stream-stopped"]
    assert started["StreamSid"] == stopped["StreamSid"] == agent.lines[0].stream_sid
    assert (started["StreamName"], started["CallSid"]) == ("s", call.sid)
    over = by_name["over", ""]
    assert (over["CallStatus"], over["CallSid"]) == ("completed", call.sid)
    assert int(over["CallDuration"]) >= 1
    assert all(agent.signed)


def test_what_stands_behind_the_stream_is_heard() -> None:
    async def script(line: Line) -> None:
        await line.say("Hello.")
        await line.turn()

    agent = Agent()
    agent.script = script
    agent.webhook = answering(lambda: agent.twiml("<Say>I put you through.</Say><Dial>+1</Dial>"))
    call = asyncio.run(one_call(agent))
    assert call.how == "transferred"
    said = [(heard.text, heard.verified, heard.identity) for heard in call.heard]
    assert said[-1] == ("I put you through.", True, None)
    assert call.ended_ns >= call.heard[-1].until_at_ns


def test_a_callback_to_nobody_disturbs_nobody() -> None:
    async def run() -> None:
        one = AgentWeb(Target())
        await one.open()
        one.tell("http://127.0.0.1:9/nobody", "POST", {"CallSid": "CA1"})
        one.tell("", "POST", {"CallSid": "CA1"})
        with pytest.raises(Unreached) as unreached:
            await one.connect("ftp://a.example", "ftp://a.example")
        assert (unreached.value.code, unreached.value.refused.how) == (31923, "garbage")
        await one.close()

    asyncio.run(run())
