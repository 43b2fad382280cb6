"""What nobody will hear any more is not made any longer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from kernel.history import History
from kernel.records import Call, Work
from kernel.units import Duration, Share

from ..analysis.interruptions import interruptions
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
    """Answers that a provider was still making when the caller hung up, or when the agent fell
    silent for a caller who interrupted it (`barge_in`), end soon afterwards. Work that was finished
    by then, side requests such as a summary of the call, tool calls and pooled sockets may go on.

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
                f"{len(cut)} answers were in the making when their caller hung up or interrupted; "
                f"at least {_FEWEST} are needed"
            )
        cut.sort(key=lambda found: -found.goes_on_s)
        late = [found for found in cut if found.goes_on_s > self.after]
        return self.finding(
            "fail" if len(late) > self.tolerated * len(cut) else "warn" if late else "pass",
            f"{of_all(len(late), len(cut))} answers in the making went on for more than "
            f"{self.after} after their caller had hung up or interrupted; the longest for "
            f"{cut[0].goes_on_s:.1f} s",
            {"cut_short": len(cut), "went_on": len(late), "longest_s": cut[0].goes_on_s},
            [found.evidence for found in late],
        )


@dataclass(frozen=True, slots=True)
class _CutShort:
    """An answer that nobody will hear the rest of."""

    call: str
    at_ns: int
    why: str
    work: Work
    until_ns: int

    @property
    def goes_on_s(self) -> float:
        return (self.until_ns - self.at_ns) / 1e9

    @property
    def evidence(self) -> Evidence:
        note = f"{self.why}; {self.work.stage} {self.work.span}: {self.goes_on_s:.1f} s more"
        return Evidence(self.call, self.at_ns, note)


def _cut_short(history: History) -> Iterator[_CutShort]:
    """Every such answer once, at the first moment from which on it was in vain."""
    works = work_by_call(history)
    for call in judged_calls(history):
        answers = [
            work
            for work in works.get(call.span, ())
            if work.stage in _STAGES and work.purpose in _FOR_THE_CALLER
        ]
        for begun_ns, at_ns, why in _ends(call):
            for work in list(answers):
                until_ns = history.end_ns if work.until_at_ns is None else work.until_at_ns
                if work.from_at_ns <= begun_ns and until_ns > at_ns:
                    answers.remove(work)
                    yield _CutShort(call.span, at_ns, why, work, until_ns)


def _ends(call: Call) -> Iterator[tuple[int, int, str]]:
    """Until when work was begun that is in vain from an instant on, that instant, and why."""
    for one in interruptions(call):
        if one.into and not one.finished:
            yield one.from_ns, one.silent_ns, "interrupted"
    if call.ended_by == "caller":
        yield call.ended_ns, call.ended_ns, "hung up"
