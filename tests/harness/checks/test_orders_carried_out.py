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
