"""The load that was planned is the load that came."""

from __future__ import annotations

from typing import ClassVar

from kernel.history import History
from kernel.units import Duration

from ..analysis.statistics import times
from ..check import Check
from ..finding import Evidence, Finding

_REMEDY = "close other programs, lower the scenario's rates, or use a faster machine"


class DeliveredLoad(Check, frozen=True):
    """Every planned call was dialled when it was due, however busy the run was. Redials are no
    planned calls: they are counted apart, and are to come when their callers want to.

    late  how late a call may be dialled
    """

    scalar: ClassVar[str] = "late"
    instrument: ClassVar[bool] = True

    late: Duration = Duration(0.2)

    def look(self, history: History) -> Finding:
        dialled = history.calls
        if not dialled:
            return self.unknown("no call was dialled")
        planned = int(history.run.get("calls", len(dialled)))
        late = [call for call in dialled if call.dialled_ns - call.due_ns > self.late.ns]
        worst_ms = max(call.dialled_ns - call.due_ns for call in dialled) / 1e6
        redials = sum(bool(call.redial_of) for call in dialled)
        missing = 0 if history.interrupted else planned - (len(dialled) - redials)
        delivered = not late and missing <= 0
        summary = (
            f"{len(dialled) - redials} of {planned} planned calls were dialled"
            + (f", and {redials} redials" if redials else "")
            + f", {len(late)} of them late, by {worst_ms:.0f} ms at most"
        )
        return self.finding(
            "pass" if delivered else "unknown",
            summary if delivered else f"{summary} (limit {self.late}); {_REMEDY}",
            {
                "planned": planned,
                "dialled": len(dialled) - redials,
                "redials": redials,
                "late": len(late),
                "late_max_ms": worst_ms,
            },
            [Evidence(call.span, call.dialled_ns, "dialled late") for call in late],
            breach=times(worst_ms / 1000, self.late) if missing <= 0 else None,
        )
