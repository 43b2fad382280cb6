"""Logical requests and their attempts: what an agent wanted, and how often it tried."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from kernel.history import History
from kernel.records import Call, Work

from ..correlation.wording import normal

_IN_VAIN_NS = 1_000_000_000
_HANG_UP_NS = 1_000_000_000

_STAGES = ("llm", "tts", "tools", "realtime")
_APART = ("prewarm", "side")


@dataclass(frozen=True)
class Logical:
    """One thing that one call wanted from one provider, and every attempt at it, in order.

    The second and later attempts are retries: each began after an earlier one had failed.
    """

    call: str
    stage: str
    provider: str
    attempts: tuple[Work, ...]

    @property
    def from_ns(self) -> int:
        return self.attempts[0].from_at_ns


@dataclass(frozen=True)
class Requests:
    """All logical requests by start, and the number of requests that are neither one nor a retry.

    apart  `prewarm`, `side`, `taken_back` (barge-in, hang-up, preemptive), `parallel` (hedged)
    """

    logical: Sequence[Logical]
    apart: Mapping[str, int] = field(default_factory=dict)


@lru_cache(maxsize=1)  # several checks ask about the same history
def requests(history: History) -> Requests:
    """What the joined work of the LLM, TTS, realtime and tools mocks comes to.

    Work that is joined to no call counts nowhere: whose retry it is, nobody knows.
    """
    calls = {call.span: call for call in history.calls}
    apart: Counter[str] = Counter()
    wanted: dict[tuple[str, ...], list[Work]] = defaultdict(list)
    for work in history.work:
        call = calls.get(history.call_of(work) or "")
        if work.stage not in _STAGES or call is None:
            continue
        if work.purpose in _APART:
            apart[work.purpose] += 1
        elif taken_back(work, call):
            apart["taken_back"] += 1
        else:
            wanted[_identity(work, call)].append(work)
    found = [
        Logical(call, stage, provider, tuple(attempts))
        for (call, stage, provider, *_), tries in wanted.items()
        for attempts in _split(tries, apart)
    ]
    return Requests(sorted(found, key=lambda logical: logical.from_ns), apart)


def _identity(work: Work, call: Call) -> tuple[str, ...]:
    words = normal(work.history), normal(work.text_in)
    # The same apology or the same tool call after the caller's next words is asked anew.
    turn = sum(turn.until_at_ns <= work.from_at_ns for turn in call.turns)
    return (call.span, work.stage, work.provider, work.tool, *words, work.arguments, str(turn))


def _split(tries: Sequence[Work], apart: Counter[str]) -> Iterator[list[Work]]:
    """Attempts at the same words, parted where one was served: what follows is asked anew."""
    attempts: list[Work] = []
    failed_ns = served_ns = None
    for work in tries:
        if served_ns is not None and served_ns <= work.from_at_ns:
            yield attempts
            attempts, failed_ns, served_ns = [], None, None
        if attempts and (failed_ns is None or work.from_at_ns < failed_ns):
            apart["parallel"] += 1
            continue
        attempts.append(work)
        if work.until_at_ns is not None:
            if work.type == "ok":
                served_ns = _earlier(served_ns, work.until_at_ns)
            else:
                failed_ns = _earlier(failed_ns, work.until_at_ns)
    yield attempts


def _earlier(known_ns: int | None, at_ns: int) -> int:
    return at_ns if known_ns is None else min(known_ns, at_ns)


def taken_back(work: Work, call: Call) -> bool:
    """The client broke it off because it had no more use for it, not because it failed."""
    return work.type == "info" and (speculative(work) or _caller_ended_it(call, work))


def speculative(work: Work) -> bool:
    """The client cancelled it early or while it was being served.

    A client's own timeout looks like a cancellation from outside, but comes after waiting in vain.
    """
    if not work.cancelled or work.until_at_ns is None:
        return False
    unserved = work.first_at_ns is None or bool(work.bites)
    return not unserved or work.until_at_ns - work.from_at_ns < _IN_VAIN_NS


def _caller_ended_it(call: Call, work: Work) -> bool:
    """By barging in or hanging up."""
    at_ns = work.until_at_ns or 0
    return call.ended_ns - _HANG_UP_NS <= at_ns or any(
        work.from_at_ns <= turn.from_at_ns <= at_ns for turn in call.turns
    )
