"""The faults bit somebody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import ClassVar

from kernel.history import History
from kernel.records import FaultWindow

from ..analysis.attempts import speculative
from ..analysis.greetings import refused_greetings
from ..analysis.logical import requests
from ..check import Check
from ..finding import Finding


class FaultWasFelt(Check, frozen=True):
    """Every fault bit enough different calls for the run to say how the agent bears it; requests
    that the agent made speculatively or to prewarm do not count.

    calls  how many different calls each fault must bite
    """

    scalar: ClassVar[str] = "calls"
    instrument: ClassVar[bool] = True

    calls: int = 10

    @property
    def bites_needed(self) -> int:
        return self.calls

    def look(self, history: History) -> Finding:
        if not history.faults:
            return self.finding("pass", "no fault was planned")
        bitten, on_work = _bitten(history)
        felt = {
            fault.label: max(len(bitten[fault.label]), _ungreeted(history, fault))
            if fault.label in on_work
            else fault.identities  # it bit sockets, which belong to no call
            for fault in history.faults
        }
        label = min(felt, key=lambda label: felt[label])
        enough = felt[label] >= self.calls
        summary = f"the fault {label} bit {felt[label]} calls (at least {self.calls} are needed)"
        return self.finding(
            "pass" if enough else "unknown",
            summary if enough else f"{summary}; let it last longer, bite more or meet more load",
            {f"{label}_calls": count for label, count in felt.items()},
        )


def _ungreeted(history: History, fault: FaultWindow) -> int:
    """Calls whose greetings it refused at one time, so that no two of these are one's retries."""
    at_once = (
        run
        for asked in refused_greetings(history)
        for run in asked.during(fault).too_early(0.0, 0.0)
    )
    return max((min(len(run.sockets), len(run.needs)) for run in at_once), default=0)


def _bitten(history: History) -> tuple[Mapping[str, set[str]], set[str]]:
    """Fault's label → calls that felt it, and the labels of faults that bit any work at all."""
    bitten: dict[str, set[str]] = defaultdict(set)
    on_work: set[str] = set()
    attempted = requests(history).attempted
    for work in history.work:
        on_work.update(work.bites)
        span = history.call_of(work)
        if span and (work.span in attempted or not speculative(work)):
            for label in work.bites:
                bitten[label].add(span)
    return bitten, on_work
