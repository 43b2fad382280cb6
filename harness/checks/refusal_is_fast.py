"""Who is refused learns it at once."""

from __future__ import annotations

from typing import ClassVar

from kernel.history import History
from kernel.records import Call
from kernel.units import Duration, Share

from ..analysis.fates import refused_at_the_door
from ..analysis.statistics import of_all
from ..analysis.windows import faulted, judged_calls
from ..check import Check
from ..finding import Evidence, Finding


class RefusalIsFast(Check, frozen=True):
    """From dialling to the refusal, for callers who were refused politely before anything was
    answered: until the rejection, or until the words that refuse begin. A caller who was told to
    wait ("please hold") is in a queue and not counted; neither is one whose call overlaps with a
    fault, where the agent may have to find out first.

    limit      a later refusal is slow
    tolerated  share of refusals that may be slow all the same
    """

    scalar: ClassVar[str] = "limit"

    limit: Duration = Duration(5)
    tolerated: Share = Share(0.05)

    def look(self, history: History) -> Finding:
        refused = [
            (call, _refused_after_s(call))
            for call in judged_calls(history)
            if refused_at_the_door(call)
            and not any(heard.role == "filler" for heard in call.heard)
            and not faulted(history, call.dialled_ns, call.ended_ns)
        ]
        if not refused:
            return self.unknown("no caller was refused politely while no fault was on")
        slow = sorted(
            (found for found in refused if found[1] > self.limit), key=lambda found: -found[1]
        )
        seconds = sorted(found[1] for found in refused)
        return self.finding(
            "fail" if len(slow) > self.tolerated * len(refused) else "warn" if slow else "pass",
            f"{of_all(len(slow), len(refused))} refusals came later than {self.limit} after "
            f"dialling; the last after {seconds[-1]:.1f} s",
            {
                "refused": len(refused),
                "slow": len(slow),
                "refused_after_p50_s": seconds[len(seconds) // 2],
                "refused_after_max_s": seconds[-1],
            },
            [
                Evidence(call.span, call.dialled_ns, f"refused after {after_s:.1f} s")
                for call, after_s in slow
            ],
        )


def _refused_after_s(call: Call) -> float:
    words = [heard.from_at_ns for heard in call.heard if heard.role == "refusal"]
    return ((words[0] if words else call.ended_ns) - call.dialled_ns) / 1e9
