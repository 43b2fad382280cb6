"""Agents behind TLS, proxies and other names, over real sockets and with a CA of the test's own."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from harness.files.grammar import Filled, Secret
from harness.planning.plan import Target
from harness.planning.reach import ClientCert
from harness.protocols import twilio
from kernel.records import Call

from .calls import place
from .pki import Authority, serves
from .scripted_agent import ScriptedAgent

pytestmark = pytest.mark.system

HOST = "voice.example"
ORIGIN = f"https://{HOST}"


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("pki"))


async def call_of(target: Target) -> Call:
    (call,) = (await place(target)).history.calls
    return call


def call(agent: ScriptedAgent, tls: ssl.SSLContext | None, **target: Any) -> tuple[Call, str]:
    """One call to an agent that believes to be at `ORIGIN`; what became of it, and in words."""

    async def run() -> tuple[Call, str]:
        async with agent.serving(tls, ORIGIN if tls else "http://voice.example") as url:
            caller = await place(Target(webhook=Filled(url), connect_to=agent.at, **target))
        (setup,) = (e for e in caller.events if e.kind == "setup" and e.type != "invoke")
        return caller.history.calls[0], setup.data.get("detail", "")

    return asyncio.run(run())


def test_an_agent_behind_another_name_believes_to_be_asked_by_it(ours: Authority) -> None:
    agent = ScriptedAgent()
    found, _ = call(
        agent, serves(ours.sign(HOST)), ca=ours.file, auth_token=Secret("hush-hush"),
        headers={"X-Env": Filled("staging")},
    )  # fmt: skip
    assert found.how == "completed"
    asked, upgrade = agent.headers[0], agent.upgrades[0]
    assert asked["Host"] == upgrade["Host"] == HOST
    assert asked["X-Env"] == upgrade["X-Env"] == "staging"
    signature = twilio.signature("hush-hush", f"{ORIGIN}/incoming", agent.forms[0])
    assert asked["X-Twilio-Signature"] == signature
    stream = twilio.signature("hush-hush", f"wss://{HOST}/media")
    assert upgrade["x-twilio-signature"] == stream
    assert found.sid == agent.forms[0]["CallSid"]


def test_redirects_go_to_the_same_address() -> None:
    agent = ScriptedAgent()

    async def answer(request: web.Request) -> web.Response:
        if request.headers["Host"] == HOST:
            return agent.xml("<Redirect>http://10.255.255.1/incoming</Redirect>")
        return agent.twiml()

    agent.webhook = answer
    found, _ = call(agent, None)
    assert found.how == "completed"
    assert [headers["Host"] for headers in agent.headers] == [HOST, "10.255.255.1"]


def test_an_agent_that_asks_for_a_certificate(ours: Authority) -> None:
    tls = serves(ours.sign(HOST), clients_of=ours)
    shown = ours.sign("harness", password="open-sesame")
    cert = ClientCert(str(shown.cert), str(shown.key), Secret("open-sesame"))
    found, _ = call(ScriptedAgent(), tls, ca=ours.file, client_cert=cert)
    assert found.how == "completed"
    refused, detail = call(ScriptedAgent(), tls, ca=ours.file)
    assert refused.how in ("reset", "tls"), detail  # it says so only after the handshake


def test_why_a_handshake_fails_is_told(ours: Authority, tmp_path: Path) -> None:
    right, wrong = ours.sign(HOST), ours.sign("other.example")
    expired = Authority(tmp_path)
    for tls, authority, how, words in (
        (serves(right), "", "tls_unknown_ca", "local issuer"),
        (serves(wrong), ours.file, "tls_wrong_host", f"not valid for '{HOST}'"),
        (serves(expired.sign(HOST, days=-1)), expired.file, "tls_expired", "expired"),
    ):
        found, detail = call(ScriptedAgent(), tls, ca=authority)
        assert (found.type, found.how, found.ended_by) == ("info", how, "network"), detail
        assert words in detail
        assert detail.startswith(f"{ORIGIN}/incoming (at 127.0.0.1:")


def test_the_fallback_is_told_why_the_webhook_could_not_be_asked(ours: Authority) -> None:
    """As Twilio tells it: 11237, there is no path to a certificate that is trusted."""
    trusted, stranger = ScriptedAgent(), ScriptedAgent()

    async def run() -> Call:
        async with stranger.serving(serves(ours.sign("localhost"))), trusted.serving() as url:
            webhook = Filled(f"https://localhost:{stranger.at.port}/incoming")
            return await call_of(Target(webhook=webhook, fallback_url=Filled(url)))

    assert asyncio.run(run()).how == "completed"
    assert trusted.forms[0]["ErrorCode"] == "11237"


def test_plain_http_behind_an_https_url() -> None:
    async def run() -> Call:
        agent = ScriptedAgent()
        async with agent.serving():
            return await call_of(Target(webhook=Filled(f"{ORIGIN}/in"), connect_to=agent.at))

    assert asyncio.run(run()).how == "tls"


def test_a_stream_in_place_of_the_one_that_the_twiml_names() -> None:
    agent = ScriptedAgent()

    async def run() -> Call:
        async with agent.serving() as url:
            stream = Filled(agent.url.replace("http", "ws") + "/media")
            proxied = '<Connect><Stream url="wss://proxy.example/ws"/></Connect>'

            async def answer(_: web.Request) -> web.Response:
                return agent.xml(proxied)

            agent.webhook = answer
            token = Secret("hush-hush")
            return await call_of(Target(webhook=Filled(url), stream=stream, auth_token=token))

    assert asyncio.run(run()).how == "completed"
    # The agent behind that proxy checks the signature of what the proxy was asked for.
    signature = twilio.signature("hush-hush", "wss://proxy.example/ws")
    assert agent.upgrades[0]["x-twilio-signature"] == signature


def test_a_stream_without_webhook_is_signed_as_told() -> None:
    agent = ScriptedAgent()

    async def run() -> Call:
        async with agent.serving():
            stream = Filled(agent.url.replace("http", "ws") + "/media")
            signed = Filled("wss://voice.example/media")
            target = Target(webhook=stream, signed_as=signed, auth_token=Secret("hush-hush"))
            return await call_of(target)

    assert asyncio.run(run()).how == "completed"
    signature = twilio.signature("hush-hush", "wss://voice.example/media")
    assert agent.upgrades[0]["x-twilio-signature"] == signature
