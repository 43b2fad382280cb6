from __future__ import annotations

import json
from typing import Any

import pytest

from mocks.providers.stt.assemblyai import PROVIDER
from mocks.wire import Close, Request

from ...drive import Drive
from .assemblyai_client import HEADERS, Client


def get_token(drive: Drive, headers: dict[str, str] = HEADERS, **query: str) -> tuple[int, Any]:
    asked = {name: [value] for name, value in query.items()}
    number = drive.open(Request("GET", "/v3/token", query=asked, headers=headers))
    head, body = drive.to(number)
    return head.status, json.loads(body.data)


def test_a_session_lasts_three_hours_at_most() -> None:
    client = Client()
    (begin,) = client.messages
    assert begin["expires_at"] == client.world.wall_s(0) + 3 * 3600


def test_a_session_expires() -> None:
    client = Client()
    _, told = get_token(client, expires_in_seconds="60", max_session_duration_seconds="60")
    number = client.connect(headers={}, token=told["token"])
    client.run(59_900)
    assert [one["type"] for one in client.messages_to(number)] == ["Begin"]
    client.run(100)
    error = "Session Expired: Maximum session duration exceeded"
    assert client.messages_to(number)[1:] == [{"type": "Error", "error_code": 3008, "error": error}]
    assert client.to(number)[-1] == Close(3008, error)


def test_a_session_needs_a_key() -> None:
    client = Client()
    number = client.connect(headers={})
    (error,) = client.messages_to(number)
    assert error["error"] == "Unauthorized Connection: Missing Authorization header"
    assert client.to(number)[-1].code == 1008
    assert client.closing("socket")[0].type == "fail"


def test_a_token_opens_one_session_of_its_own_length() -> None:
    client = Client()
    status, told = get_token(client, expires_in_seconds="60", max_session_duration_seconds="90")
    assert (status, told["expires_in_seconds"]) == (200, 60)
    number = client.connect(headers={}, token=told["token"])
    (begin,) = client.messages_to(number)
    assert begin["expires_at"] == client.world.wall_s(0) + 90
    again = client.connect(headers={}, token=told["token"])
    assert [one["type"] for one in client.messages_to(again)] == ["Error"]
    assert client.to(again)[-1].code == 1008


def test_a_token_expires() -> None:
    client = Client()
    _, told = get_token(client, expires_in_seconds="60")
    client.run(61_000)
    number = client.connect(headers={}, token=told["token"])
    assert client.to(number)[-1].code == 1008


def test_tokens_differ_and_a_foreign_one_is_taken_as_a_key_is() -> None:
    client = Client()
    tokens = {get_token(client, expires_in_seconds="60")[1]["token"] for _ in range(3)}
    assert len(tokens) == 3
    number = client.connect(headers={}, token="from-elsewhere")
    assert [one["type"] for one in client.messages_to(number)] == ["Begin"]


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        ({"expires_in_seconds": "60"}, {}, 401),
        ({}, HEADERS, 400),
        ({"expires_in_seconds": "601"}, HEADERS, 400),
        ({"expires_in_seconds": "60", "max_session_duration_seconds": "59"}, HEADERS, 400),
    ],
)
def test_a_token_must_be_asked_for_rightly(
    query: dict[str, str], headers: dict[str, str], status: int
) -> None:
    found, told = get_token(Drive(PROVIDER), headers, **query)
    assert found == status
    assert told["error"]
