import re

from harness.protocols import twilio

FORM = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+12349013030",
    "Digits": "1234",
    "From": "+12349013030",
    "To": "+18005551212",
}


def test_the_signature_of_twilios_own_example() -> None:
    # twilio.com/docs/usage/security#validating-requests
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert twilio.signature("12345", url, FORM) == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="


def test_a_signature_counts_each_value_of_a_field_once_and_sorted() -> None:
    url = "https://voice.example/"
    several = twilio.signature("12345", url, {"a": ["2", "1", "2"], "b": "3"})
    assert several == twilio.signature("12345", url + "a1a2b3")


def test_a_stream_is_signed_by_its_url_alone() -> None:
    url = "wss://voice.example/media"
    assert twilio.signature("12345", url) == twilio.signature("12345", url, {})
    assert twilio.signature("12345", url) != twilio.signature("54321", url)


def test_sids_look_like_twilios_and_stand_for_their_names() -> None:
    sid = twilio.sid("CA", 7, "c0001")
    assert re.fullmatch(r"CA[0-9a-f]{32}", sid)
    assert sid == twilio.sid("CA", 7, "c0001")
    assert len({sid, twilio.sid("CA", 8, "c0001"), twilio.sid("CA", 7, "c0002")}) == 3
    assert twilio.sid("MZ", sid)[2:] != sid[2:]


def test_the_idempotency_token_is_a_uuid() -> None:
    token = twilio.idempotency_token("CA1", "url")
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", token)


def test_the_form_of_an_inbound_call() -> None:
    form = twilio.call_form("CA1", "AC1", "+14155550101")
    assert form["From"] == form["Caller"] == "+14155550101"
    assert form["To"] == form["Called"] == twilio.CALLED_NUMBER
    assert form["CallStatus"] == "ringing"
    assert form["Direction"] == "inbound"
    assert form["ApiVersion"] == "2010-04-01"
    assert twilio.form_body({"From": "+1", "a b": "ö"}) == b"From=%2B1&a+b=%C3%B6"


def test_the_form_of_a_call_that_is_over() -> None:
    form = twilio.progress_form({"CallSid": "CA1"}, 3, 1_767_225_600.9, 61.2)
    assert (form["CallSid"], form["SequenceNumber"]) == ("CA1", "3")
    assert (form["CallDuration"], form["Duration"]) == ("62", "2")
    assert form["Timestamp"] == "Thu, 01 Jan 2026 00:00:00 +0000"
    assert form["CallbackSource"] == "call-progress-events"


def test_a_call_that_goes_on_has_no_duration_yet() -> None:
    form = twilio.progress_form({"CallSid": "CA1"}, 0, 0)
    assert not form.keys() & {"CallDuration", "Duration"}


def test_the_form_of_a_stream() -> None:
    call = twilio.call_form("CA1", "AC1", "+14155550101")
    started = twilio.stream_form(call, "MZ1", "", "stream-started", 1_767_225_600.25)
    assert started == {
        "AccountSid": "AC1",
        "CallSid": "CA1",
        "StreamSid": "MZ1",
        "StreamName": "MZ1",
        "StreamEvent": "stream-started",
        "Timestamp": "2026-01-01T00:00:00.250+00:00",
    }
    failed = twilio.stream_form(call, "MZ1", "ear", "stream-error", 0, "31920: HTTP 403")
    assert (failed["StreamName"], failed["StreamError"]) == ("ear", "31920: HTTP 403")


def test_a_get_carries_the_fields_in_its_query() -> None:
    fields = {"From": "+1", "a": "b c"}
    assert twilio.with_query("http://a/in", fields) == "http://a/in?From=%2B1&a=b+c"
    assert twilio.with_query("http://a/in?x=1#rc=2", fields) == (
        "http://a/in?x=1&From=%2B1&a=b+c#rc=2"
    )
