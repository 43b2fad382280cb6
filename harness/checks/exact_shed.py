"""The agent takes as many calls as it says it takes, and refuses the others politely."""

from __future__ import annotations

from typing import ClassVar

from kernel.clock import SECOND_NS
from kernel.history import History

from ..analysis.fates import fate_of, let_in, refused_at_the_door
from ..analysis.occupancy import Occupancy
from ..analysis.statistics import of_all
from ..analysis.windows import faulted
from ..check import Check
from ..finding import Evidence, Finding

# The place of a call is free a moment after its caller has hung up.
_LINGERS_NS = 2 * SECOND_NS
# An agent that hangs up knows of it before the caller does.
_CLOCKS_NS = SECOND_NS // 10


class ExactShed(Check, frozen=True):
    """With a declared limit, the agent holds exactly so many calls at once: it takes no more, and
    refuses nobody while there is a place, politely or not, unless a fault is on: calls that are
    dialled at once may reach it in any order. A caller who waits
    in a queue (`<Enqueue>`, a loop of announcements) takes its place when the agent answers. The
    limit is the scenario's (`agent: {limit: 36}`) if none stands here; without any, nothing is
    said.

    limit     how many calls at once
    tolerated calls that may be taken or refused wrongly all the same
    """

    scalar: ClassVar[str] = "limit"

    limit: int | None = None
    tolerated: int = 0

    def look(self, history: History) -> Finding:
        limit = self.limit if self.limit is not None else history.run.get("limit")
        if limit is None:
            return self.unknown("no limit is declared; write agent: {limit: 20} in the scenario")
        taken = [call for call in history.calls if let_in(call)]
        places = Occupancy(taken, lingers_ns=_LINGERS_NS)
        up = Occupancy(taken, lingers_ns=-_CLOCKS_NS)
        most = up.most(0, history.end_ns + 1)
        refused = [
            call
            for call in history.calls
            if not let_in(call)
            and (refused_at_the_door(call) or fate_of(call) == "refused_abruptly")
            and not faulted(history, call.dialled_ns, call.ended_ns)
        ]
        if not refused and most < limit:
            return self.unknown(
                f"at most {most} of {limit} places were taken, and nobody was refused; more load "
                "would tell",
                {"most_at_once": most, "limit": limit},
            )
        beyond = [call for call in taken if up.at(call.placed_ns) >= limit]
        early = [call for call in refused if places.around(call) < limit]
        wrong = len(beyond) + len(early)
        return self.finding(
            "fail" if wrong > self.tolerated else "pass",
            f"at most {most} calls were up at once (limit {limit}); {len(beyond)} were taken "
            f"beyond it, {of_all(len(early), len(refused))} refused while there was a place",
            {
                "limit": limit,
                "most_at_once": most,
                "refused": len(refused),
                "taken_beyond": len(beyond),
                "refused_early": len(early),
            },
            [Evidence(call.span, call.placed_ns, "taken beyond the limit") for call in beyond]
            + [
                Evidence(
                    call.span,
                    call.dialled_ns,
                    f"refused while {places.around(call)} of {limit} places were taken",
                )
                for call in early
            ],
        )
