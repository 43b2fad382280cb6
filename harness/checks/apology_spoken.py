"""When an answer cannot be had, the caller is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from kernel.history import History
from kernel.records import Call, Turn, Work
from kernel.units import Duration, Share

from ..analysis.fates import Fate, fate_of
from ..analysis.statistics import of_all
from ..analysis.windows import is_goodbye, judged_calls
from ..analysis.work import work_by_call
from ..check import Check
from ..finding import Evidence, Finding

_FEWEST = 3
_STAGES = ("llm", "tts", "realtime")
_NO_WORDS = ("filler", "hesitation", "acknowledgement", "idle_prompt")
_HANDED_ON: tuple[Fate, ...] = ("transferred", "deflected")
# The agent may speak before the journal has noted that it gave the request up.
_CLOCKS_NS = 250_000_000


class ApologySpoken(Check, frozen=True):
    """Where the last attempt of a turn at its answer failed for good, the caller hears so soon
    afterwards: an apology, a request to say it again, a refusal, or it is transferred. "One
    moment" is none of these. A caller who hangs up before that has not waited for it; an agent
    that hangs up without a word has told nobody.

    within     after the failure
    tolerated  share of failures that may go unmentioned
    """

    scalar: ClassVar[str] = "within"
    per_call: ClassVar[bool] = True

    within: Duration = Duration(5)
    tolerated: Share = Share(0.05)

    def look(self, history: History) -> Finding:
        works = work_by_call(history)
        failures = [
            failure
            for call in judged_calls(history)
            for failure in _failures(call, works.get(call.span, ()))
            if not failure.left_by_ns(failure.at_ns + self.within.ns)
        ]
        if len(failures) < _FEWEST:
            return self.unknown(
                f"{len(failures)} turns had no answer because a provider failed for good; at least "
                f"{_FEWEST} are needed"
            )
        untold = [failure for failure in failures if not failure.told(self.within.ns)]
        return self.finding(
            "fail" if len(untold) > self.tolerated * len(failures) else "pass",
            f"{of_all(len(untold), len(failures))} callers were not told within {self.within} that "
            "their answer had failed",
            {"failed_turns": len(failures), "untold": len(untold)},
            [
                Evidence(failure.call.span, failure.at_ns, f"{failure.what}, and not a word of it")
                for failure in untold
            ],
        )


@dataclass(frozen=True, slots=True)
class _Failure:
    """A turn whose answer could not be had."""

    call: Call
    at_ns: int
    what: str

    def left_by_ns(self, at_ns: int) -> bool:
        """The caller hung up before it could have been told, and was not told."""
        return (
            self.call.ended_by != "agent"
            and self.call.ended_ns < at_ns
            and not self._words(at_ns - self.at_ns)
        )

    def told(self, within_ns: int) -> bool:
        return fate_of(self.call) in _HANDED_ON or self._words(within_ns)

    def _words(self, within_ns: int) -> bool:
        return any(
            -_CLOCKS_NS <= heard.from_at_ns - self.at_ns <= within_ns
            for heard in self.call.heard
            if heard.sound != "noise" and heard.role not in _NO_WORDS
        )


def _failures(call: Call, works: Sequence[Work]) -> Iterator[_Failure]:
    for turn in call.turns:
        if turn.answer_at_ns is not None or is_goodbye(call, turn):
            continue
        last = _last(list(_tries(turn, works)))
        if last is None or last.until_at_ns is None or last.type not in ("fail", "info"):
            continue
        if any(last.from_at_ns < other.from_at_ns <= last.until_at_ns for other in call.turns):
            continue  # the caller spoke into it
        if last.until_at_ns < call.ended_ns - _CLOCKS_NS or _gave_up(call, last):
            yield _Failure(call, last.until_at_ns, _what(last))


def _gave_up(call: Call, work: Work) -> bool:
    """The agent hung up because of it: other work that ends with the call has not failed."""
    return call.ended_by == "agent" and (work.type == "fail" or bool(work.bites))


def _tries(turn: Turn, works: Sequence[Work]) -> Iterator[Work]:
    return (
        work
        for work in works
        if work.stage in _STAGES
        and work.purpose == "turn"
        and turn.from_at_ns <= work.from_at_ns <= turn.owed_until_at_ns
    )


def _last(tries: Sequence[Work]) -> Work | None:
    """What came of the turn in the end. A voice that was served makes up for no answer: it may have
    said "one moment".
    """
    thought = max((work for work in tries if work.stage != "tts"), key=_until_ns, default=None)
    if thought and thought.type in ("fail", "info"):
        return thought
    return max(tries, key=_until_ns, default=None)


def _until_ns(work: Work) -> int:
    return work.until_at_ns or 0


def _what(work: Work) -> str:
    how = work.reason or f"status {work.status}" if work.type == "fail" else "no end"
    return f"{work.provider or work.stage}: {how}"
