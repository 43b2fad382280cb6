"""When a provider stands still, the agent notices by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from kernel.history import History
from kernel.records import Call, FaultWindow, Turn, Work
from kernel.units import Duration

from ..analysis.fates import fate_of, left_by_plan
from ..analysis.statistics import of_all
from ..analysis.windows import judged_calls
from ..analysis.work import work_by_call
from ..check import Check
from ..finding import Evidence, Finding

_FEWEST = 5
# Who hangs up sooner has given the agent no time to notice.
_TOO_SOON_S = 5.0


class TimeoutsBounded(Check, frozen=True):
    """While a provider takes work and nothing comes of it, the caller hears something in time: an
    announcement, an apology, an answer from elsewhere. Judged on turns whose provider work a fault
    left without any output for longer than the limit; a shorter stall can't tell. A caller who
    hangs up having heard nothing was left alone for too long, if it waited for 5 s at least; one
    whose call was to end by then, by plan or because the run was over, if it waited for the limit.

    limit      until the caller hears anything, from the end of its words
    tolerated  turns that may be left alone all the same
    """

    scalar: ClassVar[str] = "limit"
    per_call: ClassVar[bool] = True

    limit: Duration = Duration(12)
    tolerated: int = 0

    def look(self, history: History) -> Finding:
        stalled = list(_waits(history, self.limit))
        if len(stalled) < _FEWEST:
            return self.unknown(
                f"{len(stalled)} turns met a provider that stood still for more than "
                f"{self.limit}; at least {_FEWEST} are needed"
            )
        alone = [wait for wait in stalled if not wait.heard or wait.seconds > self.limit]
        seconds = sorted(wait.seconds for wait in stalled)
        return self.finding(
            "fail" if len(alone) > self.tolerated else "pass",
            f"{of_all(len(alone), len(stalled))} callers heard nothing in time while a provider "
            f"stood still (limit {self.limit}); the longest waited {seconds[-1]:.1f} s",
            {
                "stalled_turns": len(stalled),
                "left_alone": len(alone),
                "heard_after_p50_s": seconds[len(seconds) // 2],
                "heard_after_max_s": seconds[-1],
            },
            [wait.evidence for wait in sorted(alone, key=lambda wait: -wait.seconds)],
        )


@dataclass(frozen=True, slots=True)
class _Wait:
    """How long a caller heard nothing, and whether it heard anything in the end."""

    call: str
    at_ns: int
    seconds: float
    heard: bool

    @property
    def evidence(self) -> Evidence:
        end = "then something" if self.heard else "then hung up"
        return Evidence(self.call, self.at_ns, f"{self.seconds:.1f} s of nothing, {end}")


def _waits(history: History, limit_s: float) -> Iterator[_Wait]:
    works = work_by_call(history)
    for call in judged_calls(history):
        for turn in call.turns:
            if _stood_still(call, turn, works, history.faults, limit_s):
                until_ns = turn.first_sound_at_ns or turn.owed_until_at_ns
                waited_s = (until_ns - turn.until_at_ns) / 1e9
                heard = turn.first_sound_at_ns is not None
                ended_anyway = left_by_plan(call) or fate_of(call) == "cut_by_us"
                if heard or waited_s >= (limit_s if ended_anyway else _TOO_SOON_S):
                    yield _Wait(call.span, turn.until_at_ns, waited_s, heard)


def _stood_still(
    call: Call,
    turn: Turn,
    works: Mapping[str, Sequence[Work]],
    faults: Sequence[FaultWindow],
    limit_s: float,
) -> bool:
    """Nothing came of work for this turn while a fault outlasted the limit."""
    lasting = {
        fault.label: fault.until_ns
        for fault in faults
        if fault.until_ns is None or fault.until_ns - turn.until_at_ns >= limit_s * 1e9
    }
    return any(
        turn.from_at_ns <= work.from_at_ns <= turn.owed_until_at_ns
        and any(label in lasting and _silent(work, lasting[label]) for label in work.bites)
        for work in works.get(call.span, ())
    )


def _silent(work: Work, until_ns: int | None) -> bool:
    if work.type == "fail":
        return False
    return work.first_at_ns is None or (until_ns is not None and work.first_at_ns >= until_ns)
