"""The way to an agent's server; over sockets in tests/system/test_connection.py."""

from __future__ import annotations

import aiohttp
import pytest

from harness.files.grammar import Filled
from harness.planning.plan import Target
from harness.transports.connection import dialled, failure

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
