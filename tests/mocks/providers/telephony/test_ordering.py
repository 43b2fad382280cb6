from __future__ import annotations

import pytest

from kernel.control import CallOrder, Dialling, PhoneCall
from mocks.providers.telephony._calls import Trouble
from mocks.providers.telephony._ordering import form_of, new_call, other_course, queued

ADA, DESK = "+14155550102", "+14155550100"
FORM = {"To": ADA, "From": DESK, "Url": "http://a.example/v"}


def test_a_repeated_field_has_all_its_values() -> None:
    form = form_of(b"StatusCallbackEvent=initiated&To=%2B1&StatusCallbackEvent=answered")
    assert form == {"StatusCallbackEvent": "initiated answered", "To": "+1"}
    with pytest.raises(Trouble):
        form_of(b"a=1&" * 300)


def test_a_whole_order() -> None:
    order = new_call(
        "CA1", "AC1",
        {
            **FORM, "Method": "GET", "FallbackUrl": "http://a.example/f", "Timeout": "15",
            "StatusCallback": "http://a.example/s", "StatusCallbackEvent": "completed ringing",
            "MachineDetection": "Enable",
        },
    )  # fmt: skip
    assert order == CallOrder(
        sid="CA1",
        dial=Dialling(
            account="AC1", from_number=DESK, to_number=ADA,
            status_events=("ringing", "completed"), timeout_s=15.0, detects_machines=True,
        ),
        url="http://a.example/v", method="GET", fallback_url="http://a.example/f",
        status_callback="http://a.example/s",
    )  # fmt: skip
    assert queued(order) == PhoneCall(
        sid="CA1", account="AC1", status="queued", from_number=DESK, to_number=ADA,
        direction="outbound-api",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("StatusCallbackEvent", "", ("completed",)),
        ("StatusCallbackEvent", "hung-up", ("completed",)),
        ("StatusCallbackEvent", "Answered", ("answered",)),
        ("Timeout", "soon", 60.0),
        ("Timeout", "0", 1.0),
        ("Timeout", "99999999", 600.0),
        ("MachineDetection", "DetectMessageEnd", True),
        ("MachineDetection", "no", False),
    ],
)
def test_what_a_field_means(field: str, value: str, told: object) -> None:
    dial = new_call("CA1", "AC1", {**FORM, field: value}).dial
    assert dial
    assert told in (dial.status_events, dial.timeout_s, dial.detects_machines)


@pytest.mark.parametrize("to", ["14155550101", "+0123456789", "+1 415 555 0101", "+123", "+1415x"])
def test_numbers_are_e164(to: str) -> None:
    with pytest.raises(Trouble) as caught:
        new_call("CA1", "AC1", {**FORM, "To": to})
    assert (caught.value.status, caught.value.code) == (400, 21211)
    assert to in caught.value.message


def test_not_everybody_has_a_number() -> None:
    order = new_call("CA1", "AC1", {**FORM, "To": "client:ada"})
    assert order.dial
    assert order.dial.to_number == "client:ada"


def test_a_call_that_is_up_goes_on_elsewhere() -> None:
    assert other_course("CA1", {"Twiml": "<Response/>"}) == CallOrder(
        sid="CA1", twiml="<Response/>"
    )
    assert other_course("CA1", {"Url": "http://a", "Twiml": "x"}).twiml == ""
