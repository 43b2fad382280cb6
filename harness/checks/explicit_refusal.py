"""Callers that the agent cannot take are told so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
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
            f"{of_all(len(left), len(calls))} offered calls ended without being told{_how(left)}; "
            f"{len(polite)} were refused politely{_besides(history, calls, left)}",
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


def _how(left: Sequence[Call]) -> str:
    """` (3 abandoned before any answer, 1 dropped)`"""
    counted = Counter(fate_of(call) for call in left)
    fates = (
        f"{count} {fate.replace('_', ' ')}" + " before any answer" * (fate == "abandoned")
        for fate, count in counted.most_common()
    )
    return f" ({', '.join(fates)})" if left else ""


def _besides(history: History, calls: Sequence[Call], left: Sequence[Call]) -> str:
    """What the fates of the run count and this check does not."""
    abandoned = sum(fate_of(call) == "abandoned" for call in calls)
    answered = abandoned - sum(fate_of(call) == "abandoned" for call in left)
    cut = sum(fate_of(call) == "cut_by_us" for call in judged_calls(history))
    warm_up = len(history.calls) - len(judged_calls(history))
    told = {
        "abandoned after an answer, which is no refusal": answered,
        "of the warm-up, which does not count": warm_up,
        "cut by us": cut,
    }
    return "".join(f"; {count} more {what}" for what, count in told.items() if count)


def _left_in_the_dark(call: Call) -> bool:
    fate = fate_of(call)
    return fate in _NEVER_RIGHT or (fate == "abandoned" and call.answers == 0)
