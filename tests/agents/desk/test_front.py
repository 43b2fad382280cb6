"""The webhook, without a server."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from multidict import MultiDict, MultiDictProxy

from desk import twilio
from desk.front import FrontDesk
from desk.settings import Settings
from tests.agents.jumping import run

TOKEN = "12345"
PROXY = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "voice.example"}


def offer(desk: FrontDesk, form: dict[str, str], **headers: str) -> web.Response:
    async def main() -> web.Response:
        request: Any = make_mocked_request(
            "POST", "/incoming?tenant=a%20b", {"Host": "localhost:8650", **headers}
        )
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
