"""Nobody is cut off."""

from __future__ import annotations

from typing import ClassVar

from kernel.history import History

from ..analysis.fates import fate_of
from ..analysis.statistics import of_all
from ..analysis.windows import judged_calls
from ..check import Check
from ..finding import Evidence, Finding


class NoDroppedCalls(Check, frozen=True):
    """No answered call is cut off in mid-conversation by the agent or the network. It is no cut
    after a spoken refusal, nor once the task is done as its dialogue says, if the agent's last
    words were a goodbye or it has the network hang up (`Status=completed`).

    at_most  dropped calls that may happen all the same
    """

    scalar: ClassVar[str] = "at_most"

    at_most: int = 0

    def look(self, history: History) -> Finding:
        answered = [call for call in judged_calls(history) if call.answered_ns is not None]
        if not answered:
            return self.unknown("no call was answered after the warm-up")
        dropped = [call for call in answered if fate_of(call) == "dropped"]
        return self.finding(
            "fail" if len(dropped) > self.at_most else "pass",
            f"{of_all(len(dropped), len(answered))} answered calls were dropped",
            {"answered": len(answered), "dropped": len(dropped)},
            [
                Evidence(call.span, call.ended_ns, f"{call.how} by {call.ended_by}")
                for call in dropped
            ],
        )
