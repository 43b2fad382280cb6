"""The webhook, without a server."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from unittest.mock import Mock

import pytest
from aiohttp import StreamReader, web
from aiohttp.test_utils import make_mocked_request
from multidict import MultiDict, MultiDictProxy

from desk import twilio
from desk.front import FrontDesk
from desk.retry import ProviderDown
from desk.settings import Settings
from tests.agents.jumping import run

TOKEN = "12345"
PATH = "/incoming?tenant=a%20b"
PROXY = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "voice.example"}


def offer(
    desk: FrontDesk, form: dict[str, str], *, path: str = PATH, **headers: str
) -> web.Response:
    async def main() -> web.Response:
        request: Any = make_mocked_request("POST", path, {"Host": "localhost:8650", **headers})
        request._post = MultiDictProxy(MultiDict(form))
        return await desk.incoming(request)

    return run(main())


def test_answers_with_a_stream_on_the_same_host() -> None:
    answer = offer(FrontDesk(Settings()), {"CallSid": "CA1"})
    assert answer.content_type == "text/xml"
    assert '<Stream url="ws://localhost:8650/media"/>' in str(answer.text)


def test_behind_a_proxy_the_stream_is_encrypted() -> None:
    answer = offer(FrontDesk(Settings()), {"CallSid": "CA1"}, **PROXY)
    assert '<Stream url="wss://voice.example/media"/>' in str(answer.text)


def test_refuses_politely_beyond_the_limit() -> None:
    desk = FrontDesk(Settings(call_limit=1))
    offer(desk, {"CallSid": "CA1"})
    assert offer(desk, {"CallSid": "CA2"}).text == twilio.REJECT
    assert offer(desk, {"CallSid": "CA1"}).text != twilio.REJECT


def test_believes_only_signed_webhooks() -> None:
    desk = FrontDesk(Settings(twilio_auth_token=TOKEN))
    form = {"CallSid": "CA1", "From": "+1555"}
    url = "https://voice.example/incoming?tenant=a%20b"
    signature = twilio.signature(TOKEN, url, form.items())
    assert offer(desk, form, **PROXY, **{"X-Twilio-Signature": signature}).status == 200
    assert offer(desk, form, **{"X-Twilio-Signature": signature}).status == 403
    assert offer(desk, form, **PROXY).status == 403


def test_a_call_needs_a_name() -> None:
    assert offer(FrontDesk(Settings()), {"From": "+1555"}).status == 400


def test_health_counts_calls() -> None:
    desk = FrontDesk(Settings(call_limit=7))
    offer(desk, {"CallSid": "CA1"})

    async def main() -> web.Response:
        return await desk.health(make_mocked_request("GET", "/health"))

    assert json.loads(str(run(main()).text)) == {"calls": 1, "limit": 7}


class Dialler:
    """Places what it is given; `down` does not."""

    down = False

    def __init__(self) -> None:
        self.orders: list[dict[str, str]] = []

    async def place(self, order: dict[str, str], deadline: float) -> str:
        self.orders.append(order)
        if self.down:
            raise ProviderDown("twilio: 429")
        return "CA1"


def told_to_call(desk: FrontDesk, body: bytes, dialler: Dialler) -> web.Response:
    desk._dialler = dialler  # type: ignore[assignment]

    async def main() -> web.Response:
        stream = StreamReader(Mock(), 2**16, loop=asyncio.get_running_loop())
        stream.feed_data(body)
        stream.feed_eof()
        headers = {"Host": "localhost:8650"}
        request = make_mocked_request("POST", "/dialout", headers, payload=stream)
        return await desk.dial_out(request)

    return run(main())


TASK = b'{"to_number": "+14155550101"}'


def test_it_calls_whom_it_is_told_to() -> None:
    desk, dialler = FrontDesk(Settings(call_limit=1)), Dialler()
    answer = told_to_call(desk, TASK, dialler)
    assert json.loads(str(answer.text)) == {"call_sid": "CA1"}
    (order,) = dialler.orders
    assert (order["To"], order["From"]) == ("+14155550101", "+14155550100")
    assert order["Url"] == "http://localhost:8650/incoming?place=place-1"
    assert order["StatusCallback"] == "http://localhost:8650/over?place=place-1"


def test_who_is_called_has_a_place_from_the_order_on() -> None:
    desk, dialler = FrontDesk(Settings(call_limit=1)), Dialler()
    told_to_call(desk, TASK, dialler)
    assert offer(desk, {"CallSid": "CA9"}).text == twilio.REJECT
    full = told_to_call(desk, TASK, dialler)
    assert (full.status, full.headers["Retry-After"]) == (503, "10")
    picked_up = offer(desk, {"CallSid": "CA1"}, path="/incoming?place=place-1")
    assert picked_up.text != twilio.REJECT
    assert desk._placed == {"CA1"}


def test_a_call_that_cannot_be_placed_keeps_no_place() -> None:
    desk, dialler = FrontDesk(Settings(call_limit=1)), Dialler()
    dialler.down = True
    assert told_to_call(desk, TASK, dialler).status == 502
    assert offer(desk, {"CallSid": "CA9"}).text != twilio.REJECT


def test_a_call_that_nobody_answers_keeps_no_place() -> None:
    desk = FrontDesk(Settings(call_limit=1))
    told_to_call(desk, TASK, Dialler())

    async def main() -> web.Response:
        request: Any = make_mocked_request("POST", "/over?place=place-1", {"Host": "h"})
        request._post = MultiDictProxy(MultiDict({"CallSid": "CA1"}))
        return await desk.over(request)

    assert run(main()).status == 204
    assert offer(desk, {"CallSid": "CA9"}).text != twilio.REJECT


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'"+1"', b"\xff"])
def test_a_task_says_whom_to_call(body: bytes) -> None:
    dialler = Dialler()
    assert told_to_call(FrontDesk(Settings()), body, dialler).status == 400
    assert dialler.orders == []
