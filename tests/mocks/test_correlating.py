"""What a client says of the call that its request is for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mocks.correlating import named_call
from mocks.wire import Request
from mocks.world import Settings

from .drive import Drive
from .echo import a_world


def asked(**fields: Any) -> Request:
    return Request("POST", "/v1/chat/completions", **fields)


BY_HEADER, BY_METADATA = Settings(correlate="X-Call-Sid"), Settings(metadata="call_sid")


def body(metadata: Any) -> bytes:
    return json.dumps({"model": "m", "metadata": metadata}).encode()


@pytest.mark.parametrize(
    ("request_", "settings", "call"),
    [
        (asked(headers={"x-call-sid": "CA1"}), BY_HEADER, "CA1"),
        (asked(headers={"x-call-sid": "CA1"}), Settings(), ""),
        (asked(), BY_HEADER, ""),
        (asked(body=body({"call_sid": "CA1", "tenant": "demo"})), BY_METADATA, "CA1"),
        (asked(query={"call_sid": ["CA1"]}), BY_METADATA, "CA1"),
        (asked(query={"extra": ["tenant:demo", "call_sid:CA1"]}), BY_METADATA, "CA1"),
        (asked(body=body({"call_sid": 1})), BY_METADATA, ""),
        (asked(body=body({})), BY_METADATA, ""),
        (asked(body=body("CA1")), BY_METADATA, ""),
        (asked(body=b"no JSON"), BY_METADATA, ""),
        (asked(body=b"\xff"), BY_METADATA, ""),
        (asked(body=b'{"metadata": {"call_sid": "\xff"}}'), BY_METADATA, ""),
        (asked(body=b'{"metadata": {"call_sid": ' + b"[" * 9000), BY_METADATA, ""),
        (asked(), BY_METADATA, ""),
    ],
)
def test_where_it_is_named(request_: Request, settings: Settings, call: str) -> None:
    assert named_call(request_, settings) == call


def test_work_on_a_socket_is_for_the_call_of_its_upgrade() -> None:
    drive = Drive(world=a_world(settings=BY_HEADER))
    session = drive.socket(headers={"x-call-sid": "CA1"})
    for context in "ab":
        drive.say(session, json.dumps({"context": context, "say": "1"}))
    drive.run()
    assert [work.call for work in drive.work] == ["CA1", "CA1"]
