"""Transports are found by scheme."""

from __future__ import annotations

import pytest

from harness.planning.plan import Target
from harness.transports.by_scheme import scheme_of, transport_for, transports
from harness.transports.twilio import TwilioTransport
from kernel.clock import SystemClock


@pytest.mark.parametrize("scheme", ["http", "https", "ws", "wss"])
def test_twilio_dials_webhooks_and_streams(scheme: str) -> None:
    target = Target(webhook=f"{scheme.upper()}://a.example/voice")
    assert isinstance(transport_for(target, SystemClock()), TwilioTransport)


def test_what_nobody_dials() -> None:
    assert "sip" not in transports()
    with pytest.raises(KeyError):
        transport_for(Target(webhook="sip:me@here"), SystemClock())


@pytest.mark.parametrize(
    ("address", "scheme"),
    [("https://a.example", "https"), ("sip:me@here", "sip"), ("reference", ""), ("", "")],
)
def test_schemes(address: str, scheme: str) -> None:
    assert scheme_of(address) == scheme
