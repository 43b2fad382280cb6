"""The call that a client says its request is for: in a header, or in a field of its metadata."""

from __future__ import annotations

from typing import Any

import msgspec

from .wire import NO_JSON, Request
from .world import Settings


class _Body(msgspec.Struct):
    metadata: dict[str, Any] = {}


def named_call(request: Request, settings: Settings) -> str:
    """What stands where the agent is known to name its calls; empty if nothing does."""
    named = request.header(settings.correlate) if settings.correlate else ""
    if not named and settings.metadata:
        named = _in_query(request, settings.metadata) or _in_body(request, settings.metadata)
    return named


def _in_query(request: Request, name: str) -> str:
    """`?call_sid=CA…`, or among the extras that Deepgram takes: `?extra=call_sid:CA…`."""
    extras = (extra.partition(":") for extra in request.query.get("extra", ()))
    extra = next((value for key, _, value in extras if key == name), "")
    return request.argument(name) or extra


def _in_body(request: Request, name: str) -> str:
    try:
        found = msgspec.json.decode(request.body, type=_Body).metadata.get(name, "")
    except NO_JSON:
        return ""
    return found if isinstance(found, str) else ""
