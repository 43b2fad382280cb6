"""What every link must be; a new transport adds its class here."""

import inspect

import pytest

from harness.transports.link import Ended, Link, Refused
from harness.transports.twilio_call import TwilioCall

from ..desk import FakeLink

METHODS = ("begin", "send", "take", "receive", "hang_up")


@pytest.mark.parametrize("kind", [TwilioCall, FakeLink])
@pytest.mark.parametrize("name", METHODS)
def test_a_link_does_what_the_protocol_says(kind: type, name: str) -> None:
    wanted = inspect.signature(getattr(Link, name))
    found = inspect.signature(getattr(kind, name))
    assert list(found.parameters) == list(wanted.parameters)
    assert inspect.iscoroutinefunction(getattr(kind, name)) == inspect.iscoroutinefunction(
        getattr(Link, name)
    )


@pytest.mark.parametrize("kind", [TwilioCall, FakeLink])
def test_a_link_tells_its_measures(kind: type) -> None:
    assert isinstance(kind.measures, property)  # type: ignore[attr-defined]


def test_who_ends_a_call_without_a_word_is_told_as_closed() -> None:
    assert (Ended("agent").how, Ended("agent").words) == ("closed", "")


def test_a_refusal_is_the_agents_at_its_webhook_unless_told_otherwise() -> None:
    refused = Refused("reject", "fail")
    assert (refused.by, refused.step, refused.retry_after_s) == ("agent", "webhook", None)
