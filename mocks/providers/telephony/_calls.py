"""Twilio's Call resource as JSON, and its errors.

Source: twilio.com/docs/voice/api/call-resource.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from kernel.clock import SECOND_NS

from ...exchange import Connection
from ...world import World

API = "/2010-04-01/Accounts"
_ERRORS = "https://www.twilio.com/docs/errors"
_SUBRESOURCES = (
    "notifications", "recordings", "payments", "events", "siprec", "streams", "transcriptions",
    "user_defined_message_subscriptions", "user_defined_messages",
)  # fmt: skip
_NANP_DIGITS = 10


class Trouble(Exception):
    """Twilio says no: HTTP status, its own error code, and the message."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    @property
    def body(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"{_ERRORS}/{self.code}",
            "status": self.status,
        }


def not_found(path: str) -> Trouble:
    return Trouble(404, 20404, f"The requested resource {path} was not found")


def resource(connection: Connection, world: World) -> dict[str, Any]:
    """A call as Twilio shows it."""
    call = connection.call
    uri = f"{API}/{call.account}/Calls/{call.sid}"

    def date(at_ns: int | None) -> str | None:
        if at_ns is None:
            return None
        return format_datetime(datetime.fromtimestamp(world.wall_s(at_ns), UTC))

    return {
        "sid": call.sid,
        "date_created": date(connection.begun_ns),
        "date_updated": date(connection.changed_ns),
        "parent_call_sid": None,
        "account_sid": call.account,
        "to": call.to_number,
        "to_formatted": _formatted(call.to_number),
        "from": call.from_number,
        "from_formatted": _formatted(call.from_number),
        "phone_number_sid": None,
        "status": call.status,
        "start_time": date(connection.answered_ns),
        "end_time": date(connection.ended_ns),
        "duration": _duration_s(connection),
        "price": None,
        "price_unit": "USD",
        "direction": call.direction,
        "answered_by": None,
        "api_version": "2010-04-01",
        "annotation": None,
        "forwarded_from": None,
        "group_sid": None,
        "caller_name": None,
        "queue_time": "0",
        "trunk_sid": None,
        "uri": f"{uri}.json",
        "subresource_uris": {
            name: f"{uri}/{name.title().replace('_', '')}.json" for name in _SUBRESOURCES
        },
    }


def page(
    connections: Sequence[Connection],
    account: str,
    number: int,
    size: int,
    world: World,
    wanted: Mapping[str, str],
) -> dict[str, Any]:
    """One page of a list of calls; pages count from 0. `wanted` is what chose among them: the next
    page is one of the same.
    """
    start = number * size
    shown = connections[start : start + size]
    chosen = urlencode({**wanted, "PageSize": size})
    uri = f"{API}/{account}/Calls.json?{chosen}&Page="
    more = start + size < len(connections)
    return {
        "calls": [resource(connection, world) for connection in shown],
        "end": start + max(0, len(shown) - 1),
        "first_page_uri": f"{uri}0",
        "next_page_uri": f"{uri}{number + 1}" if more else None,
        "page": number,
        "page_size": size,
        "previous_page_uri": f"{uri}{number - 1}" if number else None,
        "start": start,
        "uri": f"{uri}{number}",
    }


def _formatted(number: str) -> str:
    """+14155550100 → (415) 555-0100; numbers of other countries stay as they are."""
    digits = number.removeprefix("+1")
    if digits == number or len(digits) != _NANP_DIGITS:
        return number
    return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"


def _duration_s(connection: Connection) -> str | None:
    if connection.ended_ns is None:
        return None
    answered_ns = connection.answered_ns or connection.ended_ns
    return str(math.ceil((connection.ended_ns - answered_ns) / SECOND_NS))
