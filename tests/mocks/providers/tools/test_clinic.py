from __future__ import annotations

import json
from typing import Any

import pytest

from mocks.latency import StageLatency
from mocks.providers.tools.clinic import PROVIDER, SLOTS, Book
from mocks.wire import Body, Head, Request
from mocks.world import World
from tests.mocks.drive import Drive
from tests.mocks.echo import a_world


def a_drive() -> Drive:
    world = World(a_world().brain, seed=3, latency={"tools": StageLatency()})
    return Drive(PROVIDER, world=world)


def call(
    drive: Drive, method: str, path: str, body: object = None, **query: str
) -> tuple[int, Any]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    asked = {name: [value] for name, value in query.items()}
    session = drive.open(Request(method, path, query=asked, body=data))
    drive.run()
    head, answer = drive.to(session)
    assert isinstance(head, Head)
    assert isinstance(answer, Body)
    return head.status, json.loads(answer.data)


ANN = {"date": "2026-12-03", "time": "9:00", "name": "Ann Lee"}


@pytest.mark.parametrize("prefix", ["", "/tools"])
def test_a_day_has_sixteen_slots_minus_those_that_are_taken(prefix: str) -> None:
    drive = a_drive()
    status, day = call(drive, "GET", f"{prefix}/slots", date="2026-12-03")
    assert (status, day) == (200, {"date": "2026-12-03", "slots": list(SLOTS)})
    assert len(SLOTS) == 16
    status, made = call(drive, "POST", f"{prefix}/appointments", ANN)
    assert status == 201
    assert made == {"id": made["id"], "date": "2026-12-03", "time": "09:00", "name": "Ann Lee",
                    "status": "booked"}  # fmt: skip
    _, day = call(drive, "GET", f"{prefix}/slots", date="2026-12-03")
    assert day["slots"] == list(SLOTS[1:])


def test_a_slot_is_given_once_and_again_after_cancelling() -> None:
    drive = a_drive()
    _, made = call(drive, "POST", "/appointments", ANN)
    status, told = call(drive, "POST", "/appointments", ANN)
    assert (status, told["error"]) == (409, "slot_taken")
    place = f"/appointments/{made['id']}"
    assert call(drive, "GET", place) == (200, made)
    status, cancelled = call(drive, "DELETE", place)
    assert (status, cancelled["status"]) == (200, "cancelled")
    assert call(drive, "POST", "/appointments", ANN)[0] == 201
    assert call(drive, "DELETE", place)[0] == 200
    assert call(drive, "POST", "/appointments", ANN)[0] == 409


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"{", "invalid_json"),
        (b"\xff", "invalid_json"),
        ([], "invalid_json"),
        ({**ANN, "date": "Thursday"}, "invalid_date"),
        ({**ANN, "date": 3}, "invalid_date"),
        ({**ANN, "time": "09:10"}, "invalid_time"),
        ({**ANN, "time": "22:00"}, "invalid_time"),
        ({**ANN, "time": ""}, "invalid_time"),
        ({**ANN, "name": " "}, "invalid_name"),
        ({"date": "2026-12-03", "time": "09:00"}, "invalid_name"),
    ],
)
def test_what_is_wrong_is_told(body: object, error: str) -> None:
    status, told = call(a_drive(), "POST", "/appointments", body)
    assert (status, told["error"]) == (400, error)
    assert told["message"]


def test_customers_are_found_by_phone_or_name() -> None:
    drive = a_drive()
    customer = next(iter(Book(3).customers.values()))
    dressed = f"+1 ({customer.phone[:3]})" + customer.phone[3:]
    _, found = call(drive, "GET", "/customers", phone=dressed)
    assert [one["id"] for one in found["customers"]] == [customer.id]
    _, found = call(drive, "GET", "/customers", name=customer.name.upper())
    assert customer.id in [one["id"] for one in found["customers"]]
    assert call(drive, "GET", f"/customers/{customer.id}")[1]["name"] == customer.name
    assert call(drive, "GET", "/customers")[0] == 400
    assert call(drive, "GET", "/customers", phone="0") == (200, {"customers": []})
    for path in ("/customers/x", "/appointments/x"):
        status, told = call(drive, "GET", path)
        assert (status, told["error"]) == (404, "not_found")


def test_the_people_depend_on_the_seed_alone() -> None:
    assert Book(1).customers == Book(1).customers
    assert Book(1).customers != Book(2).customers
    assert len({one.phone for one in Book(1).customers.values()}) == len(Book(1).customers)
    assert all("555" in one.phone for one in Book(1).customers.values())


def test_the_journal_names_the_tool_and_its_arguments() -> None:
    drive = a_drive()
    call(drive, "POST", "/tools/appointments", ANN)
    call(drive, "POST", "/tools/appointments", ANN)
    booked, refused = drive.work
    assert (booked.stage, booked.tool, booked.type) == ("tools", "book_appointment", "ok")
    assert json.loads(booked.arguments) == ANN
    assert (refused.type, refused.status, refused.reason) == ("fail", 409, "slot_taken")


def test_a_reset_empties_the_book() -> None:
    drive = a_drive()
    call(drive, "POST", "/appointments", ANN)
    drive.levers.reset(drive.now_ns)
    assert call(drive, "POST", "/appointments", ANN)[0] == 201


def test_faults_refuse_as_a_gateway_does() -> None:
    drive = a_drive()
    drive.apply("rate_limit", target="tools", requests="1/s", burst=1)
    request = Request("GET", "/slots", query={"date": ["2026-12-03"]})
    served, refused = drive.open(request), drive.open(request)
    drive.run()
    assert drive.to(served)[0].status == 200
    assert drive.to(refused)[0].status == 429
    assert drive.to(refused)[0].headers["Retry-After"] == "1"
