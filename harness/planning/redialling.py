"""The next call of a caller who gave one up."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ..callers.messages import Over
from .plan import PlannedCall, PlannedPhase


def redialled(
    call: PlannedCall, over: Over | None, now_ns: int, phases: Sequence[PlannedPhase]
) -> PlannedCall | None:
    """None unless the caller lost patience and has not called too often. The call counts to the
    phase in which it is due, and after all of them to the last."""
    if over is None or over.how != "patience" or not call.redials:
        return None
    first, *later = call.redials
    due_ns = now_ns + first.after_ns
    phase = next((phase for phase in phases if due_ns < phase.until_ns), phases[-1])
    root = call.redial_of or call.span
    return msgspec.structs.replace(
        call,
        span=f"{root}r{first.number}",
        number=first.number,
        due_ns=due_ns,
        phase=phase.name,
        redials=tuple(later),
        redial_of=root,
    )
