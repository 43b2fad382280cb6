"""The mock LLM knew what the conversation was about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import ClassVar

from kernel.clock import SECOND_NS
from kernel.history import History
from kernel.records import Work
from kernel.units import Share

from ..analysis.statistics import of_all
from ..check import Check
from ..correlation.wording import normal
from ..finding import Evidence, Finding

_SOON_NS = 5 * SECOND_NS


class ScriptMatched(Check, frozen=True):
    """The mock LLM found its place in the script. Where it did not, it spoke a neutral line, and
    what became of the caller's task is no fault of the agent. A request that had heard only a part
    of the caller's words, and was soon followed by one that had heard more, is no turn.

    off_script  share of turns that may be off the script
    """

    scalar: ClassVar[str] = "off_script"
    instrument: ClassVar[bool] = True

    off_script: Share = Share(0.01)

    def look(self, history: History) -> Finding:
        turns = [
            work
            for work in history.work
            if work.stage in ("llm", "realtime") and work.purpose == "turn" and work.type == "ok"
        ]
        early = _early(history, turns)
        turns = [work for work in turns if work.span not in early]
        lost = [work for work in turns if work.off_script]
        share = len(lost) / len(turns) if turns else 0.0
        summary = f"{of_all(len(lost), len(turns))} LLM turns were off the script"
        return self.finding(
            "pass" if share <= self.off_script else "unknown",
            summary
            if share <= self.off_script
            else f"{summary}; compare the dialogue's lines with what the LLM was asked",
            {"turns": len(turns), "off_script": len(lost), "off_script_share": share},
            [Evidence(history.call_of(work) or "", work.from_at_ns, work.text_in) for work in lost],
        )


def _early(history: History, turns: Sequence[Work]) -> Collection[str]:
    """The spans of requests of a call that another one soon repeats with more of the words."""
    by_call: dict[str, list[Work]] = defaultdict(list)
    for work in turns:
        by_call[history.call_of(work) or ""].append(work)
    by_call.pop("", None)
    return {
        work.span
        for of_call in by_call.values()
        for work, next_ in pairwise(of_call)
        if next_.from_at_ns - work.from_at_ns <= _SOON_NS
        and _goes_on(normal(work.text_in), normal(next_.text_in))
    }


def _goes_on(words: str, more: str) -> bool:
    return 0 < len(words) < len(more) and more.startswith(words)
