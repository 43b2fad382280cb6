"""The mock LLM knew what the conversation was about."""

from __future__ import annotations

from typing import ClassVar

from kernel.history import History
from kernel.units import Share

from ..analysis.statistics import of_all
from ..check import Check
from ..finding import Evidence, Finding


class ScriptMatched(Check, frozen=True):
    """The mock LLM found its place in the script. Where it did not, it spoke a neutral line, and
    what became of the caller's task is no fault of the agent.

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
