"""What providers have in common when they refuse: a status for every reason, a wait, a place."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from kernel.fault import Refusal, Where

from .wire import Close, Head, Wire

STATUSES: Mapping[str, int] = {
    "quota": 402,
    "too_large": 413,
    "malformed": 400,
    "overloaded": 503,
    "too_slow": 408,
}
"""HTTP status by the reason of a refusal; 429 for any other."""


def status_of(refusal: Refusal, statuses: Mapping[str, int] = STATUSES) -> int:
    """The status that the fault asks for, else that of its reason."""
    return refusal.status or statuses.get(refusal.reason, 429)


def retry_after(seconds: float | None) -> dict[str, str]:
    """The header that says how long to wait, in whole seconds; none if nothing is to be said."""
    return {} if seconds is None else {"Retry-After": str(max(1, math.ceil(seconds)))}


def close_code(status: int) -> int:
    """The close code nearest to a status: whose fault it is, the client's or the server's."""
    return 1008 if status < 500 else 1011


def refused_upgrade(
    refusal: Refusal,
    *,
    before: Iterable[Wire],
    opened: Head,
    in_band: Iterable[Wire],
    close: Close,
    default: Where = "before",
) -> Iterable[Wire]:
    """An upgrade refused where the fault asks for it, by default where the provider does it.

    before   the answer in place of the upgrade
    opened   the head of an upgrade that is accepted; `close` follows, after `in_band` if asked for
    """
    match refusal.where or default:
        case "before":
            return before
        case "after":
            return [opened, close]
    return [opened, *in_band, close]
