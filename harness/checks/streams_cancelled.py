"""What nobody will hear any more is not made any longer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from kernel.history import History
from kernel.records import Call, Work
from kernel.units import Duration, Share

from ..analysis.statistics import of_all
from ..analysis.windows import judged_calls
from ..analysis.work import work_by_call
from ..check import Check
from ..finding import Evidence, Finding

_FEWEST = 5
# A tool call may rightly be finished, and transcription ends with the audio.
_STAGES = ("llm", "tts", "realtime")
_FOR_THE_CALLER = ("turn", "greeting")


class StreamsCancelled(Check, frozen=True):
    """Answers that a provider was still making when the caller hung up end soon afterwards. Work
    that was finished by then, side requests such as a summary of the call, tool calls and pooled
    sockets may go on.

    after      how long such work may go on
    tolerated  share of it that may go on longer all the same
    """

    scalar: ClassVar[str] = "after"
    per_call: ClassVar[bool] = True

    after: Duration = Duration(1)
    tolerated: Share = Share(0.05)

    def look(self, history: History) -> Finding:
        cut = list(_cut_short(history))
        if len(cut) < _FEWEST:
            return self.unknown(
                f"{len(cut)} answers were in the making when their caller hung up; at least "
                f"{_FEWEST} are needed"
            )
        goes_on = sorted(
            ((call, work, _outlived_s(call, work, history)) for call, work in cut),
            key=lambda found: -found[2],
        )
        late = [found for found in goes_on if found[2] > self.after]
        return self.finding(
            "fail" if len(late) > self.tolerated * len(cut) else "warn" if late else "pass",
            f"{of_all(len(late), len(cut))} answers in the making went on for more than "
            f"{self.after} after their caller had hung up; the longest for {goes_on[0][2]:.1f} s",
            {"cut_short": len(cut), "went_on": len(late), "longest_s": goes_on[0][2]},
            [
                Evidence(call.span, call.ended_ns, f"{work.stage} {work.span}: {on_s:.1f} s more")
                for call, work, on_s in late
            ],
        )


def _cut_short(history: History) -> Iterator[tuple[Call, Work]]:
    works = work_by_call(history)
    for call in judged_calls(history):
        if call.ended_by != "caller":
            continue
        for work in works.get(call.span, ()):
            wanted = work.stage in _STAGES and work.purpose in _FOR_THE_CALLER
            if wanted and _under_way(work, call.ended_ns):
                yield call, work


def _under_way(work: Work, at_ns: int) -> bool:
    return work.from_at_ns <= at_ns and (work.until_at_ns is None or work.until_at_ns > at_ns)


def _outlived_s(call: Call, work: Work, history: History) -> float:
    until_ns = history.end_ns if work.until_at_ns is None else work.until_at_ns
    return (until_ns - call.ended_ns) / 1e9
