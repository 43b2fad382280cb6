"""It is known which provider work belongs to which call."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

from kernel.history import History
from kernel.units import Share

from ..check import Check
from ..correlation.correlate import ENOUGH, attribution
from ..finding import Finding


class Attributed(Check, frozen=True):
    """The share of provider work that could be joined to the call that caused it. Below 99 % the
    checks that look at single calls cannot speak. Greetings that nobody heard before their call
    ended say nothing of whose they were: up to one for each call they are counted apart, and so
    are all that were refused, which the checks on retries hold against the calls without one.

    at_least  the share
    """

    scalar: ClassVar[str] = "at_least"
    instrument: ClassVar[bool] = True

    at_least: Share = Share(ENOUGH)

    def look(self, history: History) -> Finding:
        found = attribution(history)
        if not found.total and not found.nameless:
            return self.unknown(
                "no provider work after the first dial; do the agent's provider URLs point at "
                "the mocks, and were their journals read?"
            )
        methods = Counter(method for _, method in history.joins.values())
        enough = found.share >= self.at_least
        summary = f"{found.joined} of {found.total} pieces of provider work were joined to calls"
        if found.nameless:
            summary += f", {found.nameless} more are greetings that nothing tells apart"
        return self.finding(
            "pass" if enough else "unknown",
            summary
            if enough
            else f"{summary}; one client connection per call, or a distinct fact "
            "in every caller's first line, helps",
            {
                "share": found.share,
                "nameless": found.nameless,
                **{f"by_{name}": count for name, count in methods.items()},
            },
        )
