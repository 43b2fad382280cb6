"""What the run was asked to keep can be looked at and listened to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from kernel.history import History
from kernel.records import Call
from kernel.units import Share

from ..analysis.statistics import times
from ..check import Check
from ..finding import Evidence, Finding, Outcome


class EvidenceCaptured(Check, frozen=True):
    """Recordings that `--keep` asked for, lines of the transcripts, and provider work of every
    call that was answered to are in the run folder. What is missing there nobody can replay.

    at_least       the share of each of the three; a smaller one warns
    unknown_below  a share so small voids the run
    """

    scalar: ClassVar[str] = "at_least"
    instrument: ClassVar[bool] = True

    at_least: Share = Share(0.99)
    unknown_below: Share = Share(0.97)

    def look(self, history: History) -> Finding:
        captures = [_recordings(history), _transcripts(history), _work(history)]
        told = sorted((one for one in captures if one.wanted), key=lambda one: one.share)
        worst = min((capture.share for capture in told), default=1.0)
        outcome: Outcome = "pass" if worst >= self.at_least else "warn"
        if worst < self.unknown_below:
            outcome = "unknown"
        summary = "; ".join(capture.words for capture in told) or "no call was talked in"
        return self.finding(
            outcome,
            summary if outcome == "pass" else f"{summary}; is the disk full, or a mock gone?",
            {f"{capture.name}_share": capture.share for capture in told},
            [
                Evidence(call.span, call.dialled_ns, f"without its {capture.name}")
                for capture in told
                for call in capture.missing
            ],
            times(1 - worst, 1 - self.unknown_below),
        )


@dataclass(frozen=True, slots=True)
class _Capture:
    """How much of one kind of evidence there is; `missing` are the calls that lack it."""

    name: str
    what: str
    wanted: int
    lost: int
    missing: Sequence[Call] = ()

    @property
    def share(self) -> float:
        return 1 - self.lost / self.wanted

    @property
    def words(self) -> str:
        return f"{self.wanted - self.lost} of {self.wanted} {self.what}"


def _recordings(history: History) -> _Capture:
    asked = [call for call in history.calls if call.media.get("recording") in ("kept", "lost")]
    lost = [call for call in asked if call.media["recording"] == "lost"]
    return _Capture("recordings", "recordings", len(asked), len(lost), lost)


def _transcripts(history: History) -> _Capture:
    lines = sum(len(call.turns) + len(call.asides) + len(call.heard) for call in history.calls)
    lost = min((history.end or {}).get("words_lost", 0), lines)
    return _Capture("transcripts", "lines of transcript", lines, lost)


def _work(history: History) -> _Capture:
    traced = {history.call_of(work) for work in history.work}
    answered = [call for call in history.calls if call.answers]
    missing = [call for call in answered if call.span not in traced]
    return _Capture("work", "calls with their provider work", len(answered), len(missing), missing)
