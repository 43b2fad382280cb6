"""Ports that speak something else than the URL says, over real sockets."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from harness.planning.reach import Address
from harness.transports.schemes import other_scheme

from .bad_agents import bad_agent, http, nothing, raw
from .pki import Authority, serves
from .scripted_agent import ScriptedAgent

pytestmark = pytest.mark.system


@pytest.mark.parametrize(
    ("asked", "tls", "found"),
    [
        ("http", True, "https"),
        ("ws", True, "wss"),
        ("https", False, "http"),
        ("wss", False, "ws"),
        ("http", False, ""),
        ("wss", True, ""),
        ("sip", False, ""),
    ],
)
def test_the_scheme_that_was_meant(tmp_path: Path, asked: str, tls: bool, found: str) -> None:
    async def scene() -> str:
        agent = ScriptedAgent()
        context = serves(Authority(tmp_path).sign("voice.example")) if tls else None
        async with agent.serving(context):
            return await other_scheme(f"{asked}://voice.example/in", agent.at)

    assert asyncio.run(scene()) == found


def test_a_server_that_asks_for_a_certificate_speaks_tls(tmp_path: Path) -> None:
    async def scene() -> str:
        agent, ours = ScriptedAgent(), Authority(tmp_path)
        async with agent.serving(serves(ours.sign("voice.example"), clients_of=ours)):
            return await other_scheme(f"http://{agent.at}/in")

    assert asyncio.run(scene()) == "https"


@pytest.mark.parametrize("answer", [nothing, raw(b"220 mail.example ESMTP\r\n")])
def test_who_speaks_neither(answer: object) -> None:
    with bad_agent(answer) as url:  # type: ignore[arg-type]
        assert asyncio.run(other_scheme(url.replace("http", "https"))) == ""


def test_a_plain_server_that_waits_for_a_line() -> None:
    """It takes the start of a handshake for the start of a request."""

    with bad_agent(http(b"<Response/>")) as url:
        assert asyncio.run(other_scheme(url.replace("http", "https"))) == "http"


def test_where_nobody_listens() -> None:
    assert asyncio.run(other_scheme("http://127.0.0.1:9/in", Address("127.0.0.1", 9))) == ""
