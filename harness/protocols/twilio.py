"""Twilio's voice webhook and callbacks: the forms it posts and the signature over them.

Source: twilio.com/docs/voice/twiml, /docs/voice/api/call-resource and /docs/usage/security.
"""

from __future__ import annotations

import base64
import hmac
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import blake2b, sha1
from typing import Literal
from urllib.parse import urlencode

API_VERSION = "2010-04-01"
CALLED_NUMBER = "+14155550100"
FORM_HEADERS = {
    "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
    "User-Agent": "TwilioProxy/1.1",
    "Accept": "*/*",
}
STREAM_HEADERS = {"User-Agent": "Twilio.TmeWs/1.0", "Accept-Encoding": "gzip"}
SIGNATURE_HEADER = "X-Twilio-Signature"
STREAM_SIGNATURE_HEADER = "x-twilio-signature"
IDEMPOTENCY_HEADER = "I-Twilio-Idempotency-Token"
OWN_HEADERS = frozenset(
    {
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "i-twilio-idempotency-token",
        "sec-websocket-extensions",
        "sec-websocket-key",
        "sec-websocket-protocol",
        "sec-websocket-version",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "x-twilio-signature",
    }
)
"""Names, in lower case, of headers that webhook requests and upgrades bring with them."""


def sid(prefix: str, *names: object) -> str:
    """A Twilio identifier: `prefix` (CA, AC, MZ, …) and 32 hex digits, the same for the same names.

    It stands for what it is made of, so that one seed gives one set of calls.
    """
    text = "\x1f".join([prefix, *map(str, names)])
    return prefix + blake2b(text.encode(), digest_size=16).hexdigest()


def idempotency_token(*names: object) -> str:
    """A UUID for the `I-Twilio-Idempotency-Token` header, the same for the same names."""
    digits = blake2b("\x1f".join(map(str, names)).encode(), digest_size=16).hexdigest()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


Direction = Literal["inbound", "outbound-api"]


def call_form(
    call_sid: str,
    account_sid: str,
    from_number: str,
    to_number: str = CALLED_NUMBER,
    direction: Direction = "inbound",
) -> dict[str, str]:
    """The fields that Twilio posts for a call that rings. Numbers are E.164."""
    return {
        "AccountSid": account_sid,
        "ApiVersion": API_VERSION,
        "CallSid": call_sid,
        "CallStatus": "ringing",
        "Called": to_number,
        "CalledCountry": "US",
        "Caller": from_number,
        "CallerCountry": "US",
        "Direction": direction,
        "From": from_number,
        "FromCountry": "US",
        "To": to_number,
        "ToCountry": "US",
    }


def progress_form(
    form: Mapping[str, str], number: int, at_s: float, duration_s: float | None = None
) -> dict[str, str]:
    """What the status callback gets; `form` is that of the call, `number` counts from 0.

    `at_s` is seconds since the epoch; a call that is over has lasted for `duration_s`.
    """
    told = {
        **form,
        "CallbackSource": "call-progress-events",
        "SequenceNumber": str(number),
        "Timestamp": format_datetime(datetime.fromtimestamp(int(at_s), UTC)),
    }
    if duration_s is None:
        return told
    lasted = {"CallDuration": math.ceil(duration_s), "Duration": math.ceil(duration_s / 60)}
    return told | {name: str(count) for name, count in lasted.items()}


StreamEvent = Literal["stream-started", "stream-stopped", "stream-error"]


def stream_form(
    form: Mapping[str, str],
    stream_sid: str,
    name: str,
    event: StreamEvent,
    at_s: float,
    error: str = "",
) -> dict[str, str]:
    """What the status callback of a stream gets; `at_s` is seconds since the epoch."""
    told = {
        "AccountSid": form["AccountSid"],
        "CallSid": form["CallSid"],
        "StreamSid": stream_sid,
        "StreamName": name or stream_sid,
        "StreamEvent": event,
        "Timestamp": datetime.fromtimestamp(at_s, UTC).isoformat(timespec="milliseconds"),
    }
    return {**told, "StreamError": error} if error else told


def with_query(url: str, fields: Mapping[str, str]) -> str:
    """The URL that a GET asks for: the fields stand behind what is in it already."""
    bare, hash_, fragment = url.partition("#")
    mark = "&" if "?" in bare else "?"
    return f"{bare}{mark}{urlencode(fields)}{hash_}{fragment}"


def form_body(fields: Mapping[str, str]) -> bytes:
    """The fields as `application/x-www-form-urlencoded`."""
    return urlencode(fields).encode()


def signature(
    auth_token: str, url: str, fields: Mapping[str, str | Sequence[str]] | None = None
) -> str:
    """`X-Twilio-Signature`: base64 of HMAC-SHA1 over the URL and the sorted fields.

    `url` is the one that Twilio requests, query string included. Of a field with several values
    each different one counts once. The upgrade of a media stream is signed without fields.
    """
    text = url
    for name in sorted(fields or {}):
        value = (fields or {})[name]
        values = [value] if isinstance(value, str) else sorted(set(value))
        text += "".join(name + each for each in values)
    return base64.b64encode(hmac.digest(auth_token.encode(), text.encode(), sha1)).decode()
