"""When the trouble is over, callers are taken again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from kernel.clock import SECOND_NS
from kernel.history import History
from kernel.records import Call
from kernel.units import Duration, Share

from ..analysis.fates import let_in
from ..analysis.occupancy import Occupancy
from ..analysis.statistics import of_all
from ..analysis.windows import NO_RECOVERY, judged_calls, recovery
from ..check import Check
from ..finding import Evidence, Finding

_FEWEST = 5
# So many let in on end are no chance.
_ON_END = 3
# The place of a call is free a moment after its caller has hung up.
_LINGERS_NS = 2 * SECOND_NS


class AdmissionRestored(Check, frozen=True):
    """How long after the last fault was healed (and the phase `recovery` began) the agent takes
    calls as it did before: nobody is refused any more while fewer calls are up than it served at
    once at baseline. A call that is lost between two that are let in is an accident, such as a
    reset, if there are few. Judged on calls that were offered after the heal; it takes three that
    are let in after the last refusal to tell that it was the last.

    within     the time it may take
    tolerated  share of the calls after that time that may meet an accident; one always may
    """

    scalar: ClassVar[str] = "within"

    within: Duration = Duration(30)
    tolerated: Share = Share(0.02)

    def look(self, history: History) -> Finding:
        if (recovers := recovery(history)) is None:
            return self.unknown(NO_RECOVERY)
        settled_ns, calm = recovers
        taken = [call for call in history.calls if let_in(call)]
        room = Occupancy(taken).most(calm.from_ns, calm.until_ns)
        places = Occupancy(taken, lingers_ns=_LINGERS_NS)
        offered = sorted(
            (
                call
                for call in judged_calls(history)
                if call.dialled_ns >= settled_ns
                and (places.at(call.dialled_ns) if let_in(call) else places.around(call)) < room
            ),
            key=lambda call: call.dialled_ns,
        )
        if len(offered) < _FEWEST:
            return self.unknown(
                f"{len(offered)} calls were offered after the heal while no more were up than at "
                f"baseline; at least {_FEWEST} are needed"
            )
        return self._judged(offered, settled_ns)

    def _judged(self, offered: Sequence[Call], settled_ns: int) -> Finding:
        refused = [call for call in offered if not let_in(call)]
        place = self._last_refusal(offered, settled_ns + self.within.ns)
        last = None if place is None else offered[place]
        took_s = (last.dialled_ns - settled_ns) / 1e9 if last else 0.0
        since = len(offered) if place is None else sum(map(let_in, offered[place + 1 :]))
        measures = {"offered": len(offered), "refused": len(refused), "last_refusal_s": took_s}
        open_end = not let_in(offered[-1])
        if took_s <= self.within and (open_end or since < _ON_END):
            seen_s = (offered[-1].dialled_ns - settled_ns) / 1e9
            told = f"callers were still refused {seen_s:.0f} s after the heal, where the run ended"
            if not open_end:
                told = f"{since} were let in since the last refusal {took_s:.0f} s after the heal"
            return self.unknown(f"{told}; a longer phase of recovery would tell", measures)
        told = f"; the last {took_s:.0f} s after the heal (limit {self.within})" if last else ""
        if refused and not last:
            told = ", each by itself"
        return self.finding(
            "fail" if took_s > self.within else "pass",
            f"{of_all(len(refused), len(offered))} calls were refused after the heal although "
            f"there was room for them{told}",
            measures,
            [
                Evidence(call.span, call.dialled_ns, call.how or "no end")
                for call in reversed(refused)
            ],
        )

    def _last_refusal(self, offered: Sequence[Call], late_ns: int) -> int | None:
        """The place of the last one that was no accident, None if there is none.

        An accident befalls a call between two that are let in, and seldom: in the time that
        recovery may take as well as after it.
        """
        refused = {place for place, call in enumerate(offered) if not let_in(call)}
        late = {place for place, call in enumerate(offered) if call.dialled_ns > late_ns}
        alone = {place for place in refused if not {place - 1, place + 1} & refused}
        for stretch in (late, set(range(len(offered))) - late):
            if len(alone & stretch) > max(1, self.tolerated * len(stretch)):
                alone -= stretch
        return max(refused - alone, default=None)
