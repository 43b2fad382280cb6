from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from kernel.control import CallOrder, Dialling, PhoneCall
from mocks.latency import StageLatency
from mocks.providers.telephony.twilio import PROVIDER
from mocks.wire import Body, Head, Request
from mocks.world import World
from tests.mocks.drive import Drive
from tests.mocks.echo import a_world

ADA, DESK = "+14155550102", "+14155550100"
ACCOUNT, CALL = "AC" + "1" * 32, "CA" + "2" * 32
CALLS = f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
ONE = f"/2010-04-01/Accounts/{ACCOUNT}/Calls/{CALL}.json"
LIVE = PhoneCall(
    sid=CALL, account=ACCOUNT, status="in-progress", from_number="+14155550101",
    to_number="+14155550100",
)  # fmt: skip


def basic(pair: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


KEY = basic(f"{ACCOUNT}:secret")


def a_drive(*calls: PhoneCall) -> Drive:
    world = World(a_world().brain, seed=3, latency={"telephony": StageLatency()})
    world.exchange.connect(calls, 0)
    return Drive(PROVIDER, world=world)


def answer(drive: Drive, session: int) -> tuple[Head, Any]:
    drive.run()
    head, body = drive.to(session)
    assert isinstance(head, Head)
    assert isinstance(body, Body)
    return head, json.loads(body.data)


def post(
    drive: Drive, path: str = ONE, headers: dict[str, str] = KEY, **form: str
) -> tuple[int, Any]:
    body = urlencode(form).encode()
    head, told = answer(drive, drive.open(Request("POST", path, headers=headers, body=body)))
    return head.status, told


def get(drive: Drive, path: str = ONE, **query: str) -> tuple[int, Any]:
    asked = {name: [value] for name, value in query.items()}
    head, told = answer(drive, drive.open(Request("GET", path, query=asked, headers=KEY)))
    return head.status, told


def error(status: int, code: int) -> tuple[int, int, str]:
    return status, code, f"https://www.twilio.com/docs/errors/{code}"


def told_error(found: tuple[int, Any]) -> tuple[int, int, str]:
    status, told = found
    assert told["status"] == status
    assert told["message"]
    return status, told["code"], told["more_info"]


def test_a_hang_up_is_ordered_and_told_at_once() -> None:
    drive = a_drive(LIVE)
    status, told = post(drive, Status="completed")
    assert (status, told["sid"], told["status"]) == (200, CALL, "completed")
    assert drive.world.exchange.orders(0) == (CallOrder(sid=CALL, status="completed"),)
    (work,) = drive.work
    assert (work.stage, work.provider, work.tool, work.call) == (
        "telephony", "twilio", "calls.update", CALL,
    )  # fmt: skip
    assert json.loads(work.arguments) == {"Status": "completed"}


def test_a_call_that_has_ended_cannot_be_ended_but_read() -> None:
    drive = a_drive(LIVE)
    post(drive, Status="completed")
    assert told_error(post(drive, Status="completed")) == error(404, 20404)
    assert told_error(post(drive, Twiml="<Response/>")) == error(400, 21220)
    assert get(drive)[1]["status"] == "completed"
    assert drive.world.exchange.next == 1


def test_a_call_is_sent_on() -> None:
    drive = a_drive(LIVE)
    status, told = post(drive, Twiml="<Response><Dial>+1</Dial></Response>")
    assert (status, told["status"]) == (200, "in-progress")
    post(
        drive, Url="https://a.example/on", Method="get", Twiml="ignored",
        FallbackUrl="https://a.example/f", StatusCallback="https://a.example/s",
    )  # fmt: skip
    assert drive.world.exchange.orders(0) == (
        CallOrder(sid=CALL, twiml="<Response><Dial>+1</Dial></Response>"),
        CallOrder(
            sid=CALL, url="https://a.example/on", method="GET",
            fallback_url="https://a.example/f", status_callback="https://a.example/s",
        ),
    )  # fmt: skip


def test_only_what_is_not_answered_can_be_cancelled() -> None:
    drive = a_drive(LIVE)
    assert post(drive, Status="canceled")[1]["status"] == "in-progress"
    assert drive.world.exchange.next == 0
    ringing = "CA" + "3" * 32
    drive.world.exchange.connect([PhoneCall(sid=ringing, account=ACCOUNT, status="ringing")], 0)
    status, told = post(drive, ONE.replace(CALL, ringing), Status="canceled")
    assert (status, told["status"]) == (200, "canceled")
    assert drive.world.exchange.orders(0) == (CallOrder(sid=ringing, status="canceled"),)


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"Status": "busy"}, 20001),
        ({"Url": "/voicemail"}, 21205),
        ({"Url": "http://["}, 21205),
        ({f"f{number}": "1" for number in range(300)}, 20001),
    ],
)
def test_what_cannot_be_asked(form: dict[str, str], code: int) -> None:
    drive = a_drive(LIVE)
    assert told_error(post(drive, ONE, KEY, **form)) == error(400, code)
    assert drive.world.exchange.next == 0


def test_nobody_knows_the_call() -> None:
    assert told_error(post(a_drive(), Status="completed")) == error(404, 20404)


def test_an_agent_may_have_an_account_of_its_own() -> None:
    own = ONE.replace(ACCOUNT, "AC" + "9" * 32)
    status, told = post(a_drive(LIVE), own, Status="completed")
    assert (status, told["account_sid"]) == (200, ACCOUNT)


@pytest.mark.parametrize(
    "headers",
    [{}, basic(f"{ACCOUNT}:"), basic("me:secret"), {"authorization": "Basic ***"},
     {"authorization": "Basic é"}, {"authorization": "Bearer secret"}],
)  # fmt: skip
def test_credentials_are_asked_for(headers: dict[str, str]) -> None:
    drive = a_drive(LIVE)
    head, told = answer(drive, drive.open(Request("POST", ONE, headers=headers)))
    assert head.headers["WWW-Authenticate"].startswith("Basic")
    assert told_error((head.status, told)) == error(401, 20003)


def test_an_api_key_will_do() -> None:
    assert post(a_drive(LIVE), ONE, basic("SK12:secret"), Status="completed")[0] == 200


def test_a_call_is_told_with_its_times() -> None:
    drive = a_drive(PhoneCall(**{**_fields(LIVE), "status": "ringing"}))
    drive.run(1000)
    drive.world.exchange.connect([LIVE], drive.now_ns)
    drive.run(2500)
    drive.world.exchange.become(CALL, "completed", drive.now_ns)
    status, told = get(drive)
    assert (status, told["duration"], told["direction"]) == (200, "3", "inbound")
    assert (told["from"], told["from_formatted"]) == ("+14155550101", "(415) 555-0101")
    assert told["date_created"] == "Thu, 01 Jan 2026 00:00:00 +0000"
    assert told["start_time"] == "Thu, 01 Jan 2026 00:00:01 +0000"
    assert told["end_time"] == "Thu, 01 Jan 2026 00:00:03 +0000"
    assert told["uri"] == ONE
    assert told["subresource_uris"]["recordings"] == ONE.replace(".json", "/Recordings.json")


def _fields(call: PhoneCall) -> dict[str, Any]:
    return {name: getattr(call, name) for name in call.__struct_fields__}


def test_a_call_is_started_and_found_again() -> None:
    drive = a_drive()
    status, told = post(drive, CALLS, KEY, To=ADA, From=DESK, Url="http://a.example/v")
    assert (status, told["status"], told["direction"]) == (201, "queued", "outbound-api")
    assert drive.work[0].call == told["sid"]
    path = ONE.replace(CALL, told["sid"])
    assert get(drive, path)[1]["to"] == ADA
    assert post(drive, path, KEY, Status="canceled")[1]["status"] == "canceled"


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({}, 21201),
        ({"To": ADA}, 21213),
        ({"To": ADA, "From": DESK}, 21205),
        ({"To": ADA, "From": DESK, "Url": "ftp://a"}, 21205),
        ({"To": "(415) 555-0102", "From": DESK, "Url": "http://a"}, 21211),
        ({"To": DESK, "From": DESK, "Url": "http://a"}, 21211),
        ({"To": ADA, "From": "desk", "Url": "http://a"}, 21212),
        ({"To": ADA, "From": DESK, "ApplicationSid": "AP1"}, 21218),
    ],
)
def test_what_a_new_call_needs(form: dict[str, str], code: int) -> None:
    assert told_error(post(a_drive(), CALLS, KEY, **form)) == error(400, code)


def test_whoever_has_the_people_is_told_how_to_place_it() -> None:
    drive = a_drive()
    sid = post(drive, CALLS, KEY, To=ADA, From=DESK, Url="http://a.example/v")[1]["sid"]
    (order,) = drive.world.exchange.orders(0)
    assert (order.sid, order.url, order.method) == (sid, "http://a.example/v", "POST")
    assert order.dial == Dialling(account=ACCOUNT, from_number=DESK, to_number=ADA)


def test_an_account_has_a_sid_that_looks_like_one() -> None:
    drive = a_drive()
    path = CALLS.replace(ACCOUNT, "nobody")
    found = post(drive, path, KEY, To=ADA, From=DESK, Url="http://a.example/v")
    assert told_error(found) == error(404, 20404)
    assert drive.world.exchange.orders(0) == ()


def test_calls_are_listed_in_pages_the_newest_first() -> None:
    calls = [
        PhoneCall(sid=f"CA{number}", account=ACCOUNT, status="ringing", to_number=f"+{number}")
        for number in range(3)
    ]
    drive = a_drive(*calls)
    status, first = get(drive, CALLS, PageSize="2")
    assert status == 200
    assert [one["sid"] for one in first["calls"]] == ["CA2", "CA1"]
    assert first["next_page_uri"] == f"{CALLS}?PageSize=2&Page=1"
    second = get(drive, CALLS, PageSize="2", Page="1")[1]
    assert [one["sid"] for one in second["calls"]] == ["CA0"]
    assert (second["next_page_uri"], second["start"], second["end"]) == (None, 2, 2)
    assert [one["sid"] for one in get(drive, CALLS, To="+1")[1]["calls"]] == ["CA1"]
    assert get(drive, CALLS, Status="completed", PageSize="x")[1]["calls"] == []
    ringing = get(drive, CALLS, Status="ringing", To="", PageSize="1")[1]
    assert ringing["next_page_uri"] == f"{CALLS}?Status=ringing&PageSize=1&Page=1"


def test_too_many_requests_are_told_as_twilio_does() -> None:
    drive = a_drive(LIVE)
    drive.apply("concurrency", target="telephony", limit=0)
    head, told = answer(
        drive, drive.open(Request("POST", ONE, headers=KEY, body=b"Status=completed"))
    )
    assert told_error((head.status, told)) == error(429, 20429)
    assert told["message"] == "Too Many Requests"
    assert head.headers["Twilio-Request-Id"].startswith("RQ")
    assert drive.world.exchange.next == 0
    (work,) = drive.work
    assert (work.type, work.status, work.call) == ("fail", 429, CALL)


def test_a_slow_network_answers_late_but_acts() -> None:
    drive = a_drive(LIVE)
    drive.apply("slowdown", target="telephony", first="2s")
    session = drive.open(Request("POST", ONE, headers=KEY, body=b"Status=completed"))
    assert drive.world.exchange.next == 1
    drive.run()
    assert min(drive.times(session)) == pytest.approx(2000)
