"""A provider in trouble is not buried under retries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import ClassVar

from kernel.history import History
from kernel.records import FaultWindow

from ..analysis.logical import Logical, requests
from ..check import Check
from ..finding import Evidence, Finding, Outcome

_FEWEST = 10


class RetryAmplification(Check, frozen=True):
    """Attempts per logical request while a fault is on, for the provider that has it. A retry
    asks for the same thing in the same call after an earlier attempt failed or timed out. The next
    turn, side requests, prewarming and requests that the agent took back are none.

    at_most     attempts per request, more fail
    warn_above  more than this warn
    """

    scalar: ClassVar[str] = "at_most"
    per_call: ClassVar[bool] = True

    at_most: float = 4.0
    warn_above: float = 2.0

    def look(self, history: History) -> Finding:
        asked = requests(history)
        windows = {
            (fault.name, stage): affected
            for fault in history.faults
            for stage, affected in _affected(fault, asked.logical).items()
            if len(affected) >= _FEWEST
        }
        apart = {f"{kind}_requests": count for kind, count in sorted(asked.apart.items())}
        if not windows:
            return self.unknown(
                f"fewer than {_FEWEST} requests were made of a provider while it had a fault", apart
            )
        (name, stage), worst = max(windows.items(), key=lambda found: _ratio(found[1]))
        ratio = _ratio(worst)
        outcome: Outcome = "warn" if ratio > min(self.warn_above, self.at_most) else "pass"
        if ratio > self.at_most:
            outcome = "fail"
        stubborn = sorted(worst, key=lambda logical: -len(logical.attempts))
        return self.finding(
            outcome,
            f"{ratio:.2f} attempts per {stage} request during {name} (limit {self.at_most:g}), "
            f"{len(stubborn[0].attempts)} at most",
            {
                "attempts_per_request": ratio,
                "requests": len(worst),
                "most_attempts": len(stubborn[0].attempts),
                **apart,
            },
            [
                Evidence(logical.call, logical.from_ns, f"{len(logical.attempts)} attempts")
                for logical in stubborn
                if len(logical.attempts) > 1
            ],
        )


def _affected(fault: FaultWindow, logical: Sequence[Logical]) -> dict[str, list[Logical]]:
    """Provider's stage and name → the requests that began while the fault was on it."""
    stage, _, provider = fault.target.partition("/")
    found: dict[str, list[Logical]] = defaultdict(list)
    for request in logical:
        hit = request.stage == stage and (not provider or request.provider == provider)
        if hit and fault.covers(request.from_ns):
            found[f"{request.stage}/{request.provider}"].append(request)
    return found


def _ratio(logical: Sequence[Logical]) -> float:
    return sum(len(request.attempts) for request in logical) / len(logical)
