"""Greetings that were refused, and the calls that may have asked for them.

Before the first word all callers are alike, and of a greeting that was refused only the journal
knows. So such requests are held against needs, as refused sockets are (see `knocks`): a call needs
a greeting until it has one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from kernel.clock import MILLISECOND_NS, SECOND_NS
from kernel.history import History
from kernel.records import Call, Socket, Work

from ..correlation.scene import is_refused_greeting
from .knocks import Knocks, Need, Needs

_CLOCKS_NS = 250 * MILLISECOND_NS
_HANG_UP_NS = SECOND_NS


def refused_greetings(history: History) -> Iterator[Knocks]:
    """Those that are joined to no call, by provider."""
    found: dict[tuple[str, str], list[Socket]] = defaultdict(list)
    served: dict[str, Work] = {}
    for work in sorted(history.work, key=lambda work: work.from_at_ns):
        call = history.call_of(work)
        if call is None and is_refused_greeting(work):
            found[work.stage, work.provider].append(_as_knock(work))
        elif call is not None and work.purpose == "greeting" and work.text_out:
            served.setdefault(call, work)
    needs = Needs(_need(call, served.get(call.span)) for call in history.calls)
    for (stage, provider), asked in found.items():
        yield Knocks(stage, provider, tuple(asked), 1, needs, needs, "greeting")


def _need(call: Call, greeting: Work | None) -> Need:
    from_ns = call.dialled_ns - _CLOCKS_NS
    if greeting is None:
        return Need(call.span, from_ns, call.ended_ns + _HANG_UP_NS)
    return Need(call.span, from_ns, greeting.from_at_ns, greeting.provider)


def _as_knock(work: Work) -> Socket:
    return Socket(
        work.span, work.stage, work.provider, work.from_at_ns, work.until_at_ns, work.type,
        work.status, work.connection, retry_after_s=work.retry_after_s,
    )  # fmt: skip
