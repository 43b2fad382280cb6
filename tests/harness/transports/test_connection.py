"""The way to an agent's server; over sockets in tests/system/test_connection.py."""

from __future__ import annotations

import aiohttp
import pytest

from harness.files.grammar import Filled
from harness.planning.plan import Target
from harness.transports.connection import dialled, failure, fit_for, takes_headers

HOOK = Filled("https://a/v")
NAMED = "wss://proxy/ws"


@pytest.mark.parametrize(
    ("target", "stream_url", "found"),
    [
        (Target(webhook=HOOK), NAMED, (NAMED, NAMED)),
        (Target(webhook=HOOK, signed_as=Filled("https://b/v")), NAMED, (NAMED, NAMED)),
        (Target(webhook=HOOK, stream=Filled("ws://here/ws")), NAMED, ("ws://here/ws", NAMED)),
        (Target(webhook=Filled(NAMED)), NAMED, (NAMED, NAMED)),
        (
            Target(webhook=Filled(NAMED), signed_as=Filled("wss://b/ws")),
            NAMED,
            (NAMED, "wss://b/ws"),
        ),
    ],
)
def test_where_a_stream_is_dialled_and_as_what(
    target: Target, stream_url: str, found: tuple[str, str]
) -> None:
    assert dialled(target, stream_url) == found


HOSTS = Target(
    webhook=Filled("https://me:hush@Agent.example/in"),
    stream=Filled("wss://media.example:8443/ws"),
    fallback_url=Filled("http://spare.example/in"),
    status_callback=Filled("https://log.example/over"),
)


@pytest.mark.parametrize(
    ("url", "takes"),
    [
        ("https://agent.example/other?a=1", True),
        ("https://agent.example:443/in", True),
        ("wss://agent.example/ws", True),  # the same server, asked for an upgrade
        ("https://media.example:8443/", True),
        ("http://spare.example:80/", True),
        ("http://agent.example/in", False),  # everybody on the way can read it
        ("https://agent.example:8443/in", False),
        ("https://agent.example.evil.example/in", False),
        ("https://agent.example@evil.example/in", False),
        ("https://log.example/over", False),
        ("https://[nowhere/in", False),
    ],
)
def test_the_headers_go_to_origins_that_the_target_names(url: str, takes: bool) -> None:
    assert takes_headers(HOSTS, url) is takes


def test_a_fallback_beside_the_webhook_names_no_origin() -> None:
    target = Target(webhook=HOOK, fallback_url=Filled("/sorry"))
    assert takes_headers(target, "https://a/sorry")
    assert not takes_headers(target, "/sorry")


def test_secret_parameters_go_where_the_headers_go() -> None:
    secret = Filled.of("hush-hush", "${KEY}", ["hush-hush"])
    target = Target(webhook=HOOK, parameters={"key": secret, "tenant": Filled("demo")})
    form = {"CallSid": "CA1", "key": "hush-hush", "tenant": "demo"}
    assert fit_for(target, "https://a/other", form) == form
    assert fit_for(target, "https://b/v", form) == {"CallSid": "CA1", "tenant": "demo"}


@pytest.mark.parametrize(
    ("error", "how", "said"),
    [
        (aiohttp.InvalidURL("x://"), "garbage", "this is no address that can be called"),
        (aiohttp.ServerDisconnectedError(), "reset", "Server disconnected"),
        (ConnectionResetError(), "reset", "ConnectionResetError"),
        (ValueError("no  such\nthing"), "garbage", "no such thing"),
    ],
)
def test_what_broke_before_an_answer(error: Exception, how: str, said: str) -> None:
    assert failure(error) == (how, said)


def test_a_long_complaint_is_cut() -> None:
    assert len(failure(OSError("much " * 100))[1]) == 120
