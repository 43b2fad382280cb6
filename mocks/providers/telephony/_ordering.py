"""What a form of Twilio's REST API orders: a new call, or another course for one that is up.

Source: twilio.com/docs/voice/api/call-resource; codes: twilio.com/docs/api/errors.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from kernel.control import CallOrder, Dialling, PhoneCall

from ._calls import Trouble

Form = Mapping[str, str]

_MOST_FIELDS = 200
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_ELSEWHERE = ("client:", "sip:")
"""Addresses that are no numbers. Nobody answers there."""
_EVENTS = ("initiated", "ringing", "answered", "completed")
_RINGS_S = 60.0
_LONGEST_RING_S = 600
_DETECTS = ("enable", "detectmessageend")


def form_of(body: bytes) -> Form:
    """Fields by name; the values of one that is repeated stand in one text, with spaces between."""
    try:
        fields = parse_qs(body.decode(), max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise Trouble(400, 20001, "The request's body is no form") from None
    return {name: " ".join(values) for name, values in fields.items()}


def new_call(sid: str, account: str, form: Form) -> CallOrder:
    """The order to place a call. Trouble if nobody could."""
    to_number, from_number = form.get("To", ""), form.get("From", "")
    if not to_number:
        raise Trouble(400, 21201, "No 'To' number is specified")
    if not from_number:
        raise Trouble(400, 21213, "No 'From' number is specified")
    if not _reachable(to_number) or to_number == from_number:
        what = f"The phone number you are attempting to call, {to_number[:50]}, is not valid."
        raise Trouble(400, 21211, what)
    if not _reachable(from_number):
        raise Trouble(400, 21212, f"Invalid From Number (caller ID): {from_number[:50]}")
    if not (form.get("Url") or form.get("Twiml")):
        if form.get("ApplicationSid"):
            raise Trouble(400, 21218, "ApplicationSid: there are no applications here")
        raise Trouble(400, 21205, "Url parameter is required.")
    dial = Dialling(
        account=account,
        from_number=from_number,
        to_number=to_number,
        status_events=_status_events(form),
        timeout_s=_timeout_s(form),
        detects_machines=form.get("MachineDetection", "").lower() in _DETECTS,
    )
    return _course(sid, form, dial)


def queued(order: CallOrder) -> PhoneCall:
    """The call that has just been ordered."""
    dial = order.dial
    assert dial is not None
    return PhoneCall(
        sid=order.sid,
        account=dial.account,
        status="queued",
        from_number=dial.from_number,
        to_number=dial.to_number,
        direction="outbound-api",
    )


def other_course(sid: str, form: Form) -> CallOrder:
    """The order to leave everything, and go on with `Url` or `Twiml`."""
    return _course(sid, form, None)


def _course(sid: str, form: Form, dial: Dialling | None) -> CallOrder:
    url = form.get("Url", "")
    return CallOrder(
        sid=sid,
        dial=dial,
        url=_url("Url", url) if url else "",
        twiml="" if url else form["Twiml"],
        method=_method(form, "Method"),
        fallback_url=form.get("FallbackUrl", ""),
        fallback_method=_method(form, "FallbackMethod"),
        status_callback=form.get("StatusCallback", ""),
        status_callback_method=_method(form, "StatusCallbackMethod"),
    )


def _reachable(number: str) -> bool:
    return bool(_E164.fullmatch(number)) or number.startswith(_ELSEWHERE)


def _status_events(form: Form) -> tuple[str, ...]:
    """Twilio tells nothing but the end, unless it is asked to."""
    wanted = form.get("StatusCallbackEvent", "").lower().split()
    return tuple(event for event in _EVENTS if event in wanted) or _EVENTS[-1:]


def _timeout_s(form: Form) -> float:
    """60 s unless the form says a whole number."""
    text = form.get("Timeout", "")
    return float(min(max(int(text[:6]), 1), _LONGEST_RING_S)) if text.isdecimal() else _RINGS_S


def _url(name: str, value: str) -> str:
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise Trouble(400, 21205, f"{name} is not a valid URL: {value[:200]}")
    return value


def _method(form: Form, name: str) -> str:
    return "GET" if form.get(name, "").upper() == "GET" else "POST"
