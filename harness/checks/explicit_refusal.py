"""Callers that the agent cannot take are told so."""

from __future__ import annotations

from typing import ClassVar

from kernel.history import History
from kernel.records import Call

from ..analysis.fates import Fate, fate_of
from ..analysis.statistics import of_all
from ..analysis.windows import judged_calls
from ..check import Check
from ..finding import Evidence, Finding

_NEVER_RIGHT: tuple[Fate, ...] = ("refused_abruptly", "dropped", "unclear")


class ExplicitRefusal(Check, frozen=True):
    """Every offered call is served or refused in so many words: none is refused abruptly, dropped
    in mid-conversation, left unclear, or abandoned without ever having heard an answer.

    at_most  calls that may go wrong all the same
    """

    scalar: ClassVar[str] = "at_most"

    at_most: int = 0

    def look(self, history: History) -> Finding:
        calls = [call for call in judged_calls(history) if fate_of(call) != "cut_by_us"]
        if not calls:
            return self.unknown("no call was offered after the warm-up")
        left = [call for call in calls if _left_in_the_dark(call)]
        polite = [call for call in calls if fate_of(call) == "refused_politely"]
        seconds = sorted((call.ended_ns - call.dialled_ns) / 1e9 for call in polite)
        return self.finding(
            "fail" if len(left) > self.at_most else "pass",
            f"{of_all(len(left), len(calls))} offered calls ended without being told; "
            f"{len(polite)} were refused politely",
            {
                "offered": len(calls),
                "not_told": len(left),
                "refused_politely": len(polite),
                "refused_politely_p50_s": seconds[len(seconds) // 2] if seconds else None,
            },
            [
                Evidence(call.span, call.ended_ns, f"{fate_of(call)}: {call.how or 'no end'}")
                for call in left
            ],
        )


def _left_in_the_dark(call: Call) -> bool:
    fate = fate_of(call)
    return fate in _NEVER_RIGHT or (fate == "abandoned" and call.answers == 0)
