"""Twilio's formats, without I/O: TwiML, the signature of webhooks, messages of a media stream."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable
from xml.sax.saxutils import quoteattr

FRAME_BYTES = 160  # 20 ms of µ-law at 8 kHz
BYTES_PER_S = 8000
SILENCE = b"\xff"

REJECT = '<?xml version="1.0" encoding="UTF-8"?><Response><Reject reason="busy"/></Response>'


def connect(stream_url: str) -> str:
    """TwiML that answers the call and opens a two-way media stream."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f"<Response><Connect><Stream url={quoteattr(stream_url)}/></Connect></Response>"
    )


def signature(auth_token: str, url: str, form: Iterable[tuple[str, str]] = ()) -> str:
    """X-Twilio-Signature of a request: HMAC-SHA1 over its URL and its sorted, distinct form fields.

    Source: twilio.com/docs/usage/security.
    """
    signed = url + "".join(name + value for name, value in sorted(set(form)))
    digest = hmac.new(auth_token.encode(), signed.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def is_signed(auth_token: str, url: str, form: Iterable[tuple[str, str]], claimed: str) -> bool:
    """Whether `claimed` is the signature of the request."""
    return hmac.compare_digest(signature(auth_token, url, form).encode(), claimed.encode())


def media(stream_sid: str, audio: bytes) -> str:
    """Audio for the caller, queued by Twilio and played in real time."""
    payload = base64.b64encode(audio).decode()
    return json.dumps({"event": "media", "streamSid": stream_sid, "media": {"payload": payload}})


def mark(stream_sid: str, name: str) -> str:
    """Asks for an echo as soon as everything queued so far has been played."""
    return json.dumps({"event": "mark", "streamSid": stream_sid, "mark": {"name": name}})


def clear(stream_sid: str) -> str:
    """Throws away what is queued and not yet played; pending marks come back at once."""
    return json.dumps({"event": "clear", "streamSid": stream_sid})
