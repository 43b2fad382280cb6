"""Calls come about."""

from __future__ import annotations

from typing import ClassVar

from kernel.history import History
from kernel.records import Call
from kernel.units import Share

from ..analysis.fates import Fate, fate_of, refused_at_the_door
from ..analysis.statistics import of_all
from ..analysis.windows import faulted, judged_calls
from ..check import Check
from ..finding import Evidence, Finding, Outcome

_NO_SETUP: tuple[Fate, ...] = ("cut_by_us", "deflected", "queued")


class SetupSuccess(Check, frozen=True):
    """The share of offered calls that were answered. A polite refusal is a right answer and leaves
    the count, as do calls that were deflected or queued; calls that began while a fault was on are
    left out.

    at_least    the share below which it fails
    warn_below  the share below which it warns
    fewest      calls below which nothing is said
    """

    scalar: ClassVar[str] = "at_least"

    at_least: Share = Share(0.97)
    warn_below: Share = Share(0.99)
    fewest: int = 10

    @property
    def calls_needed(self) -> int:
        return self.fewest

    def look(self, history: History) -> Finding:
        offered = [
            call
            for call in judged_calls(history)
            if fate_of(call) not in _NO_SETUP
            and not refused_at_the_door(call)
            and not faulted(history, call.dialled_ns, call.answered_ns or call.ended_ns)
        ]
        if len(offered) < self.fewest:
            return self.unknown(
                f"{len(offered)} calls were offered outside faults and not refused politely; at "
                f"least {self.fewest} are needed"
            )
        failed = [call for call in offered if not _set_up(call)]
        share = 1 - len(failed) / len(offered)
        outcome: Outcome = "warn" if share < max(self.warn_below, self.at_least) else "pass"
        if share < self.at_least:
            outcome = "fail"
        return self.finding(
            outcome,
            f"{of_all(len(failed), len(offered))} calls did not come about, though they were not "
            "refused politely",
            {"offered": len(offered), "failed": len(failed), "setup_share": share},
            [Evidence(call.span, call.dialled_ns, call.how or "no end") for call in failed],
        )


def _set_up(call: Call) -> bool:
    """Answered, and not closed again before a sound."""
    return call.answered_ns is not None and fate_of(call) != "refused_abruptly"
