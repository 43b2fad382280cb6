from typing import Any

import pytest

from harness.checks.orders_carried_out import OrdersCarriedOut
from harness.finding import Finding
from tests.harness.histories import Story


def look(at: float, **data: Any) -> Finding:
    story = Story()
    story.call(1, at=0, sid="CA1").talks(2).ends(after=1)
    (call,) = story.history().calls
    given = {"tool": "calls.update", "call": "CA1", "type": "fail", "status": 404, **data}
    story.work("telephony", call.ended_ns / 1e9 + at, call.ended_ns / 1e9 + at + 0.1, **given)
    return OrdersCarriedOut()(story.history())


def test_nobody_has_to_order_anything() -> None:
    story = Story()
    story.call(1, at=0, sid="CA1").talks().ends()
    finding = OrdersCarriedOut()(story.history())
    assert (finding.outcome, finding.measures["orders"]) == ("pass", 0)


@pytest.mark.parametrize(
    ("at", "data", "outcome", "late"),
    [
        (-3, {"type": "ok", "status": 200}, "pass", 0),
        (2, {"reason": "20404"}, "pass", 1),
        (0.5, {"status": 400, "reason": "21220"}, "pass", 1),
        (-0.02, {"reason": "20404"}, "pass", 1),
        (0.5, {"status": 400, "reason": "21205"}, "pass", 1),
        (-0.5, {"status": 400, "reason": "21205"}, "fail", 0),
        (-0.5, {"status": 400, "reason": "21220"}, "pass", 1),
        (-3, {"reason": "20404"}, "unknown", 0),
        (-3, {"status": 400, "reason": "21205"}, "fail", 0),
        (-3, {"call": "MZ1", "reason": "20404"}, "fail", 0),
        (-3, {"call": "MZ1", "status": 429, "bites": ["burst"]}, "pass", 0),
        (-60, {"call": "preflight"}, "pass", 0),
    ],
)
def test_what_is_refused_though_the_call_is_up(
    at: float, data: dict[str, Any], outcome: str, late: int
) -> None:
    finding = look(at, **data)
    assert (finding.outcome, finding.measures["late"]) == (outcome, late)


def test_a_call_that_nobody_has_is_named_with_what_to_do() -> None:
    finding = look(-3, call="MZ1", reason="20404")
    assert finding.summary == (
        "1 of 1 orders to the telephone network were refused; 1 name a call that nobody has: "
        "give the callSid of the stream's start"
    )
    assert [each.note for each in finding.evidence] == ["calls.update of MZ1: HTTP 404 20404"]


def test_an_order_about_no_call_names_no_stranger() -> None:
    finding = look(-3, call="", tool="calls.create", status=400, reason="21201")
    assert finding.summary == "1 of 1 orders to the telephone network were refused"
    assert finding.evidence[0].note == "calls.create of no call: HTTP 400 21201"


def test_a_late_one_is_told_and_can_be_looked_at() -> None:
    finding = look(2, reason="20404")
    assert finding.summary.endswith("1 more came when the call was over")
    assert [each.call for each in finding.evidence] == ["c0001"]


@pytest.mark.parametrize(
    ("before", "asked", "outcome"),
    [
        (9, '{"Status":"completed"}', "unknown"),
        (9, '{"Status":"Completed"}', "unknown"),
        (9, '{"Url":"http://agent/more"}', "pass"),
        (9, "", "pass"),
        (0.5, '{"Status":"completed"}', "pass"),
    ],
)
def test_an_accepted_order_to_hang_up_ends_the_call(
    before: float, asked: str, outcome: str
) -> None:
    finding = look(-before, type="ok", status=200, arguments=asked)
    assert finding.outcome == outcome
    assert ("1 were lost in the mocked network" in finding.summary) == (outcome == "unknown")


def test_who_hangs_up_twice_is_told_that_there_is_no_such_call() -> None:
    story = Story()
    story.call(1, at=0, sid="CA1").talks(2).ends()
    end = story.callers[0].now
    story.work("telephony", end - 3, end - 2.9, tool="calls.update", call="CA1", status=200,
               arguments='{"Status":"completed"}')  # fmt: skip
    story.work("telephony", end - 2, end - 1.9, "fail", tool="calls.update", call="CA1", status=404)
    finding = OrdersCarriedOut()(story.history())
    assert (finding.outcome, finding.measures["late"]) == ("pass", 1)


def hung_up_at(story: Story, at: float) -> str:
    story.call(1, at=0, sid="CA1").talks(2).ends()
    story.work("telephony", at, at + 0.1, "fail", tool="calls.update", call="CA2", status=404)
    return OrdersCarriedOut()(story.history()).outcome


def test_a_call_that_was_ordered_and_reached_nobody_was_one() -> None:
    story, missed = Story(), {"to": "+1", "from": "+2", "status": "no-answer", "why": "too late"}
    story.tell(5, "network", "order", "info", "CA2", "run", data=missed)
    assert hung_up_at(story, 6) == "pass"


@pytest.mark.parametrize(("at", "outcome"), [(6, "pass"), (2, "fail")])
def test_the_sid_of_a_call_that_we_gave_up_is_not_known(at: float, outcome: str) -> None:
    story = Story()
    story.call(2, at=1, answered=False).ends("stopped", type="info", by="us", after=4)
    assert hung_up_at(story, at) == outcome
