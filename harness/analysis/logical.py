"""Logical requests and their attempts: what an agent wanted, and how often it tried."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from kernel.history import History
from kernel.records import Call, Work

from ..correlation.wording import normal
from .attempts import tries_of

_STAGES = ("llm", "tts", "tools", "realtime")
_APART = ("prewarm", "side")


@dataclass(frozen=True)
class Logical:
    """One thing that one call wanted from one model of one provider, and every attempt at it, in
    order.

    The second and later attempts are retries: each began after the one before it had failed, or
    had been given up.
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

    @cached_property
    def attempted(self) -> frozenset[str]:
        """The spans of all attempts."""
        return frozenset(work.span for logical in self.logical for work in logical.attempts)


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
        else:
            wanted[_identity(work, call)].append(work)
    found: list[Logical] = []
    for (span, stage, provider, *_), works in wanted.items():
        for tries in tries_of(works, calls[span]):
            apart["taken_back"] += len(tries.taken_back)
            apart["parallel"] += len(tries.parallel)
            if tries.attempts:
                found.append(Logical(span, stage, provider, tries.attempts))
    # `+` leaves out what was never seen.
    return Requests(sorted(found, key=lambda logical: logical.from_ns), +apart)


def _identity(work: Work, call: Call) -> tuple[str, ...]:
    # Text for the voice may be longer the next time, if it is still being written.
    words = "" if work.stage == "tts" else normal(work.text_in)
    # The same apology or the same tool call after the caller's next words is asked anew.
    turn = sum(turn.until_at_ns <= work.from_at_ns for turn in call.turns)
    return (
        call.span, work.stage, work.provider, work.model, work.tool, normal(work.history), words,
        work.arguments, str(turn),
    )  # fmt: skip
