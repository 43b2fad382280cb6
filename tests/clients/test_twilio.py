"""Twilio's own SDK and Pipecat's serializer end calls, send them on, and find and start them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from kernel.control import CallOrders, CallStatus, PhoneCall

from .mocks_process import Mocks, run

WHY = "make test-clients installs the SDK"
http = pytest.importorskip("twilio.http.http_client", reason=WHY)
rest = pytest.importorskip("twilio.rest", reason=WHY)
twiml = pytest.importorskip("twilio.twiml.voice_response", reason=WHY)
exceptions = pytest.importorskip("twilio.base.exceptions", reason=WHY)
pytestmark = [pytest.mark.system, pytest.mark.clients]

ACCOUNT, CALL = "AC" + "1" * 32, "CA" + "2" * 32


def up(mocks: Mocks, status: CallStatus = "in-progress") -> None:
    """The harness says that there is such a call."""
    call = PhoneCall(
        sid=CALL, account=ACCOUNT, status=status, from_number="+14155550101",
        to_number="+14155550100",
    )  # fmt: skip
    mocks.control("PUT", "calls", [call])


def orders(mocks: Mocks) -> list[Any]:
    return list(msgspec.json.decode(mocks.control("GET", "orders"), type=CallOrders).orders)


def client_of(mocks: Mocks) -> Any:
    """The SDK knows no base URL: an `http_client` of its own class puts the mock's in its place."""

    class AtTheMock(http.TwilioHttpClient):  # type: ignore[misc, name-defined]
        def request(self, method: str, url: str, *words: Any, **more: Any) -> Any:
            at = url.replace("https://api.twilio.com", f"http://{mocks.netloc}")
            return super().request(method, at, *words, **more)

    return rest.Client(ACCOUNT, "secret", http_client=AtTheMock())


def refusal_of(act: Any) -> Any:
    with pytest.raises(exceptions.TwilioRestException) as refused:
        act()
    return refused.value


def test_a_call_is_ended_once(mocks: Mocks) -> None:
    client = client_of(mocks)
    up(mocks)
    call = client.calls(CALL).update(status="completed")
    assert (call.sid, call.status, call.from_formatted) == (CALL, "completed", "(415) 555-0101")
    assert call.date_created.tzinfo is not None
    assert [(order.sid, order.status) for order in orders(mocks)][-1] == (CALL, "completed")
    late = refusal_of(lambda: client.calls(CALL).update(status="completed"))
    assert (late.status, late.code) == (404, 20404)
    assert [(one.type, one.call) for one in mocks.work()] == [("ok", CALL), ("fail", CALL)]


def test_a_call_is_sent_on(mocks: Mocks) -> None:
    client = client_of(mocks)
    up(mocks)
    response = twiml.VoiceResponse()
    response.dial("+14155550199")
    assert client.calls(CALL).update(twiml=response).status == "in-progress"
    client.calls(CALL).update(url="http://a.example/on", method="GET")
    by_document, by_url = orders(mocks)[-2:]
    assert "<Dial>+14155550199</Dial>" in by_document.twiml
    assert (by_url.url, by_url.method) == ("http://a.example/on", "GET")


def test_a_call_that_only_rings_cannot_be_sent_on(mocks: Mocks) -> None:
    client = client_of(mocks)
    up(mocks, "ringing")
    refused = refusal_of(lambda: client.calls(CALL).update(url="http://a.example/on"))
    assert (refused.status, refused.code) == (400, 21220)


def test_calls_are_started_found_and_listed(mocks: Mocks) -> None:
    client = client_of(mocks)
    up(mocks)
    made = client.calls.create(to="+14155550102", from_="+14155550100", url="http://a.example/v")
    assert (made.status, made.direction) == ("queued", "outbound-api")
    assert client.calls(made.sid).fetch().to == "+14155550102"
    more = client.calls.create(
        to="+14155550103", from_="+14155550100", twiml="<Response/>", timeout=20,
        status_callback="http://a.example/s", status_callback_event=["initiated", "answered"],
    )  # fmt: skip
    first, second = orders(mocks)
    assert (first.sid, first.dial.to_number, first.url) == (
        made.sid, "+14155550102", "http://a.example/v",
    )  # fmt: skip
    assert (second.sid, second.twiml) == (more.sid, "<Response/>")
    assert (second.dial.status_events, second.dial.timeout_s) == (("initiated", "answered"), 20)
    assert [call.sid for call in client.calls.list(page_size=1)] == [more.sid, made.sid, CALL]
    assert [call.sid for call in client.calls.list(status="in-progress")] == [CALL]
    assert (
        refusal_of(lambda: client.calls.create(to="", from_="+1", url="http://a"))
    ).code == 21201


def test_what_is_refused_is_told_in_twilios_codes(mocks: Mocks) -> None:
    client = client_of(mocks)
    assert refusal_of(lambda: client.calls(CALL).fetch()).code == 20404
    mocks.apply("concurrency", "telephony", limit=0)
    refused = refusal_of(lambda: client.calls(CALL).fetch())
    mocks.heal()
    assert (refused.status, refused.code) == (429, 20429)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # aiohttp, of how Pipecat signs in
def test_pipecat_hangs_up_by_itself(mocks: Mocks) -> None:
    serializers = pytest.importorskip("pipecat.serializers.twilio", reason=WHY)
    frames = pytest.importorskip("pipecat.frames.frames", reason=WHY)
    up(mocks)

    async def hang_up() -> None:
        serializer = serializers.TwilioFrameSerializer(
            "MZ1", CALL, ACCOUNT, "secret", base_url=f"http://{mocks.netloc}"
        )
        await serializer.serialize(frames.EndFrame())

    run(hang_up)
    assert [(order.sid, order.status) for order in orders(mocks)][-1] == (CALL, "completed")
    (work,) = mocks.work()
    assert (work.tool, work.type, work.status, work.call) == ("calls.update", "ok", 200, CALL)
